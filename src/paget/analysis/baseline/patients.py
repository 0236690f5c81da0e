"""The free numbers of populations of patients, fitted to published draws of blood."""

from __future__ import annotations

from collections.abc import Callable

from paget.analysis.baseline.writing import Fitted, in_file_unit, rounded
from paget.analysis.circulation.fit import fit_population
from paget.model import Catalog
from paget.model.walking import numbers


def fitted_populations(catalog: Catalog, tell: Callable[[str], None]) -> list[Fitted]:
    """The free numbers of every population of the catalog."""
    found = []
    for population in catalog.populations.values():
        tell(f"draws of blood from {population.title}")
        quantities = dict(numbers(population, population.path))
        for path, canonical in fit_population(population).items():
            quantity = quantities[path]
            value = rounded(in_file_unit(quantity, canonical))
            rows = tuple(quantity.rows or ())
            found.append(Fitted(path, quantity.value, value, quantity.unit, rows, quantity.source))
    return found
