"""From a model of objects, names and units to flat arrays, once per genotype.

Every number of the model fills one or more entries of the arrays; `CompiledModel.with_values` replaces some of them
by path, which is how animals and parameter draws differ without compiling again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from paget.errors import PagetError
from paget.model import Model, Quantity
from paget.rules.drug_arrays import place_drugs
from paget.rules.layout import Layout, layout_of
from paget.rules.rule_table import RuleTable
from paget.rules.tables import (
    BehaviourIndex,
    Body,
    Drugs,
    SignalIndex,
    Signalling,
    Sites,
    Tables,
    Tumour,
)

Slot = tuple[str, tuple[int, ...], Callable[[float], float]]
"""Array, index, and what becomes of the canonical value there."""

LOG_2 = math.log(2.0)


def _same(value: float) -> float:
    return value


def _rate(half_life: float) -> float:
    return LOG_2 / half_life


@dataclass
class Arrays:
    """Named arrays and, for every quantity, the entries that it fills."""

    values: dict[str, np.ndarray] = field(default_factory=dict)
    slots: dict[str, list[Slot]] = field(default_factory=dict)

    def make(self, name: str, *shape: int, fill: float = 0.0) -> None:
        """A new array of floats."""
        self.values[name] = np.full(shape, fill, dtype=np.float64)

    def put(
        self, name: str, index: tuple[int, ...], quantity: Quantity, of: Callable[[float], float] = _same
    ) -> None:
        """Write a quantity into an entry and remember the place."""
        self.slots.setdefault(quantity.path, []).append((name, index, of))
        self.values[name][index] = of(quantity.canonical)


@dataclass(frozen=True)
class CompiledModel:
    """A model ready to run."""

    layout: Layout
    """Names and integer indices."""
    values: Mapping[str, np.ndarray]
    """Arrays of numbers by name."""
    slots: Mapping[str, list[Slot]]
    """Entries that each quantity fills, by path."""

    @property
    def cell_types(self) -> tuple[str, ...]:
        """Cell types, the tumour cell first."""
        return self.layout.cell_types

    @property
    def factors(self) -> tuple[str, ...]:
        """Factors."""
        return self.layout.factors

    @property
    def receptors(self) -> tuple[str, ...]:
        """Receptors."""
        return self.layout.receptors

    @property
    def drug_names(self) -> tuple[str, ...]:
        """Drugs."""
        return self.layout.drugs

    @property
    def routes(self) -> tuple[str, ...]:
        """Routes of all drugs."""
        return self.layout.routes

    @property
    def partners(self) -> tuple[str, ...]:
        """Cell types that can travel with a shed aggregate."""
        return self.layout.partners

    def with_values(self, values: Mapping[str, float]) -> CompiledModel:
        """A copy in which some quantities, by path, have other canonical values.

        Quantities that the host engine does not read are passed over.
        """
        changed: dict[str, np.ndarray] = {}
        for path, value in values.items():
            for name, index, of in self.slots.get(path, ()):
                if name not in changed:
                    changed[name] = self.values[name].copy()
                changed[name][index] = of(value)
        return replace(self, values={**self.values, **changed})

    @cached_property
    def tables(self) -> Tables:
        """The arrays as the kernels read them."""
        layout, values = self.layout, self.values
        rules = RuleTable(
            **{key: values[key] for key in ("base", "minimum", "maximum")},
            first_rule=layout.first_rule,
            signal=layout.rule_signal,
            increases=layout.rule_increases,
            half=values["half"],
            power=values["power"],
            contacts=layout.contacts,
        )
        behaviour: BehaviourIndex = layout.behaviour_index
        signal: SignalIndex = layout.signal_index
        return Tables(
            rules=rules,
            behaviour=behaviour,
            signal=signal,
            signalling=Signalling(**{key: values[key] for key in Signalling._fields}),
            tumour=Tumour(**_floats(values["tumour"], TUMOUR_FIELDS), composition=values["composition"]),
            body=Body(**_floats(values["body"], Body._fields)),
            sites=Sites(**{key: values[f"site {key}"] for key in Sites._fields}),
            drugs=Drugs(**{key: values[f"drug {key}"] for key in Drugs._fields}),
        )


TUMOUR_FIELDS = tuple(name for name in Tumour._fields if name != "composition")


def _floats(array: np.ndarray, fields: Iterable[str]) -> dict[str, float]:
    return {name: float(value) for name, value in zip(fields, array, strict=True)}


def compile_model(model: Model, drugs: Iterable[str] | None = None) -> CompiledModel:
    """Flatten a model; `drugs` limits it to the drugs that are given (default: all).

    Raises PagetError for what the host engine cannot run: a missing behaviour of the tumour cell, or more
    than two contact signals on one behaviour.
    """
    named = tuple(sorted(model.drugs)) if drugs is None else tuple(drugs)
    layout = layout_of(model, named)
    arrays = Arrays()
    _place_rules(model, layout, arrays)
    _place_signalling(model, layout, arrays)
    _place_tumour(model, layout, arrays)
    _place_body(model, arrays)
    _place_sites(model, layout, arrays)
    place_drugs(model, layout, arrays)
    return CompiledModel(layout=layout, values=arrays.values, slots=arrays.slots)


def _place_rules(model: Model, layout: Layout, arrays: Arrays) -> None:
    """Bases, limits and rules. A new base scales its minimum and maximum, which are stated relative to it."""
    for name in ("base", "minimum", "maximum"):
        arrays.make(name, len(layout.behaviours))
    for index, (cell_type, behaviour) in enumerate(layout.behaviours):
        numbers = model.cell_types[cell_type].behaviours[behaviour]
        arrays.put("minimum", (index,), numbers.minimum)
        arrays.put("maximum", (index,), numbers.maximum)
        arrays.put("base", (index,), numbers.base)
        base = numbers.base.canonical
        if base > 0.0:
            for limit in ("minimum", "maximum"):
                ratio = float(arrays.values[limit][index]) / base
                arrays.slots[numbers.base.path].append((limit, (index,), _times(ratio)))
    for name in ("half", "power"):
        arrays.make(name, len(layout.rules))
    for index, rule in enumerate(layout.rules):
        arrays.put("half", (index,), rule.half_maximum)
        arrays.put("power", (index,), rule.power)


def _times(ratio: float) -> Callable[[float], float]:
    return lambda value: value * ratio


def _place_signalling(model: Model, layout: Layout, arrays: Arrays) -> None:
    types, factors, receptors = len(layout.cell_types), len(layout.factors), len(layout.receptors)
    for name in ("decay", "exchange", "plasma_free", "plasma_total", "bound_clearance"):
        arrays.make(name, factors)
    arrays.make("crosses", factors, fill=1.0)
    arrays.make("affinity", receptors, factors, fill=math.inf)
    arrays.make("receptors", types, receptors)
    arrays.make("internalisation", types, receptors)
    for f, name in enumerate(layout.factors):
        factor = model.factors[name]
        arrays.put("decay", (f,), factor.decay)
        arrays.put("exchange", (f,), factor.exchange_with_blood)
        arrays.values["crosses"][f] = float(_crosses(model, name))
        if name in model.host.plasma:
            plasma = model.host.plasma[name]
            arrays.put("plasma_free", (f,), plasma.free)
            arrays.put("plasma_total", (f,), plasma.total)
            arrays.put("bound_clearance", (f,), plasma.half_life, _rate)
    for r, name in enumerate(layout.receptors):
        for ligand, constant in model.receptors[name].ligands.items():
            if ligand in layout.factors:
                arrays.put("affinity", (r, layout.factors.index(ligand)), constant)
        for k, cell_type in enumerate(layout.cell_types):
            carried = model.cell_types[cell_type].receptors.get(name)
            if carried is not None:
                arrays.put("receptors", (k, r), carried.number)
                arrays.put("internalisation", (k, r), carried.internalisation)


def _crosses(model: Model, factor: str) -> bool:
    """Whether the tumour's molecule acts on the receptors of this host."""
    if model.tumour.species == model.host.species:
        return True
    return bool(getattr(model.factors[factor], f"{model.tumour.species}_acts_on_{model.host.species}"))


