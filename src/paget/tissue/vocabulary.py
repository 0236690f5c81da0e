"""What a cell in a tissue senses (signals) and does (behaviours), by name and by number.

The names are those of the published grammar's dictionary (Johnson et al., Cell 2025), which PhysiCell uses too; Paget
adds `kill TYPE` and `RECEPTOR activity`. Names of a definition (factors, cell types, custom variables) fill the
templates. All of one kind stand together, so that a kernel needs the index of the first only: `BehaviourIndex` and
`SignalIndex` hold these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from paget.errors import PagetError, did_you_mean

PHASES = 6
"""Cycle phases that a model may have."""


class BehaviourIndex(NamedTuple):
    """Index of the first behaviour of each kind."""

    secretion: int
    secretion_target: int
    uptake: int
    export: int
    exit: int
    apoptosis: int
    necrosis: int
    speed: int
    bias: int
    persistence: int
    chemotaxis: int
    adhesion: int
    elastic: int
    affinity: int
    adhesion_distance: int
    repulsion: int
    membrane_adhesion: int
    membrane_repulsion: int
    eat_apoptotic: int
    eat_necrotic: int
    eat_other: int
    eat: int
    attack: int
    fuse: int
    transform: int
    asymmetric: int
    custom: int
    movable: int
    immunogenicity: int
    attachment: int
    detachment: int
    maximum_attachments: int
    attack_damage: int
    attack_duration: int
    damage: int
    repair: int
    kill: int


BEHAVIOURS: dict[str, tuple[str, str, float]] = {
    "secretion": ("{factor} secretion", "1/min", 0.0),
    "secretion_target": ("{factor} secretion target", "level", 1.0),
    "uptake": ("{factor} uptake", "1/min", 0.0),
    "export": ("{factor} export", "level um3/min", 0.0),
    "exit": ("exit from cycle phase {phase}", "1/min", 0.0),
    "apoptosis": ("apoptosis", "1/min", 0.0),
    "necrosis": ("necrosis", "1/min", 0.0),
    "speed": ("migration speed", "um/min", 1.0),
    "bias": ("migration bias", "1", 0.0),
    "persistence": ("migration persistence time", "min", 1.0),
    "chemotaxis": ("chemotactic response to {factor}", "1", 0.0),
    "adhesion": ("cell-cell adhesion", "um/min", 0.4),
    "elastic": ("cell-cell adhesion elastic constant", "1/min", 0.01),
    "affinity": ("adhesive affinity to {type}", "1", 1.0),
    "adhesion_distance": ("relative maximum adhesion distance", "1", 1.25),
    "repulsion": ("cell-cell repulsion", "um/min", 10.0),
    "membrane_adhesion": ("cell-BM adhesion", "um/min", 4.0),
    "membrane_repulsion": ("cell-BM repulsion", "um/min", 100.0),
    "eat_apoptotic": ("phagocytose apoptotic cell", "1/min", 0.0),
    "eat_necrotic": ("phagocytose necrotic cell", "1/min", 0.0),
    "eat_other": ("phagocytose other dead cell", "1/min", 0.0),
    "eat": ("phagocytose {type}", "1/min", 0.0),
    "attack": ("attack {type}", "1/min", 0.0),
    "fuse": ("fuse to {type}", "1/min", 0.0),
    "transform": ("transform to {type}", "1/min", 0.0),
    "asymmetric": ("asymmetric division to {type}", "1", 0.0),
    "custom": ("custom:{custom}", "any", 0.0),
    "movable": ("is_movable", "1", 1.0),
    "immunogenicity": ("immunogenicity to {type}", "1", 1.0),
    "attachment": ("cell attachment rate", "1/min", 0.0),
    "detachment": ("cell detachment rate", "1/min", 0.0),
    "maximum_attachments": ("maximum number of cell attachments", "1", 12.0),
    "attack_damage": ("attack damage rate", "1/min", 1.0),
    "attack_duration": ("attack duration", "min", 0.1),
    "damage": ("damage rate", "1/min", 0.0),
    "repair": ("damage repair rate", "1/min", 0.0),
    "kill": ("kill {type}", "1/min", 0.0),
}
"""Template, unit and default of each kind of behaviour, in the order of `BehaviourIndex`."""


class SignalIndex(NamedTuple):
    """Index of the first signal of each kind."""

    level: int
    internalised: int
    gradient: int
    pressure: int
    volume: int
    contact: int
    contact_live: int
    contact_dead: int
    contact_apoptotic: int
    contact_necrotic: int
    contact_other_dead: int
    contact_membrane: int
    damage: int
    damage_delivered: int
    attacking: int
    dead: int
    attack_time: int
    time: int
    custom: int
    apoptotic: int
    necrotic: int
    activity: int


SIGNALS: dict[str, tuple[str, str]] = {
    "level": ("{factor}", "level"),
    "internalised": ("intracellular {factor}", "level"),
    "gradient": ("{factor} gradient", "level/um"),
    "pressure": ("pressure", "1"),
    "volume": ("volume", "um3"),
    "contact": ("contact with {type}", "1"),
    "contact_live": ("contact with live cell", "1"),
    "contact_dead": ("contact with dead cell", "1"),
    "contact_apoptotic": ("contact with apoptotic cell", "1"),
    "contact_necrotic": ("contact with necrotic cell", "1"),
    "contact_other_dead": ("contact with other dead cell", "1"),
    "contact_membrane": ("contact with basement membrane", "1"),
    "damage": ("damage", "1"),
    "damage_delivered": ("damage delivered", "1"),
    "attacking": ("attacking", "1"),
    "dead": ("dead", "1"),
    "attack_time": ("total attack time", "min"),
    "time": ("time", "min"),
    "custom": ("custom:{custom}", "any"),
    "apoptotic": ("apoptotic", "1"),
    "necrotic": ("necrotic", "1"),
    "activity": ("{receptor} activity", "1"),
}
"""Template and unit of each kind of signal, in the order of `SignalIndex`."""


@dataclass(frozen=True)
class Vocabulary:
    """All behaviours and signals of one definition."""

    behaviours: tuple[str, ...]
    signals: tuple[str, ...]
    defaults: tuple[float, ...]
    """Default of each behaviour."""
    behaviour: BehaviourIndex
    signal: SignalIndex

    def behaviour_number(self, name: str) -> int:
        """Index of a behaviour. Raises PagetError for an unknown name."""
        return _number(name, self.behaviours, "behaviour")

    def signal_number(self, name: str) -> int:
        """Index of a signal. Raises PagetError for an unknown name."""
        return _number(name, self.signals, "signal")


def vocabulary_of(
    factors: Sequence[str], types: Sequence[str], custom: Sequence[str] = (), receptors: Sequence[str] = ()
) -> Vocabulary:
    """The vocabulary of a tissue with these factors, cell types, custom variables and receptors."""
    fillings = {
        "factor": tuple(factors),
        "type": tuple(types),
        "custom": tuple(custom),
        "receptor": tuple(receptors),
        "phase": tuple(str(number) for number in range(PHASES)),
    }
    behaviours: list[str] = []
    defaults: list[float] = []
    first: list[int] = []
    for template, _, default in BEHAVIOURS.values():
        first.append(len(behaviours))
        behaviours += _filled(template, fillings)
        defaults += [default] * (len(behaviours) - len(defaults))
    signals: list[str] = []
    starts: list[int] = []
    for template, _ in SIGNALS.values():
        starts.append(len(signals))
        signals += _filled(template, fillings)
    return Vocabulary(
        tuple(behaviours), tuple(signals), tuple(defaults), BehaviourIndex(*first), SignalIndex(*starts)
    )


def _filled(template: str, fillings: dict[str, tuple[str, ...]]) -> list[str]:
    for name, values in fillings.items():
        if "{" + name + "}" in template:
            return [template.replace("{" + name + "}", value) for value in values]
    return [template]


def _number(name: str, names: tuple[str, ...], what: str) -> int:
    try:
        return names.index(name)
    except ValueError:
        raise PagetError(f"unknown {what}", found=name, suggestion=did_you_mean(name, names)) from None
