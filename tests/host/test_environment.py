"""Factor levels at rest, receptor activity, contacts, killing and damage in a well-mixed lesion."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from paget.host.environment import (
    MOLECULES_PER_NANOMOLAR,
    REFERENCE_ENDOTHELIUM,
    fill_shared,
    killing_rate,
    sense_and_act,
    vessel_density,
)
from paget.host.lesions import read_lesion, update_volume
from paget.host.state import LESIONS
from paget.pharmacology.plasma import damage_rate


def imbalance(tables, state, levels: np.ndarray, vessels: float) -> np.ndarray:
    """Gain minus loss of every factor (nM/day), written from the balance equation and not from the engine's steps."""
    signalling = tables["signalling"]
    factors, receptors = int(tables["count"]["factors"]), int(tables["count"]["receptors"])
    fluid = MOLECULES_PER_NANOMOLAR * float(tables["body"]["interstitial_share"])
    densities = state["densities"]
    gain = np.zeros(factors)
    for cell_type, factor, behaviour in tables["behaviour"]["secretion"][: tables["count"]["secretions"]]:
        crosses = signalling["crosses"][factor] if cell_type == 0 else 1.0
        gain[factor] += state["behaviours"][behaviour] * densities[cell_type] * crosses / fluid
    exchange = signalling["exchange"][:factors] * vessels
    gain += exchange * state["plasma_free"][:factors]
    loss = (signalling["decay"][:factors] + exchange + state["capture"][:factors]) * levels
    for receptor in range(receptors):
        held = levels / signalling["affinity"][receptor, :factors]
        load = (
            held.sum()
            + state["signals"][tables["signal"]["collagen_density"]] / signalling["collagen"][receptor]
        )
        per_day = (
            signalling["receptors"][:, receptor] * signalling["internalisation"][:, receptor] * densities
        )
        for side, taken in enumerate((per_day[0], per_day[1:].sum())):
            loss += held / (1.0 + load + state["antagonism"][receptor, side]) * taken / fluid
    return gain - loss


def secretions_of(tables) -> np.ndarray:
    """Places of all secretions among the behaviours."""
    return tables["behaviour"]["secretion"][: tables["count"]["secretions"], 2]


@pytest.fixture(scope="session")
def lesion(black6, rest):
    """lesion(tumour_cell=..., ...): a lesion of such densities (1/mm3); returns tables, state and sense(**effects)."""

    def make(**densities: float):
        _, state = rest(black6)
        tables = black6.record.copy()[0]
        state["densities"][:] = 0.0
        for name, density in densities.items():
            state["densities"][black6.cell_types.index(name.replace("_", " "))] = density

        def sense(**effects) -> np.ndarray:
            for name, value in effects.items():
                state[name][:] = np.broadcast_to(np.transpose(value), state[name].T.shape).T
            fill_shared(tables, state)  # as in every step: drugs and tables may have changed
            levels = np.full(state["levels"].shape[1], 0.1)
            for _ in range(30):  # secretion reads the levels of the step before
                sense_and_act(tables, state, levels, state["niche_expression"][0], 0.5, 1.0, 0.0)
            return levels[: len(black6.factors)]

        return tables, state, sense

    return make


PYMT = {
    "tumour_cell": 6.2e4,
    "tumour-associated_macrophage": 1.4e4,
    "fibroblast": 9.3e3,
    "neutrophil": 3e3,
    "endothelial_cell": 1.5e3,
}
"""Composition of a PyMT tumour (1/mm3)."""


# ---- levels ----------------------------------------------------------------------------------------------------------


def test_balance_of_every_factor(lesion) -> None:
    """Gain is loss at the levels that the engine leaves; with 1 % more secretion it would not be."""
    tables, state, sense = lesion(**PYMT)
    levels = sense()
    vessels = vessel_density(tables, state["densities"])
    assert vessels == pytest.approx(1.5e3 / REFERENCE_ENDOTHELIUM)
    scale = (tables["signalling"]["decay"] + tables["signalling"]["exchange"])[: levels.size] * levels
    assert np.abs(imbalance(tables, state, levels, vessels)) == pytest.approx(0.0, abs=2e-4 * scale.max())
    state["behaviours"][secretions_of(tables)] *= 1.01
    assert np.abs(imbalance(tables, state, levels, vessels)).max() > 2e-3 * scale.max()


def test_inhibited_factor(lesion, black6) -> None:
    """Of a factor under an inhibitor of load 3 a quarter acts, as a level and at its receptor."""
    tables, state, sense = lesion(**PYMT)
    inhibition = np.zeros(state["inhibition"].size)
    mmp, s100 = black6.factors.index("MMP-9"), black6.factors.index("S100A8-9")
    inhibition[[mmp, s100]] = 3.0
    levels = sense(inhibition=inhibition)
    signals = state["signals"][: levels.size]
    assert signals[mmp] == pytest.approx(levels[mmp] / 4, rel=1e-12)
    others = np.setdiff1d(np.arange(levels.size), [mmp, s100])
    assert signals[others] == pytest.approx(levels[others], rel=1e-12)
    receptor = black6.receptors.index("TLR4")
    held = levels[s100] / float(tables["signalling"]["affinity"][receptor, s100])
    place = int(tables["signal"]["activity"]) + receptor
    assert state["signals"][place] == pytest.approx(held / (1 + 3 + held), rel=1e-12)


