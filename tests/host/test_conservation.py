"""Every shed cell is accounted for, whatever the route, the seed and the treatment; pools and funnel add up."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paget.host.record import CASCADE_STEPS, SITES

STEPS = {name: index for index, name in enumerate(CASCADE_STEPS)}
FAT_PAD = SITES.index("mammary fat pad")


def arrested_by_account(record) -> float:
    return sum(value for name, value in record.account.items() if name.startswith("arrested in "))


def check_account(record) -> None:
    """Shed cells are dead in blood, arrested at some site, or still in transit; all are whole numbers."""
    account = record.account
    assert all(value >= 0 and value == int(value) for value in account.values())
    assert account["shed"] == account["dead in blood"] + account["in transit"] + arrested_by_account(record)


def check_funnel(record) -> None:
    """What arrests survived the blood; at each site and for each kind every later step holds fewer groups."""
    funnel = record.funnel
    assert (funnel >= 0).all()
    assert funnel[:, STEPS["survived blood"]].sum() == funnel[:, STEPS["arrested"]].sum()
    for earlier, later in itertools.pairwise(CASCADE_STEPS[2:]):
        assert (funnel[:, STEPS[later]] <= funnel[:, STEPS[earlier]]).all(), later


def check_transit(record) -> None:
    cells = (record.circulating.sum(axis=1) * np.arange(1, record.circulating.shape[0] + 1)).sum()
    assert record.account["in transit"] == cells
    assert record.at_exit("circulating aggregates") == record.circulating.sum()


def check_passages(record) -> None:
    """Per kind: what meets a bed arrests or passes; what passes or forms there changes, arrests, dies or is there."""
    met, first, passed, formed, changed, later, dead = record.passages.T
    assert (record.passages >= 0).all()
    assert (met == first + passed).all()
    counts = record.circulating
    there = [counts[0, 0], counts[1:, 0].sum(), counts[:, 1:].sum()]
    assert (passed + formed - changed - later - dead == there).all()
    arrested = record.funnel[:, STEPS["arrested"]].sum(axis=0)
    assert (first + later == arrested).all()
    assert (met == record.funnel[:, STEPS["shed"]].sum(axis=0)).all()


def check_lesions(record) -> None:
    """The daily row and the list of lesions tell the same."""
    last = record.snapshots[-1]
    for site, name in enumerate(SITES):
        here = last.site == site
        assert record.at_exit(f"lesions in {name}") == here.sum()
        assert record.at_exit(f"tumour cells in {name}") == last.tumour_cells[here].sum()
        assert record.at_exit(f"lesion volume in {name}") == pytest.approx(last.volume[here].sum(), rel=1e-12)
        founded = record.funnel[site, STEPS["micrometastasis"]].sum()
        assert here.sum() <= founded


@settings(max_examples=25)
@given(
    animal=st.integers(1, 10_000),
    route=st.integers(0, 3),
    size=st.integers(1, 12),
    days=st.sampled_from([1.0, 3.0, 9.0]),
    step=st.sampled_from([1, 6, 24]),
    treated=st.booleans(),
)
def test_every_shed_cell_is_accounted_for(
    black6, protocol, regimen, run, animal, route, size, days, step, treated
) -> None:
    course = protocol(
        days,
        step_ticks=step,
        inoculum_route=route,
        inoculum_size=size,
        inoculum_cells=3e5,
        engrafted_share=1.0,
    )
    doses = [("paclitaxel", 1.0, 20.0, "i.v."), ("xentuzumab", 0.5, 20.0, "i.p.")] if treated else []
    record = run(black6, course, regimen(black6, *doses), animal)
    check_account(record)
    check_funnel(record)
    check_transit(record)
    check_passages(record)
    check_lesions(record)


@pytest.mark.parametrize("animal", [1, 2, 3])
def test_a_whole_course(scid, protocol, run, animal: int) -> None:
    """Six weeks with metastases that shed in turn."""
    record = run(scid, protocol(42), animal=animal)
    check_account(record)
    check_funnel(record)
    check_transit(record)
    check_passages(record)
    check_lesions(record)
    assert record.account["shed"] > 1e5
    assert record.snapshots[-1].site.size > 5


def test_a_lost_cell_is_seen(scid, protocol, run) -> None:
    """The planted fault of these checks: one aggregate too few in an account or a funnel."""
    record = run(scid, protocol(20))
    check_account(record)
    record.account["dead in blood"] -= 1
    with pytest.raises(AssertionError):
        check_account(record)
    record.funnel[2, STEPS["arrested"], 0] -= 1
    with pytest.raises(AssertionError):
        check_funnel(record)


@pytest.mark.parametrize("route", [1, 2, 3])
def test_injected_cells_before_their_first_step(black6, protocol, run, route: int) -> None:
    """A study that ends with the injection still knows where all cells are: arrested, or on their way."""
    course = protocol(0, inoculum_route=route, inoculum_cells=10_000, inoculum_size=2)
    record = run(black6, course)
    check_account(record)
    assert record.account["shed"] == 10_000
    assert record.account["in transit"] > 0
    assert record.funnel[FAT_PAD, STEPS["shed"]].tolist() == [0, 5_000, 0]


def test_without_death_what_arrests_is_in_the_pools(black6, protocol, run) -> None:
    """With no death after arrest and no waking, cells in the lungs are those that arrested there."""
    tumour = "tumours/py230/behaviours"
    names = ("death after arrest", "death while solitary", "waking")
    still = black6.with_values(
        {f"{tumour}/{name}/{limit}": 0.0 for name in names for limit in ("base", "minimum", "maximum")}
    )
    record_of_rates = still.record.copy()
    record_of_rates[0]["behaviour"]["attack"][:] = -1
    still = dataclasses.replace(still, record=record_of_rates)
    record = run(still, protocol(5, inoculum_route=1, inoculum_cells=50_000))
    lung = record.account["arrested in lung"]
    assert record.at_exit("solitary cells in lung") == lung
    entered = record.funnel[2, STEPS["entered"]].sum()
    assert 0.9 * lung < entered <= lung
    assert record.funnel[:, STEPS["awake"]].sum() == 0


def test_break_up_can_make_more_aggregates_than_were_shed(black6, protocol, run) -> None:
    """Only cells are conserved: a cluster that falls apart arrests as several aggregates."""
    tumour = "tumours/py230/behaviours/cluster break-up"
    brittle = black6.with_values({f"{tumour}/{limit}": 0.9 for limit in ("base", "minimum", "maximum")})
    passing = "tumours/py230/behaviours/first-pass passage"
    brittle = brittle.with_values({f"{passing}/{limit}": 1.0 for limit in ("base", "minimum", "maximum")})
    record = run(brittle, protocol(1, inoculum_route=1, inoculum_cells=120_000, inoculum_size=12))
    check_account(record)
    check_passages(record)
    assert record.passages[:, 3].sum() > 5_000
    assert record.funnel[:, STEPS["arrested"]].sum() > record.funnel[:, STEPS["shed"]].sum()
