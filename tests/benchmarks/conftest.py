"""The benchmarks are scripts in a folder of their own, which the tests import by name."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
