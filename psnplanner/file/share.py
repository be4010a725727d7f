"""Whether a file lies on a network share, where SQLite's write-ahead log must not be used.

The log needs memory that every process with the file open shares, so they must all be on one
machine; and many shares keep no locks (sqlite.org/wal.html, sqlite.org/faq.html#q5).
"""

from __future__ import annotations

import ctypes
import subprocess
import sys
from pathlib import Path

from psnplanner.file.standing import real

_NETWORK = (
    "nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "ncpfs", "afs", "afpfs", "9p", "ceph",
    "glusterfs", "webdav", "davfs", "fuse.sshfs", "fuse.davfs", "fuse.rclone", "fuse.s3fs",
    "fuse.glusterfs", "fuse.gvfsd-fuse", "vboxsf", "prl_fs", "lustre", "beegfs",
)  # fmt: skip
_REMOTE_DRIVE = 4


def network_kind(path: Path) -> str:
    """The kind of network share a path lies on, such as “cifs”; empty if on none, or unknown."""
    kind = _kind(real(path))
    return kind if kind in _NETWORK else ""


def _kind(path: Path) -> str:
    try:
        if sys.platform == "win32":
            return _windows_kind(path)
        if sys.platform == "darwin":
            said = subprocess.run(["/sbin/mount"], capture_output=True, text=True, check=False)
            return kind_in_mac_mounts(path, said.stdout)
        return kind_in_mounts(path, Path("/proc/self/mounts").read_text("utf-8", "replace"))
    except OSError:
        return ""


def kind_in_mounts(path: Path, mounts: str) -> str:
    """The file system of a path by Linux's table of mounts: the deepest that holds it, the last."""
    best, kind = -1, ""
    for line in mounts.splitlines():
        words = line.split()
        if len(words) < 3:
            continue
        place = Path(words[1].replace("\\040", " "))
        if path.is_relative_to(place) and len(place.parts) >= best:
            best, kind = len(place.parts), words[2]
    return kind


def kind_in_mac_mounts(path: Path, mounts: str) -> str:
    """The same by what macOS's `mount` prints: //ann@srv/plans on /Volumes/plans (smbfs, nodev)."""
    lines = []
    for line in mounts.splitlines():
        _, _, rest = line.partition(" on ")
        place, _, options = rest.rpartition(" (")
        spaced = place.replace(" ", "\\040")
        lines.append(f"x {spaced} {options.split(',')[0].rstrip(')')}")
    return kind_in_mounts(path, "\n".join(lines))


def _windows_kind(path: Path) -> str:
    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - unknown to other systems' types
    return "smb" if kernel.GetDriveTypeW(path.anchor) == _REMOTE_DRIVE else ""
