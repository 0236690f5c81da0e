"""The course of a subject: steps, doses, enrolment, triggers, surgery, endpoints, snapshots, inoculation, the end."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from paget.errors import PagetError
from paget.host.record import AGGREGATE_KINDS, CASCADE_STEPS, SITES
from paget.host.regimen import ANCHOR_ENROLMENT, ANCHOR_SURGERY, ANCHOR_TRIGGER, TRIGGER_VARIABLES

HOUR = 1.0 / 24.0
FAT_PAD, LUNG = SITES.index("mammary fat pad"), SITES.index("lung")
SHED = CASCADE_STEPS.index("shed")


def day_of(record, field: str, threshold: float) -> float:
    """First day of the daily record on which a field has reached a threshold."""
    reached = np.flatnonzero(record.column(field) >= threshold)
    return float(record.days[reached[0]]) if reached.size else math.nan


# ---- steps and doses -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hour", [1, 7, 11, 23])
@pytest.mark.parametrize("step", [6, 24])
def test_a_dose_is_given_at_its_hour(black6, protocol, regimen, run, hour: int, step: int) -> None:
    """Steps break at a dose: the mean plasma level of the day's last step is that of a bolus at that very hour."""
    record = run(
        black6, protocol(2, step_ticks=step), regimen(black6, ("paclitaxel", hour * HOUR, 10.0, "i.v."))
    )
    drugs, place = black6.tables["drugs"], black6.drug_names.index("paclitaxel")
    volume = float(drugs["volume"][place])
    loss = float(drugs["clearance"][place]) / volume
    first = hour
    while first + step < 24:  # steps go on from the dose and end at midnight
        first += step
    begin, end = (first - hour) * HOUR, (24 - hour) * HOUR
    mean = 10.0 / volume * (math.exp(-loss * begin) - math.exp(-loss * end)) / loss / (end - begin)
    assert record.column("plasma paclitaxel")[1] == pytest.approx(mean, rel=1e-6)
    assert record.column("plasma paclitaxel")[0] == 0.0
    assert record.last_dose_day == hour / 24


def test_a_dose_after_the_end_is_not_given(black6, protocol, regimen, run) -> None:
    doses = regimen(black6, ("paclitaxel", 1.0, 10.0, "i.v."), ("paclitaxel", 9.0, 10.0, "i.v."))
    record = run(black6, protocol(5), doses)
    assert record.last_dose_day == 1.0
    assert math.isnan(run(black6, protocol(5)).last_dose_day)


def test_two_doses_at_one_hour_are_both_given(black6, protocol, regimen, run) -> None:
    one = run(black6, protocol(3), regimen(black6, ("xentuzumab", 1.0, 20.0, "i.v.")))
    two = run(black6, protocol(3), regimen(black6, *[("xentuzumab", 1.0, 10.0, "i.v.")] * 2))
    assert two.column("plasma xentuzumab") == pytest.approx(one.column("plasma xentuzumab"))


def test_the_last_row_is_the_exit(black6, protocol, run) -> None:
    """A study that ends at noon has its last row there."""
    record = run(black6, protocol(3.5))
    assert record.days.tolist() == [0.0, 1.0, 2.0, 3.0, 3.5]
    assert record.series.shape[0] == 5
    assert record.exit_day == 3.5
    assert record.at_exit("primary volume") > record.column("primary volume")[3]
    assert (record.series[:4] == run(black6, protocol(3)).series).all()


# ---- enrolment -------------------------------------------------------------------------------------------------------


def test_enrolment_at_a_volume(black6, protocol, regimen, run) -> None:
    """A subject is enrolled at the first step that ends with the volume; doses count from there."""
    course = protocol(20, enrolment_volume=50.0)
    doses = regimen(black6, ("paclitaxel", 2.0, 10.0, "i.v."), anchor=ANCHOR_ENROLMENT)
    record = run(black6, course, doses)
    before = day_of(record, "primary volume", 50.0) - 1.0
    assert before < record.enrolment_day <= before + 1.0
    assert record.last_dose_day == record.enrolment_day + 2.0
    assert math.isclose(record.enrolment_day * 4, round(record.enrolment_day * 4))  # steps of six hours


