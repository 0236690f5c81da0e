"""Trial files: schedules, settings, extension of other trials."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paget.errors import PagetError
from paget.model import AssayRequest, Catalog, load_catalog, load_trial_file
from paget.model.treatment import Surgery, Treatment
from paget.model.trial_files import merge

TRIAL = "trials/igf-paclitaxel.toml"


def treatment(**keys: Any) -> Treatment:
    given = {"drug": "x", "dose": "1 mg/kg", "route": "i.v.", "from": "inoculation", **keys}
    return Treatment(**{key: value for key, value in given.items() if value is not None})


@pytest.mark.parametrize(
    "keys, horizon, days",
    [
        ({"days": [14, 0, 7]}, 42, [0, 7, 14]),
        ({"days": ["1 week", 0]}, 42, [0, 7]),
        ({"days": [0, 7, 14]}, 10, [0, 7]),
        ({"every": "7 day"}, 21, [0, 7, 14, 21]),
        ({"every": "3.5 day", "until": "7 day"}, 42, [0, 3.5, 7]),
        ({"every": "1 day", "doses": 3, "start": 2}, 42, [2, 3, 4]),
        ({"every": "1 day", "doses": 30}, 2, [0, 1, 2]),
        ({"every": "1 day", "start": 5}, 4, []),
        ({"from": None, "when": {"variable": "primary volume", "above": "800 mm^3"}}, 42, [0]),
        ({"from": None, "when": {"variable": "weight loss", "above": "10 %"}, "days": [1]}, 42, [1]),
    ],
)
def test_dose_days(keys: dict[str, Any], horizon: float, days: list[float]) -> None:
    assert treatment(**keys).dose_days(horizon) == days


@given(every=st.floats(0.1, 10), horizon=st.floats(0, 100), start=st.floats(0, 20))
def test_repeated_doses_are_even_and_end_in_time(every: float, horizon: float, start: float) -> None:
    days = treatment(every=f"{every!r} day", start=start).dose_days(horizon)
    assert all(day <= horizon + 1e-6 for day in days)
    assert all(later - earlier == pytest.approx(every) for earlier, later in itertools.pairwise(days))
    if start <= horizon:
        assert days[0] == start
        assert days[-1] + every > horizon - 1e-6


@pytest.mark.parametrize(
    "keys, words",
    [
        ({"days": [0]}, "1 mg/kg x i.v. on day 0 after inoculation"),
        ({"days": [0, 7, 14]}, "1 mg/kg x i.v. on days 0, 7 and 14 after inoculation"),
        (
            {"every": "7 day", "until": 21},
            "1 mg/kg x i.v. every 7 day from day 0 until day 21 after inoculation",
        ),
        (
            {"from": None, "when": {"variable": "primary volume", "above": "800 mm^3"}},
            "1 mg/kg x i.v. once when the primary volume first exceeds 800 mm^3",
        ),
    ],
)
def test_treatments_in_words(keys: dict[str, Any], words: str) -> None:
    assert treatment(**keys).describe() == words


def test_trigger_threshold_has_the_unit_of_its_variable() -> None:
    when = treatment(**{"from": None, "when": {"variable": "primary volume", "above": "0.8 cm^3"}}).when
    assert when is not None
    assert when.above == pytest.approx(800)
    assert when.above.text == "0.8 cm^3"


def test_surgery_in_words() -> None:
    surgery = Surgery(**{"day": 21, "from": "inoculation", "residual_share": "1 %"})
    assert (
        surgery.describe()
        == "removal of the primary on day 21 after inoculation, 1 % of its cells left behind"
    )


@pytest.mark.parametrize(
    "keys, days",
    [
        ({"days": ["end"]}, [42]),
        ({"days": [7, "end", 21]}, [7, 21, 42]),
        ({"every": "20 day"}, [0, 20, 40, 42]),
        ({"every": "21 day"}, [0, 21, 42]),
        ({"at_volume": "800 mm^3"}, []),
    ],
)
def test_reading_days(keys: dict[str, Any], days: list[float]) -> None:
    assert AssayRequest(endpoint="lung foci", **keys).reading_days(42) == days


def test_settings_are_floats_in_canonical_units(catalog: Catalog) -> None:
    design = catalog.trials["igf-paclitaxel"]
    assert design.duration == 42
    assert design.humane_endpoint.weight_loss == pytest.approx(0.2)
    dose = design.arms[1].treatments[0].dose
    assert isinstance(dose, float)
    assert f"{dose:g} mg/kg" == dose.text
    assert design.drugs() == ["paclitaxel", "xentuzumab"]
    assert [contrast.reference for contrast in design.contrasts] == ["paclitaxel"] * len(design.contrasts)
    assert design.arm("control").describe() == "no treatment"
    assert sum(design.animals_in(arm) for arm in design.arms) == 40


def test_dumped_design_keeps_the_texts(catalog: Catalog) -> None:
    dumped = catalog.trials["igf-paclitaxel"].model_dump(mode="json", by_alias=True, exclude_none=True)
    assert dumped["duration"] == "42 day"
    assert dumped["arms"][1]["treatments"][0]["from"] == "enrolment"


# ---- extending -------------------------------------------------------------------------------------------------------


def write(tmp_path: Path, text: str, name: str = "mine.toml") -> Path:
    path = tmp_path / name
    path.write_text('schema = "trial/1"\nname = "mine"\n' + text, encoding="utf-8")
    return path


def test_extending_a_trial(tmp_path: Path, catalog: Catalog) -> None:
    text = """extends = "igf-paclitaxel"
