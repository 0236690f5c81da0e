"""What the reference animals are like: the places at which a baseline is read.

Two places. The *primary* of the median untreated animal when it has a given volume: its composition, the activity of
receptors, and what each behaviour of each cell type comes to there. And the *niche* of an organ at rest, which decides
what becomes of cells that arrive.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from paget.analysis.untreated import Mouse, median_animal
from paget.errors import PagetError
from paget.host.environment import fill_shared, killing_rate
from paget.host.ladder import establishment_probability
from paget.host.lesions import read_lesion
from paget.host.niches import advance_niche, read_niche, settle_niches
from paget.host.record import LARGEST_AGGREGATE, SITES
from paget.host.state import LESIONS, new_state

IGF_RECEPTOR, IGF = "IGF1R", ("IGF-1", "IGF-2")

SETTLING_READS = 40
"""Times a state is read, each at the levels of the one before, until signals that act on secretion have settled."""


@dataclass(frozen=True)
class Place:
    """Cells in their surroundings: what they sense and do."""

    mouse: Mouse
    """Whose."""
    behaviours: np.ndarray
    """Behaviours, shape (B,), in canonical units."""
    activities: dict[str, float]
    """Share of each receptor that holds an activating ligand, where a cell carries it at its full number."""
    levels: dict[str, float]
    """Free concentration of each factor (nM)."""
    killing: float
    """Tumour cells killed by other cells (1/day per tumour cell)."""

    def behaviour(self, cell_type: str, name: str) -> float:
        """What a behaviour of a cell type comes to. PagetError for one that it does not have."""
        pairs = list(self.mouse.compiled.layout.behaviours)
        if (cell_type, name) not in pairs:
            raise PagetError("no such behaviour in this mouse", found=f"{name} of {cell_type}")
        return float(self.behaviours[pairs.index((cell_type, name))])


@dataclass(frozen=True)
class Primary(Place):
    """The primary at the reference volume."""

    day: float
    """Day on which it has that volume."""
    shares: dict[str, float]
    """Share of all cells by cell type."""
    cycling: float
    """Share of tumour cells that cycle."""
    plasma: dict[str, float]
    """Free concentration of each factor in plasma (nM)."""

    @cached_property
    def igf_from(self) -> dict[str, float]:
        """Share of the IGF made there by cell type, in units of IGF-1 that bind IGF1R alike."""
        return _igf_sources(self.mouse, self.shares)

    @property
    def clusters_in_blood(self) -> float:
        """Share of clusters among the aggregates in blood that have no partner.

        Shed sizes are geometric with the cohesion; passage falls with size and half-lives differ by class.
        """
        cohesion, own = self.behaviour("tumour cell", "cohesion"), self.mouse.own
        exponent = self.mouse.number(own("dissemination/passage_size_exponent"))
        sizes = np.arange(2.0, LARGEST_AGGREGATE + 1)
        singles = (1.0 - cohesion) * self.mouse.number(own("dissemination/half_life_single"))
        clusters = float(((1.0 - cohesion) * cohesion ** (sizes - 1.0) * sizes**-exponent).sum())
        clusters *= self.mouse.number(own("dissemination/half_life_cluster"))
        return clusters / (clusters + singles)


@dataclass(frozen=True)
class Niche(Place):
    """The niche of an organ at rest."""

    birth: float
    """Births per cell of small lesions (1/day)."""
    death: float
    """Deaths per cell of small lesions (1/day), killing included."""
    receptivity: float
    """Factor of the organ on waking."""

    @property
    def lone_founder(self) -> float:
        """Further deaths of a founder without company (1/day)."""
        return self.behaviour("tumour cell", "death of a lone founder")

    @property
    def establishment(self) -> np.ndarray:
        """Probability that a woken group of n = 0, 1, 2 ... cells is never extinct."""
        scale = self.mouse.number(self.mouse.own("dissemination/company_scale"))
        return establishment_probability(self.birth, self.death, self.lone_founder, scale)

    def alive_after(self, days: float) -> float:
        """Share of arrested single cells alive after `days`, in the capillary or in the organ."""
        return sum(self._survival(days))

    def solitary_after(self, days: float) -> float:
        """Share of arrested single cells that rest in the organ after `days`."""
        return self._survival(days)[1]

    @property
    def waking_share(self) -> float:
        """Share of resting cells that wake before they die."""
        waking = self.receptivity * self.behaviour("tumour cell", "waking")
        return waking / (waking + self.behaviour("tumour cell", "death while solitary") + self.killing)

    def _survival(self, days: float) -> tuple[float, float]:
        """Chances to be alive in the capillary, and at rest in the organ, after `days`: a chain of two stages."""
        leaving = self.behaviour("tumour cell", "extravasation")
        first = self.behaviour("tumour cell", "death after arrest") + self.killing + leaving
        second = self.behaviour("tumour cell", "death while solitary") + self.killing
        second += self.receptivity * self.behaviour("tumour cell", "waking")
        arrested = math.exp(-first * days)
        solitary = leaving * (math.exp(-second * days) - arrested) / (first - second)
        return arrested, solitary


def primary_of(mouse: Mouse, volume: float, days: int = 42) -> Primary:
    """The primary of the median untreated animal at `volume` (mm3). PagetError if it is not reached in `days`."""
    day, row = _row_at(mouse, volume, days)
    compiled = mouse.compiled.with_values(mouse.values)
    tables = compiled.tables
    whole = new_state(tables, compiled.axes)
    state = whole[0]
    fill_shared(tables, state)
    settle_niches(tables, state)
    _place_primary(state, compiled, row)
    for _ in range(SETTLING_READS):
        read_lesion(tables, state, 0)
    cells = {name: row[f"primary {name}"] for name in compiled.cell_types[1:]}
    cells["tumour cell"] = row["primary tumour cells"]
    total = sum(cells.values())
    return Primary(
        **_sensed(mouse, compiled, tables, state, state["levels"][0], state["behaviours"]),
        day=day,
        shares={name: number / total for name, number in cells.items()},
        cycling=row["primary cycling cells"] / row["primary tumour cells"],
        plasma={name: row[f"plasma free {name}"] for name in compiled.factors},
    )


def _row_at(mouse: Mouse, volume: float, days: int) -> tuple[float, dict[str, float]]:
    """Day and state of the median animal at a volume, interpolated in its logarithm."""
    fields, series = median_animal(mouse, days)
    volumes = series[:, fields.index("primary volume")]
    if volumes.max() < volume:
        raise PagetError("the tumour does not get so large", found=volumes.max(), allowed=f"{volume:g} mm3")
    day = int(np.argmax(volumes >= volume))
    weight = float(np.log(volume / volumes[day - 1]) / np.log(volumes[day] / volumes[day - 1]))
    row = (1.0 - weight) * series[day - 1] + weight * series[day]
    return day - 1 + weight, dict(zip(fields, row.tolist(), strict=True))


def _place_primary(state: Any, compiled: Any, row: dict[str, float]) -> None:
    """Set lesion 0 of a state to what a daily row says."""
    state["count"][LESIONS] = 1
    for stage, name in enumerate(("quiescent", "cycling", "damaged")):
        state["cells"][0, stage] = round(row[f"primary {name} cells"])
    for index, name in enumerate(compiled.cell_types[1:], start=1):
        state["stroma"][0, index] = round(row[f"primary {name}"])
    for index, name in enumerate(compiled.factors):
        state["levels"][0, index] = row[name]
        state["plasma_free"][index] = row[f"plasma free {name}"]
    state["matrix"][0] = row["collagen density"], row["collagen alignment"]
    state["volume"][0] = row["primary volume"]


def _sensed(
    mouse: Mouse, compiled: Any, tables: Any, state: Any, levels: np.ndarray, behaviours: np.ndarray
) -> dict[str, Any]:
    return {
        "mouse": mouse,
        "behaviours": behaviours[: len(compiled.layout.behaviours)].copy(),
        "activities": {name: float(state["activity"][r].max()) for r, name in enumerate(compiled.receptors)},
        "levels": {name: float(levels[f]) for f, name in enumerate(compiled.factors)},
        "killing": float(killing_rate(tables, state)),
    }


def _igf_sources(mouse: Mouse, shares: dict[str, float]) -> dict[str, float]:
    """Who makes the IGF, weighted by the affinity of IGF1R: IGF-2 counts as much as it binds."""
    affinity = mouse.model.receptors[IGF_RECEPTOR].ligands
    made: dict[str, float] = {}
    for name, cell_type in mouse.model.cell_types.items():
        for factor in IGF:
            secretion = cell_type.behaviours.get(f"secretion of {factor}")
            if secretion is not None:
                weight = affinity[IGF[0]].canonical / affinity[factor].canonical
                made[name] = made.get(name, 0.0) + weight * mouse.number(secretion.base.path) * shares[name]
    total = sum(made.values())
    return {name: amount / total for name, amount in made.items()}


def niche_at(mouse: Mouse, site: str) -> Niche:
    """The settled niche of a site, before any tumour signal from elsewhere has reached it."""
    compiled = mouse.compiled.with_values(mouse.values)
    tables, index = compiled.tables, SITES.index(site)
    whole = new_state(tables, compiled.axes)
    state = whole[0]
    fill_shared(tables, state)
    settle_niches(tables, state)
    read_niche(tables, state, index)
    sensed = _sensed(
        mouse, compiled, tables, state, state["niche_levels"][index], state["niche_behaviours"][index]
    )
    advance_niche(tables, state, index, 0.25)
    return Niche(
        **sensed,
        birth=float(state["births"][index]),
        death=float(state["deaths"][index]),
        receptivity=float(tables["sites"]["receptivity"][index]),
    )
