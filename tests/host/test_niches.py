"""Niches: rest without treatment, exact relaxation with it, rates of small lesions, and which sites are active."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from scipy import linalg

from paget.host.environment import killing_rate
from paget.host.niches import _advance_cells, advance_niche, mark_active, read_niche
from paget.host.record import SITES
from paget.host.stages import CYCLING, DAMAGED, balanced_share
from paget.host.state import DOSED, GROUPS, LESIONS
from paget.model import resolve
from paget.rules import compile_model
from paget.rules.tables import (
    CYCLE_ENTRY,
    DEATH,
    DEATH_OF_DAMAGED,
    DIVISION,
    DRUG_SENSITIVITY,
    REPAIR,
)

LUNG, LIVER = SITES.index("lung"), SITES.index("liver")


@pytest.fixture
def organ(black6, rest):
    _, state = rest(black6)
    return black6.record.copy()[0], state


@pytest.fixture(scope="module")
def few(catalog):
    """The mouse line with the first mechanisms only, which leave lymphocytes, neutrophils and stroma alone."""
    kept = ("growth", "IGF axis", "macrophages")
    return compile_model(
        resolve(catalog, "py230", "c57bl6", without=[name for name in catalog.mechanisms if name not in kept])
    )


@pytest.fixture
def quiet_organ(few, rest):
    _, state = rest(few)
    return few.record.copy()[0], state


def test_untreated_niches_are_at_rest(organ) -> None:
    """Cells, levels and stage shares of all organs stay within a part in ten thousand over sixty days."""
    tables, state = organ
    before = {name: state[name].copy() for name in ("niche", "niche_levels", "shares")}
    for _ in range(240):
        for site in range(len(SITES)):
            read_niche(tables, state, site)
            advance_niche(tables, state, site, 0.25)
    for name, values in before.items():
        assert state[name] == pytest.approx(values, rel=1e-4, abs=1e-9), name


def test_residents_without_signals_are_kept(quiet_organ, few) -> None:
    """A type that no rule changes stays as many as the organ has."""
    tables, state = quiet_organ
    changed = {
        rule.cell_type
        for rule in few.layout.rules
        if rule.behaviour.startswith(("recruitment", "death", "trans"))
    }
    kept = [name for name in few.cell_types[1:] if name not in changed and "tumour-associated" not in name]
    assert {"NK cell", "neutrophil"} <= set(kept)
    for name in kept:
        cell = few.cell_types.index(name)
        assert state["niche"][:, cell] == pytest.approx(tables["sites"]["cells"][:, cell], rel=1e-9)


def test_residents_are_those_of_the_organ_without_tumour_cells(black6, rest) -> None:
    """Whatever signals an organ has of its own, its cells are as many as the host states; the whole catalog is on.

    Macrophages of the organ are turned by the CSF-1 of plasma, which changes a little what the others sense.
    """
    share = "tumours/py230/dissemination/niche_tumour_share"
    tables, state = rest(black6.with_values({share: 0.0}))
    for name in ("CD8 T cell", "NK cell", "endothelial cell", "fibroblast"):
        cell = black6.cell_types.index(name)
        residents = tables["sites"]["cells"][:, cell]
        assert residents.max() > 0.0
        assert state["niche"][:, cell] == pytest.approx(residents, rel=0.08), name
        recruited = tables["behaviour"]["recruitment"][cell]
        assert state["niche_rest"][LUNG, recruited] >= tables["rules"]["base"][recruited]


def test_cell_types_that_turn_into_each_other_share_the_residents(organ, black6) -> None:
    """Tumour signals recruit and polarise: there are polarised macrophages, and more of both kinds than residents."""
    tables, state = organ
    plain, polarised = (black6.cell_types.index(n) for n in ("macrophage", "tumour-associated macrophage"))
    resident = tables["sites"]["cells"][LUNG, plain]
    assert tables["sites"]["cells"][LUNG, polarised] == 0.0
    assert state["niche"][LUNG, polarised] > 0.0
    assert state["niche"][LUNG, [plain, polarised]].sum() > resident


def test_depletion_and_recovery_are_exact(quiet_organ, few) -> None:
    """Under added death for four days, then without: the closed form of the relaxation, in one step or in many."""
    tables, state = quiet_organ
    cell = few.cell_types.index("NK cell")
    resident = float(tables["sites"]["cells"][LUNG, cell])
    dying = float(tables["rules"]["base"][tables["behaviour"]["death"][cell]])
    for pieces in (1, 16):
        state["niche"][LUNG, cell] = resident
        read_niche(tables, state, LUNG)
        state["depletion"][cell] = 0.6
        for _ in range(pieces):
            _advance_cells(tables, state, LUNG, 4.0 / pieces)
        rest = resident * dying / (dying + 0.6)
        low = rest + (resident - rest) * math.exp(-4.0 * (dying + 0.6))
        assert state["niche"][LUNG, cell] == pytest.approx(low)
        state["depletion"][cell] = 0.0
        for _ in range(pieces):
            _advance_cells(tables, state, LUNG, 10.0 / pieces)
        assert state["niche"][LUNG, cell] == pytest.approx(
            resident + (low - resident) * math.exp(-10.0 * dying)
        )


def test_neutrophils_follow_the_blood(quiet_organ, few) -> None:
    tables, state = quiet_organ
    cell = few.cell_types.index("neutrophil")
    state["marrow"][4] = 0.2
    read_niche(tables, state, LUNG)
    _advance_cells(tables, state, LUNG, 1e3)
    assert state["niche"][LUNG, cell] == pytest.approx(0.2 * tables["sites"]["cells"][LUNG, cell])


def test_rates_of_small_lesions_at_rest(organ) -> None:
    """Births are divisions of the cycling share; deaths are the organ's stress, killing and depletion together."""
    tables, state = organ
    tables["sites"]["stress"][LUNG] = 1.4
    state["depletion"][0] = 0.05
    read_niche(tables, state, LUNG)
    index, behaviours = tables["behaviour"]["tumour"], state["niche_behaviours"][LUNG].copy()
    killing = killing_rate(tables, state)
    advance_niche(tables, state, LUNG, 0.25)
    share = balanced_share(behaviours[index[CYCLE_ENTRY]], behaviours[index[DIVISION]])
    assert state["shares"][LUNG, CYCLING] == pytest.approx(share, rel=1e-4)
    assert state["births"][LUNG] == pytest.approx(behaviours[index[DIVISION]] * share, rel=1e-4)
    expected = 1.4 * behaviours[index[DEATH]] + killing + 0.05
    assert state["deaths"][LUNG] == pytest.approx(expected, rel=1e-4)
    assert killing > 0.0