def _place_tumour(model: Model, layout: Layout, arrays: Arrays) -> None:
    tumour = model.tumour
    arrays.make("tumour", len(TUMOUR_FIELDS))
    arrays.make("composition", len(layout.cell_types))
    parts = {
        "cell_density": tumour.cell_density,
        "division": model.cell_types[layout.cell_types[0]].behaviours["division"].base,
    }
    for index, name in enumerate(TUMOUR_FIELDS):
        quantity = parts.get(name) or getattr(tumour.crowding, name, None) or getattr(tumour.dissemination, name)
        arrays.put("tumour", (index,), quantity)
    for cell_type, share in tumour.composition.items():
        arrays.put("composition", (layout.cell_types.index(cell_type),), share)


def _place_body(model: Model, arrays: Arrays) -> None:
    host = model.host
    arrays.make("body", len(Body._fields))
    for index, name in enumerate(Body._fields):
        if name == "neutrophil_loss":
            arrays.put("body", (index,), host.marrow.neutrophil_half_life, _rate)
            continue
        part = next(part for part in (host.body, host.circulation, host.marrow) if hasattr(part, name))
        arrays.put("body", (index,), getattr(part, name))


def _place_sites(model: Model, layout: Layout, arrays: Arrays) -> None:
    for name in ("flow", "volume", "stress", "receptivity"):
        arrays.make(f"site {name}", len(layout.sites))
    arrays.make("site cells", len(layout.sites), len(layout.cell_types))
    for s, name in enumerate(layout.sites):
        if name not in model.host.sites:
            raise PagetError("a host needs every site", key=f"sites.{name}", allowed=", ".join(layout.sites))
        site = model.host.sites[name]
        for part in ("flow", "volume", "stress", "receptivity"):
            arrays.put(f"site {part}", (s,), getattr(site, part))
        for cell_type, density in site.cells.items():
            if cell_type in layout.cell_types:
                arrays.put("site cells", (s, layout.cell_types.index(cell_type)), density)
