"""Initial parameters that differ from cell to cell: drawn from the distributions that a cell definition names.

Uniform and LogUniform on [min, max]; Normal(mu, sigma), LogNormal and Log10Normal (mu and sigma of the logarithm),
cut to the open interval between their bounds by drawing again. Numbers are keyed by seed, position of the distribution
in the file and number of the cell.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from paget.errors import did_you_mean
from paget.formats.physicell.carried_over import OFF
from paget.formats.physicell.dictionary import Dictionary
from paget.formats.physicell.element import Element
from paget.formats.physicell.placement import placement_key
from paget.keyed_random import Purpose, new_generator, normal, seek, uniform
from paget.tissue.definition import CellType, Population

_KINDS = ("Uniform", "LogUniform", "Normal", "LogNormal", "Log10Normal")
_BY_NAME = {kind.lower(): kind for kind in _KINDS}
_SCALE = {"LogNormal": 1.0, "Log10Normal": math.log(10.0)}
_LEAST_CHANCE = 1e-4
"""A cut normal that keeps less than this is refused: drawing again would never end."""
VOLUME = "volume"


@dataclass(frozen=True)
class Distribution:
    """One distribution of one behaviour, or of the volume."""

    kind: str
    behaviour: str
    """A behaviour of the engine, or `volume`."""
    first: float
    """Least value, or mu."""
    second: float
    """Largest value, or sigma."""
    lower: float = -math.inf
    upper: float = math.inf

    def value(self, generator: npt.NDArray[np.uint64]) -> float:
        """The value of one cell, from a generator that was sent to it."""
        if self.kind == "Uniform":
            return self.first + (self.second - self.first) * uniform(generator)
        if self.kind == "LogUniform":
            low, high = math.log(self.first), math.log(self.second)
            return math.exp(low + (high - low) * uniform(generator))
        while True:
            value = self.first + self.second * normal(generator)
            if self.kind in _SCALE:
                value = math.exp(min(_SCALE[self.kind] * value, 700.0))
            if self.lower < value < self.upper:
                return value


def read_distributions(
    node: Element, cell_type: CellType, bases: Mapping[str, float], dictionary: Dictionary
) -> list[Distribution]:
    """Enabled distributions of a type; `bases`: base of each behaviour and `volume`."""
    found: list[Distribution] = []
    for child in node.all("distribution"):
        if not child.flag_attribute("enabled", default=True):
            child.mark(OFF)
            continue
        found.append(_distribution(child, cell_type, bases, dictionary))
    return found


def _distribution(
    node: Element, cell_type: CellType, bases: Mapping[str, float], dictionary: Dictionary
) -> Distribution:
    given = node.attribute("type") or ""
    kind = _BY_NAME.get(given.lower())
    if kind is None:
        raise node.error(
            "unknown distribution", found=given, allowed=_KINDS, suggestion=did_you_mean(given, _KINDS)
        )
    behaviour = _behaviour(node.need("behavior"), dictionary)
    if kind in ("Uniform", "LogUniform"):
        low, high = node.need("min"), node.need("max")
        found = Distribution(kind, behaviour, low.number(), high.number(), low.number(), high.number())
        if kind == "LogUniform":
            low.above(0.0)
    else:
        found = _normal(node, kind, behaviour)
    if found.lower > found.upper:
        raise node.error("lower bound above upper bound", found=f"{found.lower:g} > {found.upper:g}")
    base = bases[behaviour]
    if node.flag_attribute("check_base", default=True) and not found.lower <= base <= found.upper:
        raise node.error(
            f"the base of {behaviour} in {cell_type.name} lies outside (check_base=\"false\" allows it)",
            found=f"{base:g}", allowed=f"{found.lower:g} to {found.upper:g}",
        )  # fmt: skip
    return found


def _behaviour(node: Element, dictionary: Dictionary) -> str:
    if node.text.lower() == VOLUME:
        return VOLUME
    if node.text not in dictionary.behaviours:
        near = did_you_mean(node.text, [VOLUME, *dictionary.behaviours])
        raise node.error("unknown behaviour", found=node.text, suggestion=near)
    return dictionary.behaviours[node.text]


def _normal(node: Element, kind: str, behaviour: str) -> Distribution:
    mu, sigma = node.need("mu").number(), node.need("sigma").number(0.0)
    low, high = node.child("lower_bound"), node.child("upper_bound")
    positive = kind in _SCALE
    lower = (0.0 if positive else -math.inf) if low is None else low.number(0.0 if positive else None)
    upper = math.inf if high is None else high.number()
    found = Distribution(kind, behaviour, mu, sigma, lower, upper)
    if lower <= upper and _kept(found) < _LEAST_CHANCE:
        raise node.error(
            "hardly any draw lies within the bounds",
            found=f"a share of {_kept(found):.2g}",
            allowed=f"{_LEAST_CHANCE}",
        )
    return found


def _kept(found: Distribution) -> float:
    """Share of draws within the bounds."""

    def below(bound: float) -> float:
        if found.kind in _SCALE:
            if bound <= 0.0:
                return 0.0
            bound = math.log(bound) / _SCALE[found.kind]
        if found.second == 0.0:
            return float(bound > found.first)
        return 0.5 * (1.0 + math.erf((bound - found.first) / (found.second * math.sqrt(2.0))))

    return below(found.upper) - below(found.lower)


def draw_distributions(
    population: Population, kinds: Mapping[int, list[Distribution]], seed: int
) -> Population:
    """The population with volumes and behaviours drawn; `kinds`: distributions by index of the cell type."""
    key, generator = placement_key(seed), new_generator()
    volume = None if population.volume is None else population.volume.copy()
    behaviours = {name: values.copy() for name, values in population.behaviours.items()}
    tick = 0
    for kind, distributions in sorted(kinds.items()):
        rows = np.flatnonzero(population.kind == kind)
        for distribution in distributions:
            tick += 1
            values = np.empty(len(rows))
            for at, row in enumerate(rows):
                seek(generator, key, int(Purpose.PLACEMENT), tick, np.uint64(row))
                values[at] = distribution.value(generator)
            if distribution.behaviour == VOLUME:
                volume = _with(volume, len(population.kind), rows, np.maximum(values, 1e-6))
            else:
                name = distribution.behaviour
                behaviours[name] = _with(behaviours.get(name), len(population.kind), rows, values)
    return Population(population.position, population.kind, volume, behaviours)


def _with(
    column: npt.NDArray[np.float64] | None,
    cells: int,
    rows: npt.NDArray[np.int64],
    values: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    column = np.full(cells, np.nan) if column is None else column
    column[rows] = values
    return column
