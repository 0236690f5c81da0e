"""Many arms of many small trials: simulated in batches on a few threads, reduced at once, resumable.

A study (attribution, screen) asks for far more animals than a trial, and for little of each. A *batch* is all animals
of one arm in one parameter draw of one design; what is kept of it are a few arrays with one row per animal. A finished
batch is stored in one step, so that Ctrl-C or kill -9 lose at most the batches in flight. As everywhere, an animal's
numbers depend on its seat alone: neither threads nor interruptions change a result.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, fields
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from paget.analysis.expected import FOCI, expected_reading
from paget.assays import Animal
from paget.errors import PagetError
from paget.model import Catalog
from paget.model.trial_design import TrialDesign
from paget.trial.cohort import Cohort
from paget.trial.execution import Progress, available_cpus, compile_kernels
from paget.trial.outcome import Outcome, Seat, outcome_of
from paget.trial.threads import Task, in_threads

if TYPE_CHECKING:
    from paget.formats.parts import PartStore

FloatArray = npt.NDArray[np.float64]
_WEIGHT, _NEUTROPHILS = "body weight", "blood neutrophils"


class Batch(NamedTuple):
    """All animals of one arm in one parameter draw of one design."""

    design: str
    """Which design, by its name in the study."""
    arm: int
    """Index of the arm."""
    draw: int
    """Parameter draw, 0 for the central values."""

    @property
    def key(self) -> str:
        """Name under which it is stored."""
        return f"{self.design}/{self.arm}/{self.draw}"


@dataclass(frozen=True)
class Kept:
    """What is kept of a batch; the first axis of every array is the animal."""

    values: FloatArray
    """Readout of each assay of the design, shape (animals, assays); NaN where lost. Foci are expected numbers: the
    mean over where the sections may cut."""
    funnel: FloatArray
    """Shape (animals, sites, steps, kinds of aggregate)."""
    weight_loss: FloatArray
    """Largest loss of body weight after enrolment, relative to the weight at enrolment [1]."""
    neutrophils: FloatArray
    """Lowest number of blood neutrophils after enrolment [cell/mL]."""
    enrolled: npt.NDArray[np.bool_]
    """Whether the animal entered the trial."""
    died: npt.NDArray[np.bool_]
    """Whether it died or was killed for humane reasons."""

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """The arrays by name, for a file."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True)
class Failed:
    """A batch that the engine could not run, and why."""

    reason: str


Results = dict[Batch, Kept | Failed]


def run_batches(
    designs: Mapping[str, TrialDesign],
    batches: Sequence[Batch],
    catalog: Catalog,
    store: PartStore | None,
    workers: int | None,
    tell: Progress,
) -> Results:
    """Simulate all batches; those in the store are not simulated again.

    A batch that cannot be run (a model that does not compile, more lesions than can be held) is `Failed` and stops no
    other.
    """
    results: Results = {}
    if store is not None:
        wanted = {batch.key: batch for batch in batches}
        results.update(
            {wanted[part.key]: _read(part.arrays, part.note) for part in store if part.key in wanted}
        )
    total = sum(_animals(designs, batch) for batch in batches)
    done = sum(_animals(designs, batch) for batch in results)
    todo = [batch for batch in batches if batch not in results]
    cohorts = _Cohorts(designs, catalog, todo)
    if todo:
        compile_kernels(cohorts[todo[0].design], tell)
    tell({"phase": "subjects", "done": done, "total": total})
    with closing(in_threads(_tasks(cohorts, todo, store), workers or available_cpus())) as finished:
        for batch, kept in finished:
            results[batch] = kept
            done += _animals(designs, batch)
            tell({"phase": "subjects", "done": done, "total": total})
    return results


def _animals(designs: Mapping[str, TrialDesign], batch: Batch) -> int:
    design = designs[batch.design]
    return design.animals_in(design.arms[batch.arm])


class _Cohorts:
    """Compiled designs, made when first asked for and let go when their last batch has been handed out."""

    def __init__(
        self, designs: Mapping[str, TrialDesign], catalog: Catalog, batches: Iterable[Batch]
    ) -> None:
        self._designs, self._catalog = designs, catalog
        self._open: dict[str, Cohort] = {}
        self._left: dict[str, int] = {}
        for batch in batches:
            self._left[batch.design] = self._left.get(batch.design, 0) + 1

    def __getitem__(self, name: str) -> Cohort:
        if name not in self._open:
            self._open[name] = Cohort(self._designs[name], self._catalog)
        return self._open[name]

    def hand_out(self, batch: Batch) -> Cohort:
        """The cohort of a batch that starts now, ready for its parameter draw."""
        cohort = self[batch.design]
        cohort.prepare(batch.draw)
        self._left[batch.design] -= 1
        if self._left[batch.design] == 0:
            del self._open[batch.design]
        return cohort


