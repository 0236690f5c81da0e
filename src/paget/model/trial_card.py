"""The card of a trial: what the experiment that it resembles was, as far as the paper was seen, and what was chosen.

A paper is often known by its abstract only. The card says for every choice of a trial whether it was *seen* in the
paper or *not seen* and chosen here, so that nobody takes a chosen dose for a published one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from paget.model.quantity import Entry


class CardEntry(Entry):
    """One choice of the experiment."""

    value: str
    """What this trial does, in words."""
    seen: bool
    """True where the paper was seen to say so; false where it was chosen here."""
    note: str | None = None
    """What the paper says instead, or why this was chosen. Default: none."""


class Card(Entry):
    """The experiment that a trial resembles, choice by choice."""

    strain: CardEntry
    """Strain of the animals."""
    line: CardEntry
    """Tumour line."""
    inoculum: CardEntry
    """Cells given: number, form and place."""
    route: CardEntry
    """Way of the treatment into the body; of the cells where they are the treatment."""
    dose: CardEntry
    """Doses."""
    schedule: CardEntry
    """When treatment starts, how often, how long."""
    readout_day: CardEntry
    """When animals are read."""
    animals_per_arm: CardEntry
    """Number of animals."""
    endpoint: CardEntry
    """What is measured."""
    assumed: Annotated[list[str], Field(min_length=1)]
    """What the comparison with the paper takes for granted, one sentence each."""
    comes_out: str
    """What is read from the simulation and not put into it, in a sentence."""
    results: list[str] = Field(default_factory=list)
    """Published results that the trial serves, by their id. Default: none."""

    def entries(self) -> Iterator[tuple[str, CardEntry]]:
        """The choices with their names in words: 'readout day' and its entry."""
        for name in type(self).model_fields:
            value = getattr(self, name)
            if isinstance(value, CardEntry):
                yield name.replace("_", " "), value


def seen_text(entry: CardEntry) -> str:
    """'seen in the paper', 'not seen, chosen here', with the note."""
    text = "seen in the paper" if entry.seen else "not seen, chosen here"
    return f"{text}: {entry.note.strip().rstrip('.')}" if entry.note else text
