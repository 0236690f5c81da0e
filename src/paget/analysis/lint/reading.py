"""Which numbers of the catalog are read when models, tissues and trials are made and patients are drawn.

Reading is recorded at the door: while a recorder is on, each number that is asked for its canonical value notes its
path. Nobody has to keep a list of what is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from paget.analysis.circulation.draw import draw
from paget.analysis.circulation.of_trial import leukocytes_in_blood
from paget.analysis.lint.models import every_model
from paget.coupling.tissue_model import tissue_model
from paget.model import Catalog, Quantity
from paget.rules import compile_model
from paget.tissue.definition import Domain
from paget.trial.cohort import Cohort

BOX = Domain((0.0, 0.0, -10.0), (40.0, 40.0, 10.0), (20.0, 20.0, 20.0), True)
"""A tissue as small as it can be: only its definition is made."""


@contextmanager
def recorded_reads() -> Iterator[set[str]]:
    """Paths of all numbers whose canonical value is read meanwhile, in this process."""
    seen: set[str] = set()
    plain = Quantity.canonical

    def canonical(self: Quantity) -> float:
        seen.add(self._path)
        return self._canonical

    Quantity.canonical = property(canonical)  # type: ignore[method-assign,assignment]
    try:
        yield seen
    finally:
        Quantity.canonical = plain  # type: ignore[method-assign]


def paths_read(catalog: Catalog) -> set[str]:
    """Paths of the numbers that some engine, assay or plan of a trial reads."""
    models = every_model(catalog)
    with recorded_reads() as seen:
        for model in models:
            compile_model(model)
            tissue_model(model, BOX)
            leukocytes_in_blood(model)
        for design in catalog.trials.values():
            cohort = Cohort(design, catalog)
            cohort.prepare(0)
        for population in catalog.populations.values():
            for state in population.states:
                draw(population, patients=1, state=state)
    return seen
