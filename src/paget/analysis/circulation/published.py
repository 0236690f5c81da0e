"""Published counts of circulating tumour cells in patients, as read from their sources.

scholten2025: 1,529 tests of 7.5 mL in stage III and IV, of which 661 held five and more single cells. Counts per draw
(mean, median, largest) are stated for the same series; whether all tests or the positive ones are their denominator was
not clear from the text that was seen. Sizes are those of 40 sequenced clusters of patients, picked by hand: their shape
says something, their number nothing.
"""

from __future__ import annotations

from typing import NamedTuple

TESTS, POSITIVE = 1529, 661
THRESHOLD = 5
"""Single cells from which a draw counts as positive."""


class Published(NamedTuple):
    """A published number."""

    value: float
    source: str
    """Key of references.bib, or what the number is."""
    fitted: bool
    """Whether free numbers of the population are fitted to it: agreement then says nothing."""


DRAWS = {
    "positive draws": Published(0.4323, "scholten2025", True),
    "homotypic in positive draws": Published(0.4402, "scholten2025", True),
    "mixed in positive draws": Published(0.7549, "scholten2025", True),
    "singles, mean": Published(47.0, "scholten2025", True),
    "singles, median": Published(0.0, "scholten2025", False),
    "singles, largest": Published(17427.0, "scholten2025", False),
    "homotypic, mean": Published(3.0, "scholten2025", True),
    "homotypic, median": Published(0.0, "scholten2025", False),
    "homotypic, largest": Published(2265.0, "scholten2025", False),
    "mixed, mean": Published(6.0, "scholten2025", True),
    "mixed, median": Published(2.0, "scholten2025", False),
    "mixed, largest": Published(1017.0, "scholten2025", False),
    "enrichment of double-positive T cells": Published(140.0, "scholten2025", True),
}
"""By the names of the rows of `draw.summary_table`."""

CLUSTER_SIZES = {2: 23, 3: 14, 4: 3}
"""Clusters by tumour cells, of 40."""
