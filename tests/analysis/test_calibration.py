"""The catalog is where its calibrations lead: composition, IGF activity, founders, paclitaxel alone."""

import numpy as np
import pytest

from paget.analysis import calibrate_paclitaxel as paclitaxel
from paget.analysis.calibrate_growth import (
    MICE,
    REFERENCE_VOLUME,
    TARGET_ACTIVITY,
    TARGET_ESTABLISHMENT,
    TARGET_IGF_FROM_MACROPHAGES,
    TARGET_SHARES,
    account,
    calibrate_crowding,
    calibrate_founders,
    calibrate_stroma,
    changes,
    deviation,
)
from paget.analysis.tumour_state import MACROPHAGES, niche_of, state_at
from paget.analysis.untreated import Mouse
from paget.errors import PagetError


@pytest.fixture(scope="module")
def syngeneic():
    return Mouse.of("py230", MICE["py230"])


@pytest.fixture(scope="module")
def state(syngeneic):
    return state_at(syngeneic, REFERENCE_VOLUME)


def test_composition_is_that_of_the_table(state):
    for name, target in TARGET_SHARES.items():
        assert state.shares[name] == pytest.approx(target, rel=0.04), name
    cells = {name: share for name, share in state.shares.items() if name != "macrophages"}
    assert sum(cells.values()) == pytest.approx(1.0)


def test_igf_activity_and_its_sources(state):
    assert state.activities["IGF1R"] == pytest.approx(TARGET_ACTIVITY, abs=0.015)
    assert sum(state.igf_from[name] for name in MACROPHAGES) == pytest.approx(
        TARGET_IGF_FROM_MACROPHAGES, abs=0.015
    )
    assert sum(state.igf_from.values()) == pytest.approx(1.0)


def test_stroma_is_brought_back(syngeneic):
    """Planted fault: fibroblasts recruited at half the rate, which one round of calibration largely undoes."""
    path = syngeneic.model.cell_types["fibroblast"].behaviours["recruitment"].base.path
    wrong = syngeneic.with_values({path: 0.5 * syngeneic.number(path)})
    assert state_at(wrong, REFERENCE_VOLUME).shares["fibroblast"] < 0.06
    repaired = calibrate_stroma(wrong, rounds=2)
    assert state_at(repaired, REFERENCE_VOLUME).shares["fibroblast"] == pytest.approx(0.093, rel=0.05)
    assert repaired.number(path) == pytest.approx(syngeneic.number(path), rel=0.1)


def test_crowding_is_brought_back():
    """Planted fault: a reference death that is 0.03 per day too high lets the tumour grow too fast."""
    mouse = Mouse.of("lm2-4", MICE["lm2-4"])
    path = mouse.own("crowding/reference_death")
    wrong = mouse.with_values({path: mouse.number(path) + 0.03})
    assert abs(deviation(wrong)[28] - 1) > 0.1
    assert np.abs(deviation(calibrate_crowding(wrong))[14:36] - 1).max() < 0.04


@pytest.mark.parametrize(("tumour", "pair"), [("lm2-4", 0.054), ("py230", 0.142)])
def test_founders_in_the_lung(tumour, pair):
    """A single woken cell by calibration; two by the shape of the ladder, which was not fitted here."""
    mouse = Mouse.of(tumour, MICE[tumour])
    niche = niche_of(mouse, "lung")
    assert niche.establishment[1] == pytest.approx(TARGET_ESTABLISHMENT[tumour], rel=0.03)
    assert niche.establishment[2] == pytest.approx(pair, rel=0.08)
    assert 0.7 < niche.birth < 0.8
    assert 0.25 < niche.death < 0.37
    path = mouse.own("behaviours/death of a lone founder/base")
    wrong = mouse.with_values({path: 1.5 * mouse.number(path)})
    assert niche_of(wrong, "lung").establishment[1] < 0.6 * TARGET_ESTABLISHMENT[tumour]
    assert calibrate_founders(wrong).number(path) == pytest.approx(mouse.number(path), rel=0.03)


def test_a_volume_that_is_never_reached(syngeneic):
    with pytest.raises(PagetError, match="does not get so large"):
        state_at(syngeneic, 1e5)


def test_account_and_changes(syngeneic):
    path = syngeneic.own("crowding/reference_death")
    text = account(syngeneic.with_values({path: 0.37}))
    assert "py230 in c57bl6" in text
    assert "establishment 1:" in text
    assert changes(syngeneic.with_values({path: 0.37}))[path][1] == pytest.approx(0.37)


def test_paclitaxel_alone_follows_its_targets():
    """Median of 40 animals, the same in every arm. Planted fault: half the damage needs a quarter more exposure."""
    mouse = Mouse.of(paclitaxel.TUMOUR, paclitaxel.HOST, [paclitaxel.DRUG])
    ratios = paclitaxel.treated_over_control(mouse, paclitaxel.TARGETS)
    wanted = np.array(list(paclitaxel.TARGETS.values()))
    assert np.abs(np.log(ratios / wanted)).max() < 0.08
    path = paclitaxel.damage_paths(mouse)[1]
    weak = mouse.with_values({path: 1.25 * mouse.number(path)})
    assert abs(np.log(paclitaxel.treated_over_control(weak, [20.0])[0] / 0.46)) > 0.08
