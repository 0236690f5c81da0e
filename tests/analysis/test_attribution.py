"""Attribution of simulated effects: what was changed is what is blamed."""

import numpy as np
import pandas as pd
import pytest

from paget.analysis import batches
from paget.analysis.attribution.question import question_of
from paget.analysis.attribution.study import run_attribution
from paget.errors import PagetError
from paget.model import TrialDesign, load_catalog
from paget.trial.execution import settle

ANTIBODY = {
    "drug": "xentuzumab",
    "dose": "100 mg/kg",
    "route": "i.p.",
    "from": "enrolment",
    "every": "3.5 day",
}


@pytest.fixture(scope="module")
def catalog():
    return load_catalog()


@pytest.fixture(scope="module")
def design(catalog):
    """design(arm=..., ...): a control and one more arm of LM2-4 tumours in SCID mice."""
    base = catalog.trials["igf-paclitaxel-lm2"].model_dump(mode="json", by_alias=True, exclude_none=True)

    def make(arm, **changes):
        arms = [{"name": "control"}, {"name": "other", **arm}]
        return TrialDesign.model_validate(
            {**base, "arms": arms, "contrasts": [], "duration": "35 day", **changes}
        )

    return make


def edit(behaviour, fold):
    kind = "knock-down" if fold < 1 else "over-expression"
    return {"edits": [{"in": "tumour", "kind": kind, "behaviour": behaviour, "fold": fold}]}


def shares(found, kind):
    """Share of the effect by link, of one kind of aggregate or all."""
    central = found.steps[(found.steps["aggregate"] == kind) & (found.steps["draw"] == 0)].set_index("link")[
        "contribution"
    ]
    central = central.drop("total", errors="ignore")
    return central / central.sum(), central.sum()


# Clusters that take longer to leave the vessel lose cells there, and smaller groups found fewer metastases: slow
# extravasation is a change of one step only for single cells. Twins, so that hardly any noise is left.
PLANTED = [
    ("shedding", 0.3, "shed", "all"),
    ("extravasation", 0.3, "entered", "single"),
    ("waking", 0.3, "awake", "all"),
    ("death of a lone founder", 1.2, "micrometastasis", "all"),
]


@pytest.mark.parametrize("behaviour, fold, link, kind", PLANTED)
def test_an_edit_of_one_step_is_booked_at_that_step(catalog, design, behaviour, fold, link, kind):
    found = run_attribution(
        design(edit(behaviour, fold)), catalog, ["other", "control"], "lung foci", animals=20, mechanisms=[]
    )
    share, total = shares(found, kind)
    assert total < -0.1
    assert share[link] == pytest.approx(1.0, abs=0.15)
    assert share.drop(link).abs().max() < 0.15


def test_a_change_of_cohesion_is_booked_at_shedding_with_opposite_signs(catalog, design):
    """Fewer clusters, more single cells: the number shed hardly changes, what is shed does."""
    found = run_attribution(
        design(edit("cohesion", 0.3)), catalog, ["other", "control"], "lung foci", animals=20, mechanisms=[]
    )
    steps = found.steps.set_index(["link", "aggregate"])["contribution"]
    assert steps["shed", "single"] > 0 > steps["shed", "cluster"]
    assert abs(steps["total", "all"] - steps["shed", "all"]) < 0.25 * abs(steps["shed", "cluster"])


def test_links_add_up_to_the_effect(catalog, design):
    found = run_attribution(
        design({"treatments": [ANTIBODY]}),
        catalog,
        ["other", "control"],
        "lung foci",
        animals=6,
        mechanisms=[],
        draws=1,
    )
    for _, rows in found.steps[found.steps["aggregate"] == "all"].groupby("draw"):
        by_link = rows.set_index("link")["contribution"]
        assert by_link.drop("total").sum() == pytest.approx(by_link["total"], abs=1e-9)
    kinds = found.steps[~found.steps["link"].isin(["total", "reading"])]
    split = kinds[kinds["aggregate"] != "all"].groupby(["draw", "link"])["contribution"].sum()
    whole = kinds[kinds["aggregate"] == "all"].groupby(["draw", "link"])["contribution"].sum()
    pd.testing.assert_series_equal(split, whole)


@pytest.fixture(scope="module")
def antibody(catalog, design):
    """The antibody, with two mechanisms left out."""
    return run_attribution(
        design({"treatments": [ANTIBODY]}), catalog, ["other", "control"], "lung foci", animals=10,
        mechanisms=["IGF axis", "macrophages"],
    )  # fmt: skip


def test_an_antibody_does_nothing_without_its_target(antibody):
    row = antibody.mechanisms.set_index(["without", "second"]).loc[("IGF axis", "")]
    assert row["effect"] == pytest.approx(0.0, abs=1e-12)
    whole = antibody.mechanisms.set_index(["without", "second"]).loc[("", "")]
    assert row["drop"] == pytest.approx(whole["effect"])
    assert row["drop_high"] < 0


