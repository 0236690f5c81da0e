"""Which numbers of the catalog are read when models, tissues and trials are made and patients are drawn.

Reading is noted at the door: meanwhile, each number that is asked for its canonical value tells its path. Nobody has to
keep a list of what is used.
"""

from __future__ import annotations

from paget.analysis.circulation.draw import draw
from paget.analysis.circulation.of_trial import leukocytes_in_blood
from paget.analysis.lint.models import every_model
from paget.coupling.tissue_model import tissue_model
from paget.model import Catalog
from paget.model.quantity import reads_noted
from paget.rules import compile_model
from paget.tissue.definition import Domain
from paget.trial.cohort import Cohort

BOX = Domain((0.0, 0.0, -10.0), (40.0, 40.0, 10.0), (20.0, 20.0, 20.0), True)
"""A tissue as small as it can be: only its definition is made."""


def paths_read(catalog: Catalog) -> set[str]:
    """Paths of the numbers that some engine, assay or plan of a trial reads."""
    models = every_model(catalog)
    seen: set[str] = set()
    with reads_noted(seen.add):
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
