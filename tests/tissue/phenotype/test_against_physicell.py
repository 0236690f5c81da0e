"""Five lone cells against PhysiCell itself: `lone_cells_physicell.csv` beside this file.

The table was written by PhysiCell 1.14.2 (github.com/MathCancer/PhysiCell), linked to a main program that makes five
cells far from each other, sets certain rates to 1 per minute or to 0, calls `update_all_cells` every 6 min and prints
what the cells are. One cell cycles, one dies by apoptosis, one by necrosis, one transforms into another type, one is
damaged and repaired; four rules read oxygen (38 throughout) and volume. Nothing in it is left to chance, since a rate
of 1 per minute over 6 min is certain there.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from paget.tissue.cells import DEAD
from paget.tissue.definition import CellType, Death, Definition, Rule, Volume

TABLE = Path(__file__).with_name("lone_cells_physicell.csv")
EXITS = {f"exit from cycle phase {k}": rate for k, rate in enumerate((0.9, 0.002083, 0.004167, 0.016667))}
APOPTOSIS = Death((516.0,), (True,), 0.05, 0.0, 1.66667e-2, 5.83333e-3, 7e-5)
NECROSIS = Death((0.0, 86400.0), (True, True), 1.11667e-2, 8.33333e-4, 5.33333e-5, 2.16667e-3, 7e-5)
OWN = {
    "exit from cycle phase 0": (0.9, 0.0, 0.0, 0.0, 0.0),
    "apoptosis": (0.0, 1.0, 0.0, 0.0, 0.0),
    "necrosis": (0.0, 0.0, 1.0, 0.0, 0.0),
    "transform to other": (0.0, 0.0, 0.0, 1.0, 0.0),
    "damage rate": (0.0, 0.0, 0.0, 0.0, 0.02),
    "damage repair rate": (0.0, 0.0, 0.0, 0.0, 0.005),
}
VOLUMES = ("total", "fluid", "nuclear", "nuclear_solid", "cytoplasmic_solid", "target", "rupture")


def five_cells(phenotype):
    """The same cells. PhysiCell lets a transformed cell grow at the rates of its old type: both types have the same."""
    exits = EXITS | {"migration bias": 0.5}
    tumour = CellType("tumor", 0, phenotype.FLOW, exits, APOPTOSIS, NECROSIS, Volume(calcification_rate=7e-5))
    larger = Volume(4000.0, 0.8, 900.0, calcification_rate=7e-5)
    other = CellType(
        "other", 1, phenotype.FLOW, exits | {"exit from cycle phase 0": 0.0}, APOPTOSIS, NECROSIS, larger
    )
    rules = (
        Rule("tumor", "oxygen", False, "migration speed", 3.75, 8.0, 0.0),
        Rule("tumor", "oxygen", True, "migration bias", 21.5, 4.0, 0.9),
        Rule("tumor", "oxygen", False, "migration bias", 50.0, 2.0, 0.1),
        Rule("tumor", "volume", True, "migration persistence time", 3000.0, 3.0, 7.0, True),
    )
    definition = Definition(phenotype.BOX, (phenotype.OXYGEN,), (tumour, other), rules)
    own = {name: np.array(values) for name, values in OWN.items()}
    tissue = phenotype.Tissue(definition, [0] * 5, **own)
    tissue.level[:] = 38.0
    return tissue


def table_of(tissue) -> pd.DataFrame:
    """The cells in the columns of the table."""
    cells = tissue.cells
    table = {
        "id": cells["identifier"], "type": cells["kind"], "dead": cells["flags"] & DEAD,
        "model_code": np.array([6, 100, 101])[cells["model"]], "phase": cells["phase"], "elapsed": cells["elapsed"],
        **dict(zip(VOLUMES, cells["volume"].T, strict=True)),
        "calcified": cells["calcified"], "radius": cells["place"][:, 3], "damage": cells["damage"],
        "speed": tissue.column("migration speed"), "bias": tissue.column("migration bias"),
        "persistence": tissue.column("migration persistence time"),
    }  # fmt: skip
    return pd.DataFrame(table).sort_values("id", ignore_index=True)


def test_lone_cells_are_those_of_physicell(phenotype) -> None:
    expected = pd.read_csv(TABLE)
    tissue = five_cells(phenotype)
    for step in range(220):
        tissue.step(linear=True)
        if (expected["step"] == step).any():
            there = expected[expected["step"] == step].drop(columns="step")
            there = there.sort_values("id", ignore_index=True)
            here = table_of(tissue)
            pd.testing.assert_frame_equal(here, there, check_dtype=False, rtol=1e-10, atol=1e-12)
    assert tissue.cells.next_identifier == 6, "one cell divided"
    assert tissue.cells.count == 5, "one cell was removed"


def test_planted_fault_is_seen(phenotype) -> None:
    """A rate of growth off by one part in a million shows in the volume of the cycling cell."""
    expected = pd.read_csv(TABLE)
    tissue = five_cells(phenotype)
    tissue.compiled.types.growth[0, 4] *= 1 + 1e-6
    tissue.step(21, linear=True)
    there = expected[expected["step"] == 20].reset_index(drop=True)
    assert abs(table_of(tissue)["total"][0] / there["total"][0] - 1) > 1e-9