def test_the_interaction_is_what_the_pair_adds_to_its_parts(antibody):
    rows = antibody.mechanisms.set_index(["without", "second"])
    pair, one, other = (
        rows.loc[key] for key in (("IGF axis", "macrophages"), ("IGF axis", ""), ("macrophages", ""))
    )
    assert pair["interaction"] == pytest.approx(pair["drop"] - one["drop"] - other["drop"])
    # Nothing is left of the effect without the axis, so that what goes with the other is counted twice.
    assert pair["interaction"] == pytest.approx(-other["drop"], abs=1e-9)


T_CELLS_ONLY = """
schema = "mechanism/1"
name = "T cells only"
title = "A rule on cells that this host lacks"
summary = "For the test."

[[rules]]
cell_type = "CD8 T cell"
signal = "pressure"
direction = "decreases"
behaviour = "recruitment"
half_maximum = { value = 1.0, unit = "1", source = "assumed", kind = "assumed" }
power = { value = 1.0, unit = "1", source = "assumed", kind = "assumed" }
"""


def test_a_mechanism_without_part_in_the_mouse_is_named(design, tmp_path):
    (tmp_path / "mechanisms").mkdir()
    (tmp_path / "mechanisms" / "t-cells-only.toml").write_text(T_CELLS_ONLY)
    catalog = load_catalog(tmp_path)
    asked = settle(design({"treatments": [ANTIBODY]}), animals=3)
    question = question_of(asked, catalog, ["other", "control"], "lung foci")
    assert "T cells only" in question.idle
    left_out = {name for left in question.left_out for name in left}
    assert "IGF axis" in left_out
    assert left_out.isdisjoint(question.idle)
    assert left_out | set(question.idle) == set(catalog.mechanisms)


def test_what_an_edit_changed_may_be_left_out(catalog, design):
    arm = {"edits": [{"in": "tumour", "kind": "knock-out", "receptor": "IGF1R"}]}
    found = run_attribution(
        design(arm), catalog, ["other", "control"], "lung foci", animals=4, mechanisms=["IGF axis"]
    )
    row = found.mechanisms.set_index("without").loc["IGF axis"]
    assert row["note"] == ""
    assert row["effect"] == pytest.approx(0.0, abs=1e-12)


BAD = [
    ({"arms": ["othr", "control"]}, ("unknown arm", "othr", "Did you mean 'other'?")),
    ({"arms": ["control", "control"]}, ("itself",)),
    ({"endpoint": "lung focus"}, ("unknown endpoint", "Did you mean 'lung foci'?")),
    ({"endpoint": "lung macrometastasis"}, ("unknown endpoint", "Did you mean 'lung macrometastases'?")),
    ({"endpoint": "survival"}, ("no mean",)),
    ({"endpoint": "lung foci, size-matched"}, ("no mean", "lung foci")),
    ({"mechanisms": ["IGF axes"]}, ("unknown mechanism", "Did you mean 'IGF axis'?")),
]


@pytest.mark.parametrize("changed, says", BAD)
def test_bad_questions(catalog, design, changed, says):
    asked = {"arms": ["other", "control"], "endpoint": "lung foci", "mechanisms": None, **changed}
    with pytest.raises(PagetError) as error:
        question_of(design({}), catalog, asked["arms"], asked["endpoint"], asked["mechanisms"])
    for text in says:
        assert text in str(error.value)


def test_nothing_to_take_apart(catalog, design):
    with pytest.raises(PagetError, match="no ratio to take apart"):
        run_attribution(
            design({}, duration="5 day", enrolment=None),
            catalog,
            ["other", "control"],
            "lung foci",
            animals=3,
            mechanisms=[],
        )


def test_threads_and_interruptions_change_nothing(catalog, design, tmp_path, monkeypatch):
    asked = design({"treatments": [ANTIBODY]}), catalog, ["other", "control"], "lung foci"
    options = {"animals": 4, "mechanisms": ["IGF axis"], "pairs": False}
    whole = run_attribution(*asked, workers=1, **options)
    calls = []
    run = batches._run

    def interrupted(batch, cohort, stopped):
        calls.append(batch)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return run(batch, cohort, stopped)

    monkeypatch.setattr(batches, "_run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_attribution(*asked, workers=1, out=tmp_path / "study", **options)
    monkeypatch.setattr(batches, "_run", lambda *args: calls.append(args[0]) or run(*args))
    before = len(calls)
    resumed = run_attribution(*asked, workers=3, out=tmp_path / "study", **options)
    assert len(calls) - before < 4, "finished batches are not simulated again"
    pd.testing.assert_frame_equal(whole.steps.reset_index(drop=True), resumed.steps.reset_index(drop=True))
    again = run_attribution(*asked, out=tmp_path / "study", **options)
    np.testing.assert_allclose(again.mechanisms["drop"], whole.mechanisms["drop"])


def test_another_study_is_never_overwritten(catalog, design, tmp_path):
    asked = design({"treatments": [ANTIBODY]}), catalog, ["other", "control"]
    run_attribution(*asked, "lung foci", animals=3, mechanisms=[], out=tmp_path / "study")
    before = {path: path.read_bytes() for path in (tmp_path / "study").rglob("*") if path.is_file()}
    with pytest.raises(PagetError, match="holds another run"):
        run_attribution(*asked, "lung burden", animals=3, mechanisms=[], out=tmp_path / "study")
    assert before == {path: path.read_bytes() for path in (tmp_path / "study").rglob("*") if path.is_file()}
