"""A population of patients in plain English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paget.model.english.mouse import field_lines
from paget.model.english.words import bullets, plural, say, section, source_lines
from paget.model.population import Population
from paget.model.walking import numbers

if TYPE_CHECKING:
    from paget.model.catalog import Catalog


def describe_population(population: Population, catalog: Catalog) -> list[str]:
    """Burden, shedding, circulation, leukocytes, the tube, and the states of the assay."""
    references = catalog.references
    parts = {
        "Tumour burden": population.burden,
        "Shedding": population.shedding,
        "Circulation": population.circulation,
        "Where the blood goes": population.flow,
        "The tube": population.tube,
    }
    leukocytes = [
        f"{plural(name)}: {say(cell.density, references)}; affinity {say(cell.affinity, references)}"
        for name, cell in population.leukocytes.items()
    ]
    lines = [population.summary.strip(), ""]
    for title, entry in parts.items():
        lines += section(title, bullets(field_lines(entry, references)))
    lines += section("Leukocytes in blood", bullets(leukocytes))
    for name, state in population.states.items():
        usual = " (usual)" if name == population.state else ""
        lines += section(f"Assay state: {name}{usual}", bullets(field_lines(state, references)))
    return [*lines, *source_lines((q for _, q in numbers(population, "")), references)]
