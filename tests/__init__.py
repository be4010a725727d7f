"""Tests, benchmarks, and what they share."""

import os
import sys

# Where Python is told to keep nothing compiled, as in many containers, each worker and each of the
# hundreds of processes that tests start would compile the whole product anew.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
