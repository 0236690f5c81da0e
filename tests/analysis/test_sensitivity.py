"""Sensitivity of simulated mice: what the model cannot feel has no effect, what dominates comes first."""

import numpy as np
import pandas as pd
import pytest

from paget.analysis.expected import expected_foci
from paget.analysis.sensitivity import points as points_module
from paget.analysis.sensitivity.parameters import Parameter, parameters_of
from paget.analysis.sensitivity.points import error_of_difference, outcome
from paget.analysis.sensitivity.study import Plan, chosen_design, run_sensitivity, untreated
from paget.assays.sections import Sections, section_places, sphere_diameters
from paget.errors import PagetError
from paget.model import load_catalog, resolve

SMALL = {"trajectories": 3, "animals": 5}
SHEDDING = "tumours/py230/behaviours/shedding/base"
DIFFUSION = "factors/csf-1/diffusion"
SOME = [
    "tumours/py230/behaviours/waking/base",
    SHEDDING,
    DIFFUSION,
    "tumours/py230/behaviours/extravasation/base",
]


@pytest.fixture(scope="module")
def catalog():
    return load_catalog()


@pytest.fixture
def few(monkeypatch):
    """Only the numbers in SOME are moved, shedding over four decades: it must dominate."""
    whole = parameters_of

    def some(model, catalog, span):
        found = [p for p in whole(model, catalog, span) if p.path in SOME]
        wide = next(p for p in found if p.path == SHEDDING)
        planted = Parameter(
            wide.path,
            wide.label,
            wide.group,
            wide.kind,
            wide.central,
            wide.central / 100,
            wide.central * 100,
            wide.unit,
        )
        return [planted if p.path == SHEDDING else p for p in found]

    monkeypatch.setattr("paget.analysis.sensitivity.study.parameters_of", some)


def test_a_planted_number_dominates_and_an_unread_one_does_nothing(catalog, few):
    found = run_sensitivity(untreated("py230", "c57bl6", 35.0), catalog, workers=2, **SMALL)
    table = found.tables["parameters"].set_index("path")
    assert set(table.index) == set(SOME)
    assert table["mu_star"].idxmax() == SHEDDING
    assert table.loc[SHEDDING, "mu"] > 1.0
    assert table.loc[SHEDDING, "q"] < 0.05
    assert table.loc[DIFFUSION, "kind"] == "no effect", "levels of a lesion are well mixed in the host engine"
    assert found.notes["points"] == 1 + 3 * 6
    effects = found.tables["effects"]
    shedding = effects.loc[effects["path"] == SHEDDING, "effect"]
    assert shedding.abs().mean() == pytest.approx(table.loc[SHEDDING, "mu_star"])


