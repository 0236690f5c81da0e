"""Small tissues with something in every array, made without running the engine."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from paget.tissue.cells import APOPTOTIC, DEAD, NECROTIC, OUTSIDE, REMOVED, Cells
from paget.tissue.compile import compile_definition
from paget.tissue.definition import (
    CellType,
    Chemotaxis,
    Cycle,
    Definition,
    Domain,
    Factor,
    Phase,
    Population,
    Rule,
)
from paget.tissue.population import place_population
from paget.tissue.snapshot import Snapshot, make_snapshot

LIVE_CYCLE = Cycle("live", 5, (Phase("live", 14, divides_at_exit=True, doubles_at_entry=True),))
FLOW = Cycle(
    "flow cytometry separated",
    6,
    (
        Phase("G0/G1", 4),
        Phase("S", 10, True),
        Phase("G2", 12, True),
        Phase("M", 13, True, divides_at_exit=True),
    ),
)
TUMOUR = {
    "oxygen uptake": 10.0,
    "debris secretion": 2.0,
    "debris secretion target": 3.0,
    "debris export": 0.7,
    "cycle entry": 0.001,
    "apoptosis": 5.31667e-05,
    "migration speed": 0.4,
    "custom:stage": 2.5,
    "adhesive affinity to hunter": 0.3,
}
HUNTER = {
    "oxygen uptake": 1.0,
    "attack tumour": 0.2,
    "migration speed": 4.0,
    "migration bias": 0.5,
    "chemotactic response to debris": 1.0,
    "relative maximum adhesion distance": 1.5,
    "transform to tumour": 0.01,
}
ALL_ARRAYS = {
    "motility": 6,
    "damage": 0,
    "attack": 2,
    "target": 0,
    "springs": 12,
    "held": 2,
    "nuclei": 0,
    "calcified": 0,
    "activity": 1,
}


def definition(two_dimensional: bool = False, factors: int = 2) -> Definition:
    """Two factors, two cell types, one rule, one custom variable; 60 by 80 by 100 um, or 60 by 80 um."""
    z = (-10.0, 10.0) if two_dimensional else (-50.0, 50.0)
    oxygen = Factor("oxygen", 1e5, 0.1, 38.0, (38.0,) * 6, "mmHg")
    debris = Factor("debris", 1.0, 0.012345678, unit="dimensionless")
    known = (oxygen, debris)[:factors]

    def kept(behaviours: dict[str, float]) -> dict[str, float]:
        absent = [factor.name for factor in (oxygen, debris)[factors:]]
        return {
            name.replace("cycle entry", "exit from cycle phase 0"): value
            for name, value in behaviours.items()
            if not any(other in name for other in absent)
        }

    taxis = Chemotaxis("simple", "debris") if factors == 2 else Chemotaxis()
    return Definition(
        domain=Domain((-30.0, -40.0, z[0]), (30.0, 40.0, z[1]), (20.0, 20.0, 20.0), two_dimensional),
        factors=known,
        cell_types=(
            CellType("tumour", 0, FLOW, kept(TUMOUR)),
            CellType("hunter", 7, LIVE_CYCLE, kept(HUNTER), motile=True, chemotaxis=taxis),
        ),
        rules=(Rule("tumour", "pressure", True, "necrosis", 1.0, 4.0, 0.01),),
        custom={"stage": False},
        receptors=("igf1r",),
    )


def snapshot(
    n: int = 40,
    two_dimensional: bool = False,
    factors: int = 2,
    seed: int = 0,
    time: float = 60.0,
    rich: bool = True,
) -> Snapshot:
    """n cells that are present, and three that are not. `rich`: with all optional arrays."""
    random = np.random.default_rng(seed)
    made = definition(two_dimensional, factors)
    compiled = compile_definition(made, ["migration speed"])
    optional = dict(ALL_ARRAYS, held=factors) if rich else {}
    if not factors:
        optional.pop("held", None)
    cells = Cells(len(compiled.columns), optional)
    total = n + 3 if n else 0
    low, high = np.array(made.domain.low), np.array(made.domain.high)
    position = low + (high - low) * random.random((total, 3))
    kind = (np.arange(total) % 2).astype(np.int32)
    place_population(
        compiled, cells, Population(position, kind, volume=2494.0 * (0.5 + random.random(total)))
    )
    if total:
        _live_a_little(cells, random)
        cells.take(random.permutation(total))
    level = random.random((factors, *made.domain.shape)) * 38.0
    return make_snapshot(made, compiled.vocabulary, compiled.types, cells, level, time)


def _live_a_little(cells: Cells, random: np.random.Generator) -> None:
    """Some die, some move, some attack; the last three are absent."""
    n = cells.count
    for name in (
        "velocity",
        "pressure",
        "elapsed",
        "columns",
        "motility",
        "damage",
        "attack",
        "held",
        "calcified",
    ):
        cells[name][:] = random.random(cells[name].shape)
    cells["phase"][:] = np.where(cells["kind"] == 0, np.arange(n) // 2 % 4, 0)
    for row, model, phase in ((2, APOPTOTIC, 0), (4, NECROTIC, 0), (6, NECROTIC, 1), (7, APOPTOTIC, 0)):
        if row < n:
            cells["model"][row], cells["phase"][row] = model, phase
            cells["flags"][row] |= DEAD
    cells["flags"][-3:] = (REMOVED, OUTSIDE, REMOVED | DEAD)
    if cells.has("springs") and n > 6:
        cells["springs"][0, 3], cells["springs"][5, 0] = 5, 0  # both ends of one spring
        cells["springs"][1, 1] = n - 1  # to a cell that is gone
        cells["target"][1] = 0


def with_names(made: Snapshot, factor: str, kind: str) -> Snapshot:
    """The same with other names of the first factor and the first cell type."""
    old = made.definition
    factors = (replace(old.factors[0], name=factor), *old.factors[1:])
    types = (replace(old.cell_types[0], name=kind), *old.cell_types[1:])
    return replace(made, definition=replace(old, factors=factors, cell_types=types))