def test_enrolment_without_a_volume_is_at_inoculation(black6, protocol, regimen, run) -> None:
    doses = regimen(black6, ("paclitaxel", 1.0, 10.0, "i.v."), anchor=ANCHOR_ENROLMENT)
    record = run(black6, protocol(5, inoculum_tick=30), doses)
    assert record.enrolment_day == 30 * HOUR
    assert record.last_dose_day == 30 * HOUR + 1.0
    assert record.column("primary volume")[1] == 0.0
    assert record.column("primary volume")[2] > 0.0


def test_who_does_not_reach_the_volume_leaves(black6, protocol, run) -> None:
    record = run(black6, protocol(20, enrolment_volume=1e5, enrolment_latest=6 * 24))
    assert record.exit_cause == "not enrolled"
    assert record.exit_day == 6.0
    assert math.isnan(record.enrolment_day)


# ---- triggers and surgery --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "variable, threshold", [("primary volume", 200.0), ("lung burden", 0.05), ("weight loss", 0.01)]
)
def test_a_trigger_starts_a_dose(scid, protocol, regimen, run, variable: str, threshold: float) -> None:
    doses = regimen(scid, ("paclitaxel", 0.5, 5.0, "i.v."))._replace(
        anchor=np.array([ANCHOR_TRIGGER]),
        trigger=np.array([TRIGGER_VARIABLES.index(variable)]),
        threshold=np.array([threshold]),
    )
    record = run(scid, protocol(35), doses)
    healthy = float(scid.tables["body"]["weight"]) * (
        1 + record.days * float(scid.tables["body"]["weight_gain"])
    )
    watched = {
        "primary volume": record.column("primary volume"),
        "lung burden": record.column("lesion volume in lung"),
        "weight loss": 1 - record.column("body weight") / healthy,
    }[variable]
    first = float(record.days[np.flatnonzero(watched >= threshold)[0]])
    assert first - 1.0 < record.last_dose_day - 0.5 <= first


def test_surgery_leaves_its_share(black6, protocol, regimen, run) -> None:
    """Binomial: of some 10^7 cells a thousandth is left, of every type; and it grows again."""
    course = protocol(22, snapshot_ticks=np.array([14 * 24]))
    plain = run(black6, course)
    record = run(black6, course, regimen(black6, surgery=[(14.0, 1e-3)]))
    assert (record.series[:14] == plain.series[:14]).all()
    for field in ("primary tumour cells", "primary fibroblast", "primary macrophage"):
        before = plain.column(field)[14]
        assert record.column(field)[14] == pytest.approx(1e-3 * before, abs=5 * math.sqrt(1e-3 * before))
    assert record.column("primary volume")[20] > 3 * record.column("primary volume")[14]


def test_after_a_whole_resection_nothing_is_shed_or_grows(black6, protocol, regimen, run) -> None:
    """In the fat pad, that is: one animal in six has a metastasis large enough to shed ten days later."""
    record = run(black6, protocol(30), regimen(black6, surgery=[(20.0, 0.0)]))
    until = run(black6, protocol(20))
    assert record.at_exit("primary volume") == 0.0
    assert record.at_exit("primary tumour cells") == 0.0
    assert record.at_exit("primary fibroblast") == 0.0
    shed = record.funnel[FAT_PAD, SHED]
    assert (shed == until.funnel[FAT_PAD, SHED]).all()
    assert shed.sum() > 1e4
    assert record.at_exit("IGF1R activity") == 0.0
    assert np.isfinite(record.series).all()


@pytest.mark.parametrize("surgery_first", [True, False])
def test_a_dose_at_surgery_is_given_whatever_the_order(
    black6, protocol, regimen, run, surgery_first: bool
) -> None:
    """Adjuvant treatment that starts with the operation, listed before or after it."""
    events = regimen(black6, ("paclitaxel", 0.0, 10.0, "i.v."), surgery=[(10.0, 0.0)])
    events = events._replace(anchor=np.array([0, ANCHOR_SURGERY]))
    if not surgery_first:
        events = type(events)(*(column[::-1].copy() for column in events))
    record = run(black6, protocol(12), events)
    assert record.last_dose_day == 10.0


