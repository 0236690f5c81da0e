"""Mechanisms, cell types, factors and receptors in English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paget.model.biology import CellType, Factor, Receptor
from paget.model.english.rules import (
    behaviour_sentence,
    engine_lines,
    ignored_lines,
    matches_of,
    receptor_sentence,
    rule_sentence,
)
from paget.model.english.words import bullets, listed, plural, say, section, sentence, source_lines
from paget.model.mechanism import Mechanism
from paget.model.tumour import TUMOUR_CELL
from paget.model.walking import numbers

if TYPE_CHECKING:
    from paget.model.catalog import Catalog


def describe_mechanism(mechanism: Mechanism, catalog: Catalog) -> list[str]:
    """What happens, each rule, what the mechanism adds to cells, and what the engines make of it."""
    references = catalog.references
    added = [
        behaviour_sentence(cell, name, behaviour, references)
        for cell, addition in mechanism.cell_types.items()
        for name, behaviour in addition.behaviours.items()
    ]
    carried = [
        receptor_sentence(cell, name, receptor, references)
        for cell, addition in mechanism.cell_types.items()
        for name, receptor in addition.receptors.items()
    ]
    names = [name for addition in mechanism.cell_types.values() for name in addition.behaviours]
    engines = engine_lines(matches_of(mechanism.rules, names, catalog.vocabulary))
    return [
        *[" ".join(mechanism.summary.split()), ""],
        *section("Rules", bullets(rule_sentence(rule, references) for rule in mechanism.rules)),
        *section("What it adds to cells", bullets([*added, *carried])),
        *section("Behaviours that its rules change", bullets(_ruled(mechanism, catalog))),
        *section(
            "What the engines make of it",
            bullets([*engines, *ignored_lines(mechanism.rules, catalog.vocabulary)]),
        ),
        *_leaving_out(mechanism, catalog),
        *source_lines((q for _, q in numbers(mechanism, "")), references),
    ]


def _ruled(mechanism: Mechanism, catalog: Catalog) -> list[str]:
    """Base and limits of the behaviours that the rules change and that stand in other files."""
    lines = []
    for cell, name in dict.fromkeys((rule.cell_type, rule.behaviour) for rule in mechanism.rules):
        if cell == TUMOUR_CELL:
            for tumour in catalog.tumours.values():
                if name in tumour.behaviours:
                    sentence_ = behaviour_sentence(cell, name, tumour.behaviours[name], catalog.references)
                    lines.append(f"{tumour.name}: {sentence_}")
        elif name in catalog.cell_types[cell].behaviours:
            behaviour = catalog.cell_types[cell].behaviours[name]
            lines.append(behaviour_sentence(cell, name, behaviour, catalog.references))
    return lines


def _leaving_out(mechanism: Mechanism, catalog: Catalog) -> list[str]:
    users = [trial.name for trial in catalog.trials.values() if mechanism.name in trial.without]
    lines = [f'A trial leaves it out with `without = ["{mechanism.name}"]`.']
    if users:
        lines.append(f"Left out in: {listed(users)}.")
    return section("Leaving it out", lines)


def describe_cell_type(cell_type: CellType, catalog: Catalog) -> list[str]:
    """What the cell does by itself, and which mechanisms concern it."""
    references = catalog.references
    name = cell_type.name
    facts = [f"Lineage: {cell_type.lineage}."]
    if cell_type.requires:
        facts.append(
            f"Present in hosts with {cell_type.requires}: {listed(_hosts_with(cell_type, catalog))}."
        )
    if cell_type.blood_leukocyte:
        facts.append("It comes from blood.")
    if name == TUMOUR_CELL:
        facts.append(f"The numbers of its behaviours belong to each tumour: {listed(catalog.tumours)}.")
    own = [
        behaviour_sentence(name, key, behaviour, references)
        for key, behaviour in cell_type.behaviours.items()
    ]
    carried = [
        receptor_sentence(name, key, receptor, references) for key, receptor in cell_type.receptors.items()
    ]
    concern = []
    for mechanism in catalog.mechanisms.values():
        rules = [rule for rule in mechanism.rules if rule.cell_type == name]
        addition = mechanism.cell_types.get(name)
        if rules or addition:
            concern.append(f"{mechanism.name}:")
            concern += [f"  - {rule_sentence(rule, references)}" for rule in rules]
            if addition:
                concern += [
                    f"  - {behaviour_sentence(name, k, b, references)}"
                    for k, b in addition.behaviours.items()
                ]
                concern += [
                    f"  - {receptor_sentence(name, k, r, references)}" for k, r in addition.receptors.items()
                ]
    lines = [line if line.startswith("  ") else f"- {line}" for line in concern]
    return [
        *[" ".join(facts), ""],
        *section("What it does", bullets([*own, *carried])),
        *section("Mechanisms that concern it", lines),
        *source_lines((q for _, q in numbers(cell_type, "")), references),
    ]


def _hosts_with(cell_type: CellType, catalog: Catalog) -> list[str]:
    return [host.name for host in catalog.hosts.values() if host.has(cell_type.requires)]


def _nanogram(factor: Factor) -> str:
    """Mass of 1 nM of a factor [ng/mL]."""
    return f"{factor.molar_mass.canonical / 1000:.3g}"


def describe_factor(factor: Factor, catalog: Catalog) -> list[str]:
    """Fate of the molecule, who makes it, and who answers to it."""
    references = catalog.references
    numbers_ = [
        f"molar mass {say(factor.molar_mass, references)}, so that 1 nM is {_nanogram(factor)} ng/mL",
        f"decay in tissue {say(factor.decay, references)}",
        f"exchange with blood {say(factor.exchange_with_blood, references)}",
        f"diffusion {say(factor.diffusion, references)}",
    ]
    makers = [
        f"{plural(cell)} ({mechanism.name}): {say(addition.behaviours[secretion].base, references)}"
        for secretion in [f"secretion of {factor.name}"]
        for mechanism in catalog.mechanisms.values()
        for cell, addition in mechanism.cell_types.items()
        if secretion in addition.behaviours
    ]
    plasma = [
        f"plasma of {host.name}: free {say(host.plasma[factor.name].free, references)}"
        for host in catalog.hosts.values()
        if factor.name in host.plasma
    ]
    readers = [
        f"{receptor.name}: half of the receptors filled at {say(receptor.ligands[factor.name], references)}"
        for receptor in catalog.receptors.values()
        if factor.name in receptor.ligands
    ]
    return [
        *bullets(numbers_),
        "",
        _across_species(factor),
        "",
        *section("Who makes it", bullets([*makers, *plasma])),
        *section("Which receptors answer to it", bullets(readers)),
        *source_lines((q for _, q in numbers(factor, "")), references),
    ]


def _across_species(factor: Factor) -> str:
    human = "acts" if factor.human_acts_on_mouse else "does not act"
    mouse = "acts" if factor.mouse_acts_on_human else "does not act"
    return f"The human molecule {human} on mouse receptors; the mouse molecule {mouse} on human receptors."


def describe_receptor(receptor: Receptor, catalog: Catalog) -> list[str]:
    """Its ligands, the cells that carry it, and what its activity does."""
    references = catalog.references
    ligands = [f"{name}: {say(quantity, references)}" for name, quantity in receptor.ligands.items()]
    if receptor.collagen is not None:
        ligands.append(
            f"collagen, at a density relative to the normal gland: {say(receptor.collagen, references)}"
        )
    carriers = [
        receptor_sentence(cell, receptor.name, addition.receptors[receptor.name], references)
        for mechanism in catalog.mechanisms.values()
        for cell, addition in mechanism.cell_types.items()
        if receptor.name in addition.receptors
    ]
    effects = [
        rule_sentence(rule, references)
        for mechanism in catalog.mechanisms.values()
        for rule in mechanism.rules
        if rule.signal == f"{receptor.name} activity"
    ]
    return [
        *section("Ligands, and how much of each fills half of the receptors", bullets(ligands)),
        *section("Cells that carry it", bullets(sentence(line) for line in carriers)),
        *section("What its activity does", bullets(effects)),
        *source_lines((q for _, q in numbers(receptor, "")), references),
    ]