density = st.floats(0.0, 5e4)


@settings(max_examples=40)
@given(
    st.floats(1e2, 9e4),
    density,
    density,
    density,
    st.floats(50.0, 1e4),
    st.floats(0.0, 1e3),
    st.floats(0.0, 50.0),
)
def test_levels_are_the_root(
    lesion, tumour, macrophages, fibroblasts, polarised, endothelium, capture, antagonism
):
    """Against SciPy's root finder, with ligands that compete for the same receptors, capture and antagonists."""
    tables, state, sense = lesion(
        tumour_cell=tumour,
        macrophage=macrophages,
        fibroblast=fibroblasts,
        endothelial_cell=endothelium,
        **{"tumour-associated_macrophage": polarised},
    )
    effects = np.zeros(state["capture"].size)
    effects[:2] = capture
    levels = sense(capture=effects, antagonism=antagonism)
    vessels = vessel_density(tables, state["densities"])

    made = levels > 0.0  # what nobody makes here, such as the signal of absent hepatocytes, has no logarithm

    def relative(logs: np.ndarray) -> np.ndarray:
        guess = np.zeros(levels.size)
        guess[made] = np.exp(logs)
        return (imbalance(tables, state, guess, vessels) / np.maximum(guess, 1e-12))[made]

    root = optimize.root(relative, np.log(levels[made]) + 0.3, tol=1e-12)
    assert root.success
    assert levels[made] == pytest.approx(np.exp(root.x), rel=2e-3)


def test_without_secretion_and_uptake_the_tissue_has_what_blood_brings(lesion) -> None:
    tables, _, sense = lesion(endothelial_cell=REFERENCE_ENDOTHELIUM)
    for limit in ("base", "minimum", "maximum"):
        tables["rules"][limit][secretions_of(tables)] = 0.0
    tables["signalling"]["receptors"][:] = 0.0
    levels = sense()
    signalling = tables["signalling"]
    exchange = signalling["exchange"][: levels.size]
    expected = (
        exchange * signalling["plasma_free"][: levels.size] / (exchange + signalling["decay"][: levels.size])
    )
    assert levels == pytest.approx(expected, rel=1e-4)


def test_human_ligand_that_does_not_cross_is_not_felt(lesion) -> None:
    tables, _, sense = lesion(**PYMT)
    own = sense()
    tables["signalling"]["crosses"][0] = 0.0
    assert sense()[0] < 0.5 * own[0]


def test_antibody_lowers_levels_and_antagonist_lowers_activity(lesion, black6) -> None:
    """Capture takes the ligand away; an antagonist leaves more of it free, with less of the receptor."""
    _, state, sense = lesion(**PYMT)
    igf1r, igf1 = black6.receptors.index("IGF1R"), black6.factors.index("IGF-1")
    plain, active = sense(), state["activity"].copy()
    capture, antagonism = np.zeros(state["capture"].size), np.zeros(state["antagonism"].shape[0])
    capture[[igf1, black6.factors.index("IGF-2")]], antagonism[igf1r] = 1e4, 100.0
    captured = sense(capture=capture)
    assert captured[igf1] < 0.05 * plain[igf1]
    assert state["activity"][igf1r, 0] < 0.1 * active[igf1r, 0]
    blocked = sense(capture=0.0, antagonism=antagonism)
    assert state["activity"][igf1r, 0] < 0.1 * active[igf1r, 0]
    assert blocked[igf1] > plain[igf1]  # less uptake
    ira = black6.receptors.index("IR-A")
    assert state["activity"][ira, 0] >= active[ira, 0]


def test_capture_divides_the_level_by_the_added_loss(lesion, black6) -> None:
    """Capture of c against a loss of k divides free ligand by 1 + c / k."""
    tables, state, sense = lesion(**PYMT)
    igf1 = black6.factors.index("IGF-1")
    plain = sense()[igf1]
    signalling = tables["signalling"]
    before = signalling["decay"][igf1] + signalling["exchange"][igf1] + state["uptake"][igf1]
    capture = np.zeros(state["capture"].size)
    capture[igf1] = 1e6
    after = sense(capture=capture)[igf1]
    after_uptake = signalling["decay"][igf1] + signalling["exchange"][igf1] + state["uptake"][igf1] + 1e6
    assert after == pytest.approx(plain * before / after_uptake, rel=1e-3)


def test_activity_is_gaddum(lesion, black6) -> None:
    tables, state, sense = lesion(**PYMT)
    antagonism = 0.7
    levels = sense(antagonism=antagonism)
    for receptor in range(len(black6.receptors)):
        held = (levels / tables["signalling"]["affinity"][receptor, : levels.size]).sum()
        held += 1.0 / tables["signalling"]["collagen"][receptor]  # density 1 in this lesion
        assert state["activity"][receptor] == pytest.approx(held / (1.0 + held + antagonism), rel=1e-9)


