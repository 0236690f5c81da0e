"""Compiled models of the two reference mice, states at rest, and short ways to run a subject."""

from __future__ import annotations

import numpy as np
import pytest

from paget.host import Protocol, Regimen, SubjectRecord, run_subject
from paget.host.environment import fill_shared
from paget.host.niches import settle_niches
from paget.host.plasma_sense import rest_marrow
from paget.host.regimen import TICKS_PER_DAY
from paget.host.state import new_state
from paget.keyed_random import subject_key
from paget.model import load_catalog, resolve
from paget.pharmacology.plasma import fill_kinetics
from paget.rules import CompiledModel, compile_model

REAL, WHOLE = np.zeros(0), np.zeros(0, dtype=np.int64)
UNTREATED = Regimen(WHOLE, WHOLE, WHOLE, WHOLE, REAL, WHOLE, REAL, WHOLE, WHOLE, REAL)
NEVER = float("inf")


@pytest.fixture(scope="session")
def catalog():
    return load_catalog()


@pytest.fixture(scope="session")
def human_line(catalog):
    """The human line in the immunodeficient host."""
    return resolve(catalog, "lm2-4", "scid")


@pytest.fixture(scope="session")
def mouse_line(catalog):
    """The mouse line in the immunocompetent host."""
    return resolve(catalog, "py230", "c57bl6")


@pytest.fixture(scope="session")
def scid(human_line) -> CompiledModel:
    return compile_model(human_line)


@pytest.fixture(scope="session")
def black6(mouse_line) -> CompiledModel:
    return compile_model(mouse_line)


@pytest.fixture(scope="session")
def plain_scid(catalog) -> CompiledModel:
    """The human line with few mechanisms, shedding and cohesion without rules: what closed forms can speak of."""
    few = ("growth", "IGF axis", "macrophages", "immune killing")
    model = resolve(catalog, "lm2-4", "scid", without=set(catalog.mechanisms) - set(few))
    return compile_model(model).with_values({"tumours/lm2-4/behaviours/cohesion/base": 0.13})


@pytest.fixture(scope="session")
def rest():
    """rest(compiled): tables and a state whose niches are at rest."""

    def make(compiled: CompiledModel):
        state = new_state(compiled.tables, compiled.axes)[0]
        fill_kinetics(compiled.tables["drugs"], state["kinetics"])
        fill_shared(compiled.tables, state)
        settle_niches(compiled.tables, state)
        rest_marrow(compiled.tables, state)
        return compiled.tables, state

    return make


@pytest.fixture(scope="session")
def protocol():
    """protocol(days, key=value, ...): an untreated course in the fat pad without endpoints, some fields replaced."""

    def make(days: float = 14.0, **changes) -> Protocol:
        last = round(days * TICKS_PER_DAY)
        plain = Protocol(
            last_tick=last,
            step_ticks=6,
            inoculum_tick=0,
            inoculum_route=0,
            inoculum_cells=1e6,
            inoculum_size=1,
            engrafted_share=0.1,
            enrolment_volume=0.0,
            enrolment_latest=last,
            humane_volume=NEVER,
            humane_weight_loss=NEVER,
            humane_lung_burden=NEVER,
            snapshot_ticks=WHOLE,
            snapshot_volumes=REAL,
        )
        return plain._replace(**changes)

    return make


@pytest.fixture(scope="session")
def regimen():
    """regimen(compiled, (drug, day, mg/kg, route), ..., surgery=[(day, residual)], anchor=0): doses and surgery."""

    def make(compiled: CompiledModel, *doses, surgery=(), anchor: int = 0, **changes) -> Regimen:
        rows = [
            (1, 0, round(day * TICKS_PER_DAY), -1, 0.0, -1, 0.0, 0, -1, residual) for day, residual in surgery
        ]
        for drug, day, dose, route in doses:
            names = compiled.drug_names.index(drug), compiled.routes.index(route)
            rows.append((0, anchor, round(day * TICKS_PER_DAY), -1, 0.0, names[0], dose, 0, names[1], 0.0))
        if not rows:
            return UNTREATED
        columns = [np.array(column) for column in zip(*rows, strict=True)]
        real = {"threshold", "dose", "residual"}
        made = [
            column.astype(np.float64 if name in real else np.int64)
            for name, column in zip(Regimen._fields, columns, strict=True)
        ]
        return Regimen(*made)._replace(**changes)

    return make


@pytest.fixture(scope="session")
def run(protocol):
    """run(compiled, protocol, regimen, animal): the record of one subject; days may stand for the protocol."""

    def make(compiled, course=14.0, treatment=UNTREATED, animal: int = 1) -> SubjectRecord:
        course = course if isinstance(course, Protocol) else protocol(course)
        return run_subject(compiled, treatment, course, subject_key(20260401, "test", animal))

    return make


def bits(record: SubjectRecord) -> list[bytes]:
    """Everything in a record, as bytes."""
    parts = [record.days, record.series, record.funnel, record.circulating]
    parts += [array for snapshot in record.snapshots for array in snapshot if isinstance(array, np.ndarray)]
    ends = (record.account, record.exit_day, record.exit_cause, record.enrolment_day, record.last_dose_day)
    return [part.tobytes() for part in parts] + [repr(ends).encode()]


@pytest.fixture(scope="session")
def same_bits():
    """same_bits(one, other): whether two records hold the same bits."""
    return lambda one, other: bits(one) == bits(other)
