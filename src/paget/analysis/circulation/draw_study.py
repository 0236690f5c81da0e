"""One virtual draw as a study: its tables and notes, in memory or in a folder of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from paget.analysis.circulation.draw import Draws, draw, tables
from paget.analysis.folder import Finish, Frames, Notes, in_folder
from paget.model.listing import content_of
from paget.model.population import Population
from paget.provenance import collect, content_hash

TABLES = ("summary", "patients", "sizes", "partners")


def run_draw(
    population: Population,
    *,
    patients: int,
    seed: int,
    volume: float | None = None,
    state: str | None = None,
    out: Path | None = None,
    finish: Finish | None = None,
    command: str = "",
) -> tuple[Frames, Notes]:
    """Draw and count; `volume` in mL. The same question into the same folder reads what is there."""
    asked = {
        "study": "draw",
        "population": population.name,
        "patients": patients,
        "volume": volume,
        "state": state,
    }
    provenance = collect(
        seed=seed, model_hash=content_hash(["draw", content_of(population)]), design=asked, command=command
    )

    def work(_: Any) -> tuple[Frames, Notes]:
        drawn = draw(population, patients, seed, volume, state)
        return tables(drawn), notes_of(drawn)

    return in_folder(out, provenance, TABLES, work, finish)


def notes_of(drawn: Draws) -> Notes:
    """What was asked, ready for JSON."""
    return {
        "population": drawn.population.name,
        "title": drawn.population.title,
        "n_patients": len(drawn.counts),
        "volume": drawn.volume,
        "state": drawn.state,
        "seed": drawn.seed,
    }
