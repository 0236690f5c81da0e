"""Founders in the engine: lone ones counted, groups listed, both on the ladder of sizes, until they are lesions.

Statistical checks. Null: sizes follow the matrix exponential of the ladder's chain (chi-square), founders succeed with
the closed-form chance (binomial). False-alarm rate 1e-5 per check; seeds are fixed. Each check also rejects a planted
fault.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from organ_rates import LUNG, Rates
from scipy import linalg, stats

from paget.host.colonisation import AWAKE_STEP
from paget.host.founders import (
    MICROMETASTASIS_STEP,
    climb_alone,
    climb_together,
    found_lesion,
    list_group,
    start_groups,
    time_left,
)
from paget.host.niches import mark_active
from paget.host.record import MICROMETASTASIS_CELLS
from paget.host.state import FULL, GROUPS, LESIONS
from paget.host.step import advance
from paget.keyed_random import subject_key
from paget.rules.tables import DEATH_OF_LONE_FOUNDER

FALSE_ALARM = 1e-5
KEY = subject_key(20260405, "founders", 1)
LIVER = 4


@pytest.fixture
def organ(scid, rest):
    _, state = rest(scid)
    state["count"][LESIONS] = 1
    return scid.record.copy()[0], state


def climb_all(tables, state, tick: int, dt: float, sites=(LUNG,)) -> None:
    """One step of all founders that are there."""
    waiting = int(state["count"][GROUPS])
    for site in sites:
        climb_alone(tables, state, site, KEY, tick, dt)
    climb_together(tables, state, waiting, KEY, tick, dt)


def set_rates(tables, state, birth: float, death: float, excess: float) -> None:
    """Rates (1/day) of founders at every site."""
    state["births"][:], state["deaths"][:] = birth, death
    state["niche_behaviours"][:, tables["behaviour"]["tumour"][DEATH_OF_LONE_FOUNDER]] = excess


def listed(state) -> slice:
    return slice(0, int(state["count"][GROUPS]))


# ---- who is counted, who is listed ----------------------------------------------------------------------------------


def test_what_arrived_with_a_partner_keeps_its_mark(organ) -> None:
    """Groups and lesions know the kind of aggregate and the partner they came with."""
    tables, state = organ
    for pool in (0, 1, 2, 4):
        start_groups(state, LUNG, pool, 1, 1, 7)
    for group in range(4):
        found_lesion(tables, state, group, 50)
    lesions = slice(1, int(state["count"][LESIONS]))
    assert state["kind"][lesions].tolist() == [0, 1, 2, 2]
    assert state["partner"][lesions].tolist() == [0, 0, 1, 3]


def test_lineages_differ_between_times_sites_kinds_and_sizes(organ) -> None:
    _, state = organ
    places = ((1, 2, 0, 1), (2, 2, 0, 1), (1, 3, 0, 1), (1, 2, 1, 1), (1, 2, 0, 2), (1, 2, 16, 1))
    for tick, site, pool, size in places:
        start_groups(state, site, min(pool, 16), size, 50, tick)
    assert np.unique(state["group_lineage"][:300]).size == 300


def test_lineages_of_lone_founders_that_divide(organ) -> None:
    """They differ between steps, sites, pools and founders, and from those of groups that wake at the same tick."""
    tables, state = organ
    set_rates(tables, state, 3.0, 0.0, 0.0)
    for tick in (3, 4):
        for site in (LUNG, LIVER):
            for pool in (0, 1, 3):
                state["lone"][site, pool, :3] = 40
                start_groups(state, site, pool, 1, 40, tick)
            climb_alone(tables, state, site, KEY, tick, 0.25)
    groups = int(state["count"][GROUPS])
    assert groups > 800
    assert np.unique(state["group_lineage"][:groups]).size == groups


def test_full_room_is_told(organ) -> None:
    tables, state = organ
    room = state["group_size"].size
    start_groups(state, LUNG, 0, 0, room + 1, 1)
    assert state["count"][FULL] == 0  # who is counted needs no room
    start_groups(state, LUNG, 0, 1, room, 1)
    assert (state["count"][FULL], state["count"][GROUPS]) == (0, room)
    list_group(state, LUNG, 0, 2, 2, np.uint64(7))
    assert (state["count"][FULL], state["count"][GROUPS]) == (1, room)
    state["count"][FULL] = 0
    set_rates(tables, state, 1.0, 0.0, 0.0)
    climb_alone(tables, state, LUNG, KEY, 3, 0.25)
    assert (state["count"][FULL], state["count"][GROUPS]) == (1, room)
    state["count"][FULL] = 0
    state["count"][LESIONS] = state["site"].size
    found_lesion(tables, state, 0, 50)
    assert state["count"][FULL] == 1


def test_a_lone_founder_keeps_its_organ_active(organ) -> None:
    _, state = organ
    state["lone"][LIVER, 3, 2] = 1
    mark_active(state)
    assert np.flatnonzero(state["active"]).tolist() == [LIVER]


LABELS = ((0, 1), (1, 1), (1, 2), (1, 5), (2, 1), (2, 2), (4, 3))
"""Pool and founders; kind and partner follow."""


def test_founders_kind_and_partner_on_the_way_through_one_cell(organ) -> None:
    """Groups shrink to one cell, are counted, and grow to lesions; each lesion bears the marks of its group.

    First they only die; then the lone ones that are left only divide, so that each of them becomes a lesion.
    """
    tables, state = organ
    started = 60
    for pool, founders in LABELS:
        start_groups(state, LUNG, pool, founders - 1, started, 3)
    set_rates(tables, state, 0.0, 0.5, 0.5)
    climb_all(tables, state, 5, 1.0)
    alone = state["lone"].copy()
    assert {(pool, founders + 1) for _, pool, founders in np.argwhere(alone).tolist()} == set(LABELS)
    assert (alone < started).all()
    there = listed(state)
    assert (state["group_size"][there] >= 2).all()
    assert (state["group_size"][there] <= state["group_founders"][there]).all()
    state["count"][GROUPS] = 0
    set_rates(tables, state, 2.0, 0.0, 0.0)
    for tick in range(6, 16):
        climb_all(tables, state, tick, 1.0)
    assert state["lone"].sum() == state["count"][GROUPS] == 0
    lesions = slice(1, int(state["count"][LESIONS]))
    found = np.stack([state[name][lesions] for name in ("kind", "partner", "founders")], axis=1).tolist()
    for pool, founders in LABELS:
        mark = [min(pool, 2), max(pool - 1, 0), founders]
        assert found.count(mark) == alone[LUNG, pool, founders - 1]
    assert len(found) == alone.sum()
    assert (state["site"][lesions] == LUNG).all()


def test_without_death_no_founder_is_lost(organ) -> None:
    """Lone founders, listed groups and lesions add up to what woke, in every step and in two organs at once."""
    tables, state = organ
    for site, number in ((LUNG, 300), (LIVER, 200)):
        start_groups(state, site, 0, 0, number, 3)
        start_groups(state, site, 1, 2, 50, 3)
    set_rates(tables, state, 0.75, 0.0, 0.0)
    for tick in range(40):
        climb_all(tables, state, tick, 0.25, (LUNG, LIVER))
        for site, number in ((LUNG, 350), (LIVER, 250)):
            groups = (state["group_site"][listed(state)] == site).sum()
            founded = state["funnel"][site, MICROMETASTASIS_STEP].sum()
            assert state["lone"][site].sum() + groups + founded == number
    assert state["count"][LESIONS] > 100


# ---- the law of sizes -----------------------------------------------------------------------------------------------


LADDER = (0.75, 0.22, 2.53, 2.0)
"""birth, death, excess death of a lone founder (1/day), scale (cells): about those of the human line."""


def chain(top: int, birth: float, death: float, excess: float, scale: float) -> np.ndarray:
    """Generator (1/day) of the chain on 0 ... top cells, absorbed at both ends."""
    n = np.arange(top + 1)
    up, down = birth * n, n * (death + excess * np.exp(-(n - 1) / scale))
    up[top] = down[top] = 0.0
    return np.diag(-(up + down)) + np.diag(up[:-1], 1) + np.diag(down[1:], -1)


def after(steps: int, step: np.ndarray) -> np.ndarray:
    """Chances of 0, 1 ... cells and of a lesion after so many steps from one cell; lesions stay what they are."""
    step = step.copy()
    step[MICROMETASTASIS_CELLS:] = np.eye(step.shape[0])[MICROMETASTASIS_CELLS:]
    chances = np.linalg.matrix_power(step, steps)[1]
    return np.append(chances[:MICROMETASTASIS_CELLS], chances[MICROMETASTASIS_CELLS:].sum())


def observed_sizes(tables, state, lone: int, steps: int, dt: float) -> np.ndarray:
    """Lone founders by cells after so many steps: dead, counted, listed by size, lesions in the last place."""
    set_rates(tables, state, *LADDER[:3])
    tables["tumour"]["company_scale"] = LADDER[3]
    start_groups(state, LUNG, 0, 0, lone, 1)
    for step in range(steps):
        climb_all(tables, state, 2 + step, dt)
    sizes = np.bincount(state["group_size"][listed(state)], minlength=MICROMETASTASIS_CELLS + 1)
    assert sizes.size == MICROMETASTASIS_CELLS + 1
    assert sizes[:2].sum() == 0
    sizes[1], sizes[-1] = state["lone"].sum(), state["count"][LESIONS] - 1
    sizes[0] = lone - sizes.sum()
    assert state["lone"].sum() == state["lone"][LUNG, 0, 0]
    return sizes


def p_value(observed: np.ndarray, chances: np.ndarray) -> float:
    """Chi-square over the sizes that are expected at least ten times, the rest in one class."""
    expected = chances * observed.sum()
    common = expected >= 10.0
    seen = np.append(observed[common], observed[~common].sum())
    wanted = np.append(expected[common], expected[~common].sum())
    if wanted[-1] < 10.0:
        seen, wanted = seen[:-1], wanted[:-1] * seen[:-1].sum() / wanted[:-1].sum()
    return float(stats.chi2.sf(((seen - wanted) ** 2 / wanted).sum(), seen.size - 1))


@pytest.mark.parametrize(
    "steps, dt, faults",
    [
        (1, 0.25, (0, 0.5, 1)),
        (4, 0.25, (0, 1)),
        (12, 0.25, (0, 1)),
        (2, 1.0, (0, 0.5, 1)),
        (1, 4.0, (0, 0.5, 1)),
    ],
)
def test_lone_founders_follow_the_chain(organ, steps: int, dt: float, faults: tuple) -> None:
    """Sizes after some steps against the matrix exponential.

    Planted faults: what divides gets this part of the step to climb on, whenever it divided: none, half or all of it.
    """
    sizes = observed_sizes(*organ, 400_000, steps, dt)
    rates = chain(100, *LADDER)
    step = linalg.expm(rates * dt)
    assert p_value(sizes, after(steps, step)) > FALSE_ALARM
    lone = -rates[1, 1]
    divides = -math.expm1(-lone * dt) * LADDER[0] / lone
    for part in faults:
        faulty = step.copy()
        faulty[1] = divides * linalg.expm(rates * part * dt)[2]
        faulty[1, 0] += -math.expm1(-lone * dt) - divides
        faulty[1, 1] += math.exp(-lone * dt)
        assert p_value(sizes, after(steps, faulty)) < FALSE_ALARM


def test_time_left() -> None:
    """The quantiles of an exponential time that ends within the step, from the whole step to none of it."""
    rate, dt = 3.5, 0.25
    event = -math.expm1(-rate * dt)
    parts = np.linspace(0.0, 1.0, 11)
    left = [time_left(part, rate, event, dt) for part in parts]
    law = stats.truncexpon(rate * dt, scale=1 / rate)
    assert left == pytest.approx(dt - law.ppf(parts), abs=1e-12)
    assert left[0] == dt
    assert min(left) >= 0.0
    assert time_left(0.5, 1e-13, -math.expm1(-1e-13), 1.0) == pytest.approx(0.5, abs=1e-3)
    assert time_left(0.5, 1e3, 1.0, 1.0) == pytest.approx(1.0 - math.log(2.0) / 1e3)


# ---- how they end ---------------------------------------------------------------------------------------------------


def climbed(tables, state, size: int, groups: int, dt: float) -> int:
    """Groups of `size` cells that become lesions, followed to the end."""
    start_groups(state, LUNG, 0, size - 1, groups, 3)
    tick = 10
    while state["count"][GROUPS] + state["lone"].sum() > 0:
        climb_all(tables, state, tick, dt)
        tick += 1
    return int(state["funnel"][LUNG, MICROMETASTASIS_STEP, 0])


@pytest.mark.parametrize("dt", [0.25, 1.0])
@pytest.mark.parametrize("size, groups", [(1, 40_000), (2, 20_000), (3, 10_000), (8, 2_000)])
def test_founders_succeed_as_the_ladder_says(organ, size: int, groups: int, dt: float) -> None:
    """Lesions from woken groups of n cells against the closed form, whatever the step; 10 % of death more is rejected.

    A group counts as a lesion at the end of a step, so one that touches the size and falls back is missed: less than
    1 in 1,000.
    """
    tables, state = organ
    rates = Rates(tables, state)
    founded = climbed(tables, state, size, groups, dt)
    assert stats.binomtest(founded, groups, rates.ascent[size]).pvalue > FALSE_ALARM
    rates.death, rates.excess = 1.1 * rates.death, 1.1 * rates.excess
    if size <= 3:
        assert stats.binomtest(founded, groups, rates.ascent[size]).pvalue < 1e-2


def test_founded_lesions_are_booked(organ) -> None:
    tables, state = organ
    Rates(tables, state)
    founded = climbed(tables, state, 8, 500, 0.25)
    lesions = slice(1, int(state["count"][LESIONS]))
    assert founded == state["count"][LESIONS] - 1
    assert (state["cells"][lesions, 0] >= MICROMETASTASIS_CELLS).all()
    assert (state["cells"][lesions, 0] < 2 * MICROMETASTASIS_CELLS).all()
    assert (state["small"][lesions] == 1).all()
    assert (state["founders"][lesions] == 8).all()
    assert (state["site"][lesions] == LUNG).all()
    assert (state["volume"][lesions] > 0).all()


def test_what_wakes_in_a_step_climbs_from_the_next_on(organ) -> None:
    tables, state = organ
    state["solitary"][LUNG, 0, 0], state["solitary"][LUNG, 1, 1] = 300_000, 50_000
    advance(tables, state, KEY, 0, 1.0)
    alone, groups = state["funnel"][LUNG, AWAKE_STEP, :2].tolist()
    assert state["lone"][LUNG, 0, 0] == state["lone"].sum() == alone > 200
    assert state["count"][GROUPS] == groups > 40
    assert (state["group_size"][:groups] == 2).all()
    state["solitary"][:] = 0
    advance(tables, state, KEY, 24, 1.0)
    assert state["lone"].sum() < 0.3 * alone


def test_only_what_waited_climbs(organ) -> None:
    """Of 100 groups in the list 60 had waited; the others keep their cells."""
    tables, state = organ
    set_rates(tables, state, 0.0, 1.0, 1.0)
    start_groups(state, LUNG, 1, 1, 100, 3)
    climb_alone(tables, state, LUNG, KEY, 10, 1.0)
    climb_together(tables, state, 0, KEY, 10, 1.0)
    assert state["count"][GROUPS] == 100
    climb_together(tables, state, 60, KEY, 11, 1.0)
    assert 40 <= state["count"][GROUPS] < 60
    assert 0 < state["lone"].sum() < 60


def test_a_group_that_becomes_a_lesion_grows_once(organ) -> None:
    """Cells of 400 large groups after a step of a day are 45 e^(net growth) each, whether they became lesions or not.

    Growing again as a lesion in the step that founds it would add half.
    """
    tables, state = organ
    rates = Rates(tables, state)
    start_groups(state, LUNG, 1, 1, 400, 3)
    state["group_size"][:400] = 45
    advance(tables, state, KEY, 0, 1.0)
    lesions = slice(1, int(state["count"][LESIONS]))
    cells = int(state["cells"][lesions].sum() + state["group_size"][: state["count"][GROUPS]].sum())
    assert state["count"][LESIONS] > 300
    assert cells / 400 == pytest.approx(45 * math.exp(rates.birth - rates.death), rel=0.04)


def test_a_lone_founder_that_becomes_a_lesion_grows_once(organ) -> None:
    """Lesions and their cells after one step of eight days from lone founders, against the chain.

    Growing again in that step would multiply them by 70.
    """
    tables, state = organ
    rates = Rates(tables, state)
    number, days, top = 100_000, 8.0, 800
    start_groups(state, LUNG, 0, 0, number, 3)
    advance(tables, state, KEY, 0, days)
    chances = linalg.expm(
        days * chain(top, float(state["births"][LUNG]), rates.death, rates.excess, rates.scale)
    )[1]
    large = np.arange(top + 1) >= MICROMETASTASIS_CELLS
    founded, cells = int(state["count"][LESIONS]) - 1, int(state["cells"].sum())
    assert stats.binomtest(founded, number, chances[large].sum()).pvalue > FALSE_ALARM
    assert cells / founded == pytest.approx(
        np.average(np.arange(top + 1)[large], weights=chances[large]), rel=0.1
    )
