"""Places in arrays that are known not to be negative.

A signed index may count from the end, so the compiler looks at its sign each time; in short loops over tables that is
most of the work. What is read from a table goes through `place` before it is used as an index.
"""

from __future__ import annotations

import numpy as np

from paget.compiled import law

ONE = np.uint64(1)
"""The step from one place to the next: with a plain 1 a place would become a real number."""


@law
def place(index):
    """An index of at least 0 as one without sign."""
    return np.uint64(index)
