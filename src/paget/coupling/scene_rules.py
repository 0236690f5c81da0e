"""The rules that a scene adds, and how its numbers get their names and units in the engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from paget.coupling.scene_words import Words
from paget.model.quantity import BadValue, Quantity
from paget.model.scene import Scene
from paget.tissue.definition import Definition, Rule


def scene_rules(scene: Scene, base: Definition, words: Words) -> list[Rule]:
    taken = {(rule.cell_type, rule.signal, rule.increases, rule.behaviour) for rule in base.rules}
    rules = []
    for index, given in enumerate(scene.rules):
        at = ("rules", index)
        signal, half = number(
            scene, words.signal, given.signal, given.half_maximum, (*at, "half_maximum"), "signal"
        )
        behaviour, saturation = _saturation(scene, index, base, words)
        rule = Rule(
            given.cell_type, signal, given.direction == "increases", behaviour, half,
            given.power.canonical, saturation, given.applies_to_dead,
        )  # fmt: skip
        if (rule.cell_type, rule.signal, rule.increases, rule.behaviour) in taken:
            raise scene.error("the catalog has this rule", *at, found=given.path_key)
        if half <= 0.0:
            raise scene.error("must be above 0", *at, "half_maximum", found=given.half_maximum.value)
        rules.append(rule)
    return rules


def _saturation(scene: Scene, index: int, base: Definition, words: Words) -> tuple[str, float]:
    """Name of the behaviour that a rule changes, and its value at saturation."""
    given, at = scene.rules[index], ("rules", index)
    if given.saturation is not None:
        name, value = number(
            scene, words.behaviour, given.behaviour, given.saturation, (*at, "saturation"), "behaviour"
        )
        if (given.cell_type, name) in base.limits:
            raise scene.error(
                f"the catalog gives '{given.behaviour}' of {given.cell_type} its limits; leave saturation out",
                *at, "saturation",
            )  # fmt: skip
        return name, value
    try:
        name = words.behaviour(given.behaviour).name
    except BadValue as bad:
        raise scene.error(bad.what, *at, "behaviour", **bad.parts) from None
    limits = base.limits.get((given.cell_type, name))
    if limits is None:
        raise scene.error(f"'{given.behaviour}' of {given.cell_type} needs a saturation", *at)
    return name, limits[int(given.direction == "increases")]


def number(
    scene: Scene,
    find: Any,
    text: str,
    quantity: Quantity,
    at: Sequence[str | int],
    name_key: str | None = None,
) -> tuple[str, float]:
    """Engine's name and number of a stated term; the error names the key of the name, or that of the number."""
    try:
        term = find(text)
    except BadValue as bad:
        where = (*at[:-1], name_key) if name_key is not None else at
        raise scene.error(bad.what, *where, **bad.parts) from None
    try:
        return term.name, term.number(quantity)
    except BadValue as bad:
        raise scene.error(bad.what, *at, **bad.parts) from None
