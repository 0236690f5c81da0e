"""What a cell can sense (signals) and do (behaviours): units, limits, and what each engine makes of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from pydantic import Field, PrivateAttr

from paget.errors import did_you_mean
from paget.model.origin import Origin
from paget.model.quantity import Entry, In

PLACEHOLDERS = {"{factor}": "factor", "{receptor}": "receptor", "{cell type}": "cell-type"}
_PLACEHOLDER = re.compile(r"\{[a-z ]+\}")


class Meaning(Entry):
    """What an engine makes of a signal or behaviour."""

    meaning: Literal["exact", "closure", "absent"]
    """`exact`: the engine has the thing itself; `closure`: a mean-field law stands for it; `absent`: it is ignored."""
    text: str
    """The law in words."""


class Term(Entry):
    """A signal or a behaviour."""

    unit: str
    """Canonical unit: numbers of this term may be written in any unit of the same kind and are kept in this one."""
    at_most: float | None = None
    """Largest number that makes sense, in `unit` (1 for a chance). Default: no limit."""
    host: Meaning
    """Meaning in the host engine."""
    tissue: Meaning
    """Meaning in the tissue engine."""

    @cached_property
    def limits(self) -> In:
        """Unit and limits of numbers of this term."""
        return In(self.unit, at_most=self.at_most)


@dataclass(frozen=True)
class Match:
    """A term of the vocabulary found in a text such as `IGF1R activity`."""

    text: str
    pattern: str
    term: Term
    kind: str | None = None
    name: str | None = None

    @property
    def refers_to(self) -> str:
        """Kind and name of the item in the text, for messages."""
        return f"{self.kind} '{self.name}'"


class Vocabulary(Entry):
    """All signals and behaviours; a name in braces stands for the name of any item of that kind."""

    schema_: str = Field(alias="schema")
    """`vocabulary/1`."""
    signals: dict[str, Term] = Field(default_factory=dict)
    """What a cell can sense."""
    behaviours: dict[str, Term] = Field(default_factory=dict)
    """What a cell can do."""

    _origin: Origin = PrivateAttr(default_factory=lambda: Origin("", "", {}))

    @property
    def origin(self) -> Origin:
        """File in which it stands."""
        return self._origin

    def signal(self, text: str) -> Match | None:
        """The signal that `text` names, or None; whether the item in it exists is not looked at."""
        return _match(text, self.signals)

    def behaviour(self, text: str) -> Match | None:
        """The behaviour that `text` names, or None."""
        return _match(text, self.behaviours)

    def nearest(self, text: str, section: str, names: Mapping[str, list[str]]) -> str | None:
        """The signal or behaviour that `text` was probably meant to be; `names` are the items of each kind."""
        return did_you_mean(text, _spelled_out(getattr(self, section), names))


def _match(text: str, terms: Mapping[str, Term]) -> Match | None:
    if text in terms and "{" not in text:
        return Match(text, text, terms[text])
    # Patterns with more fixed text first: "IGF1R activity" is no factor.
    for pattern in sorted(terms, key=lambda p: -len(_PLACEHOLDER.sub("", p))):
        found = _PLACEHOLDER.search(pattern)
        if found is None or found.group() not in PLACEHOLDERS:
            continue
        head, tail = pattern[: found.start()], pattern[found.end() :]
        if text.startswith(head) and text.endswith(tail) and len(text) > len(head) + len(tail):
            name = text[len(head) : len(text) - len(tail)]
            return Match(text, pattern, terms[pattern], PLACEHOLDERS[found.group()], name)
    return None


def _spelled_out(terms: Mapping[str, Term], names: Mapping[str, list[str]]) -> list[str]:
    texts = []
    for pattern in terms:
        found = _PLACEHOLDER.search(pattern)
        if found is None:
            texts.append(pattern)
        else:
            texts += [
                pattern.replace(found.group(), name) for name in names.get(PLACEHOLDERS[found.group()], [])
            ]
    return texts
