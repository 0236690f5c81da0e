"""The blood of the patients of a population: the engine's tables for their circulation, and what differs between them.

What a patient has is drawn by the patient's own key: another number of patients, another volume or another state of the
assay changes none of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from paget.assays.bench import stable_hash
from paget.errors import PagetError
from paget.host.patient import fill_blood, fill_tube, mean_arrests, mean_blood
from paget.host.record import LARGEST_AGGREGATE, SITES
from paget.host.state import new_state
from paget.host.walk import BONE, BRAIN, LIVER, LUNG, REST
from paget.keyed_random import Purpose, new_generator, normal, seek, subject_key, uniform
from paget.model.population import AssayState, Population
from paget.rules.records import capacities, dtype_of
from paget.rules.tables import Tables

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

REFERENCE_CELLS = 1e9
"""Tumour cells that shed at the stated rate."""

STEPS, STEPS_PER_HALF_LIFE = 24, 2.0
"""Blood is filled over so many steps, of the longest half-life over the second number: 2^-12 of the rest is missing."""

_OF_TUMOUR = (
    "passage_size_exponent", "half_life_single", "half_life_cluster", "half_life_mixed", "pick_up_in_blood",
    "lost_by_death", "late_arrest_in_lung",
)  # fmt: skip


class Traits(NamedTuple):
    """What one patient has."""

    rate: float
    """Aggregates that are shed and can be seen (1/day)."""
    cohesion: float
    """Chance that one more tumour cell stays attached; 0 in a tumour that has lost its junctions."""
    attachment: float
    """Leukocytes that hold to a shed aggregate."""
    silent: bool
    """Whether the assay sees nothing of this draw."""


@dataclass(frozen=True)
class Circulation:
    """The engine's records for a population."""

    tables: Any
    state: Any
    partners: tuple[str, ...]
    """Types of leukocytes, in the order of the columns behind the first."""
    pull: FloatArray
    """Pull of each type (affinity times share of the leukocytes) at an attachment of 1, sum 1, shape (P,)."""
    affinity: FloatArray
    """Affinity to each type at an attachment of 1, shape (P,)."""
    passage: float
    """Chance that a single cell passes the first bed."""
    step: float
    """Length of a step (day)."""


def state_of(population: Population, name: str | None) -> AssayState:
    """The assay state of that name, the usual one for None; PagetError for an unknown one."""
    name = population.state if name is None else name
    if name not in population.states:
        raise PagetError("unknown assay state", key="--state", found=name, allowed=sorted(population.states))
    return population.states[name]


def circulation_of(population: Population) -> Circulation:
    """The tables and the state that the engine's kernels need to fill the blood of these patients."""
    blood, names = population.circulation, tuple(population.leukocytes)
    axes = capacities({"P": len(names)})
    record = np.zeros(1, dtype=dtype_of(Tables, axes))
    tables = record[0]
    tables["count"]["partners"] = len(names)
    for field in _OF_TUMOUR:
        tables["tumour"][field] = getattr(blood, field).canonical
    tables["body"]["blood_volume"] = blood.blood_volume.canonical
    tables["body"]["cardiac_output"] = blood.cardiac_output.canonical
    flow = population.flow
    organs = {BONE: flow.bone, BRAIN: flow.brain, LIVER: flow.liver}
    for site, share in organs.items():
        tables["sites"]["flow"][site] = share.canonical
    tables["sites"]["flow"][LUNG] = 1.0
    tables["sites"]["flow"][REST] = 1.0 - sum(share.canonical for share in organs.values())
    tables["body"]["portal_share"] = flow.gut.canonical
    tables["behaviour"]["neutrophil"] = -1  # no marrow here: all densities are those of the file
    cells = list(population.leukocytes.values())
    density = np.array([cell.density.canonical for cell in cells])
    affinity = np.array([cell.affinity.canonical for cell in cells])
    tables["blood"]["leukocytes"][: len(names)] = density
    state = new_state(tables, tuple(sorted(axes.items())))[0]
    state["blood_behaviours"][:] = (1.0, blood.break_up.canonical, 0.0)
    share = density / max(density.sum(), 1e-300)
    affinity /= max(float(affinity @ share), 1e-300)
    longest = max(getattr(blood, f"half_life_{kind}").canonical for kind in ("single", "cluster", "mixed"))
    return Circulation(
        tables,
        state,
        names,
        affinity * share,
        affinity,
        blood.first_pass_passage.canonical,
        longest / STEPS_PER_HALF_LIFE,
    )


