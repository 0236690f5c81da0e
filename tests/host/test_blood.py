"""Shedding, first beds and circulation: laws of the counts and the bookkeeping of every cell.

Statistical checks. Null: counts follow the stated binomial, multinomial or Poisson law (chi-square or exact binomial
test). False-alarm rate 1e-5 per check; seeds are fixed. Each law is also compared with a planted fault that the same
check must reject.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from paget.host.blood import (
    _end_walk,
    _fill_pull,
    circulate,
    meet_bed,
    meet_first_beds,
    shed,
    size_share,
    split_by_partner,
    split_by_size,
)
from paget.host.blood_meetings import pair_affinity
from paget.host.lesions import read_lesion, tumour_cells, update_volume
from paget.host.pools import CLUSTER, MIXED, SINGLE, kind_of, kind_of_pool, pool_of
from paget.host.record import CASCADE_STEPS, LARGEST_AGGREGATE, SITES
from paget.host.state import DEAD_IN_BLOOD, LESIONS, SHED
from paget.host.step import advance
from paget.host.walk import DIES, FAT_PAD, LEFT_HEART, LIVER, LUNG, NODE, fill_first_bed
from paget.keyed_random import Purpose, seek, subject_key
from paget.rules.tables import BREAK_UP, COHESION, LOSS_FROM_BLOOD, SHEDDING

FALSE_ALARM = 1e-5
KEY = subject_key(20260402, "blood", 1)
SHED_STEP, SURVIVED, ARRESTED = (CASCADE_STEPS.index(name) for name in ("shed", "survived blood", "arrested"))
SIZES = np.arange(1, LARGEST_AGGREGATE + 1)


@pytest.fixture
def blood(black6, rest):
    """Tables that may be changed and a state without tumour cells; the generator stands at a fixed question."""
    _, state = rest(black6)
    seek(state["generator"], KEY, Purpose.SHEDDING, 1, 7)
    state["blood_behaviours"][:] = (1.0, 0.0, 0.1)
    tables = black6.record.copy()[0]
    tables["tumour"]["pick_up_in_blood"] = 0.0  # meetings in blood have tests of their own
    return tables, state


def put_lesion(tables, state, volume: float, site: int = FAT_PAD) -> None:
    """A lesion of half quiescent, half cycling tumour cells with a tenth of endothelial cells."""
    total = int(volume * float(tables["tumour"]["cell_density"]))
    state["count"][LESIONS] = 1
    state["site"][0], state["lineage"][0] = site, 1
    state["stroma"][0, tables["behaviour"]["endothelial"]] = total // 10
    state["cells"][0, :2] = (total - total // 10) // 2
    update_volume(tables, state, 0)
    read_lesion(tables, state, 0)


def cells_in(state, *names: str) -> int:
    return int(sum((state[name].sum(axis=1) * SIZES).sum() for name in names))


def chi_square(observed, expected) -> float:
    """p value of counts against expected counts; classes below 5 are pooled."""
    observed, expected = np.asarray(observed, float), np.asarray(expected, float)
    common = expected >= 5
    pooled = [(observed[~common].sum(), expected[~common].sum())] if expected[~common].sum() > 5 else []
    pairs = [*zip(observed[common], expected[common], strict=True), *pooled]
    return float(stats.chi2.sf(sum((o - e) ** 2 / e for o, e in pairs), len(pairs) - 1))


# ---- size and partner ------------------------------------------------------------------------------------------------


def size_law(cohesion: float) -> np.ndarray:
    law = (1 - cohesion) * cohesion ** (SIZES - 1.0)
    law[-1] = cohesion ** (LARGEST_AGGREGATE - 1)
    return law


@pytest.mark.parametrize("cohesion", [0.0, 0.13, 0.6, 1.0])
def test_size_law(blood, cohesion: float) -> None:
    """P(n) = (1 - c) c^(n - 1), all larger ones counted as the largest."""
    _, state = blood
    events = 200_000
    split_by_size(state, events, cohesion)
    observed = state["sizes"].sum(axis=1)
    assert observed.sum() == events
    assert state["sizes"][:, 1:].sum() == 0
    if cohesion in (0.0, 1.0):
        assert observed[0 if cohesion == 0.0 else -1] == events
        return
    assert chi_square(observed, events * size_law(cohesion)) > FALSE_ALARM
    assert chi_square(observed, events * size_law(cohesion * 1.05)) < FALSE_ALARM


@pytest.mark.parametrize("cohesion", [0.0, 0.13, 0.6, 1.0])
def test_shares_of_sizes_are_those_of_the_split(cohesion: float) -> None:
    shares = [size_share(int(size), cohesion) for size in SIZES]
    assert shares == pytest.approx(size_law(cohesion).tolist(), abs=1e-15)
    assert sum(shares) == pytest.approx(1.0)


def test_partners_by_affinity_and_share(blood) -> None:
    """An aggregate has a partner with 1 - exp(-sum affinity x share), of a type by affinity x share."""
    tables, state = blood
    put_lesion(tables, state, 100.0)
    count = int(tables["count"]["partners"])
    partners = tables["behaviour"]["partner"][:count]
    state["stroma"][0, partners] = [200_000, 400_000, 100_000] + [0] * (count - 3)
    tables["behaviour"]["adhesion_back"][:] = -1  # the tumour cell's adhesion alone
    for place in range(3):  # of the others there are none
        state["behaviours"][tables["behaviour"]["adhesion"][place]] = (0.85, 1.5, 0.15)[place]
    update_volume(tables, state, 0)
    total = float(tables["tumour"]["cell_density"]) * float(state["volume"][0])
    pull = np.array([0.85 * 200_000, 1.5 * 400_000, 0.15 * 100_000]) / total
    events = 300_000
    state["sizes"][:] = 0
    state["sizes"][0, 0] = state["sizes"][3, 0] = events
    _fill_pull(tables, state, 0)
    split_by_partner(state, 4)
    escorted = -math.expm1(-pull.sum())
    none = np.zeros(count - 3)
    law = np.array([1 - escorted, *(escorted * pull / pull.sum()), *none])
    faulty = np.array([1 - pull.sum(), *pull, *none])
    for size in (0, 3):
        observed = state["sizes"][size, : law.size]
        assert observed.sum() == events
        assert chi_square(observed, events * law) > FALSE_ALARM
        assert chi_square(observed, events * faulty) < FALSE_ALARM
    assert state["sizes"].sum() == 2 * events


def test_a_pair_holds_by_the_product_of_both_adhesions(blood) -> None:
    """Affinity of the tumour cell times that of the partner to it, 1 where the partner has none."""
    tables, state = blood
    index = tables["behaviour"]
    first = index["adhesion"][0]
    state["behaviours"][first] = 0.85
    index["adhesion_back"][0] = -1
    assert pair_affinity(tables, state["behaviours"], 0) == 0.85
    index["adhesion_back"][0] = other = index["adhesion"][1]
    state["behaviours"][other] = 0.4
    assert pair_affinity(tables, state["behaviours"], 0) == pytest.approx(0.34)
    state["behaviours"][other] = 0.0  # what blocks the partner's side keeps the pair apart
    assert pair_affinity(tables, state["behaviours"], 0) == 0.0
    index["adhesion"][0] = -1
    assert pair_affinity(tables, state["behaviours"], 0) == 0.0


def test_kinds() -> None:
    assert kind_of(1, 0) == SINGLE
    assert kind_of(2, 0) == CLUSTER
    assert kind_of(1, 1) == kind_of(5, 2) == MIXED


def test_pools_know_the_partner() -> None:
    pools = [pool_of(1, 0), pool_of(2, 0), *(pool_of(3, partner) for partner in range(1, 9))]
    assert pools == list(range(10))
    assert [kind_of_pool(pool) for pool in pools] == [SINGLE, CLUSTER] + 8 * [MIXED]


# ---- shedding --------------------------------------------------------------------------------------------------------


def test_shed_rate_is_surface_like(blood) -> None:
    """Events are Poisson with the stated rate at 1,000 mm3, times volume to the shedding exponent."""
    tables, state = blood
    index = tables["behaviour"]["tumour"]
    for volume in (30.0, 1000.0):
        put_lesion(tables, state, volume)
        rate = float(state["behaviours"][index[SHEDDING]])
        expected = (
            rate * (float(state["volume"][0]) / 1000.0) ** float(tables["tumour"]["shedding_exponent"]) * 0.25
        )
        events = []
        for tick in range(40):
            before = state["funnel"][FAT_PAD, SHED_STEP].sum()
            shed(tables, state, 0, KEY, tick, 0.25)
            events.append(int(state["funnel"][FAT_PAD, SHED_STEP].sum() - before))
            put_lesion(tables, state, volume)
        total = stats.poisson(40 * expected)
        assert FALSE_ALARM / 2 < total.cdf(sum(events)) < 1 - FALSE_ALARM / 2
        faulty = stats.poisson(40 * expected * 1.05)
        assert faulty.cdf(sum(events)) < FALSE_ALARM / 2
        dispersion = np.var(events, ddof=1) / np.mean(events) * 39
        assert FALSE_ALARM / 2 < stats.chi2(39).cdf(dispersion) < 1 - FALSE_ALARM / 2


def test_every_shed_cell_leaves_the_lesion(blood) -> None:
    tables, state = blood
    put_lesion(tables, state, 500.0)
    before = tumour_cells(state, 0)
    shed(tables, state, 0, KEY, 5, 0.25)
    gone = before - tumour_cells(state, 0)
    assert gone == state["account"][SHED] > 0
    assert gone == state["arrested_cells"].sum() + cells_in(state, "entering", "entering_veins")
    assert (state["cells"][0] >= 0).all()
    assert state["funnel"][FAT_PAD, SURVIVED].sum() == state["funnel"][:, ARRESTED].sum()


def test_lymph_leads_to_the_node(blood) -> None:
    """A share of the aggregates of the fat pad meets the axillary node first, all others the lungs."""
    tables, state = blood
    tables["tumour"]["lymphatic_share"] = 0.3
    put_lesion(tables, state, 1000.0)
    shed(tables, state, 0, KEY, 6, 1.0)
    events = int(state["funnel"][FAT_PAD, SHED_STEP].sum())
    by_lymph = int(state["funnel"][NODE, ARRESTED].sum() + state["entering_veins"].sum())
    by_blood = int(state["funnel"][LUNG, ARRESTED].sum() + state["entering"].sum())
    assert by_lymph + by_blood == events
    assert stats.binomtest(by_lymph, events, 0.3).pvalue > FALSE_ALARM
    assert stats.binomtest(by_lymph, events, 0.32).pvalue < FALSE_ALARM


def test_small_lesions_do_not_shed(blood) -> None:
    tables, state = blood
    diameter = float(tables["tumour"]["shedding_diameter"])
    put_lesion(tables, state, math.pi / 6 * (0.99 * diameter) ** 3)
    shed(tables, state, 0, KEY, 3, 1.0)
    assert state["account"][SHED] == 0


def test_a_lesion_never_sheds_more_cells_than_it_has(blood) -> None:
    tables, state = blood
    tables["tumour"]["shedding_diameter"] = 0.0
    put_lesion(tables, state, 1e-3)
    state["behaviours"][tables["behaviour"]["tumour"][SHEDDING]] = 1e12
    state["behaviours"][tables["behaviour"]["tumour"][COHESION]] = 1.0
    before = tumour_cells(state, 0)
    shed(tables, state, 0, KEY, 3, 1.0)
    assert 0 < state["account"][SHED] <= before
    assert tumour_cells(state, 0) == before - state["account"][SHED]


def test_shed_cells_come_from_all_stages_in_proportion(blood) -> None:
    tables, state = blood
    put_lesion(tables, state, 1000.0)
    state["cells"][0] = (30_000_000, 15_000_000, 5_000_000)
    update_volume(tables, state, 0)
    before = state["cells"][0].copy()
    shed(tables, state, 0, KEY, 4, 1.0)
    gone = before - state["cells"][0]
    assert gone / gone.sum() == pytest.approx([0.6, 0.3, 0.1], abs=1e-4)


# ---- first bed -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size, partner, weight", [(1, 0, 1), (1, 2, 2), (2, 0, 2), (5, 1, 6)])
def test_first_pass_by_size(blood, size: int, partner: int, weight: int) -> None:
    """A partner counts as one more cell: passage 0.1 n^-1/2."""
    tables, state = blood
    number, chance = 400_000, 0.1 * weight**-0.5
    meet_bed(tables, state, FAT_PAD, LUNG, size - 1, partner, number, 0.1)
    passed = int(state["entering"][size - 1, partner])
    assert passed + state["arrested"][LUNG].sum() == number
    assert state["arrested"][LUNG, pool_of(size, partner), size - 1] == number - passed
    assert stats.binomtest(passed, number, chance).pvalue > FALSE_ALARM
    assert stats.binomtest(passed, number, 0.1 * (weight + 1) ** -0.5).pvalue < FALSE_ALARM


def test_liver_first_from_the_portal_vein(blood) -> None:
    tables, state = blood
    meet_bed(tables, state, FAT_PAD, LIVER, 0, 0, 100_000, 0.1)
    assert state["entering"].sum() == 0  # what passes the liver comes to the lungs as a passer
    assert state["arrested"][LIVER].sum() + state["entering_veins"].sum() == 100_000
    assert state["arrested"].sum() == state["arrested"][LIVER].sum()


def test_left_heart_shares_out_by_flow(blood) -> None:
    tables, state = blood
    fill_first_bed(tables, LEFT_HEART, state["fates"])
    meet_first_beds(tables, state, FAT_PAD, 0, 0, 1_000_000, 0.0)
    flow = tables["sites"]["flow"].copy()
    flow[LUNG] = 0.0
    observed = state["arrested"].sum(axis=(1, 2))
    assert observed.sum() == 1_000_000
    assert observed[LUNG] == 0
    others = np.arange(len(SITES)) != LUNG
    assert chi_square(observed[others], 1e6 * (flow / flow.sum())[others]) > FALSE_ALARM
    swapped = flow[[0, 1, 2, 4, 3, 5, 6]]
    assert chi_square(observed[others], 1e6 * (swapped / flow.sum())[others]) < FALSE_ALARM


# ---- circulation -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "size, partner, half_life",
    [(1, 0, "half_life_single"), (3, 0, "half_life_cluster"), (1, 1, "half_life_mixed")],
)
def test_half_life_of_passers(blood, size: int, partner: int, half_life: str) -> None:
    tables, state = blood
    number = 1_000_000
    state["circulating"][size - 1, partner] = number
    circulate(tables, state, KEY, 1, float(tables["tumour"][half_life]))
    left = int(state["circulating"][size - 1, partner])
    assert (
        abs(left / number - 0.5) < 5e-3
    )  # a circuit's loss falls on two beds one after the other: 0.1 % slower
    circulate(tables, state, KEY, 2, float(tables["tumour"][half_life]))
    assert abs(state["circulating"][size - 1, partner] / number - 0.25) < 5e-3


def test_stock_is_rate_times_residence(blood) -> None:
    """The number in blood at rest is Poisson with mean rate x half-life / ln 2, whatever the step."""
    tables, state = blood
    rate = 40_000.0
    residence = float(tables["tumour"]["half_life_single"]) / math.log(2.0)
    for dt in (0.25, 1.0 / 24.0):
        stock = []
        for tick in range(60):
            state["entering"][0, 0] = rate * dt
            circulate(tables, state, KEY, tick, dt)
            stock.append(int(state["circulating"][0, 0]))
        mean = np.mean(stock[30:])
        expected = rate * residence
        assert abs(mean - expected) < 5.0 * math.sqrt(expected / 30) + 0.003 * expected
        assert abs(mean - 1.05 * expected) > 5.0 * math.sqrt(expected / 30) + 0.003 * expected


def test_death_factor_shortens_life(blood) -> None:
    """With half of the losses by death, a death factor of 3 doubles the rate at which passers leave."""
    tables, state = blood
    tables["tumour"]["lost_by_death"] = 0.5
    state["blood_behaviours"][0] = 3.0
    state["circulating"][0, 0] = 1_000_000
    circulate(tables, state, KEY, 1, float(tables["tumour"]["half_life_single"]))
    assert state["circulating"][0, 0] / 1e6 == pytest.approx(0.25, abs=5e-3)
    share = state["account"][DEAD_IN_BLOOD] / (1e6 - state["circulating"][0, 0])
    assert share == pytest.approx(0.75, abs=5e-3)


@pytest.mark.parametrize("partner", [0, 2])
def test_break_up_is_triangular(blood, partner: int) -> None:
    """Without other losses clusters fall apart cell by cell, no cell is lost, and a partner stays with the rest."""
    tables, state = blood
    for name in ("half_life_single", "half_life_cluster", "half_life_mixed"):
        tables["tumour"][name] = 1e12
    state["blood_behaviours"][1] = 0.02
    state["circulating"][4, partner] = 10_000
    largest = []
    for tick in range(6):
        circulate(tables, state, KEY, tick, 0.002)
        assert cells_in(state, "circulating") == 50_000
        largest.append(int(np.flatnonzero(state["circulating"].sum(axis=1)).max()))
        assert state["circulating"][1:, [p for p in range(5) if p != partner]].sum() == 0
    assert largest == sorted(largest, reverse=True)
    for tick in range(6, 12):
        circulate(tables, state, KEY, tick, 10.0)
    assert state["circulating"][0, 0] == (50_000 if partner == 0 else 40_000)
    assert state["circulating"][0, partner] == (50_000 if partner == 0 else 10_000)
    assert state["account"][DEAD_IN_BLOOD] == 0
    assert state["arrested_cells"].sum() == 0


def test_fates_are_booked_once(blood) -> None:
    """Of 100,000 walks that end, every cell is dead, arrested or in a fragment."""
    _, state = blood
    state["fates"][:] = 0.0
    state["fates"][:5] = (0.2, 0.3, 0.1, 0.1, 0.3)
    _end_walk(state, 2, 0, 100_000)
    dead, arrested = int(state["account"][DEAD_IN_BLOOD]), int(state["arrested_cells"].sum())
    assert dead % 3 == 0
    assert dead + arrested + cells_in(state, "entering") == 300_000
    assert stats.binomtest(dead // 3, 100_000, 0.2).pvalue > FALSE_ALARM
    assert state["entering"][1, 0] == state["entering"][0, 0]  # a three breaks into a two and a one
    assert state["fate_counts"][DIES] * 3 == dead


def test_blood_behaviours_are_the_tumours(black6, rest) -> None:
    tables, state = rest(black6)
    base = tables["rules"]["base"][tables["behaviour"]["tumour"][BREAK_UP]]
    assert state["blood_behaviours"][1] == base


@pytest.mark.parametrize("resected", [False, True])
def test_blood_behaviours_after_resection_are_those_of_metastases(blood, black6, resected: bool) -> None:
    """Circulating cells keep what the primary's cells do; without a primary, what the cells of metastases do."""
    tables, state = blood
    index = tables["behaviour"]["tumour"]
    polarised = black6.cell_types.index("tumour-associated macrophage")
    for lesion, macrophages in ((0, 0), (1, 400_000)):  # macrophages make IGF, which protects
        put_lesion(tables, state, 20.0)
        state["site"][lesion], state["lineage"][lesion] = (FAT_PAD, LUNG)[lesion], 1 + lesion
        state["cells"][lesion, :2] = 500_000
        state["stroma"][lesion, polarised] = macrophages
        state["levels"][lesion] = state["niche_levels"][LUNG]
        update_volume(tables, state, lesion)
    state["count"][LESIONS] = 2
    if resected:
        state["cells"][0], state["stroma"][0] = 0, 0
    advance(tables, state, KEY, 0, 0.25)
    kept = float(state["blood_behaviours"][0])
    read = []
    for lesion in (0, 1):
        read_lesion(tables, state, lesion)
        read.append(float(state["behaviours"][index[LOSS_FROM_BLOOD]]))
    assert kept == pytest.approx(read[1 if resected else 0], rel=0.02)
    assert read[1] < 0.96 * read[0]
