"""When animals are read, and which reading counts."""

import math

import numpy as np
import pytest

from paget.assays import Animal, order_for
from paget.keyed_random import subject_key
from paget.model.endpoints import find_endpoint
from paget.trial.observation import Observation, PlannedAssay, moments
from paget.trial.outcome import outcome_of

EXACT = {"error": 0.0}


def weight(**options):
    return PlannedAssay(order_for(find_endpoint("body weight", ("lung",), ()), **EXACT), **options)


def burden(**options):
    name = "lung burden, size-matched" if "volume" in options else "lung burden"
    return PlannedAssay(order_for(find_endpoint(name, ("lung",), ()), **EXACT), **options)


def survival():
    return PlannedAssay(order_for(find_endpoint("survival", ("lung",), ())), at_end=True)


def animal(record):
    return Animal(record, subject_key(1, "arm", 1), {"lung": 200.0}, ("tumour cell",))


def observe(record, *assays, excluded=False):
    return Observation(tuple(assays), excluded).observe(animal(record))


def readout(record, assay, excluded=False):
    return observe(record, assay, excluded=excluded)[1][0]


def test_repeated_assay_is_read_on_its_days_and_at_the_end(record):
    measurements, readouts = observe(record(), weight(days=(0.0, 20.0, 40.0), at_end=True))
    assert [(m.day, m.value) for m in measurements] == [(0, 10), (20, 30), (40, 50), (42, 52)]
    assert readouts == [(42.0, 52.0, "")]


def test_fixed_days_are_read_out_on_the_last(record):
    measurements, readouts = observe(record(), weight(days=(7.0, 21.0)))
    assert [m.day for m in measurements] == [7, 21]
    assert readouts[0].value == 31


def test_an_animal_that_leaves_early_is_read_at_exit(record):
    gone = record(30, "tumour volume")
    measurements, readouts = observe(gone, weight(days=(0.0, 20.0, 40.0), at_end=True))
    assert [m.day for m in measurements] == [0, 20, 30]
    assert readouts[0] == (30.0, 40.0, "left on day 30: tumour volume")
    assert readout(gone, weight(days=(21.0,))) == (21.0, 31.0, "")
    assert readout(gone, weight(days=(35.0,))) == (30.0, 40.0, "left on day 30: tumour volume")


def test_or_not_at_all_where_the_trial_says_so(record):
    gone = record(30, "weight loss")
    lost = readout(gone, weight(at_end=True), excluded=True)
    assert math.isnan(lost.value)
    assert lost.note == "excluded, left on day 30: weight loss"
    assert readout(gone, weight(days=(21.0,)), excluded=True).value == 31
    assert readout(record(), weight(at_end=True), excluded=True).value == 52


def test_an_exit_on_a_scheduled_day_is_read_once(record):
    measurements, _ = observe(record(30, "tumour volume"), weight(days=(10.0, 20.0, 30.0, 40.0), at_end=True))
    assert [m.day for m in measurements] == [10, 20, 30]


def test_never_enrolled_never_read_out(record):
    measurements, readouts = observe(record(28, "not enrolled"), weight(days=(7.0,)), survival())
    assert all(math.isnan(r.value) and r.note == "not enrolled" for r in readouts)
    assert [m.day for m in measurements] == [7]


@pytest.mark.parametrize(
    "cause, note", [("end of study", "alive at the end of the study"), ("lung burden", "lung burden")]
)
@pytest.mark.parametrize("excluded", [False, True])
def test_survival_is_never_excluded(record, cause, note, excluded):
    assert readout(record(40, cause), survival(), excluded) == (40.0, 40.0, note)


def test_size_matched_reading(record, snapshot):
    sized = snapshot("size", 300.0, 28.25, lesions=3)
    seen = record(snapshots=(sized, snapshot("exit", 42, 42)))
    measurements, readouts = observe(seen, burden(volume=300.0), burden(at_end=True))
    assert [(m.day, m.by_size, m.value) for m in measurements] == [(28.25, True, 6.0), (42.0, False, 3.0)]
    assert readouts[0][:2] == (28.25, 6.0)


def test_size_that_was_never_reached(record, snapshot):
    small = record(snapshots=(snapshot("size", 300.0, math.nan, lesions=0), snapshot("exit", 42, 42)))
    measurements, readouts = observe(small, burden(volume=300.0))
    assert measurements == []
    assert math.isnan(readouts[0].value)
    assert readouts[0].note == "300 mm3 was never reached"


def test_lesions_of_a_day_come_from_the_list_of_that_day(record, snapshot):
    seen = record(snapshots=(snapshot("day", 28.0, 28.0, lesions=4), snapshot("exit", 42, 42, lesions=5)))
    measurements, _ = observe(seen, burden(days=(28.0,), at_end=True))
    assert [m.value for m in measurements] == [10.0, 15.0]


@pytest.mark.parametrize("hours, day", [(12.0, 15.0), (24.0, 15.0), (48.0, 16.0), (1000.0, 42.0)])
def test_hours_after_the_last_dose(record, hours, day):
    treated = record(last_dose_day=14.0)
    assay = weight(at_end=True, hours_after_last_dose=hours)
    assert [moment.day for moment in moments(treated, assay)] == [day]
    assert [moment.day for moment in moments(record(), assay)] == [42.0]


def test_outcome_survives_a_file(record, snapshot):
    """Arrays and facts of an outcome are all there is to it."""
    import json

    from paget.trial.outcome import Outcome

    seen = record(30, "tumour volume", snapshots=(snapshot("size", 300.0, 28.25), snapshot("exit", 30, 30)))
    observation = Observation((weight(days=(7.0,)), burden(volume=300.0)), False)
    outcome = outcome_of(animal(seen), observation, True, 2, True)
    again = Outcome.read(outcome.arrays(), json.loads(json.dumps(outcome.facts)))
    assert again.facts == outcome.facts
    assert all(np.array_equal(again.arrays()[name], array) for name, array in outcome.arrays().items())
    assert outcome.lesions["volume"].tolist() == [1.0, 2.0, 1.0, 2.0]


def test_draws_keep_less_of_the_daily_record(record):
    observation = Observation((weight(days=(7.0,)),), False)
    central = outcome_of(animal(record()), observation, True, 0, True)
    drawn = outcome_of(animal(record()), observation, False, 0, True)
    assert set(drawn.facts["fields"]) < set(central.facts["fields"])
    assert drawn.series.shape == (43, len(drawn.facts["fields"]))
