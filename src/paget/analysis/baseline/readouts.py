"""What can be read of a reference animal, by name.

A readout is compared on the scale on which it answers evenly: shares and activities by their odds, everything else by
its logarithm.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from paget.analysis.baseline.reference import Niche, Place, Primary
from paget.analysis.baseline.targets import Target
from paget.errors import did_you_mean
from paget.model.host import SITES
from paget.model.quantity import BadValue
from paget.model.vocabulary import Vocabulary

PRIMARY = "primary"
ANYWHERE = "anywhere"


@dataclass(frozen=True)
class Readout:
    """How one number is read."""

    name: str
    """As `baseline.toml` writes it; may end with names that are filled in."""
    where: str
    """`primary`, `organ` or `anywhere`."""
    unit: str
    """Unit of the number."""
    take: Callable[[Any, str], float]
    """The number, from the place and from what follows the name."""
    bounded: bool = False
    """True for shares, which lie between 0 and 1."""

    def scale(self, value: float) -> float:
        """The number on the scale on which it is compared."""
        value = max(value, 1e-12)
        return math.log(value / max(1.0 - value, 1e-12)) if self.bounded else math.log(value)


def _share(place: Primary, names: str) -> float:
    return sum(place.shares.get(name, 0.0) for name in names.split(" + "))


def _igf(place: Primary, names: str) -> float:
    return sum(place.igf_from.get(name, 0.0) for name in names.split(" + "))


def _behaviour(place: Place, text: str) -> float:
    name, _, cell_type = text.rpartition(" of ")
    return place.behaviour(cell_type, name)


READOUTS: tuple[Readout, ...] = (
    Readout("share of ", PRIMARY, "1", _share, bounded=True),
    Readout("IGF made by ", PRIMARY, "1", _igf, bounded=True),
    Readout("clusters among blood events", PRIMARY, "1", lambda place, _: place.clusters_in_blood, True),
    Readout("activity of ", ANYWHERE, "1", lambda place, name: place.activities[name], bounded=True),
    Readout("killing of tumour cells", ANYWHERE, "1/day", lambda place, _: place.killing),
    Readout("single cells alive after a day", "organ", "1", lambda n, _: n.alive_after(1.0), True),
    Readout("cells at rest after 14 days", "organ", "1", lambda n, _: n.solitary_after(14.0), True),
    Readout("resting groups that wake", "organ", "1", lambda n, _: n.waking_share, True),
    Readout("lone founders that establish", "organ", "1", lambda n, _: float(n.establishment[1]), True),
    Readout("births in small lesions", "organ", "1/day", lambda n, _: n.birth),
    Readout("deaths in small lesions", "organ", "1/day", lambda n, _: n.death),
)
"""A name that ends with a blank is followed by a name, or several joined by " + "."""

BEHAVIOUR = "behaviour "
"""`behaviour NAME of CELL TYPE`: what it comes to; its unit is that of the behaviour, in canonical form."""


def find_readout(target: Target, vocabulary: Vocabulary) -> Readout:
    """The readout that a target names; BadValue (with the key in `at`) for a wrong name or place."""
    if target.readout.startswith(BEHAVIOUR):
        name = target.readout.removeprefix(BEHAVIOUR).rpartition(" of ")[0]
        match = vocabulary.behaviour(name)
        if match is None:
            near = vocabulary.nearest(name, "behaviours", {})
            raise BadValue("unknown behaviour", at=("readout",), found=name, suggestion=near)
        found = Readout(BEHAVIOUR, ANYWHERE, match.term.unit, _behaviour)
    else:
        found = _named(target.readout)
    places = {PRIMARY: (PRIMARY,), "organ": SITES, ANYWHERE: (PRIMARY, *SITES)}[found.where]
    if target.place not in places:
        raise BadValue("cannot be read there", at=("place",), found=target.place, allowed=places)
    return found


def names_in(target: Target) -> list[str]:
    """Cell types that a readout names."""
    for prefix in ("share of ", "IGF made by "):
        if target.readout.startswith(prefix):
            return target.readout.removeprefix(prefix).split(" + ")
    return [target.readout.rpartition(" of ")[2]] if target.readout.startswith(BEHAVIOUR) else []


def _named(text: str) -> Readout:
    for readout in READOUTS:
        if text == readout.name or (readout.name.endswith(" ") and text.startswith(readout.name)):
            return readout
    names = [*(readout.name.strip() for readout in READOUTS), BEHAVIOUR.strip()]
    raise BadValue(
        "unknown readout", at=("readout",), found=text, allowed=names, suggestion=did_you_mean(text, names)
    )


def read(target: Target, place: Primary | Niche) -> float:
    """The number of a target at its place."""
    readout = find_readout(target, place.mouse.model.vocabulary)
    rest = target.readout[len(readout.name) :] if readout.name.endswith(" ") else ""
    return readout.take(place, rest)
