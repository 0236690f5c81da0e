"""Rules and behaviours as sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from paget.model.biology import Behaviour, ReceptorOnCell
from paget.model.english.words import References, amount, evidence, number, plural, say, sentence, unit_text
from paget.model.mechanism import Rule
from paget.model.vocabulary import Match, Vocabulary


def rule_sentence(rule: Rule, references: References) -> str:
    """'In tumour cells, IGF1R activity increases cycle entry: half-maximum 1 (assumed), power 1 (assumed). ...'."""
    text = (
        f"In {plural(rule.cell_type)}, {rule.signal} {rule.direction} {rule.behaviour}: "
        f"half-maximum {say(rule.half_maximum, references, note=False)}, "
        f"power {say(rule.power, references, note=False)}."
    )
    return f"{text} {sentence(rule.note)}" if rule.note else text


def behaviour_sentence(cell_type: str, name: str, behaviour: Behaviour, references: References) -> str:
    """'Macrophages, recruitment: 700 cell/mm³/day without signals (...), from 100 to 2,500 under signals'."""
    base, low, high = behaviour.base, behaviour.minimum, behaviour.maximum
    limits = f"between {number(low.value)} and {number(high.value)}{unit_text(high.unit)}"
    if low.unit != high.unit:
        limits = f"between {amount(low)} and {amount(high)}"
    kinds = sorted({evidence(quantity, references) for quantity in (low, high)})
    text = (
        f"{plural(cell_type)}, {name}: {amount(base)} without signals ({evidence(base, references)}); "
        f"signals move it {limits} ({' and '.join(kinds)})."
    )
    return f"{text} {sentence(base.note)}" if base.note else text


def receptor_sentence(cell_type: str, name: str, receptor: ReceptorOnCell, references: References) -> str:
    """'tumour cells carry IGF1R: 10,000 molecule/cell (...); filled ones are taken up at 0.02 per minute'."""
    return (
        f"{plural(cell_type)} carry {name}: {say(receptor.number, references)}; "
        f"filled receptors are taken up at {say(receptor.internalisation, references)}."
    )


def engine_lines(matches: Iterable[tuple[str, Match]]) -> list[str]:
    """What each engine makes of signals and behaviours: one line for each pattern of the vocabulary."""
    lines: dict[str, str] = {}
    for section, match in matches:
        term = match.term
        lines.setdefault(
            f"{section} {match.pattern}",
            f"{section} '{match.pattern}' [{term.unit}]: host engine, {term.host.meaning}: {term.host.text}; "
            f"tissue engine, {term.tissue.meaning}: {term.tissue.text}.",
        )
    return list(lines.values())


def matches_of(
    rules: Iterable[Rule], behaviours: Iterable[str], vocabulary: Vocabulary
) -> list[tuple[str, Match]]:
    """The signals and behaviours that rules and additions speak of."""
    found: list[tuple[str, Match | None]] = []
    for rule in rules:
        found += [
            ("signal", vocabulary.signal(rule.signal)),
            ("behaviour", vocabulary.behaviour(rule.behaviour)),
        ]
    found += [("behaviour", vocabulary.behaviour(name)) for name in behaviours]
    return [(section, match) for section, match in found if match is not None]


def ignored_lines(rules: Iterable[Rule], vocabulary: Vocabulary) -> list[str]:
    """Which rules an engine has to ignore because it does not have the signal or the behaviour."""
    lines = []
    rules = list(rules)
    for engine in ("host", "tissue"):
        absent = [rule for rule in rules if is_absent(rule, engine, vocabulary)]
        if absent:
            names = "; ".join(rule.path_key for rule in absent)
            lines.append(f"The {engine} engine ignores {len(absent)} of {len(rules)} rules: {names}.")
        elif rules:
            lines.append(f"The {engine} engine ignores none of these rules.")
    return lines


def is_absent(rule: Rule, engine: str, vocabulary: Vocabulary) -> bool:
    """Whether an engine has no meaning for the signal or the behaviour of a rule."""
    terms = (vocabulary.signal(rule.signal), vocabulary.behaviour(rule.behaviour))
    return any(match is not None and getattr(match.term, engine).meaning == "absent" for match in terms)


def by_cell_type(rules: Iterable[Rule]) -> Mapping[str, list[Rule]]:
    """Rules of each cell type, in their order."""
    grouped: dict[str, list[Rule]] = {}
    for rule in rules:
        grouped.setdefault(rule.cell_type, []).append(rule)
    return grouped
