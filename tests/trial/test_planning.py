"""Designs as the engine and the assays read them."""

import math

import numpy as np
import pytest

from paget.host.regimen import (
    ANCHOR_ENROLMENT,
    ANCHOR_INOCULATION,
    ANCHOR_SURGERY,
    ANCHOR_TRIGGER,
    DOSE_BASES,
    EVENT_DOSE,
    EVENT_SURGERY,
)
from paget.model import resolve
from paget.trial.planning import enrolment_of, observation_of, protocol_of, regimen_of


class Names:
    drug_names = ("paclitaxel", "xentuzumab")
    routes = ("i.p.", "i.v.", "s.c.", "oral")


def regimen(design, treatments=(), surgery=(), **changes):
    arms = [{"name": "arm", "treatments": list(treatments), "surgery": list(surgery)}]
    made = design(arms=arms, contrasts=[], **changes)
    return regimen_of(made.arms[0], made, Names)


def dose(**options):
    return {"drug": "paclitaxel", "dose": "15 mg/kg", "route": "i.v.", **options}


@pytest.fixture
def model(catalog):
    return resolve(catalog, "py230", "c57bl6")


def test_no_treatment_no_event(design):
    plan = regimen(design)
    assert all(column.shape == (0,) for column in plan)
    assert plan.kind.dtype == np.int64
    assert plan.dose.dtype == np.float64


def test_doses_on_days(design):
    plan = regimen(design, [dose(**{"from": "enrolment"}, days=[0, 7, 14.5])])
    assert plan.kind.tolist() == [EVENT_DOSE] * 3
    assert plan.anchor.tolist() == [ANCHOR_ENROLMENT] * 3
    assert plan.tick.tolist() == [0, 168, 348]
    assert plan.drug.tolist() == [0] * 3
    assert plan.route.tolist() == [1] * 3
    assert plan.dose.tolist() == [15.0] * 3


def test_doses_keep_their_basis(design):
    """The engine converts a dose per surface or per animal with the weight of the animal on the day."""
    given = [
        dose(**{"from": "enrolment"}, days=[0]) | {"dose": text}
        for text in ("60 mg/m^2", "200 ug", "5 mg/kg")
    ]
    plan = regimen(design, given)
    assert [DOSE_BASES[index] for index in plan.basis] == ["mg/m^2", "mg", "mg/kg"]
    assert plan.dose.tolist() == pytest.approx([60.0, 0.2, 5.0])


def test_an_infusion_is_given_hour_by_hour(design):
    plan = regimen(design, [dose(**{"from": "enrolment"}, days=[0, 7], over="3 hour")])
    assert plan.tick.tolist() == [0, 1, 2, 168, 169, 170]
    assert plan.dose.tolist() == pytest.approx([5.0] * 6)
    plan = regimen(design, [dose(**{"from": "enrolment"}, days=[0], over="20 minute")])
    assert plan.dose.tolist() == [15.0]


def test_repeated_doses(design):
    options = {"from": "enrolment", "drug": "xentuzumab", "route": "i.p.", "dose": "100 mg/kg"}
    plan = regimen(design, [dose(**options, every="3.5 day", until="14 day")])
    assert plan.tick.tolist() == [0, 84, 168, 252, 336]
    assert plan.drug.tolist() == [1] * 5
    assert plan.route.tolist() == [0] * 5


def test_days_after_inoculation_count_from_the_day_of_inoculation(design):
    inoculum = {"day": "2 day"}
    plan = regimen(design, [dose(**{"from": "inoculation"}, days=[3])], inoculum=inoculum)
    assert plan.anchor.tolist() == [ANCHOR_INOCULATION]
    assert plan.tick.tolist() == [5 * 24]
    plan = regimen(design, [dose(**{"from": "enrolment"}, days=[3])], inoculum=inoculum)
    assert plan.tick.tolist() == [3 * 24]


def test_surgery_and_adjuvant_doses(design):
    plan = regimen(
        design,
        [dose(**{"from": "surgery"}, days=[1])],
        [{"day": "21 day", "from": "inoculation", "residual_share": "1 %"}],
    )
    assert plan.kind.tolist() == [EVENT_SURGERY, EVENT_DOSE]
    assert plan.anchor.tolist() == [ANCHOR_INOCULATION, ANCHOR_SURGERY]
    assert plan.tick.tolist() == [504, 24]
    assert plan.residual.tolist() == [0.01, 0.0]
    assert plan.drug.tolist() == [-1, 0]


