"""Evaluate a model at points of its parameter space, with the same animals at all points of a trajectory.

y is the log of the mean of an endpoint over animals, or of its ratio between two arms. Animals of one trajectory are
the same at all of its points (common random numbers), and others in the next trajectory, so that what is particular to
a few animals averages out.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from paget.analysis.expected import expected_reading
from paget.errors import PagetError
from paget.model import Catalog, Model
from paget.model.trial_design import TrialDesign
from paget.trial.cohort import Cohort
from paget.trial.execution import Progress
from paget.trial.outcome import Seat
from paget.trial.subjects import Values
from paget.trial.threads import Task, in_threads

if TYPE_CHECKING:
    from paget.formats.parts import PartStore

FloatArray = npt.NDArray[np.float64]
FLOOR = 0.05
"""Added to means before the logarithm is taken, in the unit of the endpoint."""


class Points(Cohort):
    """A cohort whose numbers are those of a point; `seat.draw` counts points."""

    def __init__(
        self,
        design: TrialDesign,
        catalog: Catalog,
        values: Callable[[int], Values],
        keyed: Callable[[int], int],
    ) -> None:
        """values: numbers by path at a point. keyed: which set of animals a point has."""
        self._values, self._keyed = values, keyed
        super().__init__(design, catalog)

    def values_of(self, model: Model, draw: int) -> Values:
        """The numbers at a point."""
        return self._values(draw)

    def keyed_draw(self, draw: int) -> int:
        """The set of animals of a point."""
        return self._keyed(draw)


def readings(
    points: Points, wanted: Sequence[int], store: PartStore | None, workers: int, tell: Progress
) -> dict[int, FloatArray]:
    """Expected readings of all animals at all points, shape (arms, animals) each; those in the store are not run again.

    All NaN where the engine gave up.
    """
    found: dict[int, FloatArray] = {}
    if store is not None:
        found.update({int(part.key): part.arrays["readings"] for part in store})
    todo = [point for point in wanted if point not in found]
    each = sum(points.design.animals_in(arm) for arm in points.design.arms)
    tell({"phase": "subjects", "done": each * len(found), "total": each * len(wanted)})
    with closing(in_threads(_tasks(points, todo, store), workers)) as finished:
        for point, reading in finished:
            found[point] = reading
            points.forget(point)
            tell({"phase": "subjects", "done": each * len(found), "total": each * len(wanted)})
    return found


def _tasks(
    points: Points, todo: Sequence[int], store: PartStore | None
) -> Iterator[Task[tuple[int, FloatArray]]]:
    for point in todo:
        points.prepare(point)
        yield _task(points, point, store)


def _task(points: Points, point: int, store: PartStore | None) -> Task[tuple[int, FloatArray]]:
    def work(stopped: threading.Event) -> tuple[int, FloatArray] | None:
        reading = _read(points, point, stopped)
        if reading is None:
            return None
        if store is not None:
            store.put(str(point), {"readings": reading})
        return point, reading

    return work


def _read(points: Points, point: int, stopped: threading.Event) -> FloatArray | None:
    design, assay = points.design, points.observation.assays[0]
    table = np.full((len(design.arms), design.animals), np.nan)
    for arm in range(len(design.arms)):
        for animal in range(design.animals):
            if stopped.is_set():
                return None
            try:
                table[arm, animal] = expected_reading(points.animal(Seat(arm, animal + 1, point))[0], assay)
            except PagetError:
                return np.full_like(table, np.nan)
    return table


def outcome(readings: FloatArray) -> float:
    """y: log of the mean of the first arm, minus that of the second where there are two."""
    logs = (
        np.log(np.nanmean(readings, axis=1) + FLOOR) if np.isfinite(readings).any(axis=1).all() else [np.nan]
    )
    return float(logs[0] - (logs[1] if len(readings) > 1 else 0.0))


def error_of_difference(one: FloatArray, other: FloatArray) -> float:
    """Standard error of y(other) - y(one) from the animals, which both have in common (delta method)."""
    influence = _influence(other) - _influence(one)
    known = influence[np.isfinite(influence)]
    return float(known.std(ddof=1) / np.sqrt(known.size)) if known.size > 1 else float("nan")


def error_of(readings: FloatArray) -> float:
    """Standard error of y at one point, for animals that nothing is compared with."""
    influence = _influence(readings)
    known = influence[np.isfinite(influence)]
    return float(known.std(ddof=1) / np.sqrt(known.size)) if known.size > 1 else float("nan")


def _influence(readings: FloatArray) -> FloatArray:
    """What each animal adds to y, to first order, shape (animals,)."""
    if not np.isfinite(readings).any(axis=1).all():
        return np.full(readings.shape[1], np.nan)
    shares = readings / (np.nanmean(readings, axis=1, keepdims=True) + FLOOR)
    return np.asarray(shares[0] - (shares[1] if len(readings) > 1 else 0.0))
