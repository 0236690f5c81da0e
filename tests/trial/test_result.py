"""What a user holds after a run, and what a folder gives back."""

import subprocess
import sys

import pytest

from paget.errors import PagetError
from paget.trial import Trial, TrialResult, load_result, load_trial, run_trial
from paget.trial.result import FRAMES


@pytest.fixture(scope="module")
def result():
    return load_trial("igf-paclitaxel").run(animals=3, workers=1)


def test_it_prints_itself(result):
    text = repr(result)
    assert "IGF-neutralising antibody with paclitaxel" in text
    assert "lung foci" in text
    assert "simulated mice" in text
    assert "under these assumptions" in text
    assert result._repr_html_().startswith("<table")


def test_it_gives_data_frames(result):
    frames = result.to_frames()
    assert tuple(frames) == FRAMES
    assert all(len(frame) for frame in frames.values())
    arms = ["control", "paclitaxel", "xentuzumab", "paclitaxel + xentuzumab"]
    assert list(dict.fromkeys(result.endpoints["arm"])) == arms
    per_subject = result.endpoints.groupby(["arm", "animal", "endpoint"], sort=False).size()
    assert (per_subject == 1).all()


def test_endpoints_of_the_first_trial(result):
    measured = set(result.endpoints["endpoint"])
    assert measured >= {
        "Ki-67 index", "lung foci", "metastatic area", "CTC per mL", "primary volume", "residual tumour cells",
        "receptor-positive cells", "body weight", "blood neutrophils", "bioluminescence", "collagen alignment",
        "lung burden", "lung foci, size-matched", "composition: macrophage", "survival",
    }  # fmt: skip


def test_summary_is_that_of_the_file(result):
    summary = result.summary()
    values = summary["arms"]["control"]["endpoints"]["lung foci"]["values"]
    assert len(values) == 3
    assert {c["endpoint"] for c in summary["contrasts"]} >= {"Ki-67 index", "lung foci"}


def test_kinds_decide_the_tests(result):
    assert result.kinds["lung foci"] == "count"
    assert result.kinds["Ki-67 index"] == "fraction"
    assert result.kinds["survival"] == "survival"
    assert "primary volume" not in result.kinds


def test_provenance_rebuilds_the_run(result, catalog):
    """The design kept in the provenance is enough to run it again: the same numbers."""
    from paget.model import TrialDesign

    kept = TrialDesign.model_validate(result.provenance["design"])
    again = run_trial(kept, catalog, workers=1)
    assert again.endpoints.equals(result.endpoints)
    assert again.provenance["model_hash"] == result.provenance["model_hash"]


def test_a_result_that_was_read_knows_its_model_and_kinds(result, tmp_path):
    load_trial("igf-paclitaxel").run(animals=3, workers=1, out=tmp_path / "run")
    again = load_result(tmp_path / "run")
    assert again.design.animals == 3
    assert again.model.tumour.name == "py230"
    assert again.kinds == result.kinds
    assert repr(again) == repr(result)
    assert again.summary() == result.summary()


def test_a_folder_that_is_no_result(tmp_path):
    with pytest.raises(PagetError, match=r"provenance\.json"):
        TrialResult.read(tmp_path)
    with pytest.raises(PagetError):
        load_result(tmp_path / "nothing")


def test_a_trial_prints_checks_and_describes_itself():
    trial = load_trial("igf-paclitaxel")
    assert isinstance(trial, Trial)
    assert "paclitaxel + xentuzumab (10 animals)" in repr(trial)
    trial.check()
    assert "xentuzumab" in trial.describe()


def test_a_trial_file_of_ones_own(tmp_path):
    """A file outside the catalog that extends a trial of it: checked, described and run."""
    text = (
        'schema = "trial/1"\nname = "mine"\nextends = "igf-paclitaxel"\nanimals = 2\ntitle = "My own trial"\n'
    )
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    trial = load_trial(tmp_path / "mine.toml")
    assert "My own trial" in trial.describe()
    trial.check()
    result = trial.run(workers=1, out=tmp_path / "out")
    assert result.survival.groupby("arm").size().tolist() == [2] * 4
    assert load_result(tmp_path / "out").design.title == "My own trial"


def test_an_unknown_trial_is_suggested():
    with pytest.raises(PagetError, match="Did you mean 'igf-paclitaxel'"):
        load_trial("igf-paclitaxl")


def test_heavy_packages_wait_until_they_are_needed():
    """Importing the room, and simulating, need no statistics and no figures."""
    heavy = ("lifelines", "statsmodels", "matplotlib", "pyarrow")
    code = f"import sys, paget.trial; print([name for name in {heavy} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_errors_of_the_assays_are_told(result):
    rows = result.assay_parameters()
    assert {row["endpoint"] for row in rows} >= {"primary volume", "{site} foci", "CTC per mL"}
    assert not any(row["endpoint"] == "CTC cluster size" for row in rows)
    assert all(row["path"].startswith("assays/") and row["source"] for row in rows)


def test_a_figure(result):
    axes = result.plot("growth")
    assert axes.get_ylabel()


def test_a_model_that_has_changed_since_the_run_is_told(result, caplog):
    stale = TrialResult(result.design, {**result.provenance, "models": {"control": "another"}})
    assert stale.model.tumour.name == "py230"
    assert "has changed since this run" in caplog.text
