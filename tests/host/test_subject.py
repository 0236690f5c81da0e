"""One subject: the same bits for the same question, numbers that depend on nothing that was not asked, the record."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from paget.host import Regimen, run_subject, warm_up
from paget.host.observe import row_fields
from paget.host.record import AGGREGATE_KINDS, CASCADE_STEPS, LARGEST_AGGREGATE, SITES
from paget.keyed_random import subject_key
from paget.rules import compile_model


def common_columns(one, other) -> list[str]:
    return [name for name in one.fields if name in other.fields]


def columns(record, names: list[str], days: slice = slice(None)) -> bytes:
    return np.column_stack([record.column(name)[days] for name in names]).tobytes()


# ---- same bits -------------------------------------------------------------------------------------------------------


def test_the_same_question_has_the_same_answer(black6, protocol, regimen, run, same_bits) -> None:
    doses = regimen(black6, ("paclitaxel", 10.0, 15.0, "i.v."), ("xentuzumab", 10.3, 20.0, "i.p."))
    course = protocol(25, snapshot_ticks=np.array([20 * 24]))
    assert same_bits(run(black6, course, doses), run(black6, course, doses))
    assert not same_bits(run(black6, course, doses), run(black6, course, doses, animal=2))


def test_threads_change_nothing(black6, protocol, run, same_bits) -> None:
    """Subjects in a thread pool share tables and kernels and nothing else."""
    alone = [run(black6, protocol(21), animal=animal) for animal in range(6)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda animal: run(black6, protocol(21), animal=animal), range(6)))
    assert all(same_bits(one, other) for one, other in zip(alone, together, strict=True))


def test_tables_are_not_changed_by_a_run(black6, protocol, regimen, run) -> None:
    before = black6.record.tobytes()
    run(black6, protocol(20), regimen(black6, ("xentuzumab", 3.0, 20.0, "i.v."), surgery=[(10.0, 0.1)]))
    assert black6.record.tobytes() == before


# ---- numbers depend on what is asked, not on what else there is ------------------------------------------------------


def test_a_drug_that_is_not_given_changes_nothing(mouse_line, black6, protocol, run) -> None:
    bare = compile_model(mouse_line, drugs=())
    with_drugs, without = run(black6, protocol(30)), run(bare, protocol(30))
    names = common_columns(with_drugs, without)
    assert set(with_drugs.fields) - set(names) == {f"plasma {drug}" for drug in black6.drug_names}
    assert columns(with_drugs, names) == columns(without, names)
    assert with_drugs.funnel.tobytes() == without.funnel.tobytes()
    assert with_drugs.account == without.account


def test_a_further_partner_changes_nothing(mouse_line, black6, protocol, run) -> None:
    """A leukocyte to which tumour cells do not stick may be in the list of partners or not."""
    cells = dict(mouse_line.cell_types)
    assert ("tumour cell", "adhesion to NK cell") not in black6.layout.behaviours
    cells["NK cell"] = cells["NK cell"].model_copy(update={"blood_leukocyte": False})
    fewer = compile_model(dataclasses.replace(mouse_line, cell_types=cells))
    assert len(fewer.partners) == len(black6.partners) - 1
    one, other = run(black6, protocol(25)), run(fewer, protocol(25))
    assert one.series.tobytes() == other.series.tobytes()
    assert one.funnel.tobytes() == other.funnel.tobytes()


def test_the_order_of_what_is_asked_does_not_matter(black6, protocol, run, same_bits) -> None:
    first = run(black6, protocol(15), animal=3)
    for animal in (9, 4, 1):
        run(black6, protocol(5), animal=animal)
    assert same_bits(first, run(black6, protocol(15), animal=3))


@pytest.mark.parametrize("hour", [0, 5])
def test_twins_are_one_animal_until_the_first_dose(black6, protocol, regimen, run, hour: int) -> None:
    """Treated and untreated twins share every bit up to the dose, and part afterwards."""
    doses = regimen(black6, ("paclitaxel", 14.0 + hour / 24, 20.0, "i.v."))
    treated, untreated = run(black6, protocol(28), doses), run(black6, protocol(28))
    names = [name for name in treated.fields if not name.startswith("plasma paclitaxel")]
    assert columns(treated, names, slice(0, 15)) == columns(untreated, names, slice(0, 15))
    volumes = treated.column("primary volume"), untreated.column("primary volume")
    assert (volumes[0][17:] < volumes[1][17:]).all()


def test_a_longer_study_begins_as_the_shorter_one(scid, protocol, run) -> None:
    short, long = run(scid, protocol(20)), run(scid, protocol(30))
    assert long.series[:21].tobytes() == short.series.tobytes()


def test_different_steps_agree_in_the_mean(scid, protocol, run) -> None:
    """Six-hour and hourly steps draw different numbers; the volume of the primary agrees within 3 %."""
    coarse, fine = run(scid, protocol(28)), run(scid, protocol(28, step_ticks=1))
    assert coarse.series.tobytes() != fine.series.tobytes()
    ratio = coarse.column("primary volume")[7:] / fine.column("primary volume")[7:]
    assert (np.abs(ratio - 1.0) < 0.03).all()


def test_the_whole_engine_is_of_first_order(black6, protocol, run) -> None:
    """Volume on day 14 over ten animals at steps of 24, 12 and 6 hours: the difference halves with the step."""
    mean = [
        np.mean(
            [
                run(black6, protocol(14, step_ticks=step), animal=a).at_exit("primary volume")
                for a in range(10)
            ]
        )
        for step in (24, 12, 6)
    ]
    assert 1.6 < (mean[0] - mean[1]) / (mean[1] - mean[2]) < 2.6
    assert (mean[1] - mean[2]) / mean[2] < 0.04


@pytest.mark.parametrize("step, error", [(6, 0.03), (24, 0.12)])
def test_steps_under_treatment(black6, protocol, regimen, run, step: int, error: float) -> None:
    """Two drugs, three weekly doses: volumes on days 16, 21 and 28 against those at steps of one hour."""
    doses = [("paclitaxel", day, 20.0, "i.v.") for day in (12.0, 19.0)] + [("xentuzumab", 12.0, 50.0, "i.p.")]

    def volumes(step: int) -> np.ndarray:
        records = [run(black6, protocol(28, step_ticks=step), regimen(black6, *doses), a) for a in range(6)]
        return np.mean([record.column("primary volume")[[16, 21, 28]] for record in records], axis=0)

    assert volumes(step) == pytest.approx(volumes(1), rel=error)


# ---- the record ------------------------------------------------------------------------------------------------------


def test_fields_have_units_and_stand_once(black6) -> None:
    names, units = row_fields(black6.cell_types, black6.receptors, black6.factors, black6.drug_names)
    assert len(names) == len(units) == len(set(names))
    assert all(units)


def test_record_of_a_course(black6, protocol, run) -> None:
    record = run(black6, protocol(21))
    assert record.series.shape == (22, len(record.fields))
    assert record.days.tolist() == list(range(22))
    assert np.isfinite(record.series).all()
    assert record.funnel.shape == (len(SITES), len(CASCADE_STEPS), len(AGGREGATE_KINDS))
    assert record.circulating.shape == (LARGEST_AGGREGATE, 1 + len(record.partners))
    assert record.column("primary volume")[-1] == record.at_exit("primary volume")
    stages = sum(record.column(f"primary {stage} cells") for stage in ("quiescent", "cycling", "damaged"))
    assert (stages == record.column("primary tumour cells")).all()
    for field in ("IGF1R activity", "collagen alignment"):
        assert (record.column(field) >= 0).all()
        assert (record.column(field) <= 1).all()
    with pytest.raises(ValueError):
        record.column("no such field")


def test_untreated_blood_stays_as_it_is(black6, protocol, run) -> None:
    """Neutrophils and plasma ligands of an animal without tumour do not drift."""
    record = run(black6, protocol(30, engrafted_share=0.0))
    for field in ("blood neutrophils", "plasma free IGF-1", "plasma free insulin"):
        assert record.column(field) == pytest.approx(record.column(field)[0], rel=1e-9), field


def test_the_record_needs_no_compiler() -> None:
    """Reading a finished study loads no kernels."""
    code = "import paget.host.record, paget.host.regimen, sys; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_warm_up_runs_and_changes_nothing(black6, protocol, run, same_bits) -> None:
    before = run(black6, protocol(5))
    warm_up()
    assert same_bits(before, run(black6, protocol(5)))


def test_warm_up_compiles_for_every_model(black6, protocol) -> None:
    """Compilation goes by type: after the warm-up the first real subject compiles nothing more."""
    from paget.host.timeline import simulate

    warm_up()
    before = len(simulate.signatures)
    empty, none = np.zeros(0), np.zeros(0, dtype=np.int64)
    untreated = Regimen(none, none, none, none, empty, none, empty, none, none, empty)
    run_subject(black6, untreated, protocol(1), subject_key(1, "warm", 1))
    assert len(simulate.signatures) == before


def test_an_unknown_name_of_the_room() -> None:
    import paget.host

    with pytest.raises(AttributeError):
        paget.host.no_such_thing  # noqa: B018