def test_threads_and_interruptions_change_nothing(catalog, few, tmp_path, monkeypatch):
    design = untreated("py230", "c57bl6", 30.0)
    whole = run_sensitivity(design, catalog, workers=1, **SMALL)
    read, calls = points_module._read, []

    def interrupted(*arguments):
        calls.append(arguments[1])
        if len(calls) == 8:
            raise KeyboardInterrupt
        return read(*arguments)

    monkeypatch.setattr(points_module, "_read", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_sensitivity(design, catalog, workers=1, out=tmp_path / "study", **SMALL)
    monkeypatch.setattr(points_module, "_read", lambda *a: calls.append(a[1]) or read(*a))
    resumed = run_sensitivity(design, catalog, workers=2, out=tmp_path / "study", **SMALL)
    assert len(calls) < 8 + 19 - 5, "finished points are not simulated again"
    for name, table in whole.tables.items():
        pd.testing.assert_frame_equal(table, resumed.tables[name])
    with pytest.raises(PagetError, match="another run"):
        run_sensitivity(design, catalog, "lung burden", out=tmp_path / "study", **SMALL)


def test_points_of_a_trajectory_have_the_same_animals_and_its_repeat_others():
    unknown = [Parameter(str(i), str(i), "group", "assumed", 1.0, 0.5, 2.0, "1") for i in range(3)]
    plan = Plan(unknown, 2, 1)
    assert plan.points() == list(range(11))
    assert [plan.animals_of(point) for point in plan.points()] == [0, 1, 1, 1, 1, 3, 2, 2, 2, 2, 4]
    assert plan.values(0) == {}
    assert plan.values(1) == plan.values(5) != plan.values(2)
    assert set(plan.values(3).values()) <= {0.5 * 4.0 ** (level / 3.0) for level in range(4)} | {2.0}


@pytest.mark.parametrize(
    "low, high, span, ends",
    [(0.5, 8.0, 1.0, (0.5, 8.0)), (0.5, 8.0, 0.5, (1.0, 4.0)), (0.0, 8.0, 0.5, (1.0, 5.0))],
)
def test_part_of_a_range_about_the_central_value(catalog, low, high, span, ends):
    from paget.analysis.sensitivity.parameters import _parameter
    from paget.model.quantity import In, Quantity

    quantity = Quantity(value=2.0, unit="1", source="assumed", kind="assumed", range=(low, high))
    quantity = quantity.in_unit(In("1"))
    quantity._path = "tumours/py230/behaviours/waking/base"
    parameter = _parameter(quantity, span, {})
    assert (parameter.low, parameter.high) == pytest.approx(ends)
    assert parameter.at(0.0) == pytest.approx(ends[0])
    assert parameter.at(1.0) == pytest.approx(ends[1])


def test_labels_and_groups_of_the_whole_catalog(catalog):
    for tumour, host in (("py230", "c57bl6"), ("lm2-4", "scid")):
        unknown = parameters_of(resolve(catalog, tumour, host), catalog, 0.5)
        assert len({parameter.path for parameter in unknown}) == len(unknown) > 200
        assert all(parameter.label and parameter.group for parameter in unknown)
        assert all(parameter.low < parameter.high for parameter in unknown)
        by_mechanism = {p.group for p in unknown if p.path.startswith("mechanisms/")}
        assert by_mechanism <= set(catalog.mechanisms)


def test_expected_foci_are_the_mean_over_where_metastases_lie():
    """Against sections through random places. Null: equal; the mean of 4000 organs is within four standard errors."""
    rng = np.random.default_rng(4)
    volumes = np.array([1e-4, 2e-3, 0.05, 1.5, 30.0])
    numbers = Sections()
    height = (150.0 + volumes.sum()) ** (1 / 3)
    cuts, radii = section_places(numbers, height), 0.5 * sphere_diameters(volumes)
    distances = np.abs(rng.uniform(0.0, height, (4000, volumes.size, 1)) - cuts)
    profiles = 2.0 * np.sqrt(np.maximum(radii[:, None] ** 2 - distances**2, 0.0))
    seen = (profiles >= numbers.least_profile).any(axis=2).sum(axis=1)
    error = seen.std() / np.sqrt(seen.size)
    assert expected_foci(volumes, 150.0, numbers) == pytest.approx(seen.mean(), abs=4 * error)


def test_errors_of_twins_describe_the_scatter_of_differences():
    """Null: stated and found scatter are equal; the ratio of 1000 repeats is within 10 %."""
    rng = np.random.default_rng(5)
    found, stated = [], []
    for _ in range(1000):
        prone = rng.gamma(4.0, 5.0, 20)
        one, other = (rng.poisson(prone * fold)[None, :] + 0.0 for fold in (1.0, 0.7))
        found.append(outcome(other) - outcome(one))
        stated.append(error_of_difference(one, other))
    assert np.std(found) == pytest.approx(np.sqrt(np.mean(np.square(stated))), rel=0.1)


BAD = [
    (("py320", "c57bl6"), {}, ("unknown tumour", "Did you mean 'py230'?")),
    (("py230", "c57b6"), {}, ("unknown host", "Did you mean 'c57bl6'?")),
    (("py230", "c57bl6"), {"endpoint": "lung focus"}, ("unknown endpoint", "Did you mean 'lung foci'?")),
    (("py230", "c57bl6"), {"endpoint": "survival"}, ("no mean",)),
    (("py230", "c57bl6"), {"endpoint": "lung macrometastases"}, ("assay reads",)),
    (("py230", "c57bl6"), {"arms": ["untraeted"]}, ("unknown arm", "Did you mean 'untreated'?")),
    (("py230", "c57bl6"), {"arms": ["untreated", "untreated"]}, ("itself",)),
]


@pytest.mark.parametrize("mouse, changed, says", BAD)
def test_bad_questions(catalog, mouse, changed, says):
    asked = {"endpoint": "lung foci", "arms": [], **changed}
    with pytest.raises(PagetError) as error:
        chosen_design(untreated(*mouse, 30.0), catalog, asked["endpoint"], asked["arms"], 5, None)
    for text in says:
        assert text in str(error.value)
