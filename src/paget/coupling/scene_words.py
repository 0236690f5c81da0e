"""Names and units of what cells of a scene sense and do: the dictionary of the tissue engine, and the catalog's
words.

The dictionary (`paget.tissue.vocabulary`) gives units in minutes and in the level of each factor; here they become
units that `paget.units` knows. Where a scene has a tumour in a host, the words of the catalog (`death`, `secretion of
IGF-1`) are understood too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from paget.coupling.words import behaviour_factor, behaviour_in_tissue, signal_in_tissue
from paget.errors import did_you_mean
from paget.model import Model, Quantity
from paget.model.quantity import BadValue, In
from paget.tissue.vocabulary import BEHAVIOURS, PHASES, SIGNALS

_UNITS = {"um3": "um^3", "any": "1"}
_MAY_BE_NEGATIVE = ("chemotactic response to {factor}",)
_AT_MOST_ONE = ("migration bias", "asymmetric division to {type}")


@dataclass(frozen=True)
class Term:
    """A signal or behaviour: its name in the engine, and how numbers of it are stated."""

    name: str
    limits: In
    factor: float = 1.0
    """What a number in the unit of `limits` is multiplied with to be in that of the engine."""

    def number(self, quantity: Quantity) -> float:
        """A quantity in the unit of the engine; BadValue if it does not fit."""
        return quantity.in_unit(self.limits).canonical * self.factor


class Words:
    """What the cells of one scene may sense and do."""

    def __init__(
        self,
        factors: Mapping[str, str],
        types: Sequence[str],
        receptors: Sequence[str] = (),
        model: Model | None = None,
    ) -> None:
        """`factors`: unit of the level of each."""
        self.model = model
        fillings = {
            "type": list(types),
            "receptor": list(receptors),
            "phase": [str(number) for number in range(PHASES)],
            "custom": [],
        }
        behaviours = {template: unit for template, unit, _ in BEHAVIOURS.values()}
        self._behaviours = _filled(behaviours, factors, fillings)
        self._signals = _filled(dict(SIGNALS.values()), factors, fillings)

    def behaviour(self, text: str) -> Term:
        """The behaviour of that name; BadValue if there is none."""
        if text in self._behaviours:
            return self._behaviours[text]
        match = self.model.vocabulary.behaviour(text) if self.model is not None else None
        name = behaviour_in_tissue(match) if match is not None else None
        if match is None or name is None or name not in self._behaviours:
            raise self._unknown("behaviour", text, self._behaviours)
        assert self.model is not None
        share = self.model.host.body.interstitial_share.canonical
        return Term(name, match.term.limits, behaviour_factor(match, share))

    def signal(self, text: str) -> Term:
        """The signal of that name; BadValue if there is none. The names of the catalog are the same or absent."""
        if text in self._signals:
            return self._signals[text]
        match = self.model.vocabulary.signal(text) if self.model is not None else None
        if match is not None and signal_in_tissue(match) is None:
            raise BadValue(f"is absent in a tissue: {match.term.tissue.text}", found=text)
        raise self._unknown("signal", text, self._signals)

    def _unknown(self, what: str, text: str, names: Mapping[str, Term]) -> BadValue:
        return BadValue(
            f"unknown {what}", found=text, allowed=list(names), suggestion=did_you_mean(text, names)
        )


def _filled(
    templates: Mapping[str, str], factors: Mapping[str, str], fillings: Mapping[str, list[str]]
) -> dict[str, Term]:
    terms: dict[str, Term] = {}
    for template, unit in templates.items():
        low = None if template in _MAY_BE_NEGATIVE else 0.0
        high = 1.0 if template in _AT_MOST_ONE else None
        for name, plain in _names(template, unit, factors, fillings):
            terms[name] = Term(name, In(plain, at_least=low, at_most=high))
    return terms


def _names(
    template: str, unit: str, factors: Mapping[str, str], fillings: Mapping[str, list[str]]
) -> list[tuple[str, str]]:
    """Names that a template stands for, with their units."""
    if "{factor}" in template:
        return [(template.replace("{factor}", name), _unit(unit, level)) for name, level in factors.items()]
    for key, names in fillings.items():
        if "{" + key + "}" in template:
            return [(template.replace("{" + key + "}", name), _unit(unit)) for name in names]
    return [(template, _unit(unit))]


def _unit(unit: str, level: str = "1") -> str:
    """`level um3/min` of a factor in mmHg is `mmHg*um^3/min`."""
    if unit in _UNITS:
        return _UNITS[unit]
    text = unit.replace("level um3", f"{level}*um^3").replace("level", level)
    return text.replace("1*um^3", "um^3")
