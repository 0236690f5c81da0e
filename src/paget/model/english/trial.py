"""A trial as an English protocol."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from paget.model.dose import in_this_host
from paget.model.endpoints import find_endpoint
from paget.model.english.words import amount, bullets, cite, listed, section, sentence
from paget.model.host import Host
from paget.model.quantity import Quantity, Setting
from paget.model.resolved import Model
from paget.model.resolving import resolve
from paget.model.trial_card import Card, seen_text
from paget.model.trial_design import ROUTE_WORDS, Contrast, HumaneEndpoint, TrialDesign, aggregate_text

if TYPE_CHECKING:
    from paget.model.catalog import Catalog


def describe_trial(design: TrialDesign, catalog: Catalog) -> list[str]:
    """Question, animals, arms, doses, days, assays, contrasts and what is done with animals that leave early."""
    model = resolve(catalog, design.tumour, design.host, design.without)
    total = sum(design.animals_in(arm) for arm in design.arms)
    arms = [f"{arm.name} ({design.animals_in(arm)} animals): {arm.describe()}." for arm in design.arms]
    contrasts = [_contrast(contrast) for contrast in design.contrasts]
    notes = [sentence(note) for note in [*model.notes, *(str(item) for item in model.ignored)]]
    return [
        *([sentence(design.question), ""] if design.question else []),
        *(
            [f"It resembles {cite(design.published.split(','), catalog.references)}.", ""]
            if design.published
            else []
        ),
        *(card_sections(design.card) if design.card is not None else []),
        *section("Animals and tumour", bullets(_animals(design, catalog, total))),
        *section("Arms", bullets(arms)),
        *section(
            "Doses in this host", bullets(map(sentence, dose_conversions(design, catalog.hosts[design.host])))
        ),
        *section("Killed early", bullets(_humane(design.humane_endpoint, design.early_exit.rule))),
        *section("Assays", bullets(_assays(design, model))),
        *section("Declared contrasts; all others are exploratory", bullets(contrasts)),
        *section("Random numbers", bullets(_randomness(design))),
        *section("What of the catalog does not apply here", bullets(notes)),
    ]


def dose_conversions(design: TrialDesign, host: Host) -> list[str]:
    """Doses of the trial that are not per body weight, in mg/kg for a host of the weight in its file."""
    doses = {t.dose.text: t.dose for arm in design.arms for t in arm.treatments}
    texts = (in_this_host(dose, host.body, host.name) for dose in doses.values())
    return [text for text in texts if text is not None]


def card_sections(card: Card, level: int = 2) -> list[str]:
    """The card: each choice, seen in the paper or chosen here; what is assumed; what comes out."""
    choices = [
        f"{name.capitalize()}: {entry.value.rstrip('.')} ({seen_text(entry)})."
        for name, entry in card.entries()
    ]
    serves = f" It serves the published results {listed(card.results)}." if card.results else ""
    return [
        *section("Card: what was seen in the paper, and what was chosen here", bullets(choices), level),
        *section("What the comparison with the paper assumes", bullets(map(sentence, card.assumed)), level),
        *section("What comes out", [sentence(card.comes_out) + serves], level),
    ]


def _contrast(contrast: Contrast) -> str:
    margin = f" within a factor of {contrast.margin:g}" if contrast.margin is not None else ""
    primary = ", primary" if contrast.primary else ""
    return f"{contrast.endpoint}: {contrast.arm} against {contrast.reference}, test {contrast.test}{margin}{primary}."


def _animals(design: TrialDesign, catalog: Catalog, total: int) -> Iterable[str]:
    tumour, host, inoculum = catalog.tumours[design.tumour], catalog.hosts[design.host], design.inoculum
    yield f"{total} simulated animals in {len(design.arms)} arms, {host.name} ({host.title or host.strain})."
    cells = inoculum.cells.text if inoculum.cells is not None else amount(tumour.inoculation.cells)
    size = "" if inoculum.aggregate_size == 1 else f" {aggregate_text(inoculum.aggregate_size)}"
    size += f", each with a {inoculum.partner}" if inoculum.partner is not None else ""
    line = tumour.title or tumour.line
    yield f"Tumour {tumour.name} ({line}): {cells}s{size} {ROUTE_WORDS[inoculum.route]} on day {inoculum.day:g}."
    if inoculum.makes_primary:
        take = _given_or(inoculum.take_rate, tumour.inoculation.take_rate)
        share = _given_or(inoculum.engrafted_share, tumour.inoculation.engrafted_share)
        yield f"{100 * share:g} % of the cells found the tumour; it takes in {100 * take:g} % of the animals."
    yield f"The trial ends on day {design.duration:g}."
    if design.enrolment is not None:
        latest = (
            f", by day {design.enrolment.latest:g} at the latest"
            if design.enrolment.latest is not None
            else ""
        )
        yield f"Animals are enrolled when the primary reaches {design.enrolment.volume.text} by caliper{latest}."
    else:
        yield "Animals are enrolled at inoculation."
    randomisation = design.randomisation
    if randomisation.stratify_by == "nothing":
        yield "Animals are randomised to arms without stratification."
    else:
        yield f"Animals are randomised to arms in {randomisation.strata} strata by {randomisation.stratify_by}."
    if design.without:
        yield f"Mechanisms left out: {listed(design.without)}."


def _given_or(setting: Setting | None, usual: Quantity) -> float:
    """What the trial says, or what is usual for the tumour."""
    return usual.canonical if setting is None else float(setting)


def _humane(humane: HumaneEndpoint, rule: str) -> Iterable[str]:
    limits = {
        "the primary reaches": humane.volume,
        "the loss of body weight reaches": humane.weight_loss,
        "the volume of lung metastases reaches": humane.lung_burden,
    }
    reasons = [f"{name} {limit.text}" for name, limit in limits.items() if limit is not None]
    yield f"An animal is killed when {listed(reasons, 'or')}." if reasons else "No animal is killed early."
    if rule == "excluded":
        yield "Animals that leave early have no reading at the end: they are excluded."
    else:
        yield "Animals that leave early give their reading at exit."


def _assays(design: TrialDesign, model: Model) -> Iterable[str]:
    for assay in design.assays:
        endpoint = find_endpoint(
            assay.endpoint, list(model.host.sites), list(model.cell_types), list(model.factors)
        )
        meaning = f": {endpoint.text} [{endpoint.unit}]" if endpoint is not None else ""
        receptors = f"; receptors {listed(assay.receptors)}" if assay.receptors else ""
        yield f"{assay.describe()}{meaning}{receptors}."


def _randomness(design: TrialDesign) -> Iterable[str]:
    yield f"Seed {design.seed}."
    if design.draws:
        yield f"{design.draws} parameter draws over the ranges of the numbers, beside the central run."
    else:
        yield "No parameter draws: all parameters at their central values."
    if design.twins:
        yield "All arms have the same animals (common random numbers)."
