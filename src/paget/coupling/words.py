"""The words of the catalog in the tissue engine: one table of names, and the units behind them.

The catalog keeps rates per day and amounts in molecules; the engine counts minutes, micrometres and levels in nM. A
word that the tissue engine does not have is not in the tables, and `vocabulary.toml` calls it absent there; a test
holds the two together. Words that a project adds to the vocabulary are unknown to the engine.
"""

from __future__ import annotations

from typing import NamedTuple

from paget.model.vocabulary import Match
from paget.units import conversion_factor

MOLECULES_PER_LEVEL = 0.602214076
"""Molecules in 1 um3 of fluid at 1 nM."""


class Word(NamedTuple):
    """A signal or behaviour of the tissue engine."""

    name: str
    """`{}` stands for the name of the item."""
    unit: str
    """Unit of the engine."""


SIGNALS = {
    "{factor}": Word("{}", "nM"),
    "{receptor} activity": Word("{} activity", "1"),
    "contact with {cell type}": Word("contact with {}", "1"),
    "pressure": Word("pressure", "1"),
}
"""Signals by pattern of the vocabulary."""

BEHAVIOURS = {
    "cycle entry": Word("exit from cycle phase 0", "1/minute"),
    "division": Word("exit from cycle phase 1", "1/minute"),
    "repair of damage": Word("exit from cycle phase 2", "1/minute"),
    "death": Word("apoptosis", "1/minute"),
    "death of damaged cells": Word("custom:death of damaged cells", "1/minute"),
    "drug sensitivity": Word("custom:drug sensitivity", "1"),
    "transformation to {cell type}": Word("transform to {}", "1/minute"),
    "secretion of {factor}": Word("{} export", "molecule/cell/minute"),
    "attack on {cell type}": Word("kill {}", "1/minute"),
    "adhesion to {cell type}": Word("adhesive affinity to {}", "1"),
}
"""Behaviours by pattern of the vocabulary. Those called `custom:` are read by `paget.tissue.treatment` only."""

OF_THE_TISSUE = ("recruitment",)
"""Behaviours that are of the tissue but of no cell in it: `paget.tissue.recruitment` evaluates them at the vessels."""

FELT_BY_NEWCOMERS = ("{factor}", "{receptor} activity", "vessel density", "cytotoxic exposure")
"""Signals that these behaviours follow."""

SECRETION = "secretion of {factor}"


def signal_in_tissue(match: Match) -> str | None:
    """Name of a signal in the tissue, or None where the engine has no such thing."""
    word = SIGNALS.get(match.pattern)
    return None if word is None else word.name.format(match.name)


def behaviour_in_tissue(match: Match) -> str | None:
    """Name of a behaviour in the tissue, or None where no cell has such a thing."""
    word = BEHAVIOURS.get(match.pattern)
    return None if word is None else word.name.format(match.name)


def signal_factor(match: Match) -> float:
    """What a number of this signal in the catalog's unit is multiplied with to be in the unit of the engine."""
    return conversion_factor(match.term.unit, SIGNALS[match.pattern].unit)


def behaviour_factor(match: Match, interstitial_share: float) -> float:
    """What a number of this behaviour in the catalog's unit is multiplied with to be in the unit of the engine.

    Secreted molecules spread in the interstitial share of the volume: there 0.602 molecules in 1 um3 are 1 nM.
    """
    factor = conversion_factor(match.term.unit, BEHAVIOURS[match.pattern].unit)
    return factor / (MOLECULES_PER_LEVEL * interstitial_share) if match.pattern == SECRETION else factor
