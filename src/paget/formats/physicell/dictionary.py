"""PhysiCell's dictionary: every name and synonym of a signal or behaviour, and the engine's name for it.

The names are those of release 1.14 (setup of the dictionaries in its `core/PhysiCell_signal_behavior.cpp`). Types are
known by name and by number (`attack cell type 3`), custom variables by name and by position (`custom 0`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from paget.errors import PagetError, did_you_mean
from paget.tissue.vocabulary import BEHAVIOURS, PHASES, SIGNALS

SIGNAL_SYNONYMS: dict[str, tuple[str, ...]] = {
    "internalised": ("internalized {factor}",),
    "gradient": ("grad({factor})", "gradient of {factor}"),
    "contact": ("contact with cell type {code}",),
    "contact_live": ("contact with live cells",),
    "contact_dead": ("contact with dead cells",),
    "contact_apoptotic": ("contact with apoptotic cells",),
    "contact_necrotic": ("contact with necrotic cells",),
    "contact_other_dead": ("contact with other dead cells",),
    "contact_membrane": ("contact with BM",),
    "damage_delivered": ("total damage delivered",),
    "attacking": ("is attacking",),
    "dead": ("is dead",),
    "time": ("current time", "global time"),
    "custom": ("custom: {custom}", "custom {position}"),
    "apoptotic": ("is_apoptotic",),
    "necrotic": ("is_necrotic",),
}
"""Other names of signals, by kind (field of `SignalIndex`)."""

BEHAVIOUR_SYNONYMS: dict[str, tuple[str, ...]] = {
    "secretion_target": ("{factor} secretion saturation density",),
    "chemotaxis": ("chemotactic sensitivity to {factor}",),
    "affinity": ("adhesive affinity to cell type {code}",),
    "membrane_adhesion": ("cell-membrane adhesion",),
    "membrane_repulsion": ("cell-membrane repulsion",),
    "eat_apoptotic": ("phagocytosis of apoptotic cell", "phagocytosis of apoptotic cells"),
    "eat_necrotic": ("phagocytosis of necrotic cell", "phagocytosis of necrotic cells"),
    "eat_other": ("phagocytosis of other dead cell", "phagocytosis of other dead cells"),
    "eat": ("phagocytose cell type {code}", "phagocytosis of {code}"),
    "attack": ("attack cell type {code}",),
    "fuse": ("fuse to cell type {code}",),
    "transform": (
        "transition to {type}",
        "transition to cell type {code}",
        "transform to cell type {code}",
    ),
    "asymmetric": ("asymmetric division to cell type {code}",),
    "custom": ("custom: {custom}", "custom {position}"),
    "movable": ("movable", "is movable"),
    "immunogenicity": ("immunogenicity to cell type {code}",),
}
"""Other names of behaviours, by kind (field of `BehaviourIndex`)."""

UNREACHED_SIGNALS = (
    "contact with apoptotic cell",
    "contact with necrotic cell",
    "contact with other dead cell",
)
"""Signals that release 1.14 knows by name but reads as 0 (its lookup stops two contacts after the types)."""

_OURS = ("kill", "activity")
"""Kinds that PhysiCell does not have."""


@dataclass(frozen=True)
class Dictionary:
    """Names of one project."""

    behaviours: Mapping[str, str]
    """Canonical name by any name of a behaviour."""
    signals: Mapping[str, str]
    """Canonical name by any name of a signal."""

    def behaviour(self, name: str) -> str:
        """The engine's name of a behaviour. Raises PagetError for an unknown one."""
        return _canonical(name, self.behaviours, "behaviour")

    def signal(self, name: str) -> str:
        """The engine's name of a signal. Raises PagetError for an unknown one."""
        return _canonical(name, self.signals, "signal")


def dictionary_of(
    factors: Sequence[str], types: Sequence[tuple[str, int]], custom: Sequence[str] = ()
) -> Dictionary:
    """The dictionary of a project with these factors, cell types (name, ID) and custom variables."""
    filler = _Filler(factors, types, custom)
    behaviours = filler.names(BEHAVIOURS, BEHAVIOUR_SYNONYMS)
    behaviours["cycle entry"] = "exit from cycle phase 0"
    return Dictionary(behaviours, filler.names(SIGNALS, SIGNAL_SYNONYMS))


class _Filler:
    """Fills templates with the names of a project."""

    def __init__(
        self, factors: Sequence[str], types: Sequence[tuple[str, int]], custom: Sequence[str]
    ) -> None:
        self.fillings: dict[str, list[dict[str, str]]] = {
            "factor": [{"factor": name} for name in factors],
            "type": [{"type": name, "code": str(code)} for name, code in types],
            "custom": [{"custom": name, "position": str(at)} for at, name in enumerate(custom)],
            "phase": [{"phase": str(phase)} for phase in range(PHASES)],
        }

    def names(
        self, templates: Mapping[str, Sequence[object]], synonyms: Mapping[str, tuple[str, ...]]
    ) -> dict[str, str]:
        """Canonical name by any name; a canonical name is never taken by the synonym of another."""
        canonical: dict[str, str] = {}
        others: dict[str, str] = {}
        for kind, (template, *_) in templates.items():
            if kind in _OURS:
                continue
            for filling in self._fillings(str(template)):
                name = _filled(str(template), filling)
                canonical[name] = name
                for synonym in synonyms.get(kind, ()):
                    others.setdefault(_filled(synonym, filling), name)
        return others | canonical

    def _fillings(self, template: str) -> list[dict[str, str]]:
        for placeholder, fillings in self.fillings.items():
            if "{" + placeholder + "}" in template:
                return fillings
        return [{}]


def _filled(template: str, filling: Mapping[str, str]) -> str:
    for name, value in filling.items():
        template = template.replace("{" + name + "}", value)
    return template


def _canonical(name: str, names: Mapping[str, str], what: str) -> str:
    if name not in names:
        raise PagetError(f"unknown {what}", found=name, suggestion=did_you_mean(name, names))
    return names[name]
