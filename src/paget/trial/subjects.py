"""How animals differ, and how uncertain numbers are drawn. The two are never mixed.

*Between animals*: every number of the model with a `between` law gets a value of its own in each animal, value times
exp(sd z) with z standard normal, correlated where the model says so. *Parameter draws*: every fitted or assumed number
with a range is drawn once per draw, the same in all arms and animals of that draw: log-uniform over its range where
both ends are above zero, else uniform. Draw 0 holds the central values.

Each z is a function of (seed, arm or `twin`, animal, draw) and of the path of its number, so a further arm, animal or
mechanism changes no other.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from paget.assays import stable_hash
from paget.errors import PagetError
from paget.keyed_random import Purpose, new_generator, normal, seek, subject_key, uniform

FloatArray = npt.NDArray[np.float64]
Values = dict[str, float]
"""Numbers by path, in canonical units."""

UNCERTAIN_KINDS = ("fitted", "assumed")
"""Kinds of numbers that parameter draws vary; measured and derived ones stay."""


class _Between(Protocol):
    @property
    def sd(self) -> float: ...


class _Quantity(Protocol):
    """What this module needs of a `paget.model.Quantity`."""

    @property
    def path(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def canonical(self) -> float: ...
    @property
    def canonical_range(self) -> tuple[float, float] | None: ...
    @property
    def between(self) -> _Between | None: ...


@dataclass(frozen=True)
class Population:
    """Law of the numbers that differ between animals."""

    paths: tuple[str, ...]
    """Paths of these numbers, in the order of the model."""
    medians: FloatArray
    """Median over animals, shape (paths,), canonical units."""
    sds: FloatArray
    """SD of the natural logarithm, shape (paths,)."""
    mixing: FloatArray
    """Lower triangular root of the correlation matrix of the logarithms, shape (paths, paths)."""

    def with_medians(self, values: Mapping[str, float]) -> Population:
        """The same law about other medians (those of a parameter draw)."""
        medians = np.array(
            [values.get(path, median) for path, median in zip(self.paths, self.medians, strict=True)],
            dtype=np.float64,
        )
        return Population(self.paths, medians, self.sds, self.mixing)

    def scores(self, key: np.uint64, candidate: int) -> FloatArray:
        """Standard normal scores of one candidate, correlated as the law says, shape (paths,)."""
        generator = new_generator()
        own = np.empty(len(self.paths))
        for index, path in enumerate(self.paths):
            seek(generator, key, int(Purpose.SUBJECT_DRAW), candidate, stable_hash(path))
            own[index] = normal(generator)
        # One sum per number, in order: a number without correlations is untouched by how many others there are.
        return np.array(
            [sum(row[j] * own[j] for j in np.flatnonzero(row)) for row in self.mixing], dtype=np.float64
        )

    def values(self, scores: FloatArray) -> Values:
        """The numbers of an animal of these scores, by path."""
        values = self.medians * np.exp(self.sds * scores)
        return dict(zip(self.paths, values.tolist(), strict=True))


def population_of(
    quantities: Iterable[_Quantity], correlations: Iterable[tuple[str, str, float]]
) -> Population:
    """The law over animals of a model's numbers.

    quantities: all numbers of the model. correlations: (path, path, correlation of the logarithms); pairs with a number
    that does not vary are left out.
    """
    varying = [quantity for quantity in quantities if quantity.between is not None]
    paths = tuple(quantity.path for quantity in varying)
    correlation = np.eye(len(paths))
    for one, other, value in correlations:
        if one in paths and other in paths:
            i, j = paths.index(one), paths.index(other)
            correlation[i, j] = correlation[j, i] = value
    medians = np.array([quantity.canonical for quantity in varying], dtype=np.float64)
    sds = np.array([quantity.between.sd for quantity in varying if quantity.between], dtype=np.float64)
    return Population(paths, medians, sds, _root(correlation, paths))


def _root(correlation: FloatArray, paths: tuple[str, ...]) -> FloatArray:
    """Cholesky factor of a correlation matrix; a perfect correlation (1 or -1) is allowed, an impossible one is not."""
    size = len(correlation)
    root = np.zeros((size, size))
    for i in range(size):
        for j in range(i + 1):
            left = correlation[i, j] - float(root[i, :j] @ root[j, :j])
            if i == j:
                if left < -1e-9:
                    raise PagetError("the correlations between animals contradict each other", found=paths[i])
                root[i, i] = math.sqrt(max(left, 0.0))
            elif root[j, j] > 1e-6:
                root[i, j] = left / root[j, j]
            elif abs(left) > 1e-6:
                raise PagetError("the correlations between animals contradict each other", found=paths[i])
    return root


def parameter_draw(quantities: Iterable[_Quantity], seed: int, draw: int) -> Values:
    """Values of the uncertain numbers in one draw, by path; empty for draw 0, the central values."""
    if draw == 0:
        return {}
    key = subject_key(seed, "parameters", 0, draw)
    generator = new_generator()
    values: Values = {}
    for quantity in quantities:
        limits = quantity.canonical_range
        if limits is not None and quantity.kind in UNCERTAIN_KINDS:
            seek(generator, key, int(Purpose.PARAMETER_DRAW), 0, stable_hash(quantity.path))
            values[quantity.path] = _between(*limits, float(uniform(generator)))
    return values


def _between(low: float, high: float, share: float) -> float:
    if low > 0.0 and high > 0.0:
        return math.exp(math.log(low) + share * (math.log(high) - math.log(low)))
    return low + share * (high - low)
