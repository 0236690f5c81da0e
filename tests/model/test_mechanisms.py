"""Every mechanism of the catalog: it can be left out, changes only what it has rules on, and each of its rules acts.

Signals are held fixed and named, so that what is compared is the response of a behaviour, not the levels that follow
from everything else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest

from paget.model import Catalog, load_catalog, resolve
from paget.model.mechanism import Rule
from paget.rules import CompiledModel, compile_model
from paget.rules.rule_table import WORKSPACE, evaluate

MICE = (("py230", "c57bl6"), ("lm2-4", "scid"))
NAMES = sorted(load_catalog().mechanisms)
SIGNALS = 4096
"""More than any model has."""

Signal = tuple[str, str]
"""A signal and, where cell types differ in it, the cell that senses it."""
Behaviour = tuple[str, str]
"""Cell type and behaviour."""


def compiled(catalog: Catalog, mouse: tuple[str, str], without: Iterable[str] = ()) -> CompiledModel:
    return compile_model(resolve(catalog, *mouse, without=without), drugs=())


def key_of(rule: Rule) -> Signal:
    """What a rule reads: receptor activities belong to a cell type."""
    return (rule.signal, rule.cell_type if rule.signal.endswith(" activity") else "")


def places(model: CompiledModel) -> dict[Signal, int]:
    """Where each signal stands that some rule reads."""
    where = model.tables["rules"]["signal"]
    return {key_of(rule): int(where[index]) for index, rule in enumerate(model.layout.rules)}


def behaviours_at(model: CompiledModel, fixed: dict[Signal, float]) -> dict[Behaviour, float]:
    """All behaviours at fixed signals; signals that are not named are zero."""
    signals, out = np.zeros(SIGNALS), np.zeros(len(model.tables["rules"]["base"]))
    for key, place in places(model).items():
        signals[place] = fixed.get(key, 0.0)
    evaluate(model.tables["rules"], signals, 0, len(model.layout.behaviours), out, np.zeros(WORKSPACE))
    return dict(zip(model.layout.behaviours, out.tolist(), strict=False))


def limits(model: CompiledModel) -> dict[Behaviour, tuple[float, ...]]:
    rules = model.tables["rules"]
    return {
        key: tuple(float(rules[name][index]) for name in ("base", "minimum", "maximum"))
        for index, key in enumerate(model.layout.behaviours)
    }


def touched(catalog: Catalog, name: str, mouse: tuple[str, str], seed: int) -> set[Behaviour]:
    """Behaviours that change, in response or limits, when a mechanism is left out, at signals drawn from the seed."""
    whole, part = compiled(catalog, mouse), compiled(catalog, mouse, [name])
    draw = np.random.default_rng(seed)
    fixed = {key: float(draw.lognormal(-1.0, 1.0)) for key in sorted(places(whole))}
    before, after = behaviours_at(whole, fixed), behaviours_at(part, fixed)
    before_limits, after_limits = limits(whole), limits(part)
    return {
        key
        for key in after
        if before[key] != pytest.approx(after[key], rel=1e-12) or before_limits[key] != after_limits[key]
    }


@pytest.mark.parametrize("mouse", MICE)
@pytest.mark.parametrize("name", NAMES)
def test_resolves_with_and_without(name: str, mouse: tuple[str, str], catalog: Catalog) -> None:
    whole, part = resolve(catalog, *mouse), resolve(catalog, *mouse, without=[name])
    assert name in whole.mechanisms
    assert name not in part.mechanisms
    assert compile_model(part, drugs=()).layout.ends["ruled"] > 0
    assert not any(rule.mechanism == name for rule in part.rules)


@pytest.mark.parametrize("mouse", MICE)
@pytest.mark.parametrize("name", NAMES)
def test_leaving_it_out_changes_only_what_it_rules(
    name: str, mouse: tuple[str, str], catalog: Catalog
) -> None:
    own = {(rule.cell_type, rule.behaviour) for rule in catalog.mechanisms[name].rules}
    for seed in (1, 2):
        assert touched(catalog, name, mouse, seed) <= own


def test_a_mechanism_that_leans_on_another_is_seen(project: Callable[..., Path]) -> None:
    """A planted fault: a rule elsewhere that needs the receptor which the IGF axis brings."""
    folder = project(
        "mechanisms/growth.toml",
        (r'name = "growth"', 'name = "arousal"'),
        (
            r'signal = "pressure"\ndirection = "decreases"',
            'signal = "IGF1R activity"\ndirection = "increases"',
        ),
        (r'behaviour = "cycle entry"', 'behaviour = "waking"'),
        to="mechanisms/arousal.toml",
    )
    assert ("tumour cell", "waking") in touched(load_catalog(folder), "IGF axis", MICE[0], 1)


def effect(model: CompiledModel, rule: Rule) -> float:
    """Relative change of the behaviour of a rule when its signal is at the half-maximum.

    Other signals are zero; for a signal that decreases, those that increase the behaviour stand at their half-maximum.
    """
    owner = (rule.cell_type, rule.behaviour)
    fixed = {
        key_of(other): other.half_maximum.canonical
        for other in model.layout.rules
        if (other.cell_type, other.behaviour) == owner
        and other.direction == "increases"
        and rule.direction == "decreases"
        and key_of(other) != key_of(rule)
    }
    before = behaviours_at(model, fixed)[owner]
    after = behaviours_at(model, fixed | {key_of(rule): rule.half_maximum.canonical})[owner]
    return (after - before) / max(abs(before), 1e-12)


def idle_rules(catalog: Catalog, name: str, mouse: tuple[str, str] = MICE[0]) -> list[str]:
    """Rules of a mechanism without an effect in their direction in the mouse that has all cell types."""
    model = compiled(catalog, mouse)
    used = {rule.identity: rule for rule in model.layout.rules}
    idle = []
    for rule in catalog.mechanisms[name].rules:
        sign = 1.0 if rule.direction == "increases" else -1.0
        if rule.identity not in used or sign * effect(model, used[rule.identity]) < 1e-3:
            idle.append(rule.path_key)
    return idle


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_has_an_effect(name: str, catalog: Catalog) -> None:
    assert idle_rules(catalog, name) == []


def test_an_idle_rule_is_seen(project: Callable[..., Path]) -> None:
    """A planted fault: drug sensitivity stands at its maximum, so that nothing can increase it."""
    folder = project(
        "mechanisms/growth.toml",
        (r'direction = "decreases"', 'direction = "increases"'),
        (r'behaviour = "cycle entry"', 'behaviour = "drug sensitivity"'),
    )
    assert idle_rules(load_catalog(folder), "growth") == ["tumour cell: pressure increases drug sensitivity"]
