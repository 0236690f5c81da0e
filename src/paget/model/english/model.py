"""The whole model of one run in English: for the report."""

from __future__ import annotations

from collections import Counter

from paget.model.english.rules import behaviour_sentence, ignored_lines, receptor_sentence, rule_sentence
from paget.model.english.words import bullets, cite, listed, plural, say, section, sentence
from paget.model.resolved import Model


def describe_model(model: Model, engine: str = "host") -> str:
    """A model in English (Markdown): who is there, each rule, binding, drugs, and what is not part of it."""
    references = model.references
    drugs = [f"{drug.name}: {drug.title or drug.drug_class}" for drug in model.drugs.values()]
    lines = [
        f"The model holds the tumour {model.tumour.name} ({model.tumour.title}) in the host {model.host.name} "
        f"({model.host.title}), with the mechanisms {listed(model.mechanisms)}. {_known(model)}",
        "",
        *section("Cells", bullets(_cells(model))),
        *section("Genotype", bullets(sentence(edit.describe()) for edit in model.edits)),
        *section("Factors and receptors", bullets(_binding(model))),
        *_rules(model),
        *section("Behaviours of cells", bullets(_behaviours(model))),
        *section("Drugs", bullets(drugs)),
        *section("Not part of this model", bullets(_left_out(model, engine))),
        *section("Sources", bullets(f"{key}: {references[key].long}" for key in model.source_keys())),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _known(model: Model) -> str:
    kinds = Counter(quantity.kind for quantity in model.quantities())
    counted = [
        f"{kinds[kind]} {kind}" for kind in ("measured", "derived", "fitted", "assumed") if kinds[kind]
    ]
    return f"Of its {kinds.total()} numbers {listed(counted)}."


def _cells(model: Model) -> list[str]:
    return [
        f"{plural(cell.name)}: {cell.title or cell.lineage} ({model.species_of(cell.name)})"
        for cell in model.cell_types.values()
    ]


def _binding(model: Model) -> list[str]:
    references = model.references
    lines = []
    for receptor in model.receptors.values():
        ligands = [f"{name} {say(q, references, note=False)}" for name, q in receptor.ligands.items()]
        if receptor.collagen is not None:
            ligands.append(
                f"collagen at {say(receptor.collagen, references, note=False)} of the density of the normal gland"
            )
        lines.append(f"{receptor.name} is half filled by {listed(ligands, 'or')}.")
    for cell in model.cell_types.values():
        lines += [receptor_sentence(cell.name, name, r, references) for name, r in cell.receptors.items()]
    for factor in model.factors.values():
        lines.append(
            f"{factor.name} decays in tissue at {say(factor.decay, references, note=False)} and exchanges "
            f"with blood at {say(factor.exchange_with_blood, references, note=False)}."
        )
    return lines


def _rules(model: Model) -> list[str]:
    lines: list[str] = []
    for mechanism in model.mechanisms:
        rules = [rule_sentence(rule, model.references) for rule in model.rules if rule.mechanism == mechanism]
        lines += section(
            f"Mechanism: {mechanism}", bullets(rules or ["It has no rules of its own, only behaviours."])
        )
    return lines


def _behaviours(model: Model) -> list[str]:
    return [
        behaviour_sentence(cell.name, name, behaviour, model.references)
        for cell in model.cell_types.values()
        for name, behaviour in cell.behaviours.items()
    ]


def _left_out(model: Model, engine: str) -> list[str]:
    lines = [f"mechanism '{name}': left out on request." for name in model.without]
    lines += [sentence(str(item)) for item in model.ignored]
    lines += [sentence(note) for note in model.notes]
    lines += [
        line for line in ignored_lines(model.rules, model.vocabulary) if line.startswith(f"The {engine} ")
    ]
    absent = _absent_behaviours(model, engine)
    return lines + ([f"The {engine} engine has no {listed(absent, 'or')}."] if absent else [])


def _absent_behaviours(model: Model, engine: str) -> list[str]:
    """Behaviours of cells of the model for which an engine has no meaning."""
    absent = []
    for cell in model.cell_types.values():
        for name in cell.behaviours:
            match = model.vocabulary.behaviour(name)
            if match is not None and getattr(match.term, engine).meaning == "absent" and name not in absent:
                absent.append(name)
    return absent


def sources_sentence(model: Model) -> str:
    """All sources of a model in one sentence."""
    return f"Sources of the numbers: {cite(model.source_keys(), model.references)}."