# ---- endpoints -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "limit, cause, field",
    [
        ({"humane_volume": 300.0}, "tumour volume", "primary volume"),
        ({"humane_lung_burden": 0.5}, "lung burden", "lesion volume in lung"),
    ],
)
def test_humane_endpoints(scid, protocol, run, limit: dict, cause: str, field: str) -> None:
    """Checked once a day: the subject leaves on the first day of its record with that value, and not before."""
    record = run(scid, protocol(42, **limit))
    threshold = next(iter(limit.values()))
    assert record.exit_cause == cause
    assert record.exit_day == day_of(record, field, threshold) == record.days[-1] < 42.0
    assert (record.column(field)[:-1] < threshold).all()
    assert record.snapshots[-1].day == record.exit_day


def test_humane_weight_loss_counts_drugs_and_tumours(black6, protocol, regimen, run) -> None:
    doses = regimen(black6, *[("paclitaxel", float(day), 30.0, "i.v.") for day in range(5, 15)])
    record = run(black6, protocol(30, humane_weight_loss=0.15), doses)
    assert record.exit_cause == "weight loss"
    assert 5.0 < record.exit_day < 30.0
    wasting = dataclasses.replace(black6, record=black6.record.copy())
    wasting.tables["body"]["tumour_wasting"] = 1e-3
    record = run(wasting, protocol(30, humane_weight_loss=0.15))
    assert record.exit_cause == "weight loss"
    assert record.at_exit("primary volume") == pytest.approx(150.0, rel=0.3)


def test_end_of_study(black6, protocol, run) -> None:
    record = run(black6, protocol(7))
    assert record.exit_cause == "end of study"
    assert record.exit_day == 7.0


# ---- snapshots -------------------------------------------------------------------------------------------------------


def test_snapshots_by_day_and_by_volume(scid, protocol, run) -> None:
    course = protocol(
        35,
        snapshot_ticks=np.array([20 * 24, 30 * 24]),
        snapshot_volumes=np.array([300.0, 1e9]),
    )
    record = run(scid, course)
    early, late, at_size, never, at_exit = record.snapshots
    assert [snapshot.matching for snapshot in record.snapshots] == ["day", "day", "size", "size", "exit"]
    assert (early.day, late.day, at_exit.day) == (20.0, 30.0, 35.0)
    assert (early.at, at_size.at, never.at) == (20.0, 300.0, 1e9)
    assert math.isnan(never.day)
    assert never.site.size == 0
    reached = day_of(record, "primary volume", 300.0)
    assert reached - 1.0 < at_size.day <= reached
    for snapshot in (early, late, at_exit):
        lungs = record.column("lesions in lung")[int(snapshot.day)]
        assert (snapshot.site == LUNG).sum() == lungs
    assert late.site.size >= early.site.size
    assert (at_exit.founder_cells >= 1).all()
    assert (at_exit.founder_cells <= 12).all()


def test_asking_for_more_changes_nothing(scid, protocol, run, same_bits) -> None:
    """Snapshots at midnight break no step: the record is the same to the last bit, the exit's lesions included."""
    plain = run(scid, protocol(30))
    asked = protocol(30, snapshot_ticks=np.arange(24, 30 * 24, 24), snapshot_volumes=np.array([10.0, 100.0]))
    record = run(scid, asked)
    assert record.series.tobytes() == plain.series.tobytes()
    assert same_bits(dataclasses.replace(record, snapshots=record.snapshots[-1:]), plain)


# ---- inoculation -----------------------------------------------------------------------------------------------------


def test_fat_pad(black6, protocol, run) -> None:
    """A binomial share of the cells founds the primary, in the composition of the tumour."""
    record = run(black6, protocol(0, inoculum_cells=1e6, engrafted_share=0.1))
    cells = record.column("primary tumour cells")[0]
    assert cells == pytest.approx(1e5, abs=5 * math.sqrt(9e4))
    share = float(black6.tables["tumour"]["composition"][black6.cell_types.index("fibroblast")])
    assert record.column("primary fibroblast")[0] == pytest.approx(share * cells, abs=1)
    total = sum(record.column(f"primary {name}")[0] for name in black6.cell_types[1:]) + cells
    assert record.column("primary volume")[0] == pytest.approx(
        total / float(black6.tables["tumour"]["cell_density"])
    )
    assert record.account["shed"] == 0


