"""What is kept of a batch is what the animals of a trial show."""

import numpy as np
import pytest

from paget.analysis.batches import Batch, Failed, Kept, run_batches
from paget.analysis.expected import expected_reading
from paget.model import TrialDesign, load_catalog
from paget.trial.cohort import Cohort
from paget.trial.outcome import Seat


@pytest.fixture(scope="module")
def catalog():
    return load_catalog()


def design_of(catalog, **changes):
    base = catalog.trials["igf-paclitaxel"].model_dump(mode="json", by_alias=True, exclude_none=True)
    assays = [{"endpoint": "lung foci", "days": ["end"]}, {"endpoint": "body weight", "days": ["end"]}]
    return TrialDesign.model_validate(
        {**base, "assays": assays, "contrasts": [], "twins": True, "animals": 3, **changes}
    )


def nobody(event):
    pass


def test_values_funnel_and_body_are_those_of_the_animals(catalog):
    design = design_of(catalog)
    batch = Batch("trial", 1, 0)
    kept = run_batches({"trial": design}, [batch], catalog, None, 1, nobody)[batch]
    cohort = Cohort(design, catalog)
    cohort.prepare(0)
    for number in range(3):
        animal, _ = cohort.animal(Seat(1, number + 1, 0))
        record, outcome = animal.record, cohort.run(Seat(1, number + 1, 0))
        assert kept.values[number, 0] == expected_reading(animal, cohort.observation.assays[0])
        assert kept.values[number, 1] == outcome.readouts["value"][1]
        np.testing.assert_array_equal(kept.funnel[number], record.funnel)
        inside = record.days >= record.enrolment_day
        weight = record.column("body weight")[inside]
        assert kept.weight_loss[number] == pytest.approx(1.0 - weight.min() / weight[0])
        assert kept.neutrophils[number] == record.column("blood neutrophils")[inside].min()
        assert kept.enrolled[number]


def test_a_design_that_cannot_be_compiled_fails_alone(catalog):
    good = design_of(catalog, animals=1)
    bad = good.model_copy(update={"without": ["no such mechanism"]})
    batches = [Batch("good", 0, 0), Batch("bad", 0, 0), Batch("bad", 1, 0), Batch("good", 1, 0)]
    found = run_batches({"good": good, "bad": bad}, batches, catalog, None, 2, nobody)
    assert [type(found[batch]) for batch in batches] == [Kept, Failed, Failed, Kept]
    assert "unknown mechanism" in found[batches[1]].reason
