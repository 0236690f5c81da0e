"""The same bits whatever the number of workers, whatever else is in the trial, and after any interruption."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from paget.errors import PagetError
from paget.trial import TrialResult, run_trial
from paget.trial.cohort import Cohort
from paget.trial.execution import settle


def same(one, other):
    """Whether all tables of two results hold the same bits (contrasts included)."""
    for name, frame in one.to_frames().items():
        pd.testing.assert_frame_equal(
            plain(frame), plain(other.to_frames()[name]), check_exact=True, obj=name, check_dtype=False
        )


def plain(frame):
    coded = [name for name in frame.columns if isinstance(frame[name].dtype, pd.CategoricalDtype)]
    return frame.astype(dict.fromkeys(coded, object)).reset_index(drop=True)


def of_animals(result, arms, animals):
    """Tables of these arms and animals (the contrasts, which depend on everything, left out)."""
    found = {}
    for name, frame in result.to_frames().items():
        if name != "contrasts":
            frame = plain(frame)
            found[name] = frame[frame["arm"].isin(arms) & (frame["animal"] <= animals)].reset_index(drop=True)
    return found


def same_animals(one, other, arms, animals):
    left, right = of_animals(one, arms, animals), of_animals(other, arms, animals)
    for name in left:
        assert len(left[name])
        pd.testing.assert_frame_equal(left[name], right[name], check_exact=True, obj=name, check_dtype=False)


@pytest.fixture
def run(small, catalog):
    def go(out=None, changes=None, **options):
        return run_trial(small(**(changes or {})), catalog, out=out, **{"workers": 1, **options})

    return go


def test_same_bits_with_one_and_two_workers(run):
    same(run(workers=1), run(workers=2))


def test_another_seed_gives_other_animals(run):
    one, other = run(seed=1).endpoints, run(seed=2).endpoints
    weights = [frame[frame["endpoint"] == "body weight"]["value"].to_numpy() for frame in (one, other)]
    assert not np.any(weights[0] == weights[1])


def test_more_animals_change_no_other(run):
    arms = ["control", "paclitaxel", "without IGF1R"]
    same_animals(run(), run(animals=5, workers=2), arms, 3)


def test_a_further_arm_changes_no_other(run, small):
    arms = [arm.model_dump(mode="json", by_alias=True, exclude_none=True) for arm in small().arms]
    added = {"name": "late", "treatments": [{**arms[1]["treatments"][0], "days": [14]}]}
    more = run(changes={"arms": [added, *arms]})
    same_animals(run(), more, ["control", "paclitaxel", "without IGF1R"], 3)


def test_further_draws_change_no_other(run):
    central = run(draws=1)
    drawn = run(draws=2, workers=2)
    for name in ("endpoints", "measurements", "survival"):
        one, other = plain(getattr(central, name)), plain(getattr(drawn, name))
        other = other[other["draw"] <= 1].reset_index(drop=True)
        pd.testing.assert_frame_equal(one, other, check_exact=True, check_dtype=False)
    assert not np.array_equal(
        *(drawn.endpoints[drawn.endpoints["draw"] == draw]["value"].to_numpy() for draw in (1, 2)),
        equal_nan=True,
    )


def test_twins_are_the_same_animals_in_every_arm(run, small):
    """Before treatment, twins of all arms without edits have the same volumes and weights to the last bit."""
    result = run(changes={"twins": True})
    series = result.series
    first_days = series[(series["day"] <= 5) & (series["variable"] == "primary volume")]
    by_arm = [first_days[first_days["arm"] == arm]["value"].to_numpy() for arm in ("control", "paclitaxel")]
    assert np.array_equal(*by_arm)
    free = run().series
    other = [
        free[(free["day"] <= 5) & (free["variable"] == "primary volume") & (free["arm"] == arm)][
            "value"
        ].to_numpy()
        for arm in ("control", "paclitaxel")
    ]
    assert not np.array_equal(*other)


def test_the_folder_holds_what_memory_holds(run, tmp_path):
    in_memory, written = run(), run(out=tmp_path / "run")
    assert written.out == tmp_path / "run"
    same(in_memory, written)
    same(in_memory, TrialResult.read(tmp_path / "run"))
    assert not (tmp_path / "run.partial").exists()
    assert json.loads((tmp_path / "run" / "summary.json").read_text())["seed"] == 1


def test_a_finished_run_is_read_not_simulated(run, tmp_path, monkeypatch):
    first = run(out=tmp_path / "run")
    monkeypatch.setattr(Cohort, "run", lambda *_: pytest.fail("simulated again"))
    same(first, run(out=tmp_path / "run"))


class Stop(BaseException):
    """As Ctrl-C: not an ordinary error."""


def stop_after(done):
    def progress(event):
        if event.get("done") == done:
            raise Stop

    return progress


def parts(folder):
    return sorted((Path(f"{folder}.partial") / "parts").glob("*.part"))


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupted_run_goes_on(run, tmp_path, workers, monkeypatch):
    """Ctrl-C after 3 of 9 animals: those are kept, the others are simulated, the tables are the same."""
    with pytest.raises(Stop):
        run(out=tmp_path / "run", progress=stop_after(3), workers=workers)
    kept = len(parts(tmp_path / "run"))
    assert 3 <= kept < 9
    simulated = []
    simulate = Cohort.run
    monkeypatch.setattr(Cohort, "run", lambda self, seat: simulated.append(seat) or simulate(self, seat))
    resumed = run(out=tmp_path / "run", workers=workers)
    assert len(simulated) == 9 - kept
    same(run(), resumed)


def test_torn_parts_are_simulated_again(run, tmp_path):
    """A power cut: one part is cut short, one is empty, one is gone, and there is rubbish of an unfinished one."""
    with pytest.raises(Stop):
        run(out=tmp_path / "run", progress=stop_after(6))
    cut, empty, gone, *_ = parts(tmp_path / "run")
    cut.write_bytes(cut.read_bytes()[:-100])
    empty.write_bytes(b"")
    gone.unlink()
    cut.with_name("control%2F9%2F0.part.123.tmp").write_bytes(b"rubbish")
    same(run(), run(out=tmp_path / "run"))


def test_a_folder_of_another_run_is_refused(run, tmp_path):
    run(out=tmp_path / "run")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "run").rglob("*")}
    for options in ({"seed": 2}, {"animals": 4}, {"draws": 1}, {"changes": {"duration": "35 day"}}):
        with pytest.raises(PagetError, match="another run"):
            run(out=tmp_path / "run", **options)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "run").rglob("*")} == before


def test_half_a_run_of_another_trial_is_refused(run, tmp_path):
    with pytest.raises(Stop):
        run(out=tmp_path / "run", progress=stop_after(3))
    with pytest.raises(PagetError, match="another run"):
        run(out=tmp_path / "run", seed=2)


def test_an_error_in_one_animal_stops_the_run_and_keeps_the_others(run, tmp_path, monkeypatch):
    simulate = Cohort.run

    def faulty(self, seat):
        if seat.animal == 3:
            raise ValueError("planted")
        return simulate(self, seat)

    monkeypatch.setattr(Cohort, "run", faulty)
    with pytest.raises(ValueError, match="planted"):
        run(out=tmp_path / "run", workers=2)
    assert parts(tmp_path / "run")


KILLED = """
import sys
from paget.trial import load_trial
load_trial(sys.argv[1]).run(out=sys.argv[2], animals=60, workers=2)
"""


def test_kill_minus_9(catalog, tmp_path):
    """A process killed without warning leaves whole parts, and the same run goes on to the same tables."""
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, "igf-paclitaxel", str(tmp_path / "run")], env=os.environ
    )
    deadline = time.monotonic() + 300
    while len(parts(tmp_path / "run")) < 5 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = len(parts(tmp_path / "run"))
    assert 5 <= kept < 240, f"{kept} parts"
    trial = catalog.trials["igf-paclitaxel"]
    resumed = run_trial(trial, catalog, out=tmp_path / "run", animals=60, workers=2)
    same(run_trial(trial, catalog, animals=60, workers=2), resumed)


def test_what_is_added_last_is_there_whenever_the_folder_is(run, tmp_path):
    """A report that fails leaves the run unfinished; the next one simulates nothing again and finishes it."""

    def fails(result, folder):
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        run(out=tmp_path / "run", finish=fails)
    assert not (tmp_path / "run").exists()
    kept = len(parts(tmp_path / "run"))
    seen = []
    result = run(out=tmp_path / "run", finish=lambda *added: seen.append(added), progress=seen.append)
    assert next(event["done"] for event in seen if "done" in event) == kept == 9
    assert seen[-1][0] is result
    assert seen[-1][1].name == "run.partial"
    assert (tmp_path / "run" / "summary.json").exists()


def test_a_design_made_in_python_is_checked_too(run):
    """Nothing is simulated, and no folder made, for a design that no file check has seen."""
    for changes in (
        {"assays": [{"endpoint": "body weight", "days": ["end"], "draw_volume": "1 mL"}], "contrasts": []},
        {"contrasts": [{"endpoint": "lung foci", "arms": ["paclitaxel", "nobody"]}]},
        {"host": "scid", "tumour": "lm2"},
    ):
        with pytest.raises(PagetError):
            run(changes=changes)


def test_progress_counts_animals(run):
    events = []
    run(progress=events.append)
    counted = [event for event in events if event["phase"] == "subjects"]
    assert [event["done"] for event in counted] == list(range(10))
    assert {event["total"] for event in counted} == {9}
    assert events[-1] == {"phase": "analysis"}


def test_settling_a_design(small):
    design = small()
    assert settle(design) == design
    changed = settle(design, seed=7, animals=20, draws=3)
    assert (changed.seed, changed.animals, changed.draws) == (7, 20, 3)
    arms = [{"name": "control", "animals": 4}, {"name": "other"}]
    uneven = small(arms=arms, contrasts=[])
    assert [uneven.animals_in(arm) for arm in uneven.arms] == [4, 3]
    even = settle(uneven, animals=6)
    assert [even.animals_in(arm) for arm in even.arms] == [6, 6]


def test_arms_of_unequal_size(run):
    arms = [{"name": "control", "animals": 1}, {"name": "other"}]
    survival = run(changes={"arms": arms, "contrasts": []}).survival
    assert survival.groupby("arm", sort=False).size().to_dict() == {"control": 1, "other": 3}


def test_arms_of_one_genotype_share_a_model(small, catalog):
    cohort = Cohort(small(), catalog)
    assert len(cohort.genotypes) == 2
    assert cohort.model_of(0) is cohort.model_of(1)
    assert [edit.receptor for edit in cohort.model_of(2).edits] == ["IGF1R"]


def test_strata_are_balanced_in_a_real_trial(design, catalog):
    """Every block of two animals holds one fast and one slow tumour, by the prediction and nearly so in the engine."""
    cohort = Cohort(settle(design(), animals=20), catalog)
    cohort.prepare(0)
    screening = cohort._drawn[0, 0].screening
    for arm in ("control", "paclitaxel"):
        strata = [screening.stratum_of_place(arm, animal) for animal in range(1, 21)]
        assert [sorted(strata[i : i + 2]) for i in range(0, 20, 2)] == [[0, 1]] * 10


def test_animals_that_do_not_enrol_are_lost_not_replaced_by_numbers(small, catalog):
    """A deadline that some animals miss although the prediction let them in: whoever does has no readout."""
    design = small(enrolment={"volume": "100 mm^3", "latest": "11 day"}, randomisation=None, animals=8)
    result = run_trial(design, catalog, workers=1)
    lost = result.survival[result.survival["cause"] == "not enrolled"]
    assert 0 < len(lost) < 24
    assert lost["day"].isna().all()
    assert not lost["event"].any()
    keys = set(map(tuple, lost[["arm", "animal"]].to_numpy()))
    rows = result.endpoints
    is_lost = [(arm, animal) in keys for arm, animal in zip(rows["arm"], rows["animal"], strict=True)]
    assert rows.loc[is_lost, "value"].isna().all()
    assert (rows.loc[is_lost, "note"] == "not enrolled").all()
