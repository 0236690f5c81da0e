"""Tidy tables from outcomes."""

import numpy as np
import pandas as pd
import pytest

from paget.host.record import AGGREGATE_KINDS, CASCADE_STEPS, SITES
from paget.trial.frames import Outcomes
from paget.trial.outcome import LESION, MEASUREMENT, READOUT, Outcome, Seat

ENDPOINTS = [("body weight", "g"), ("lung foci", "count")]


def outcome(value, days=3, lesions=2, cause="end of study", died=False):
    funnel = np.zeros((len(SITES), len(CASCADE_STEPS), len(AGGREGATE_KINDS)), dtype=np.int64)
    funnel[2, 3, 1] = int(value)
    return Outcome(
        measurements=np.array([(0, 1.0, False, value), (1, 2.5, True, value + 1)], dtype=MEASUREMENT),
        readouts=np.array([(2.0, value), (2.5, np.nan)], dtype=READOUT),
        days=np.arange(float(days)),
        series=np.column_stack([np.full(days, value), np.arange(float(days))]),
        funnel=funnel,
        lesions=np.array([(2.0, 2, 2, 700.0, np.pi / 6, 3, 2, 1)] * lesions, dtype=LESION),
        passages=np.arange(21).reshape(3, 7),
        circulating=np.array([[5, 0, 2], [0, 1, 0]]),
        facts={
            "notes": ["", "never reached"],
            "fields": ["primary volume", "body weight"],
            "units": ["mm^3", "g"],
            "candidate": 4,
            "takes": True,
            "enrolment_day": 1.0,
            "exit_day": 2.0,
            "exit_cause": cause,
            "died": died,
            "partners": ["neutrophil", "macrophage"],
        },
    )


@pytest.fixture
def outcomes():
    """Two arms of two animals, handed over in disorder."""
    seated = [(Seat(arm, animal, 0), outcome(10.0 * arm + animal)) for arm in (1, 0) for animal in (2, 1)]
    return Outcomes(["control", "drug"], ENDPOINTS, seated)


def test_rows_are_in_the_order_of_seats(outcomes):
    frame = outcomes.readouts()
    assert frame["arm"].tolist() == ["control"] * 4 + ["drug"] * 4
    assert frame["animal"].tolist() == [1, 1, 2, 2] * 2
    assert frame["value"].tolist()[::2] == [1, 2, 11, 12]


def test_columns_and_values(outcomes):
    measurements = outcomes.measurements()
    assert list(measurements) == ["arm", "animal", "draw", "endpoint", "day", "matching", "value", "unit"]
    assert measurements.iloc[1].tolist() == ["control", 1, 0, "lung foci", 2.5, "size", 2.0, "count"]
    readouts = outcomes.readouts()
    assert list(readouts) == ["arm", "animal", "draw", "endpoint", "day", "value", "unit", "note"]
    assert readouts.iloc[1][["endpoint", "unit", "note"]].tolist() == ["lung foci", "count", "never reached"]
    assert np.isnan(readouts["value"][1])
    series = outcomes.series()
    assert list(series) == ["arm", "animal", "draw", "day", "variable", "value", "unit"]
    assert series.iloc[5].tolist() == ["control", 1, 0, 2.0, "body weight", 2.0, "g"]
    lesions = outcomes.lesions()
    assert lesions.iloc[0].tolist()[3:] == [
        2.0,
        "exit",
        "lung",
        700.0,
        pytest.approx(np.pi / 6),
        1000.0,
        3,
        "mixed",
        "neutrophil",
    ]
    funnel = outcomes.funnel()
    seen = funnel[funnel["count"] > 0].iloc[3]
    assert seen.tolist() == ["drug", 2, 0, "lung", "entered", "cluster", 12]


def test_what_is_in_blood(outcomes):
    blood = outcomes.blood()
    assert list(blood) == ["arm", "animal", "draw", "cells", "partner", "count"]
    first = blood[(blood["arm"] == "control") & (blood["animal"] == 1)]
    assert first[["cells", "partner", "count"]].to_numpy().tolist() == [
        [1, "none", 5],
        [1, "macrophage", 2],
        [2, "neutrophil", 1],
    ]
    passages = outcomes.passages()
    assert len(passages) == 4 * 21
    assert passages.iloc[9].tolist()[3:] == ["cluster", "passed first bed", 9]


def test_partners_are_named_by_each_animals_own_model(outcomes):
    """Genotypes may have other partner types, in another order."""
    other = outcome(1.0)
    other.facts["partners"] = ["CD8 T cell", "neutrophil"]
    both = Outcomes(["control"], ENDPOINTS, [(Seat(0, 1, 0), outcome(1.0)), (Seat(0, 2, 0), other)])
    assert both.blood()["partner"].tolist() == [
        "none",
        "macrophage",
        "neutrophil",
        "none",
        "neutrophil",
        "CD8 T cell",
    ]


def test_short_tables_hold_plain_text(outcomes):
    for frame in (outcomes.readouts(), outcomes.survival()):
        assert not any(isinstance(kind, pd.CategoricalDtype) for kind in frame.dtypes)


def test_survival():
    seated = [
        (Seat(0, 1, 0), outcome(1.0, cause="tumour volume", died=True)),
        (Seat(0, 2, 0), outcome(1.0, cause="not enrolled")),
    ]
    survival = Outcomes(["control"], ENDPOINTS, seated).survival()
    assert survival["event"].tolist() == [True, False]
    assert survival["day"].tolist()[0] == 2.0
    assert np.isnan(survival["day"][1])


def test_draws_with_fewer_variables_join_the_central_run():
    drawn = outcome(5.0)
    drawn.facts.update(fields=["body weight"], units=["g"])
    drawn = Outcome(**{**drawn.arrays(), "series": drawn.series[:, 1:]}, facts=drawn.facts)
    frame = Outcomes(["control"], ENDPOINTS, [(Seat(0, 1, 1), drawn), (Seat(0, 1, 0), outcome(1.0))]).series()
    assert frame.groupby("draw").size().to_dict() == {0: 6, 1: 3}
    assert set(frame[frame["draw"] == 1]["variable"]) == {"body weight"}


def test_animals_without_lesions(outcomes):
    nobody = Outcomes(["control"], ENDPOINTS, [(Seat(0, 1, 0), outcome(1.0, lesions=0))])
    assert len(nobody.lesions()) == 0
    assert len(nobody.series()) == 6


def test_screening_is_counted_per_arm(outcomes):
    assert outcomes.screening() == {
        arm: {"animals": 2, "candidates": 10, "not enrolled": 0} for arm in outcomes.arms
    }
