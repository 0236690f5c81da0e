"""Screens of simulated mice."""

import numpy as np
import pandas as pd
import pytest

from paget.analysis import batches
from paget.analysis.screen.plan import Setting, check_timings, plan_of, sort_out
from paget.analysis.screen.study import run_screen
from paget.errors import PagetError
from paget.model import load_catalog, resolve
from paget.trial import run_trial

PY230 = Setting("py230", "c57bl6", days=35.0)
TWO = {
    "drugs": ["paclitaxel", "xentuzumab"],
    "timings": ["neoadjuvant"],
    "animals": 4,
    "draws": 1,
    "ladder": False,
}


@pytest.fixture(scope="module")
def catalog():
    return load_catalog()


@pytest.fixture(scope="module")
def screened(catalog):
    return run_screen(catalog, PY230, "lung burden", workers=1, **TWO)


def test_effects_are_those_of_a_trial_of_the_same_design(catalog, screened):
    plan = plan_of(
        catalog, PY230, "lung burden", TWO["drugs"], TWO["timings"], animals=4, draws=0, seed=1, ladder=False
    )
    values = run_trial(plan.design, catalog, workers=1).endpoints.pivot(
        index="animal", columns="arm", values="value"
    )
    expected = np.log(values.mean() / values["surgery alone"].mean()).drop("surgery alone")
    found = screened.tables["effects"].set_index("arm")["effect"]
    pd.testing.assert_series_equal(found.sort_index(), expected.sort_index(), check_names=False)


def test_tables_hold_every_arm(screened):
    arms = {"paclitaxel (neoadjuvant)", "xentuzumab (neoadjuvant)", "paclitaxel + xentuzumab (neoadjuvant)"}
    for name in ("effects", "ranking", "draws", "steps"):
        assert set(screened.tables[name]["arm"]) == arms, name
    assert set(screened.tables["tolerability"]["arm"]) == {"", *arms}
    assert list(screened.tables["interactions"]["arm"]) == ["paclitaxel + xentuzumab (neoadjuvant)"]
    assert screened.tables["draws"]["best"].sum() == pytest.approx(
        float(screened.notes["draws compared"] > 0)
    )


def test_costs_are_those_of_the_drugs(screened):
    costs = screened.tables["tolerability"].set_index("arm")
    cytotoxic, antibody = costs.loc["paclitaxel (neoadjuvant)"], costs.loc["xentuzumab (neoadjuvant)"]
    assert cytotoxic["neutrophils"] < 0.8 < antibody["neutrophils"]
    assert cytotoxic["weight_loss"] > antibody["weight_loss"]


def told(treatment):
    return treatment.counted_from, float(treatment.dose), [float(day) for day in treatment.days]


def test_timing_and_ladder(catalog):
    plan = plan_of(
        catalog, PY230, "lung foci", ["paclitaxel"], ["adjuvant", "late", "3"], animals=3, draws=0, seed=1
    )
    given = {arm.name: [told(treatment) for treatment in arm.treatments] for arm in plan.design.arms}
    assert given["paclitaxel (adjuvant)"] == [("surgery", 15.0, [0.0, 7.0, 14.0])]
    assert given["paclitaxel (late)"] == [("surgery", 15.0, [7.0, 14.0, 21.0])]
    assert given["paclitaxel (day 3)"] == [("enrolment", 15.0, [3.0, 10.0, 17.0])]
    assert given["paclitaxel x 0.5 (adjuvant)"] == [("surgery", 7.5, [0.0, 7.0, 14.0])]
    assert "paclitaxel x 0.5 (late)" not in given
    assert all(arm.surgery for arm in plan.design.arms)


def test_doses_after_the_end_are_not_given(catalog):
    short = Setting("py230", "c57bl6", days=30.0)
    plan = plan_of(catalog, short, "lung foci", ["paclitaxel"], ["late"], animals=3, draws=0, seed=1)
    assert plan.design.arms[1].treatments[0].days == [7.0, 14.0]


def test_drugs_that_cannot_act_are_named_with_the_reason(catalog):
    model = resolve(catalog, "lm2-4", "scid")
    acting, idle = sort_out(catalog, model, None)
    assert "paclitaxel" in acting
    assert set(acting).isdisjoint(idle)
    assert set(acting) | set(idle) == set(catalog.drugs)
    assert all(idle.values())


BAD = [
    ({"drugs": ["paclitaxol"]}, ("unknown drug", "Did you mean 'paclitaxel'?")),
    ({"endpoint": "lung focus"}, ("unknown endpoint", "Did you mean 'lung foci'?")),
    ({"endpoint": "lung macrometastases"}, ("assay reads", "lung foci")),
    ({"endpoint": "survival"}, ("no mean",)),
    ({"timings": ["adjuvent"]}, ("unknown time", "Did you mean 'adjuvant'?")),
    ({"timings": ["adjuvant", "adjuvant"]}, ("twice",)),
    ({"timings": ["99"]}, ("outside the study",)),
    ({"timings": ["late"], "setting": Setting("py230", "c57bl6", days=20.0)}, ("late", "after the end")),
    ({"timings": []}, ("no time is given",)),
    ({"setting": Setting("py320", "c57bl6")}, ("unknown tumour", "Did you mean 'py230'?")),
    ({"setting": Setting("py230", "c57b6")}, ("unknown host", "Did you mean 'c57bl6'?")),
    ({"setting": Setting("py230", "c57bl6", without=("IGF axes",))}, ("unknown mechanism", "IGF axis")),
    ({"setting": Setting("py230", "c57bl6", surgery=60.0)}, ("after the end",)),
    ({"setting": Setting("lm2-4", "c57bl6")}, ("rejects",)),
]


@pytest.mark.parametrize("changed, says", BAD)
def test_bad_screens(catalog, changed, says, tmp_path):
    asked = {"setting": PY230, "endpoint": "lung foci", "drugs": None, "timings": ["adjuvant"], **changed}
    with pytest.raises(PagetError) as error:
        run_screen(
            catalog, asked["setting"], asked["endpoint"], drugs=asked["drugs"], timings=asked["timings"],
            animals=3, out=tmp_path / "screen",
        )  # fmt: skip
    for text in says:
        assert text in str(error.value)
    assert not list(tmp_path.iterdir())


def test_times_in_words_and_days():
    check_timings(["neoadjuvant", "late", "0", "7.5"], PY230)


def test_a_stopped_screen_goes_on(catalog, screened, tmp_path, monkeypatch):
    run, calls = batches._run, []

    def interrupted(batch, cohort, stopped):
        calls.append(batch)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return run(batch, cohort, stopped)

    monkeypatch.setattr(batches, "_run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_screen(catalog, PY230, "lung burden", workers=1, out=tmp_path / "screen", **TWO)
    monkeypatch.setattr(batches, "_run", run)
    resumed = run_screen(catalog, PY230, "lung burden", workers=2, out=tmp_path / "screen", **TWO)
    for name, table in screened.tables.items():
        pd.testing.assert_frame_equal(resumed.tables[name], table)
    with pytest.raises(PagetError, match="another run"):
        run_screen(catalog, PY230, "lung foci", workers=2, out=tmp_path / "screen", **TWO)
