"""Drugs: kinetics in every species, a word on the target of every species, and something to act on."""

from __future__ import annotations

from collections.abc import Iterator

from paget.analysis.lint.findings import Finding, finding
from paget.analysis.lint.models import every_model, species_of_the_catalog
from paget.model import Catalog
from paget.model.drug import Drug
from paget.model.drug_actions import Binds
from paget.model.drug_checks import why_idle


def check_drugs(catalog: Catalog) -> Iterator[Finding]:
    """Each drug can be given in each species, says what it meets there, and acts in some tumour and host."""
    for drug in catalog.drugs.values():
        yield from _kinetics(drug)
        yield from _targets(drug)
        yield from _idle(drug, catalog)


def _kinetics(drug: Drug) -> Iterator[Finding]:
    for species in species_of_the_catalog():
        if species not in drug.kinetics:
            yield finding(drug, ("kinetics",), "drugs", f"{drug.name} has no kinetics in the {species}")


def _targets(drug: Drug) -> Iterator[Finding]:
    for index, action in enumerate(drug.actions):
        affinity = getattr(action, "affinity", None)
        if affinity is None or (isinstance(action, Binds) and not action.bound):
            continue
        for species in species_of_the_catalog():
            if species not in affinity:
                what = (
                    f"does not say whether it {action.path_key} of the {species} (bound = false is a value)"
                )
                yield finding(drug, ("actions", index), "drugs", what)


def _idle(drug: Drug, catalog: Catalog) -> Iterator[Finding]:
    reasons = [
        {why_idle(action, model) for action in drug.actions}
        for model in every_model(catalog)
        if model.host.has(drug.requires) and drug.name in model.drugs
    ]
    if reasons and all(None not in found for found in reasons):
        told = "; ".join(sorted({str(reason) for found in reasons for reason in found}))
        yield finding(drug, ("actions",), "drugs", f"{drug.name} acts in no tumour and host: {told}")
