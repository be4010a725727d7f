"""Colours that stay apart for every eye, and shapes that lists' own words lead to."""

from itertools import combinations

import numpy as np
import pytest

from psnplanner.style import SHAPES, STATUS_ORDER, kind_shape, phase_colour, status_colour

# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
_EYES = {
    "normal": np.eye(3),
    "deuteranope": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
         [-0.011820, 0.042940, 0.968881]]
    ),
    "protanope": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
         [-0.003882, -0.048116, 1.051998]]
    ),
    "tritanope": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
         [0.004733, 0.691367, 0.303900]]
    ),
}  # fmt: skip
_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
     [0.0193339, 0.1191920, 0.9503041]]
)  # fmt: skip


def _lab(colour: str, eye: str) -> np.ndarray:
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = _XYZ @ np.clip(_EYES[eye] @ linear, 0, 1) / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("eye", _EYES)
def test_status_colours_stay_apart(eye: str) -> None:
    labs = [_lab(status_colour(status), eye) for status in STATUS_ORDER]
    assert min(np.linalg.norm(a - b) for a, b in combinations(labs, 2)) > 19.5


@pytest.mark.parametrize(
    ("kind", "shape"),
    [("School", "circle"), ("GP practice", "cross"), ("Libraries", "pentagon"), ("", "circle"),
     ("Fire station", "triangle"), ("POLICE STATION", "diamond"), ("Council offices", "square")],
)  # fmt: skip
def test_kinds_have_shapes(kind: str, shape: str) -> None:
    assert kind_shape(kind) == shape
    assert shape in SHAPES


def test_phase_colours_begin_again() -> None:
    assert phase_colour(0) != phase_colour(1)
    assert phase_colour(0) == phase_colour(8)
    assert status_colour("no such status").startswith("#")
