"""A model of Paget as a definition of the tissue engine: the same biology, in the words and units of the other engine.

    built = tissue_model(model, domain)
    Simulation(built.definition, population, biology=built.biology())

Numbers come from the table that is compiled for the host engine (`paget.rules`), so that parameter draws, edits and
genotypes are the same in both. What the tissue engine does not have is named in `ignored`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from paget.coupling.tissue_parts import (
    VESSELS,
    Spoken,
    behaviours_of,
    cell_types_of,
    custom_variables,
    factors_of,
    internalised_of,
    links_of,
    receptors_of,
    recruited_of,
    rules_of,
    signal_of,
)
from paget.coupling.words import FELT_BY_NEWCOMERS, OF_THE_TISSUE, signal_in_tissue
from paget.errors import PagetError, did_you_mean
from paget.host.environment import REFERENCE_ENDOTHELIUM
from paget.model import Model
from paget.model.drug_actions import Inhibits
from paget.model.resolved import Ignored
from paget.model.vocabulary import Match
from paget.rules import CompiledModel, compile_model
from paget.tissue.biology import Links, ModelBiology
from paget.tissue.definition import Definition, Domain, Steps, Volume
from paget.tissue.recruitment import Recruited, Recruitment
from paget.tissue.treatment import Dose, Treatment


@dataclass(frozen=True)
class PlannedDose:
    """A dose in the words of a trial."""

    minute: float
    drug: str
    route: str
    amount: float
    """(mg/kg)"""


@dataclass(frozen=True)
class TissueModel:
    """A model of Paget, ready for the tissue engine."""

    compiled: CompiledModel
    """The table of the host engine that the numbers come from."""
    definition: Definition
    """All cell types of the model, the tumour cell first; the factors of the model; its rules."""
    doses: tuple[Dose, ...]
    ignored: tuple[Ignored, ...]
    """What the tissue engine does not have of this model, and why."""
    links: Links
    recruited: tuple[Recruited, ...]
    """Cell types that are recruited."""

    def biology(self) -> ModelBiology:
        """Receptors, drugs and recruitment, for one `Simulation`."""
        tables = self.compiled.tables
        treatment = Treatment(tables, dict(self.compiled.axes), self.doses)
        density = float(tables["tumour"]["cell_density"])
        newcomers = None
        if self.recruited:
            newcomers = Recruitment(self.recruited, density, self.links.vessels, REFERENCE_ENDOTHELIUM)
        own = tuple(f"{factor} uptake" for factor in internalised_of(self.compiled))
        return ModelBiology(receptors_of(self.compiled), treatment, newcomers, self.links, own)


def tissue_model(
    model: Model,
    domain: Domain,
    *,
    values: Mapping[str, float] | None = None,
    doses: Sequence[PlannedDose] = (),
    steps: Steps | None = None,
    volumes: Mapping[str, Volume] | None = None,
    recruitment: bool = True,
) -> TissueModel:
    """The tissue of a tumour in a host.

    `values`: canonical values of some quantities by path (a parameter draw); `doses` into the plasma of the host;
    `volumes`: volumes of some cell types; `recruitment`: whether cells enter from blood and stroma.

    Factors begin at their free level in plasma and have no flux at the faces. Other choices are made in the definition
    (`dataclasses.replace`), where the factors of the model stay first. Raises PagetError for a dose of an unknown drug,
    by an unknown route or of no amount, and for volumes of unknown cell types.
    """
    volumes = dict(volumes or {})
    for name in volumes:
        _known("cell type", name, list(model.cell_types))
    drugs = sorted({dose.drug for dose in doses})
    for drug in drugs:
        _known("drug", drug, sorted(model.drugs))
    compiled = compile_model(model, drugs=drugs).with_values(values or {})
    words = behaviours_of(model, compiled)
    definition = Definition(
        domain=domain,
        factors=factors_of(model, compiled),
        cell_types=cell_types_of(compiled, words, volumes),
        rules=tuple(rules_of(model, compiled, words)),
        limits={(w.cell_type, w.name): w.limits for w in words if w.name is not None},
        receptors=compiled.receptors,
        custom=dict.fromkeys(custom_variables(words), False),
        steps=steps or Steps(),
    )
    return TissueModel(
        compiled=compiled,
        definition=definition,
        doses=tuple(_dose(compiled, dose) for dose in doses),
        ignored=(*_ignored(model, words, recruitment), *_unfelt(model, drugs)),
        links=links_of(compiled, words),
        recruited=tuple(recruited_of(model, compiled)) if recruitment else (),
    )


def _ignored(model: Model, words: Sequence[Spoken], recruitment: bool) -> Iterable[Ignored]:
    found = {(w.cell_type, w.match.text): w.match for w in words}
    lost = {(w.cell_type, w.match.text) for w in words if w.name is None}
    of_the_tissue = {key for key in lost if found[key].pattern in OF_THE_TISSUE}
    for key in sorted(lost - of_the_tissue, key=list(found).index):
        yield Ignored(f"'{key[1]}' of {key[0]}", _reason(found[key]))
    for rule in model.rules:
        key, signal, what = (
            (rule.cell_type, rule.behaviour),
            signal_of(model, rule),
            f"rule '{rule.path_key}'",
        )
        if key in of_the_tissue:
            if signal.pattern not in FELT_BY_NEWCOMERS:
                yield Ignored(f"{what} of {rule.mechanism}", "newcomers do not sense it")
        elif signal_in_tissue(signal) is None:
            yield Ignored(f"{what} of {rule.mechanism}", _reason(signal))
        elif key in lost:
            yield Ignored(f"{what} of {rule.mechanism}", _reason(found[key]))
    for receptor in model.receptors.values():
        if receptor.collagen is not None:
            yield Ignored(f"collagen as a ligand of {receptor.name}", "no collagen in a tissue yet")
    if not recruitment:
        yield Ignored("recruitment", "left out of this tissue")
    if VESSELS not in model.cell_types:
        yield Ignored("exchange with plasma", f"there is no {VESSELS} here")


def _unfelt(model: Model, drugs: Sequence[str]) -> Iterable[Ignored]:
    """Inhibitors of factors whose level some rule reads: in a tissue only receptors feel them."""
    read = {rule.signal for rule in model.rules}
    for name in drugs:
        for action in model.drugs[name].actions:
            if isinstance(action, Inhibits) and action.factor in read:
                what = f"rules that read the level of {action.factor} read all of it"
                yield Ignored(f"'{action.path_key}' of {name}", f"{what}; receptors feel the inhibitor")


def _reason(match: Match) -> str:
    meaning = match.term.tissue
    return meaning.text if meaning.meaning == "absent" else "the tissue engine does not know this word"


def _dose(compiled: CompiledModel, dose: PlannedDose) -> Dose:
    for key, number in (("minute", dose.minute), ("amount", dose.amount)):
        if not 0.0 <= number < math.inf:
            raise PagetError(
                "a dose must have a time and an amount", key=key, found=number, allowed="0 or more"
            )
    drug = compiled.drug_names.index(dose.drug)
    shares = compiled.tables["drugs"]["bioavailability"][drug]
    routes = [route for route, share in zip(compiled.routes, shares, strict=False) if not np.isnan(share)]
    _known(f"route of {dose.drug} in this host", dose.route, routes)
    return Dose(dose.minute, drug, compiled.routes.index(dose.route), dose.amount)


def _known(what: str, name: str, allowed: list[str]) -> None:
    if name not in allowed:
        raise PagetError(
            f"unknown {what}", found=name, allowed=allowed, suggestion=did_you_mean(name, allowed)
        )