@pytest.mark.parametrize(
    "variable, above, index, threshold",
    [
        ("primary volume", "0.8 cm^3", 0, 800.0),
        ("lung burden", "5 mm^3", 1, 5.0),
        ("weight loss", "10 %", 2, 0.1),
    ],
)
def test_triggers(design, variable, above, index, threshold):
    plan = regimen(design, [dose(when={"variable": variable, "above": above}, days=[0, 2])])
    assert plan.anchor.tolist() == [ANCHOR_TRIGGER] * 2
    assert plan.trigger.tolist() == [index] * 2
    assert plan.threshold.tolist() == pytest.approx([threshold] * 2)
    assert plan.tick.tolist() == [0, 48]


def test_no_dose_is_planned_after_the_end(design):
    plan = regimen(design, [dose(**{"from": "inoculation"}, every="10 day")], duration="25 day")
    assert plan.tick.tolist() == [0, 240, 480]


def test_protocol(design, model):
    made = design()
    protocol = protocol_of(made, model, observation_of(made, model), {})
    assert protocol.last_tick == 42 * 24
    assert protocol.inoculum_route == 0
    assert protocol.inoculum_cells == model.tumour.inoculation.cells.canonical
    assert protocol.enrolment_volume == 100.0
    assert protocol.enrolment_latest == 28 * 24
    assert protocol.humane_volume == 2500.0
    assert protocol.humane_weight_loss == pytest.approx(0.2)
    assert protocol.snapshot_volumes.tolist() == [800.0]


def test_what_a_design_leaves_out(design, model):
    """No enrolment: treated from inoculation. No humane endpoint: never killed."""
    made = design(enrolment=None, humane_endpoint=None)
    protocol = protocol_of(made, model, observation_of(made, model), {})
    assert protocol.enrolment_volume == 0.0
    assert protocol.enrolment_latest == protocol.last_tick
    assert math.isinf(protocol.humane_volume)
    assert math.isinf(protocol.humane_weight_loss)
    assert math.isinf(protocol.humane_lung_burden)
    assert enrolment_of(made, model, {}).volume == 0.0


def test_the_trial_overrides_the_tumour(design, model):
    made = design(
        inoculum={"cells": "1e5 cell", "engrafted_share": "50 %", "take_rate": "70 %", "aggregate_size": 3}
    )
    protocol = protocol_of(made, model, observation_of(made, model), {})
    assert (protocol.inoculum_cells, protocol.engrafted_share, protocol.inoculum_size) == (1e5, 0.5, 3)
    assert enrolment_of(made, model, {}).take_rate == pytest.approx(0.7)
    assert enrolment_of(made, model, {}).start == pytest.approx(5e4 / model.tumour.cell_density.canonical)


def test_an_arm_overrides_the_trial(design, model):
    """What an arm's inoculum leaves out is that of the trial, of the tumour after that."""
    arms = [
        {"name": "single"},
        {"name": "mixed", "inoculum": {"aggregate_size": 4, "cells": "8e4 cell", "partner": "macrophage"}},
        {"name": "liver first", "inoculum": {"route": "portal vein"}},
    ]
    made = design(
        arms=arms, contrasts=[], enrolment=None, inoculum={"route": "tail vein", "cells": "2e4 cell"}
    )
    assert not made.makes_primary
    partners = ["CD8 T cell", "macrophage"]
    plans = [
        protocol_of(made, model, observation_of(made, model), {}, made.inoculum_of(arm), partners)
        for arm in made.arms
    ]
    assert [plan.inoculum_cells for plan in plans] == [2e4, 8e4, 2e4]
    assert [plan.inoculum_size for plan in plans] == [1, 4, 1]
    assert [plan.inoculum_partner for plan in plans] == [0, 2, 0]
    assert [plan.inoculum_route for plan in plans] == [1, 1, 3]


