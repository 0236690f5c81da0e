"""Drugs in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paget.model.biology import Species
from paget.model.drug import Drug, Kinetics, Usual
from paget.model.drug_actions import Action, Binds, Blocks, Damages, Depletes, Inhibits, Modifies
from paget.model.english.words import (
    References,
    animals,
    bullets,
    listed,
    say,
    section,
    sentence,
    source_lines,
)
from paget.model.walking import numbers

if TYPE_CHECKING:
    from paget.model.catalog import Catalog


def describe_drug(drug: Drug, catalog: Catalog) -> list[str]:
    """What it does, how it is taken up and cleared in each species, and what it costs the host."""
    references = catalog.references
    facts = [
        f"Class: {drug.drug_class}. Doses in {drug.dose_unit}. Molar mass {say(drug.molar_mass, references)}."
    ]
    if drug.requires:
        facts.append(f"It needs a host with {drug.requires}.")
    facts += [f"In {animals(species)} use {name}." for species, name in drug.surrogates.items()]
    kinetics: list[str] = []
    for species, parameters in drug.kinetics.items():
        kinetics += section(f"Kinetics in {animals(species)}", bullets(_kinetics(parameters, references)))
    usual = [_usual(species, course, references) for species, course in drug.usual.items()]
    trials = [trial.name for trial in catalog.trials.values() if drug.name in trial.drugs()]
    return [
        *[" ".join(facts), ""],
        *section("What it does", bullets(action_sentence(action, references) for action in drug.actions)),
        *kinetics,
        *section("Toxicity", bullets(_toxicity(drug, references))),
        *section("Usual course", bullets(usual)),
        *section("Trials of the catalog that use it", [f"{listed(trials)}."] if trials else []),
        *source_lines((q for _, q in numbers(drug, "")), references),
    ]


def action_sentence(action: Action, references: References) -> str:
    """What one action does, with its numbers."""
    if isinstance(action, Damages):
        return (
            f"It damages {action.stage} tumour cells at a rate of up to {say(action.maximum_rate, references)}, "
            f"half of it at a lingering exposure of {say(action.half_exposure, references)}, with power "
            f"{say(action.power, references)}; exposure wears off at {say(action.washout, references)}."
        )
    if isinstance(action, Binds):
        return _binding(action, references)
    if isinstance(action, Blocks):
        if action.tissue_share is None:
            return f"It spares {action.receptor}."
        return (
            f"It competes at {action.receptor}: {_affinities(action, references)}; active concentration in tissue "
            f"relative to plasma {say(action.tissue_share, references)}."
        )
    if isinstance(action, Inhibits):
        return (
            f"It inhibits {action.factor}: {_affinities(action, references)}; active concentration in tissue "
            f"relative to plasma {say(action.tissue_share, references)}."
        )
    if isinstance(action, Depletes):
        return (
            f"It kills {action.cell_type}s at a rate of up to {say(action.maximum_rate, references)}, half of it at "
            f"{_potencies(action, references)}."
        )
    assert isinstance(action, Modifies)
    return (
        f"It multiplies {action.behaviour} of {action.cell_type}s by {say(action.fold, references)} at saturation, "
        f"half of the change at {_potencies(action, references)}."
    )


def _binding(action: Binds, references: References) -> str:
    if not action.bound:
        return f"It does not bind {action.factor}."
    numbers_ = {
        "sites per molecule": action.binding_sites,
        "rate constant of binding": action.on_rate,
        "concentration in tissue relative to plasma": action.tissue_share,
        "half-life of the ligand that it holds": action.complex_half_life,
    }
    details = "; ".join(
        f"{name} {say(value, references)}" for name, value in numbers_.items() if value is not None
    )
    return f"It binds {action.factor}: {_affinities(action, references)}; {details}."


def _affinities(action: Binds | Blocks | Inhibits, references: References) -> str:
    return "; ".join(
        f"it does not bind the {species} molecule"
        if (constant := affinity.constant()) is None
        else f"dissociation constant for the {species} molecule {say(constant, references)}"
        for species, affinity in action.affinity.items()
    )


def _potencies(action: Depletes | Modifies, references: References) -> str:
    return "; ".join(
        f"no concentration for {species} cells, which it spares"
        if (constant := potency.constant()) is None
        else f"{say(constant, references)} in plasma for {species} cells"
        for species, potency in action.affinity.items()
    )


def in_words(days: float) -> str:
    """A half-life in days, hours or minutes, whichever reads best."""
    if days >= 2.0:
        return f"{days:.3g} days"
    return f"{24 * days:.3g} hours" if days >= 1 / 12 else f"{1440 * days:.3g} minutes"


def _kinetics(kinetics: Kinetics, references: References) -> list[str]:
    named = {
        "clearance": kinetics.clearance,
        "largest rate of elimination": kinetics.maximum_rate,
        "concentration at half of that rate": kinetics.half_saturation,
        "central volume": kinetics.volume,
        "peripheral volume": kinetics.peripheral_volume,
        "exchange between the compartments": kinetics.distribution_clearance,
    }
    lines = [f"{kinetics.model}, {kinetics.elimination} elimination"]
    lines += [f"{name} {say(value, references)}" for name, value in named.items() if value is not None]
    if kinetics.half_life is not None:
        lines.append(f"half-life of the last phase {in_words(kinetics.half_life)}, from these numbers")
    for route, uptake in kinetics.routes.items():
        line = f"{route}: bioavailability {say(uptake.bioavailability, references)}"
        if uptake.absorption_rate is not None:
            line += f", absorbed at {say(uptake.absorption_rate, references)}"
        lines.append(line)
    return lines


def _toxicity(drug: Drug, references: References) -> list[str]:
    if drug.toxicity is None:
        return []
    return [
        sentence(f"relative loss of body weight {say(drug.toxicity.weight_loss, references)} of exposure"),
        sentence(f"lost weight returns at {say(drug.toxicity.weight_recovery, references)}"),
        sentence(
            f"suppression of neutrophil production {say(drug.toxicity.neutrophil_suppression, references)}"
        ),
    ]


def _usual(species: Species, course: Usual, references: References) -> str:
    text = f"in {animals(species)} {course.route}: dose {say(course.dose, references)}"
    text += f"; number of doses {say(course.doses, references)}"
    if course.every is not None:
        text += f"; interval {say(course.every, references)}"
    return sentence(text)
