"""Rules: usable in some host, on a behaviour that some engine reads, and with an effect at a signal that can occur."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from paget.analysis.lint.findings import Finding, finding
from paget.analysis.lint.models import every_model
from paget.coupling.tissue_parts import behaviours_of
from paget.model import Catalog, Model
from paget.model.biology import Behaviour
from paget.model.mechanism import Rule
from paget.model.names import Item
from paget.model.resolving import sources_of_factor
from paget.model.tumour import TUMOUR_CELL
from paget.rules import compile_model
from paget.rules.layout import Layout
from paget.rules.response import hill_term, respond

SMALLEST_EFFECT = 1e-3
"""Change of a behaviour, relative to the largest value it can have, below which a rule counts as without effect."""

LARGEST_SIGNALS = {
    "pressure": 5.0,
    "vessel density": 3.0,
    "collagen density": 5.0,
    "collagen alignment": 1.0,
    "cytotoxic exposure": 10.0,
}
"""What signals without a name in braces can come to [1]."""

NOT_BEHAVIOURS = ("partner", "endothelial", "neutrophil")
"""Entries of the index of behaviours that number cell types."""


# ---- behaviours ------------------------------------------------------------------------------------------------------


def check_behaviours_are_read(catalog: Catalog) -> Iterator[Finding]:
    """Each behaviour that a cell type has is read by an engine, in some tumour and host."""
    shown: set[tuple[str, str]] = set()
    read: set[tuple[str, str]] = set()
    for model in every_model(catalog):
        compiled = compile_model(model, ())
        shown |= set(compiled.layout.behaviours)
        read |= read_by_host(compiled.layout)
        read |= {(word.cell_type, word.match.text) for word in behaviours_of(model, compiled) if word.name}
    for item, location, key in _behaviours(catalog):
        if key in shown - read:
            what = f"no engine reads '{key[1]}' of {key[0]}"
            yield finding(item, location, "unread behaviours", what)


def read_by_host(layout: Layout) -> set[tuple[str, str]]:
    """(cell type, behaviour) pairs that the host engine reads."""
    places: set[int] = set(layout.indices["receptor"]["expression"].tolist())
    for name, entry in layout.indices["behaviour"].items():
        if name not in NOT_BEHAVIOURS:
            array = np.asarray(entry)
            rows = array.ndim == 2 and array.shape[1] == 3 and name != "matrix"
            places |= {int(place) for place in np.ravel(array[:, 2] if rows else array)}
    places |= {int(place) for place in np.ravel(layout.indices["receptor"]["expression"])}
    return {layout.behaviours[place] for place in places if place >= 0}


def _behaviours(catalog: Catalog) -> Iterator[tuple[Item, tuple[str | int, ...], tuple[str, str]]]:
    for cell_type in catalog.cell_types.values():
        for name in cell_type.behaviours:
            yield cell_type, ("behaviours", name), (cell_type.name, name)
    for tumour in catalog.tumours.values():
        for name in tumour.behaviours:
            yield tumour, ("behaviours", name), (TUMOUR_CELL, name)
    for mechanism in catalog.mechanisms.values():
        for cell, addition in mechanism.cell_types.items():
            for name in addition.behaviours:
                yield mechanism, ("cell_types", cell, "behaviours", name), (cell, name)


# ---- rules -----------------------------------------------------------------------------------------------------------


def check_rules_have_an_effect(catalog: Catalog) -> Iterator[Finding]:
    """Each rule is in use in some tumour and host, and changes its behaviour there at a signal that can occur."""
    effects: dict[tuple[str, ...], float] = {}
    for model in every_model(catalog):
        for rule in model.rules:
            effect = largest_effect(rule, model)
            effects[rule.identity] = max(effect, effects.get(rule.identity, 0.0))
    for mechanism in catalog.mechanisms.values():
        for index, rule in enumerate(mechanism.rules):
            if rule.identity not in effects:
                what = f"'{rule.path_key}' is in use in no tumour and host"
            elif effects[rule.identity] < SMALLEST_EFFECT:
                what = f"'{rule.path_key}' changes nothing at any signal that can occur"
            else:
                continue
            yield finding(mechanism, ("rules", index), "rules", what)


def largest_effect(rule: Rule, model: Model) -> float:
    """Largest change that this rule alone makes, relative to the largest value of the behaviour [1].

    A rule that lowers a behaviour is read where others have promoted it, if others do.
    """
    behaviour = model.cell_types[rule.cell_type].behaviours[rule.behaviour]
    promoted = any(
        other.direction == "increases"
        and other.behaviour == rule.behaviour
        and other.cell_type == rule.cell_type
        for other in model.rules
    )
    total = _term(rule, model)
    up = math.inf if promoted else 0.0
    if rule.direction == "increases":
        change = _value(behaviour, total, 0.0) - _value(behaviour, 0.0, 0.0)
    else:
        change = _value(behaviour, up, total) - _value(behaviour, up, 0.0)
    scale = max(abs(behaviour.base.canonical), abs(behaviour.maximum.canonical))
    return abs(change) / scale if scale else 0.0


def _value(behaviour: Behaviour, up: float, down: float) -> float:
    limits = (behaviour.base.canonical, behaviour.minimum.canonical, behaviour.maximum.canonical)
    return float(respond(*limits, up, down))


def _term(rule: Rule, model: Model) -> float:
    """(signal / half)^power at the largest signal that can occur; infinite for levels, which know no largest."""
    largest = largest_signal(rule.signal, model)
    if math.isinf(largest):
        return math.inf
    return float(hill_term(largest, rule.half_maximum.canonical, rule.power.canonical))


def largest_signal(signal: str, model: Model) -> float:
    """The largest value of a signal that can occur in a model, in its canonical unit; 0 if it cannot occur."""
    match = model.vocabulary.signal(signal)
    assert match is not None
    name = match.name or ""
    if match.kind == "factor":
        return math.inf if _is_made(name, model) else 0.0
    if match.kind == "receptor":
        receptor = model.receptors.get(name)
        if receptor is None:
            return 0.0
        made = any(ligand in model.factors and _is_made(ligand, model) for ligand in receptor.ligands)
        return 1.0 if made or getattr(receptor, "collagen", None) is not None else 0.0
    if match.kind == "cell-type":
        return model.host.body.neighbours.canonical if name in model.cell_types else 0.0
    if signal == "cytotoxic exposure" and not any(
        a.kind == "damages" for d in model.drugs.values() for a in d.actions
    ):
        return 0.0
    return LARGEST_SIGNALS.get(signal, math.inf)


def _is_made(factor: str, model: Model) -> bool:
    return bool(sources_of_factor(factor, model.cell_types, model.tumour, model.host))