def test_treatment_before_a_late_inoculation(design):
    """Day 0 is the first of the trial; days after inoculation count from the inoculum's day."""
    doses = [dose(**{"from": "day 0"}, days=[0, 4]), dose(**{"from": "inoculation"}, days=[0, 4])]
    plan = regimen(design, doses, inoculum={"route": "fat pad", "day": 7})
    assert plan.anchor.tolist() == [ANCHOR_INOCULATION] * 4
    assert plan.tick.tolist() == [0, 96, 168, 264]


def test_parameter_draws_reach_the_protocol(design, model):
    made = design()
    share = model.tumour.inoculation.engrafted_share.path
    protocol = protocol_of(made, model, observation_of(made, model), {share: 0.123})
    assert protocol.engrafted_share == 0.123


@pytest.mark.parametrize(
    "options, strata",
    [({"stratify_by": "time to enrolment", "strata": 3}, 3), ({"stratify_by": "nothing"}, 1)],
)
def test_strata(design, model, options, strata):
    assert enrolment_of(design(randomisation=options), model, {}).strata == strata


def planned(design, model, *assays, **changes):
    return observation_of(design(assays=list(assays), contrasts=[], **changes), model).assays


def test_days_of_assays(design, model):
    weight, light, foci, sized, survival = planned(
        design,
        model,
        {"endpoint": "body weight", "every": "10 day"},
        {"endpoint": "bioluminescence", "days": [7, 21]},
        {"endpoint": "lung foci", "days": ["end"]},
        {"endpoint": "lung burden, size-matched", "at_volume": "800 mm^3"},
        {"endpoint": "survival"},
    )
    assert (weight.days, weight.at_end) == ((0.0, 10.0, 20.0, 30.0, 40.0), True)
    assert (light.days, light.at_end) == ((7.0, 21.0), False)
    assert (foci.days, foci.at_end) == ((), True)
    assert (sized.days, sized.at_end, sized.volume) == ((), False, 800.0)
    assert (survival.days, survival.at_end) == ((), True)


def test_composition_is_spelled_out(design, model):
    names = [assay.name for assay in planned(design, model, {"endpoint": "composition", "days": ["end"]})]
    assert names == [f"composition: {name}" for name in model.cell_types if name != "hepatocyte"]


def test_receptors_are_those_of_the_tumour_cells_unless_named(design, model):
    stain = {"endpoint": "receptor-positive cells", "days": ["end"]}
    (usual,) = planned(design, model, stain)
    assert set(usual.order.receptors) == set(model.cell_types["tumour cell"].receptors)
    (named,) = planned(design, model, {**stain, "receptors": ["IGF1R"]})
    assert named.order.receptors == ("IGF1R",)


def test_numbers_of_an_assay_can_be_set(design, model):
    caliper, foci, draw, stain = planned(
        design,
        model,
        {"endpoint": "primary volume", "every": "7 day", "error": "20 %"},
        {"endpoint": "lung foci", "days": ["end"], "sections": 12},
        {"endpoint": "CTC per mL", "days": ["end"], "draw_volume": "0.2 mL"},
        {"endpoint": "receptor-positive cells", "days": ["end"], "threshold": "0.5"},
    )
    assert caliper.order.numbers.error == pytest.approx(0.2)
    assert foci.order.numbers.sections == 12
    assert draw.order.numbers.draw_volume == pytest.approx(0.2)
    assert stain.order.numbers.threshold == 0.5


def test_another_organ(design, model):
    (area,) = planned(design, model, {"endpoint": "metastatic area", "days": ["end"], "site": "liver"})
    assert area.order.endpoint.site == "liver"
    planned(design, model, {"endpoint": "Ki-67 index", "days": ["end"], "site": "mammary fat pad"})


def test_lesions_are_listed_on_the_days_of_assays_that_need_them(design, model):
    made = design(
        assays=[
            {"endpoint": "lung foci", "days": [28, "end"]},
            {"endpoint": "lung burden", "days": [14]},
            {"endpoint": "body weight", "days": [3]},
            {"endpoint": "liver foci, size-matched", "at_volume": "500 mm^3"},
        ],
        contrasts=[],
    )
    observation = observation_of(made, model)
    assert observation.snapshot_ticks().tolist() == [14 * 24, 28 * 24]
    assert observation.snapshot_volumes().tolist() == [500.0]