def _tasks(
    cohorts: _Cohorts, todo: Sequence[Batch], store: PartStore | None
) -> Iterator[Task[tuple[Batch, Kept | Failed]]]:
    """The batches as pieces of work; a design that does not compile fails all of its batches."""
    for batch in todo:
        try:
            yield _task(batch, cohorts.hand_out(batch), store)
        except PagetError as error:
            yield partial(_given_up, (batch, _failed(error)))


def _given_up(failed: tuple[Batch, Failed], stopped: threading.Event) -> tuple[Batch, Failed]:
    """The work on a batch whose design does not compile: none."""
    return failed


def _task(batch: Batch, cohort: Cohort, store: PartStore | None) -> Task[tuple[Batch, Kept | Failed]]:
    def work(stopped: threading.Event) -> tuple[Batch, Kept | Failed] | None:
        kept = _run(batch, cohort, stopped)
        if kept is None:
            return None
        if store is not None:
            store.put(batch.key, *_written(kept))
        return batch, kept

    return work


def _run(batch: Batch, cohort: Cohort, stopped: threading.Event) -> Kept | Failed | None:
    """All animals of a batch; None if it was stopped on the way."""
    outcomes: list[Outcome] = []
    values: list[list[float]] = []
    design = cohort.design
    for animal in range(1, design.animals_in(design.arms[batch.arm]) + 1):
        if stopped.is_set():
            return None
        try:
            one, place = cohort.animal(Seat(batch.arm, animal, batch.draw))
        except PagetError as error:
            return _failed(error)
        outcomes.append(outcome_of(one, cohort.observation, batch.draw == 0, place.candidate, place.takes))
        values.append(_values(one, cohort, outcomes[-1]))
    return reduce(outcomes, values)


def _values(animal: Animal, cohort: Cohort, outcome: Outcome) -> list[float]:
    """The readouts, those of foci replaced by their expectation."""
    found = []
    for assay, read in zip(cohort.observation.assays, outcome.readouts["value"], strict=True):
        of_foci = assay.order.endpoint.pattern == FOCI and np.isfinite(read)
        found.append(expected_reading(animal, assay) if of_foci else float(read))
    return found


def _failed(error: PagetError) -> Failed:
    return Failed(f"{error.what} ({error.found})" if error.found else error.what)


def reduce(outcomes: Sequence[Outcome], values: Sequence[Sequence[float]]) -> Kept:
    """The arrays of a batch from the outcomes of its animals and the values that stand for their readouts."""
    body = [_body(outcome) for outcome in outcomes]
    return Kept(
        values=np.array(values, dtype=np.float64),
        funnel=np.array([outcome.funnel for outcome in outcomes], dtype=np.float64),
        weight_loss=np.array([loss for loss, _ in body]),
        neutrophils=np.array([lowest for _, lowest in body]),
        enrolled=np.array([outcome.facts["exit_cause"] != "not enrolled" for outcome in outcomes]),
        died=np.array([bool(outcome.facts["died"]) for outcome in outcomes]),
    )


def _body(outcome: Outcome) -> tuple[float, float]:
    """Largest relative loss of weight and lowest neutrophils after enrolment; NaN for an animal that never entered."""
    start = outcome.facts["enrolment_day"]
    inside = outcome.days >= (start if start is not None else np.nan)
    if not inside.any():
        return np.nan, np.nan
    columns = outcome.facts["fields"]
    weight = outcome.series[inside, columns.index(_WEIGHT)]
    neutrophils = outcome.series[inside, columns.index(_NEUTROPHILS)]
    return float(1.0 - weight.min() / weight[0]), float(neutrophils.min())


def _written(kept: Kept | Failed) -> tuple[dict[str, npt.NDArray[Any]], dict[str, Any]]:
    return ({}, {"failed": kept.reason}) if isinstance(kept, Failed) else (kept.arrays(), {})


def _read(arrays: Mapping[str, npt.NDArray[Any]], note: Mapping[str, Any]) -> Kept | Failed:
    return Failed(note["failed"]) if "failed" in note else Kept(**arrays)
