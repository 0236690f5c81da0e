"""Untreated tumours from the engine, to be compared with growth laws and with mice.

Animals differ as the catalog says; metastases are kept from waking, because they do not act on the primary and
take most of the time. No animal is enrolled, treated or taken out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from paget.analysis.gompertz import FloatArray
from paget.analysis.growth_data import Volumes, on_days
from paget.assays import Animal, Moment, Order, take
from paget.host.record import SubjectRecord
from paget.host.regimen import TICKS_PER_DAY, Protocol, Regimen
from paget.host.subject import run_subject
from paget.keyed_random import subject_key
from paget.model import Catalog, Model, load_catalog, resolve
from paget.model.endpoints import find_endpoint
from paget.rules import CompiledModel, compile_model
from paget.trial.subjects import Population, Values, population_of

LONGEST_STEP = 6
"""Longest step of the engine (h), as in trials."""

KEYED_AS = "untreated"


@dataclass(frozen=True)
class Mouse:
    """A tumour in a host, compiled, with numbers that can be replaced by path."""

    model: Model
    compiled: CompiledModel
    population: Population
    values: Mapping[str, float]
    """Numbers by path that stand in for those of the catalog, in canonical units."""

    @staticmethod
    def of(tumour: str, host: str, drugs: Sequence[str] = (), catalog: Catalog | None = None) -> Mouse:
        """The reference mouse of that tumour and host; `drugs` are those that will be given."""
        model = resolve(catalog or load_catalog(), tumour, host, drugs=list(drugs))
        population = population_of(model.quantities(), model.correlations)
        return Mouse(model, compile_model(model, list(drugs)), population, {})

    def with_values(self, values: Mapping[str, float]) -> Mouse:
        """The same mouse with some numbers replaced, by path."""
        merged = {**self.values, **values}
        return Mouse(self.model, self.compiled, self.population, merged)

    def number(self, path: str) -> float:
        """The canonical value in use at a path."""
        return float(self.values.get(path, self.model.quantity(path).canonical))

    @cached_property
    def paths(self) -> frozenset[str]:
        """Paths of all numbers in use."""
        return frozenset(quantity.path for quantity in self.model.quantities())

    def own(self, part: str) -> str:
        """Path of a number of the tumour, for example `crowding/alpha`."""
        return f"tumours/{self.model.tumour.name}/{part}"

    def run(
        self, animal: int, seed: int, days: int, values: Values, regimen: Regimen, enrolment: float = 0.0
    ) -> SubjectRecord:
        """One animal with its own `values`; treatment counts from the volume `enrolment` (mm3)."""
        awake = {self.own("behaviours/waking/base"): 0.0}
        compiled = self.compiled.with_values({**self.values, **values, **awake})
        key = subject_key(seed, KEYED_AS, animal, 0)
        return run_subject(compiled, regimen, self._protocol(days, enrolment), key)

    def animal_values(self, animal: int, seed: int) -> Values:
        """What differs between animals, for one of them."""
        population = self.population.with_medians(self.values)
        return population.values(population.scores(subject_key(seed, KEYED_AS, animal, 0), 0))

    def _protocol(self, days: int, enrolment: float) -> Protocol:
        inoculation = self.model.tumour.inoculation
        return Protocol(
            last_tick=days * TICKS_PER_DAY,
            step_ticks=LONGEST_STEP,
            inoculum_tick=0,
            inoculum_route=0,
            inoculum_cells=self.number(inoculation.cells.path),
            inoculum_size=1,
            engrafted_share=self.number(inoculation.engrafted_share.path),
            enrolment_volume=enrolment,
            enrolment_latest=days * TICKS_PER_DAY,
            humane_volume=np.inf,
            humane_weight_loss=np.inf,
            humane_lung_burden=np.inf,
            snapshot_ticks=np.zeros(0, dtype=np.int64),
            snapshot_volumes=np.zeros(0),
        )


def no_treatment() -> Regimen:
    """A regimen without events."""
    whole, real = np.zeros(0, dtype=np.int64), np.zeros(0)
    return Regimen(whole, whole, whole, whole, real, whole, real, whole, whole, real)


@dataclass(frozen=True)
class SimulatedGrowth:
    """Volumes of untreated simulated animals on whole days 0, 1, ..."""

    volumes: FloatArray
    """True volume (mm3), shape (animals, days + 1)."""
    calipers: FloatArray
    """Volume as read with calipers (mm3), the same shape; 0 where nothing was felt."""
    log_alpha: FloatArray
    """Log of each animal's alpha (1/day), shape (animals,)."""
    log_beta: FloatArray
    """Log of each animal's beta (1/day), shape (animals,)."""

    def read_on(self, days: Sequence[int]) -> Volumes:
        """Caliper readings on some days."""
        return on_days(days, self.calipers[:, list(days)])

    def read_like(self, volumes: Volumes) -> Volumes:
        """Caliper readings on the days of `volumes`, animal by animal (the first ones)."""
        rows = np.arange(len(volumes.animals))[:, None] % len(self.calipers)
        columns = np.nan_to_num(volumes.days).astype(np.int64)
        seen = np.isfinite(volumes.volumes)
        read = np.where(seen, self.calipers[rows, columns], np.nan)
        days = np.where(seen, volumes.days, np.nan)
        return Volumes(volumes.animals, days, np.where(read > 0.0, read, np.nan))


def simulate_growth(
    tumour: str,
    host: str,
    animals: int,
    seed: int = 1,
    days: int = 42,
    mouse: Mouse | None = None,
) -> SimulatedGrowth:
    """Grow untreated tumours in `animals` animals for `days` days and read each daily with calipers.

    mouse: a mouse with other numbers than those of the catalog.
    """
    subject = mouse or Mouse.of(tumour, host)
    truth, read, logs = [], [], []
    for animal in range(1, animals + 1):
        values = subject.animal_values(animal, seed)
        record = subject.run(animal, seed, days, values, no_treatment())
        truth.append(record.column("primary volume"))
        read.append(_calipers(record, subject.compiled.cell_types, subject_key(seed, KEYED_AS, animal, 0)))
        crowding = subject.model.tumour.crowding
        logs.append([np.log(values.get(q.path, q.canonical)) for q in (crowding.alpha, crowding.beta)])
    log_alpha, log_beta = np.array(logs).T
    return SimulatedGrowth(np.array(truth), np.array(read), log_alpha, log_beta)


def _calipers(record: SubjectRecord, cell_types: tuple[str, ...], key: np.uint64) -> FloatArray:
    endpoint = find_endpoint("primary volume", (), cell_types)
    assert endpoint is not None
    animal, order = Animal(record, key, {}, cell_types), Order(endpoint)
    moments = [Moment(float(day), row, "day") for row, day in enumerate(record.days)]
    return np.array([take(animal, moment, order).value for moment in moments])


def median_animal(
    mouse: Mouse, days: int = 42, repeats: int = 6, seed: int = 1
) -> tuple[tuple[str, ...], FloatArray]:
    """Daily record of the animal that has the median of every number: (fields, series), the mean of some repeats."""
    records = [mouse.run(animal, seed, days, {}, no_treatment()) for animal in range(1, repeats + 1)]
    return records[0].fields, np.mean([record.series for record in records], axis=0)
