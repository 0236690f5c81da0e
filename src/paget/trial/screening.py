"""Which animals enter an arm: take, enrolment, and randomisation stratified by the predicted time to enrolment.

A laboratory injects more animals than it needs, discards those without a tumour, and deals the rest out so that every
arm holds as many fast and slow tumours. A simulated trial that did just that would change all later animals when one
animal or arm is added. Instead each place in an arm is filled for itself: place i of an arm has a stratum (every block
of `strata` places holds each stratum once, in an order keyed by seed, arm and block), and its candidates 0, 1, 2, ...
are drawn from the population until one takes, is predicted to enrol in time, and belongs to that stratum. Strata are
quantile classes of the predicted time to enrolment over the population, so over full blocks the accepted animals follow
the law of the population that takes and enrols. The prediction is the growth law's (see `growth_prediction`): it uses
what only a simulation knows of an animal, its growth parameters, where a laboratory uses the volumes seen so far.

The engine decides when an animal really enrols. One that was accepted and still misses the deadline is lost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from paget.assays import stable_hash
from paget.errors import PagetError
from paget.keyed_random import Purpose, new_generator, seek, subject_key, uniform
from paget.trial.growth_prediction import days_to_volume
from paget.trial.subjects import Population, Values

POPULATION_SAMPLE = 1000
"""Animals from which the edges of the strata are read."""
MOST_CANDIDATES = 10_000
"""Candidates for one place after which the trial is taken to be impossible."""

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Enrolment:
    """What an animal must do to enter the trial."""

    volume: float
    """Primary volume that starts treatment (mm3); 0: every animal enters at inoculation."""
    latest: float
    """Day after inoculation by which it must be reached."""
    start: float
    """Volume that engrafts (mm3)."""
    take_rate: float
    """Share of animals in which a tumour grows."""
    strata: int
    """Classes of predicted time to enrolment; 1: no stratification."""
    alpha: str
    """Path of the growth rate at 1 mm3."""
    beta: str
    """Path of the loss of growth rate per e-fold of volume."""


@dataclass(frozen=True)
class Place:
    """One place in an arm, filled."""

    candidate: int
    """Number of the candidate that was accepted; so many were screened before it."""
    takes: bool
    """Whether a tumour grows (always true in trials that enrol by volume)."""
    values: Values
    """Numbers of this animal that differ between animals, by path."""


class Screening:
    """Fills the places of all arms of one genotype in one parameter draw."""

    def __init__(
        self,
        population: Population,
        sample: FloatArray,
        fixed: Values,
        enrolment: Enrolment,
        seed: int,
        draw: int,
    ) -> None:
        """sample: `population_sample`, shape (animals, paths).

        fixed: growth rates, by path, that do not differ between animals.
        """
        self.population, self.fixed, self.enrolment = population, fixed, enrolment
        self.seed, self.draw = seed, draw
        self.edges = self._edges(sample)

    def place(self, arm: str, animal: int) -> Place:
        """The animal in place `animal` (from 1) of an arm; `arm` is "twin" where all arms hold the same animals."""
        key = subject_key(self.seed, arm, animal, self.draw)
        wanted = self.stratum_of_place(arm, animal)
        for candidate in range(MOST_CANDIDATES):
            scores = self.population.scores(key, candidate)
            takes = self._takes(key, candidate)
            if self.enrolment.volume <= 0.0 or (takes and self._fits(scores, wanted)):
                return Place(candidate, takes, self.population.values(scores))
        raise PagetError(
            "hardly any animal is predicted to reach the volume of enrolment in time",
            key="enrolment",
            found=f"none of {MOST_CANDIDATES} reached {self.enrolment.volume:g} mm3 by day {self.enrolment.latest:g}",
        )

    def stratum_of_place(self, arm: str, animal: int) -> int | None:
        """The stratum that a place is for: each block of places holds each stratum once. None without strata."""
        strata = len(self.edges) + 1
        if strata == 1:
            return None
        block, position = divmod(animal - 1, strata)
        key = subject_key(self.seed, arm, 0, self.draw)
        generator = new_generator()
        seek(generator, key, int(Purpose.RANDOMISATION), block, stable_hash("strata"))
        return int(np.argsort([float(uniform(generator)) for _ in range(strata)], kind="stable")[position])

    def predicted_days(self, scores: FloatArray) -> FloatArray:
        """Days from inoculation to enrolment predicted for animals of these scores, shape (animals, paths)."""
        enrolment = self.enrolment
        alpha, beta = (self._rates(scores, path) for path in (enrolment.alpha, enrolment.beta))
        return days_to_volume(alpha, beta, enrolment.start, enrolment.volume)

    def _rates(self, scores: FloatArray, path: str) -> FloatArray:
        population = self.population
        if path not in population.paths:
            return np.full(len(scores), self.fixed[path])
        index = population.paths.index(path)
        return np.asarray(population.medians[index] * np.exp(population.sds[index] * scores[:, index]))

    def _takes(self, key: np.uint64, candidate: int) -> bool:
        generator = new_generator()
        seek(generator, key, int(Purpose.CANDIDATE), candidate, stable_hash("take"))
        return float(uniform(generator)) < self.enrolment.take_rate

    def _fits(self, scores: FloatArray, wanted: int | None) -> bool:
        days = float(self.predicted_days(scores[None, :])[0])
        return days <= self.enrolment.latest and wanted in (None, self.stratum(days))

    def stratum(self, days: float) -> int:
        """The class of a predicted time to enrolment (days), 0 for the fastest."""
        return int(np.searchsorted(self.edges, days, side="right"))

    def _edges(self, sample: FloatArray) -> FloatArray:
        """Quantiles of the predicted time over the population that enrols in time; none where all are alike."""
        if self.enrolment.strata < 2 or self.enrolment.volume <= 0.0:
            return np.empty(0)
        days = self.predicted_days(sample)
        days = days[days <= self.enrolment.latest]
        if days.size < 20 or np.ptp(days) < 1e-9:
            return np.empty(0)
        return np.asarray(np.quantile(days, np.arange(1, self.enrolment.strata) / self.enrolment.strata))


def population_sample(population: Population) -> FloatArray:
    """Scores of a fixed sample, shape (POPULATION_SAMPLE, paths): strata belong to the population, not to a seed."""
    key = subject_key(0, "population", 0, 0)
    return np.array([population.scores(key, candidate) for candidate in range(POPULATION_SAMPLE)])