def patient_key(population: Population, seed: int, patient: int) -> np.uint64:
    """Key of the random numbers of one patient."""
    return subject_key(seed, population.name, patient)


def median_rate(population: Population, state: AssayState) -> float:
    """Visible aggregates that the median patient sheds (1/day): the surface-like law at the median burden."""
    cells = population.burden.volume.canonical * population.burden.cell_density.canonical
    relative: float = (cells / REFERENCE_CELLS) ** population.shedding.exponent.canonical
    return float(state.shedding.canonical) * relative


def spread_of_rate(population: Population, state: AssayState) -> float:
    """SD of the log of the rate between draws: burden, shedding, time and visibility together."""
    shedding = population.shedding
    parts = (
        population.burden.spread.canonical * shedding.exponent.canonical,
        shedding.spread.canonical,
        shedding.spread_in_time.canonical,
        state.visibility_spread.canonical,
    )
    return float(np.sqrt(np.sum(np.square(parts))))


def traits_of(population: Population, state: AssayState, key: np.uint64) -> Traits:
    """What one patient has at the time of the draw."""
    generator = new_generator()

    def seen(name: str) -> float:
        seek(generator, key, int(Purpose.SUBJECT_DRAW), 0, stable_hash(name))
        return float(normal(generator))

    def has(name: str, share: float) -> bool:
        seek(generator, key, int(Purpose.SUBJECT_DRAW), 0, stable_hash(name))
        return float(uniform(generator)) < share

    shedding = population.shedding
    log_rate = (
        population.burden.spread.canonical * shedding.exponent.canonical * seen("burden")
        + shedding.spread.canonical * seen("shedding")
        + shedding.spread_in_time.canonical * seen("hour")
        + state.visibility_spread.canonical * seen("visibility")
    )
    attachment = state.attachment.canonical
    attachment *= np.exp(state.spread_of_attachment.canonical * seen("attachment"))
    cohesion = state.cohesion.canonical * float(has("cohesive", state.cohesive_share.canonical))
    rate = median_rate(population, state) * float(np.exp(log_rate))
    return Traits(rate, cohesion, float(attachment), has("silent", state.silent_share.canonical))


def draw_tube(circulation: Circulation, traits: Traits, share: float, key: np.uint64) -> IntArray:
    """Aggregates found in the tube of one patient, shape (LARGEST_AGGREGATE, 1 + P)."""
    found = np.zeros((LARGEST_AGGREGATE, 1 + len(circulation.partners)), dtype=np.int64)
    if traits.silent:
        return found
    _attach(circulation, traits.attachment)
    state = circulation.state
    fill_blood(
        circulation.tables, state, key, traits.rate, traits.cohesion, circulation.passage, circulation.step, STEPS
    )  # fmt: skip
    fill_tube(state, key, share, found)
    return found


def _attach(circulation: Circulation, attachment: float) -> None:
    """Let leukocytes hold to aggregates as they do in one patient: when these are shed, and in blood."""
    types = circulation.pull.size
    circulation.state["pull"][:types] = attachment * circulation.pull
    circulation.state["blood_affinity"][:types] = attachment * circulation.affinity


def mean_stock(circulation: Circulation, rate: float, cohesion: float, attachment: float) -> FloatArray:
    """Mean number of aggregates in the whole blood, shape (LARGEST_AGGREGATE, 1 + P)."""
    stock = np.zeros(circulation.state["circulating"].shape)
    _attach(circulation, attachment)
    mean_blood(circulation.tables, circulation.state, rate, cohesion, circulation.passage, stock)
    return stock[:, : 1 + len(circulation.partners)]


def arrests_by_site(circulation: Circulation, cohesion: float, attachment: float) -> FloatArray:
    """Mean number of arrests in each of SITES per shed aggregate, shape (S,): where flow alone takes them."""
    stock, arrests = np.zeros(circulation.state["circulating"].shape), np.zeros(len(SITES))
    _attach(circulation, attachment)
    mean_arrests(circulation.tables, circulation.state, 1.0, cohesion, circulation.passage, stock, arrests)
    return arrests