@pytest.mark.parametrize("dt", [0.25, 1.0])
def test_net_growth_of_small_lesions_under_a_drug_is_exact(organ, black6, dt: float) -> None:
    """Over the days of an exposure, net growth is that of the matrix exponential at the rates of each step."""
    tables, state = organ
    drug = black6.drug_names.index("paclitaxel")
    index = tables["behaviour"]["tumour"]
    largest = float(tables["drugs"]["damage_rate"][drug])
    shares = state["shares"][LUNG].copy()
    for day in range(6):
        state["exposure"][drug, :] = 1e12 if day < 3 else 0.0
        read_niche(tables, state, LUNG)
        b = state["niche_behaviours"][LUNG].copy()
        killing = killing_rate(tables, state)
        advance_niche(tables, state, LUNG, dt)
        entry, division, repair, lethal = (
            b[index[n]] for n in (CYCLE_ENTRY, DIVISION, REPAIR, DEATH_OF_DAMAGED)
        )
        damage = largest if day < 3 else 0.0
        rhythm = np.array(
            [[-entry, 2 * division, repair], [entry, -division - damage, 0], [0, damage, -repair - lethal]]
        )
        after = linalg.expm(rhythm * dt) @ shares
        common = float(tables["sites"]["stress"][LUNG]) * b[index[DEATH]] + killing
        net = math.log(after.sum()) / dt - common
        shares = after / after.sum()
        assert state["births"][LUNG] - state["deaths"][LUNG] == pytest.approx(net, abs=1e-9)
        assert state["shares"][LUNG] == pytest.approx(shares, rel=1e-9, abs=1e-12)
        assert state["births"][LUNG] >= 0.0
        assert state["deaths"][LUNG] >= common - 1e-9
        assert b[index[DRUG_SENSITIVITY]] > 0.0
    assert shares[DAMAGED] > 0.0


# ---- active sites ----------------------------------------------------------------------------------------------------


def test_sites_become_active_by_cells_or_treatment(organ) -> None:
    _, state = organ
    mark_active(state)
    assert state["active"].sum() == 0
    state["arrested"][LIVER, 0, 3] = 1
    mark_active(state)
    assert np.flatnonzero(state["active"]).tolist() == [LIVER]
    state["arrested"][LIVER] = 0
    state["solitary"][LUNG, 2, 0] = 1
    state["count"][LESIONS], state["site"][1] = 2, 3
    state["count"][GROUPS], state["group_site"][0] = 1, 5
    mark_active(state)
    assert np.flatnonzero(state["active"]).tolist() == [LUNG, 3, 5]
    state["count"][:] = 0
    state["solitary"][:] = 0
    state["count"][DOSED] = 1
    mark_active(state)
    assert state["active"].all()


def test_treatment_before_the_cells_arrive_changes_their_niche(black6, protocol, regimen, run) -> None:
    """Depleting the host's NK cells a week before a tail-vein injection spares more cells than on the day after."""
    record = black6.record.copy()
    drug, cell = black6.drug_names.index("xentuzumab"), black6.cell_types.index("NK cell")
    record[0]["drugs"]["depletion_rate"][drug, cell] = 5.0
    record[0]["drugs"]["depletion_half"][drug, cell] = 1e-3
    record[0]["sites"]["cells"][LUNG, cell] = 2e4
    depleting = dataclasses.replace(black6, record=record)
    course = protocol(
        12, inoculum_route=1, inoculum_tick=8 * 24, inoculum_cells=2e5, snapshot_ticks=np.array([9 * 24])
    )
    alive = []
    for day in (1.0, 9.5):
        dose = regimen(depleting, ("xentuzumab", day, 20.0, "i.v."))
        record_of = run(depleting, course, dose)
        alive.append(record_of.column("solitary cells in lung")[9])
    assert alive[0] > 1.3 * alive[1]
