"""Behaviours are evaluated only where they are needed: nobody reads one that was not evaluated in its own step.

What is not evaluated is left over from another lesion or organ. So all behaviours are overwritten before each organ and
each lesion is advanced: what they become must keep its bits. Planted fault: a group of behaviours that ends too early.
"""

from __future__ import annotations

import numpy as np
import pytest

from paget.host.lesions import update_volume
from paget.host.record import SITES
from paget.host.state import LESIONS
from paget.host.step import _advance_lesion, _advance_site
from paget.rules.layout import GROUPS

LUNG = SITES.index("lung")
KEY = np.uint64(7)


def living(compiled, rest):
    """A primary of 800 mm3, a large and a small lesion in the lungs, arrested and resting cells."""
    _, state = rest(compiled)
    tables = compiled.record.copy()[0]
    state["count"][LESIONS] = 4
    for lesion, cells, small in ((0, 40_000_000, 0), (1, 60_000, 0), (2, 300, 1), (3, 40_000_000, 0)):
        state["site"][lesion], state["small"][lesion] = (LUNG if lesion else 0), small
        state["cells"][lesion, 0], state["lineage"][lesion] = cells, lesion + 1
        state["matrix"][lesion] = (1.2, 0.3)
        state["expression"][lesion] = 1.0
        state["levels"][lesion] = state["niche_levels"][LUNG]
        if not small:
            for name in ("endothelial cell", "macrophage", "fibroblast", "neutrophil"):
                state["stroma"][lesion, compiled.cell_types.index(name)] = cells // 20
        update_volume(tables, state, lesion)
    state["arrested"][LUNG, 0, 0] = 50_000
    state["solitary"][LUNG, 0, 0] = 50_000
    return tables, state


def course(compiled, rest, left_over: float | None, change=None) -> dict[str, bytes]:
    """What two days leave."""
    tables, state = living(compiled, rest)
    if change is not None:
        change(tables)
    ruled = int(tables["count"]["ruled"])

    def overwrite() -> None:
        if left_over is not None:
            state["behaviours"][:ruled] = left_over

    for tick in range(0, 48, 6):
        overwrite()
        _advance_site(tables, state, LUNG, KEY, tick, 0.25)
        for lesion in range(4):
            overwrite()
            _advance_lesion(tables, state, lesion, KEY, tick, 0.25)
    own = ("behaviours", "niche_behaviours", "niche_rest")
    return {name: state[name].tobytes() for name in state.dtype.names if name not in own}


def test_groups_follow_each_other(black6) -> None:
    ends = [black6.layout.ends[name] for name in GROUPS[:-1]]
    assert ends == sorted(ends)
    assert ends[0] > 0
    assert ends[-1] <= len(black6.layout.behaviours)


def test_nothing_is_left_over(black6, rest) -> None:
    plain = course(black6, rest, None)
    for left_over in (1e6, np.nan):
        again = course(black6, rest, left_over)
        assert [name for name in plain if plain[name] != again[name]] == []


@pytest.mark.parametrize("group", ["early", "always", "daily", "resting", "leaving"])
def test_planted_fault_is_seen(black6, rest, group: str) -> None:
    """A group that ends where it begins leaves its behaviours to chance."""

    def shorten(tables) -> None:
        before = GROUPS[GROUPS.index(group) - 1]
        tables["count"][group] = (
            tables["count"][before] if group != "early" else 0
        )  # secretions are read with these

    plain, again = course(black6, rest, 1.0, shorten), course(black6, rest, 0.5, shorten)
    assert plain != again
