"""The catalog is where its baselines lead, and a number that was moved away is brought back."""

import numpy as np
import pytest

from paget.analysis.baseline import cytotoxic
from paget.analysis.baseline.crowding import deviation, fit_crowding
from paget.analysis.baseline.readouts import find_readout
from paget.analysis.baseline.reference import niche_at, primary_of
from paget.analysis.baseline.solve import compare, reference_mice, solve
from paget.analysis.baseline.targets import read_baseline
from paget.analysis.untreated import Mouse
from paget.errors import PagetError
from paget.model import load_catalog

NEAR = 0.02
"""On the scale of a readout: logs, or log odds. Numbers are stated to four digits, animals are means of six."""


@pytest.fixture(scope="module")
def catalog():
    return load_catalog(built_in_only=True)


@pytest.fixture(scope="module")
def baseline(catalog):
    return read_baseline(catalog)


@pytest.fixture(scope="module")
def mice(baseline, catalog):
    return reference_mice(baseline, catalog)


def test_the_catalog_meets_its_targets(baseline, mice):
    met = compare(baseline, mice)
    assert len(met) == len(baseline.targets) > 30
    far = {one.target.path_key: (one.wanted, one.found) for one in met if abs(one.distance) > NEAR}
    assert not far


def test_shares_are_those_of_all_cells(mice):
    primary = primary_of(mice["py230"], 700.0)
    assert sum(primary.shares.values()) == pytest.approx(1.0)
    assert sum(primary.igf_from.values()) == pytest.approx(1.0)
    assert 0.3 < primary.cycling < 0.7


def test_numbers_that_were_moved_are_brought_back(baseline, mice):
    """Planted faults: fibroblasts recruited at half the rate, shedding doubled, founders half as precarious."""
    moved = {
        "cell-types/fibroblast/behaviours/recruitment/base": 0.5,
        "tumours/lm2-4/behaviours/shedding/base": 2.0,
        "tumours/lm2-4/behaviours/death of a lone founder/base": 0.5,
    }
    wrong = {
        tumour: mouse.with_values({p: f * mouse.number(p) for p, f in moved.items() if p in mouse.paths})
        for tumour, mouse in mice.items()
    }
    distances = {one.target.path_key: abs(one.distance) for one in compare(baseline, wrong)}
    assert distances["py230, primary: share of fibroblast"] > 0.5
    assert distances["lm2-4, lung: lone founders that establish"] > 0.5
    told = []
    repaired = solve(baseline, wrong, told.append)
    assert told
    for path in moved:
        for tumour, mouse in repaired.items():
            if path in mouse.paths:
                assert mouse.number(path) == pytest.approx(mice[tumour].number(path), rel=0.05), path


def test_crowding_is_brought_back(mice):
    """Planted fault: a reference death that is 0.03 per day too high lets the tumour grow too fast."""
    mouse = mice["lm2-4"]
    path = mouse.own("crowding/reference_death")
    wrong = mouse.with_values({path: mouse.number(path) + 0.03})
    assert abs(deviation(wrong)[28] - 1) > 0.1
    assert np.abs(deviation(fit_crowding(wrong))[14:36] - 1).max() < 0.04


def test_the_way_from_arrest_to_rest_is_a_chain_of_two_stages(mice):
    """Against a fine sum in time of the same rates."""
    niche = niche_at(mice["lm2-4"], "lung")
    leaving = niche.behaviour("tumour cell", "extravasation")
    first = niche.behaviour("tumour cell", "death after arrest") + niche.killing
    second = niche.behaviour("tumour cell", "death while solitary") + niche.killing
    second += niche.receptivity * niche.behaviour("tumour cell", "waking")
    arrested, solitary, step = 1.0, 0.0, 1e-4
    for _ in range(round(1.0 / step)):
        solitary += step * (leaving * arrested - second * solitary)
        arrested -= step * (first + leaving) * arrested
    assert niche.alive_after(1.0) == pytest.approx(arrested + solitary, rel=1e-3)
    assert niche.solitary_after(1.0) == pytest.approx(solitary, rel=1e-3)


@pytest.mark.parametrize(("tumour", "pair"), [("lm2-4", 0.054), ("py230", 0.142)])
def test_two_founders_by_the_shape_of_the_ladder(mice, tumour, pair):
    """A single woken cell is fitted; two follow from the shape, which was not fitted here."""
    niche = niche_at(mice[tumour], "lung")
    assert niche.establishment[2] == pytest.approx(pair, rel=0.08)
    assert 0.7 < niche.birth < 0.8
    assert 0.25 < niche.death < 0.37


def test_a_volume_that_is_never_reached(mice):
    with pytest.raises(PagetError, match="does not get so large"):
        primary_of(mice["py230"], 1e5)


def test_shares_are_compared_by_their_odds(baseline, catalog):
    share = next(t for t in baseline.targets if t.readout.startswith("share of "))
    rate = next(t for t in baseline.targets if t.readout.startswith("behaviour death of tumour"))
    assert find_readout(share, catalog.vocabulary).scale(0.5) == pytest.approx(0.0)
    assert find_readout(rate, catalog.vocabulary).scale(np.e) == pytest.approx(1.0)


def test_paclitaxel_alone_follows_its_targets():
    """Median of 40 animals, the same in every arm. Planted fault: half the damage needs a quarter more exposure."""
    mouse = Mouse.of(cytotoxic.TUMOUR, cytotoxic.HOST, [cytotoxic.DRUG])
    ratios = cytotoxic.treated_over_control(mouse, cytotoxic.TARGETS)
    wanted = np.array(list(cytotoxic.TARGETS.values()))
    assert np.abs(np.log(ratios / wanted)).max() < 0.08
    path = cytotoxic.damage_paths(mouse)[1]
    weak = mouse.with_values({path: 1.25 * mouse.number(path)})
    assert abs(np.log(cytotoxic.treated_over_control(weak, [20.0])[0] / 0.46)) > 0.08
