"""From a definition of names and numbers to the arrays that kernels read, and which per-cell arrays a run needs.

A behaviour gets a column of its own in the cells only where cells of one type can differ in it: where a rule writes it,
where the population gives values cell by cell, or where an amount is shared at division. All others are read from the
table of types.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from paget.errors import PagetError, did_you_mean
from paget.tissue.definition import CellType, Death, Definition, Rule
from paget.tissue.tables import MODES, RuleArrays, TypeTable
from paget.tissue.vocabulary import PHASES, Vocabulary, vocabulary_of

ENDLESS = 9e99
"""Rate of leaving a phase of no duration (1/min)."""


@dataclass(frozen=True)
class Compiled:
    """A definition ready to run."""

    definition: Definition
    vocabulary: Vocabulary
    types: TypeTable
    rules: RuleArrays
    columns: tuple[int, ...]
    """Behaviours that have a column in the cells, in the order of the columns."""


def compile_definition(definition: Definition, own: Iterable[str] = ()) -> Compiled:
    """Flatten a definition; `own` names behaviours that need a column besides those that rules write.

    Raises PagetError for unknown names, and for a rule that is given twice.
    """
    vocabulary = vocabulary_of(
        [factor.name for factor in definition.factors],
        [cell_type.name for cell_type in definition.cell_types],
        tuple(definition.custom),
        definition.receptors,
    )
    columns = _columns(definition, vocabulary, own)
    types = _type_table(definition, vocabulary, columns)
    return Compiled(definition, vocabulary, types, _rules(definition, vocabulary, types), columns)


def _columns(definition: Definition, vocabulary: Vocabulary, own: Iterable[str]) -> tuple[int, ...]:
    names = {rule.behaviour for rule in definition.rules} | set(own)
    names |= {f"custom:{name}" for name, conserved in definition.custom.items() if conserved}
    return tuple(sorted(vocabulary.behaviour_number(name) for name in names))


def _type_table(definition: Definition, vocabulary: Vocabulary, columns: Sequence[int]) -> TypeTable:
    types = definition.cell_types
    column = np.full(len(vocabulary.behaviours), -1, dtype=np.int32)
    column[list(columns)] = np.arange(len(columns))
    phases = [_padded(cell_type, "fixed_duration") for cell_type in types]
    return TypeTable(
        base=_bases(types, vocabulary),
        column=column,
        volume=np.array([_volume(cell_type) for cell_type in types]).reshape(-1, 7),
        growth=np.array([_growth(cell_type) for cell_type in types]).reshape(-1, 6),
        death=np.array([[_death(t.apoptosis), _death(t.necrosis)] for t in types]).reshape(-1, 2, 6),
        death_rate=np.array([[_exit_rates(t.apoptosis), _exit_rates(t.necrosis)] for t in types]).reshape(
            -1, 2, 2
        ),
        death_fixed=np.array(
            [[_fixed(t.apoptosis), _fixed(t.necrosis)] for t in types], dtype=np.uint8
        ).reshape(-1, 2, 2),
        phases=np.array([len(cell_type.cycle.phases) for cell_type in types], dtype=np.int32),
        fixed=np.array(phases, dtype=np.uint8).reshape(-1, PHASES),
        divides=np.array([_padded(t, "divides_at_exit") for t in types], dtype=np.uint8).reshape(-1, PHASES),
        doubles=np.array([_padded(t, "doubles_at_entry") for t in types], dtype=np.uint8).reshape(-1, PHASES),
        next=np.array([_next_phases(t) for t in types], dtype=np.int8).reshape(-1, PHASES),
        motile=np.array([t.motile for t in types], dtype=np.uint8),
        in_plane=np.array(
            [t.crawls_in_plane or definition.domain.two_dimensional for t in types], dtype=np.uint8
        ),
        chemotaxis_mode=np.array([_mode(t) for t in types], dtype=np.int8),
        chemotaxis_factor=np.array([_chemotaxis_factor(t, vocabulary) for t in types], dtype=np.int32),
        chemotaxis_direction=np.array([float(t.chemotaxis.direction) for t in types]),
        released=_shares(definition, "released_at_death", 0.0),
        transferred=_shares(definition, "transferred_when_ingested", 1.0),
    )


def _bases(types: Sequence[CellType], vocabulary: Vocabulary) -> np.ndarray:
    base = np.tile(np.array(vocabulary.defaults), (len(types), 1))
    for row, cell_type in enumerate(types):
        for name, value in cell_type.behaviours.items():
            base[row, vocabulary.behaviour_number(name)] = value
    return base


def _volume(cell_type: CellType) -> list[float]:
    volume = cell_type.volume
    solid = 1.0 - volume.fluid_fraction
    nuclear_solid = volume.nuclear * solid
    return [
        volume.total,
        volume.total * volume.fluid_fraction,
        volume.nuclear,
        nuclear_solid,
        (volume.total - volume.nuclear) * solid,
        nuclear_solid,
        volume.relative_rupture_volume * volume.total,
    ]


def _growth(cell_type: CellType) -> list[float]:
    volume = cell_type.volume
    return [
        volume.fluid_fraction,
        (volume.total - volume.nuclear) / (1e-16 + volume.nuclear),
        volume.fluid_change_rate,
        volume.cytoplasmic_biomass_change_rate,
        volume.nuclear_biomass_change_rate,
        volume.calcification_rate,
    ]


def _death(death: Death) -> list[float]:
    return [
        death.unlysed_fluid_change_rate,
        death.lysed_fluid_change_rate,
        death.cytoplasmic_biomass_change_rate,
        death.nuclear_biomass_change_rate,
        death.calcification_rate,
        death.relative_rupture_volume,
    ]


def _exit_rates(death: Death) -> list[float]:
    rates = [1.0 / duration if duration > 0.0 else ENDLESS for duration in death.durations]
    return [*rates, 0.0, 0.0][:2]


def _fixed(death: Death) -> list[bool]:
    return [*death.fixed, True, True][:2]


def _padded(cell_type: CellType, of: str) -> list[bool]:
    flags = [bool(getattr(phase, of)) for phase in cell_type.cycle.phases]
    return flags + [False] * (PHASES - len(flags))


def _next_phases(cell_type: CellType) -> list[int]:
    phases = cell_type.cycle.phases
    ring = [(number + 1) % len(phases) for number in range(len(phases))]
    following = [at if phase.next is None else phase.next for at, phase in zip(ring, phases, strict=True)]
    return following + [0] * (PHASES - len(following))


def _mode(cell_type: CellType) -> int:
    mode = cell_type.chemotaxis.mode
    if mode not in MODES:
        raise PagetError(
            "unknown mode of chemotaxis", key=cell_type.name, found=mode, allowed=MODES,
            suggestion=did_you_mean(mode, MODES),
        )  # fmt: skip
    return MODES.index(mode)


def _chemotaxis_factor(cell_type: CellType, vocabulary: Vocabulary) -> int:
    if cell_type.chemotaxis.mode != "simple":
        return 0
    return vocabulary.signal_number(str(cell_type.chemotaxis.factor)) - vocabulary.signal.level


def _shares(definition: Definition, of: str, default: float) -> np.ndarray:
    shares = [
        [getattr(cell_type, of).get(factor.name, default) for factor in definition.factors]
        for cell_type in definition.cell_types
    ]
    return np.array(shares).reshape(len(definition.cell_types), len(definition.factors))


def _rules(definition: Definition, vocabulary: Vocabulary, types: TypeTable) -> RuleArrays:
    names = [cell_type.name for cell_type in definition.cell_types]
    keyed: dict[tuple[int, int], list[Rule]] = {}
    seen: set[tuple[str, str, bool, str]] = set()
    for rule in definition.rules:
        if rule.cell_type not in names:
            raise PagetError(
                "a rule for an unknown cell type", found=rule.cell_type, allowed=names,
                suggestion=did_you_mean(rule.cell_type, names),
            )  # fmt: skip
        what = (rule.cell_type, rule.signal, rule.increases, rule.behaviour)
        if what in seen:
            direction = "increases" if rule.increases else "decreases"
            raise PagetError(
                "the same rule twice", found=f"{rule.cell_type}: {rule.signal} {direction} {rule.behaviour}"
            )
        seen.add(what)
        place = (names.index(rule.cell_type), vocabulary.behaviour_number(rule.behaviour))
        keyed.setdefault(place, []).append(rule)
    places = sorted(keyed)
    rules = [rule for place in places for rule in keyed[place]]
    signals = [vocabulary.signal_number(rule.signal) for rule in rules]
    sensed = sorted(set(signals))
    limits = [_limits(definition, vocabulary, types.base[place], place, keyed[place]) for place in places]
    return RuleArrays(
        base=np.array([types.base[place] for place in places]),
        minimum=np.array([low for low, _ in limits]),
        maximum=np.array([high for _, high in limits]),
        first_rule=np.cumsum([0] + [len(keyed[place]) for place in places], dtype=np.int64),
        signal=np.array([sensed.index(signal) for signal in signals], dtype=np.int64),
        increases=np.array([int(rule.increases) for rule in rules], dtype=np.int64),
        half=np.array([rule.half_maximum for rule in rules], dtype=np.float64),
        power=np.array([rule.power for rule in rules], dtype=np.float64),
        applies_to_dead=np.array([int(rule.applies_to_dead) for rule in rules], dtype=np.uint8),
        first_ruled=np.searchsorted([k for k, _ in places], np.arange(len(names) + 1)).astype(np.int64),
        column=np.array([types.column[b] for _, b in places], dtype=np.int32),
        sensed=np.array(sensed, dtype=np.int64),
    )


def _limits(
    definition: Definition, vocabulary: Vocabulary, base: float, place: tuple[int, int], rules: list[Rule]
) -> tuple[float, float]:
    """Value under full inhibition and under full promotion."""
    key = (definition.cell_types[place[0]].name, vocabulary.behaviours[place[1]])
    if key in definition.limits:
        return definition.limits[key]
    low = min([base] + [rule.saturation for rule in rules if not rule.increases])
    high = max([base] + [rule.saturation for rule in rules if rule.increases])
    return low, high