animals = 4
[humane_endpoint]
volume = "2 cm^3"
[[arms]]
name = "paclitaxel"
[[arms.treatments]]
drug = "paclitaxel"
dose = "10 mg/kg"
route = "i.v."
from = "enrolment"
days = [0]
[[arms]]
name = "late antibody"
[[arms.treatments]]
drug = "xentuzumab"
dose = "100 mg/kg"
route = "i.p."
from = "enrolment"
days = [21]
"""
    base, design = catalog.trials["igf-paclitaxel"], load_trial_file(write(tmp_path, text), catalog)
    assert design.animals == 4
    assert design.humane_endpoint.volume == 2000
    assert design.humane_endpoint.weight_loss == base.humane_endpoint.weight_loss
    assert [arm.name for arm in design.arms] == [*(arm.name for arm in base.arms), "late antibody"]
    assert design.arm("paclitaxel").treatments[0].dose == 10
    assert design.arm("paclitaxel + xentuzumab") == base.arm("paclitaxel + xentuzumab")
    assert design.assays == base.assays
    assert "late antibody" in design.source_text
    assert base.origin.text in design.source_text


def test_errors_of_inherited_keys_name_the_file_they_stand_in(tmp_path: Path, catalog: Catalog) -> None:
    """Twenty days are too short for the doses of the trial that is extended."""
    path = write(tmp_path, 'extends = "igf-paclitaxel"\nduration = "20 day"\n')
    with pytest.raises(PagetError) as caught:
        load_trial_file(path, catalog)
    assert str(caught.value.file).endswith("igf-paclitaxel.toml")
    assert caught.value.line is not None


def test_extending_a_file_that_extends_a_file(tmp_path: Path, catalog: Catalog) -> None:
    write(tmp_path, 'extends = "igf-paclitaxel"\nanimals = 3\nseed = 5\n', "first.toml")
    path = write(tmp_path, 'extends = "first.toml"\nanimals = 2\n', "second.toml")
    design = load_trial_file(path, catalog)
    assert (design.animals, design.seed, design.tumour) == (2, 5, "py230")
    broken = write(tmp_path, 'extends = "second.toml"\nseed = "x"\n', "third.toml")
    with pytest.raises(PagetError, match=r"third.toml:4: seed: must be a whole number"):
        load_trial_file(broken, catalog)


def test_trials_of_a_project_extend_each_other(project: Callable[..., Path]) -> None:
    """Whatever the order of their names."""
    base = project(TRIAL, ('name = "igf-paclitaxel"', 'name = "z base"'), to="trials/z-base.toml")
    child = 'schema = "trial/1"\nname = "a child"\nextends = "z base"\nanimals = 2\n'
    (base / "trials" / "a-child.toml").write_text(child, encoding="utf-8")
    assert load_catalog(base).trials["a child"].animals == 2


def test_trials_of_a_project_in_a_circle(project: Callable[..., Path]) -> None:
    folder = project(TRIAL, ('name = "igf-paclitaxel"', 'name = "a"\nextends = "b"'), to="trials/a.toml")
    project(TRIAL, ('name = "igf-paclitaxel"', 'name = "b"\nextends = "a"'), to="trials/b.toml")
    with pytest.raises(PagetError, match="circle"):
        load_catalog(folder)


def test_unknown_trial(catalog: Catalog, tmp_path: Path) -> None:
    with pytest.raises(PagetError, match="Did you mean 'igf-paclitaxel'"):
        load_trial_file("igf-paclitaxol", catalog)
    with pytest.raises(PagetError, match="no such file"):
        load_trial_file(tmp_path / "none.toml", catalog)
    with pytest.raises(PagetError, match="cannot be read"):
        load_trial_file(tmp_path, catalog)


@given(st.recursive(st.integers(), lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3)))
def test_merging(data: Any) -> None:
    """Merging with itself or with nothing changes nothing; a key that is given wins."""
    table = {"x": data}
    assert merge(table, table) == table
    assert merge(table, {}) == table
    assert merge({}, table) == table
    assert merge(table, {"x": 1})["x"] == 1


def test_infinity_stays_inside() -> None:
    """The word "end" is an infinite day until the duration is known."""
    assay = AssayRequest(endpoint="lung foci", days=["end"])  # type: ignore[list-item]
    assert assay.days is not None
    assert math.isinf(assay.days[0])
    assert all(math.isfinite(day) for day in assay.reading_days(10))