@pytest.mark.parametrize(
    "route, first",
    [(1, {"lung"}), (2, set(SITES) - {"lung"}), (3, {"liver"})],
    ids=["tail vein", "heart", "portal"],
)
def test_first_organs_of_injected_cells(black6, protocol, run, route: int, first: set) -> None:
    record = run(black6, protocol(0, inoculum_route=route, inoculum_cells=100_000))
    reached = {name for name in SITES if record.account[f"arrested in {name}"] > 0}
    assert reached == first
    assert record.at_exit("primary volume") == 0.0
    later = run(black6, protocol(2, inoculum_route=route, inoculum_cells=100_000))
    assert later.account["arrested in lung"] > 0  # passers come round


def test_partners_of_injected_aggregates(black6, protocol, run) -> None:
    """Aggregates given with a partner are mixed from the start, and travel in the column of that partner."""
    partner = 1 + black6.partners.index("macrophage")
    course = protocol(0, inoculum_route=1, inoculum_cells=90_000, inoculum_size=3, inoculum_partner=partner)
    record = run(black6, course)
    kinds = dict(zip(AGGREGATE_KINDS, record.funnel[0, CASCADE_STEPS.index("shed")], strict=True))
    assert kinds == {"single": 0, "cluster": 0, "mixed": 30_000}
    assert record.account["shed"] == 90_000
    later = run(black6, course._replace(last_tick=1, enrolment_latest=1))
    travelling = later.circulating.sum(axis=0)
    assert travelling[partner] > 0
    # What breaks off a cluster travels alone, so that only the other partners must have nobody.
    assert travelling[[column for column in range(1, travelling.size) if column != partner]].sum() == 0


@pytest.mark.parametrize("route", [0, 1, 2, 3])
def test_no_cells_at_all(black6, protocol, regimen, run, route: int) -> None:
    """An animal without tumour cells lives on, takes its doses and has nothing to show."""
    course = protocol(10, inoculum_route=route, inoculum_cells=0.0)
    record = run(black6, course, regimen(black6, ("paclitaxel", 2.0, 10.0, "i.v."), surgery=[(5.0, 0.1)]))
    assert np.isfinite(record.series).all()
    assert record.account["shed"] == 0
    assert record.at_exit("primary volume") == 0.0
    assert record.at_exit("body weight") > 0.0
    assert record.exit_cause == "end of study"
    assert record.funnel.sum() == 0


def test_inoculation_after_the_end(black6, protocol, run) -> None:
    record = run(black6, protocol(3, inoculum_tick=10_000))
    assert record.at_exit("primary volume") == 0.0
    assert math.isnan(record.enrolment_day)


def test_a_primary_that_dies_out(black6, protocol, run) -> None:
    """A few cells that only die: the primary disappears and its other cells with it, and all numbers stay finite."""
    path = "tumours/py230/behaviours/death"
    dying = black6.with_values({f"{path}/{limit}": 5.0 for limit in ("base", "minimum", "maximum")})
    record = run(dying, protocol(20, inoculum_cells=500, engrafted_share=1.0))
    assert record.at_exit("primary tumour cells") == 0.0
    assert record.at_exit("primary volume") == 0.0
    assert record.at_exit("primary fibroblast") == 0.0
    assert np.isfinite(record.series).all()
    assert record.exit_cause == "end of study"


# ---- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"inoculum_size": 0},
        {"inoculum_size": 13},
        {"inoculum_partner": -1},
        {"inoculum_partner": 9},
        {"inoculum_route": 4},
        {"inoculum_cells": -1.0},
        {"inoculum_cells": math.nan},
        {"engrafted_share": 1.5},
        {"step_ticks": 0},
        {"last_tick": -1},
        {"last_tick": 1 << 24},
    ],
)
def test_protocols_out_of_bounds(black6, protocol, run, changes: dict) -> None:
    with pytest.raises(PagetError, match=next(iter(changes))):
        run(black6, protocol(5, **changes))


def test_doses_that_the_model_does_not_have(black6, protocol, regimen, run) -> None:
    with pytest.raises(PagetError, match=r"paclitaxel has no such route"):
        run(black6, protocol(5), regimen(black6, ("paclitaxel", 1.0, 10.0, "s.c.")))
    known = regimen(black6, ("paclitaxel", 1.0, 10.0, "i.v."))
    for field, value in (("drug", 99), ("drug", -1), ("route", 99)):
        with pytest.raises(PagetError, match="names no drug or route"):
            run(black6, protocol(5), known._replace(**{field: np.array([value])}))
