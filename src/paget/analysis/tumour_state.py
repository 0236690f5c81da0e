"""What an untreated tumour of a given volume is made of, and what a niche offers to founders: for calibration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paget.analysis.gompertz import FloatArray
from paget.analysis.untreated import Mouse, median_animal
from paget.errors import PagetError
from paget.host.environment import fill_unruled
from paget.host.ladder import establishment_probability
from paget.host.niches import advance_niche, read_niche, settle_niches
from paget.host.record import SITES
from paget.host.state import new_state
from paget.rules.tables import DEATH_OF_LONE_FOUNDER

MACROPHAGES = ("macrophage", "tumour-associated macrophage")
SECRETERS = (*MACROPHAGES, "fibroblast", "tumour cell")
MINUTES_PER_DAY = 1440.0


@dataclass(frozen=True)
class TumourState:
    """The median untreated animal when its primary has some volume."""

    day: float
    """Day after inoculation."""
    shares: dict[str, float]
    """Share of all cells by cell type; `macrophages` is the sum of both states."""
    activities: dict[str, float]
    """Activity of each receptor of the tumour cells."""
    cycling: float
    """Share of tumour cells that cycle."""
    igf_from: dict[str, float]
    """Share of the IGF made in the tumour by cell type, in units of IGF-1 that bind IGF1R alike."""


def state_at(mouse: Mouse, volume: float, days: int = 42) -> TumourState:
    """The state at `volume` (mm3), interpolated in log volume. PagetError if it is not reached in `days`."""
    fields, series = median_animal(mouse, days)
    volumes = series[:, fields.index("primary volume")]
    if volumes.max() < volume:
        raise PagetError("the tumour does not get so large", found=volumes.max(), allowed=f"{volume:g} mm3")
    day = int(np.argmax(volumes >= volume))
    weight = float(np.log(volume / volumes[day - 1]) / np.log(volumes[day] / volumes[day - 1]))
    row = (1.0 - weight) * series[day - 1] + weight * series[day]
    at = dict(zip(fields, row.tolist(), strict=True))
    cells = {name: at[f"primary {name}"] for name in mouse.compiled.cell_types[1:]}
    cells["tumour cell"] = at["primary tumour cells"]
    total = sum(cells.values())
    shares = {name: number / total for name, number in cells.items()}
    shares["macrophages"] = sum(shares.get(name, 0.0) for name in MACROPHAGES)
    return TumourState(
        day=day - 1 + weight,
        shares=shares,
        activities={name: at[f"{name} activity"] for name in mouse.compiled.receptors},
        cycling=at["primary cycling cells"] / at["primary tumour cells"],
        igf_from=_igf_sources(mouse, shares),
    )


def _igf_sources(mouse: Mouse, shares: dict[str, float]) -> dict[str, float]:
    """Who makes the IGF, weighted by the affinity of IGF1R: IGF-2 counts as much as it binds."""
    affinity = mouse.model.receptors["IGF1R"].ligands
    made: dict[str, float] = {}
    for name in SECRETERS:
        for factor in ("IGF-1", "IGF-2"):
            secretion = mouse.model.cell_types[name].behaviours.get(f"secretion of {factor}")
            if secretion is not None:
                weight = affinity["IGF-1"].canonical / affinity[factor].canonical
                made[name] = made.get(name, 0.0) + weight * mouse.number(secretion.base.path) * shares[name]
    total = sum(made.values())
    return {name: amount / total for name, amount in made.items()}


@dataclass(frozen=True)
class Niche:
    """What a niche does to small lesions and founders, before any tumour signal reached it."""

    birth: float
    """Births per cell (1/day)."""
    death: float
    """Deaths per cell (1/day), killing by lymphocytes included."""
    lone_founder: float
    """Further deaths of a founder without company (1/day)."""
    establishment: FloatArray
    """Probability that a woken group of n = 0, 1, 2 ... cells is never extinct."""


def niche_of(mouse: Mouse, site: str) -> Niche:
    """The settled niche of a site."""
    compiled = mouse.compiled.with_values(mouse.values)
    tables, index = compiled.tables, SITES.index(site)
    whole = new_state(tables, compiled.axes)
    state = whole[0]
    fill_unruled(tables, state)
    settle_niches(tables, state)
    read_niche(tables, state, index)
    advance_niche(tables, state, index, 0.25)
    birth, death = float(state["births"][index]), float(state["deaths"][index])
    place = tables["behaviour"]["tumour"][DEATH_OF_LONE_FOUNDER]
    excess = float(state["niche_behaviours"][index][place])
    scale = float(tables["tumour"]["company_scale"])
    return Niche(birth, death, excess, establishment_probability(birth, death, excess, scale))