# ---- signals, killing, damage ----------------------------------------------------------------------------------------


def test_only_carriers_feel_a_receptor(lesion, black6) -> None:
    tables, state, sense = lesion(**PYMT)
    sense()
    first = int(tables["signal"]["activity"])
    signals = state["signals"][first:].reshape(-1)[: len(black6.cell_types) * len(black6.receptors)]
    signals = signals.reshape(len(black6.cell_types), len(black6.receptors))
    carriers = tables["signalling"]["receptors"][: signals.shape[0], : signals.shape[1]] > 0
    of_type = state["activity"][: signals.shape[1], [0] + [1] * (signals.shape[0] - 1)].T
    expected = np.where(carriers, of_type, 0.0)
    expected *= tables["signalling"]["expression"][: signals.shape[0], : signals.shape[1]]
    for place, (cell_type, behaviour) in enumerate(black6.layout.behaviours):
        if behaviour.startswith("expression of "):
            receptor = black6.receptors.index(behaviour.removeprefix("expression of "))
            expected[black6.cell_types.index(cell_type), receptor] *= state["behaviours"][place]
    assert signals == pytest.approx(expected)
    assert carriers.any(axis=0).all()


def test_contacts_by_share_of_cells(lesion, black6) -> None:
    tables, state, sense = lesion(**PYMT)
    sense()
    first = int(tables["signal"]["contact"])
    contacts = state["signals"][first : first + len(black6.cell_types)]
    assert contacts.sum() == pytest.approx(float(tables["body"]["neighbours"]))
    share = state["densities"][: contacts.size] / state["densities"].sum()
    assert contacts == pytest.approx(float(tables["body"]["neighbours"]) * share)


def test_single_signals_reach_their_places(lesion) -> None:
    tables, state, _ = lesion(**PYMT)
    sense_and_act(tables, state, state["levels"][0], state["expression"][0], 0.25, 0.5, 0.75)
    index = tables["signal"]
    names = ("pressure", "vessel_density", "collagen_density", "collagen_alignment")
    assert [float(state["signals"][index[name]]) for name in names] == [0.25, 1.0, 0.5, 0.75]


def test_killing_is_attack_times_contacts(lesion, black6) -> None:
    tables, state, sense = lesion(tumour_cell=9e4, CD8_T_cell=1e4)
    sense()
    attack = tables["behaviour"]["attack"][black6.cell_types.index("CD8 T cell")]
    contacts = float(tables["body"]["neighbours"]) * 0.1
    assert killing_rate(tables, state) == pytest.approx(contacts * state["behaviours"][attack])
    state["densities"][:] = 0.0
    assert killing_rate(tables, state) == 0.0


def test_damage_follows_the_lingering_exposure(lesion, black6) -> None:
    """Mean over the step's nodes of a Hill law; half of the largest rate at the half-maximal exposure."""
    tables, state, _ = lesion(**PYMT)
    drug = black6.drug_names.index("paclitaxel")
    largest, half = float(tables["drugs"]["damage_rate"][drug]), float(tables["drugs"]["damage_half"][drug])
    assert damage_rate(tables, state, 1.0) == 0.0
    state["exposure"][drug, :] = half
    assert damage_rate(tables, state, 1.0) == pytest.approx(0.5 * largest)
    assert damage_rate(tables, state, 0.5) == pytest.approx(largest / 9.0)  # power 3
    state["exposure"][drug, :] = (0.0, half, 1e9)
    assert damage_rate(tables, state, 1.0) == pytest.approx(0.5 * largest)
    assert damage_rate(tables, state, 0.0) == 0.0


# ---- a whole lesion --------------------------------------------------------------------------------------------------


def test_occupancies_of_a_pymt_tumour(black6, rest) -> None:
    """Half of IGF1R and of CSF1R in a tumour of that composition. Numbers there are good to threefold."""
    tables, state = rest(black6)
    state["count"][LESIONS] = 1
    for name, per_volume in PYMT.items():
        place = black6.cell_types.index(name.replace("_", " "))
        if place == 0:
            state["cells"][0, :2] = int(50 * per_volume)
        else:
            state["stroma"][0, place] = int(100 * per_volume)
    update_volume(tables, state, 0)
    for _ in range(30):
        read_lesion(tables, state, 0)
    activity = dict(zip(black6.receptors, state["activity"][:, 0], strict=False))
    odds = {name: value / (1.0 - value) for name, value in activity.items()}
    assert 1 / 3 < odds["IGF1R"] < 3
    assert 1 / 3 < odds["CSF1R"] < 3
    assert odds["IR-A"] < odds["IGF1R"]
    assert math.isclose(state["densities"].sum(), float(tables["tumour"]["cell_density"]), rel_tol=1e-9)
