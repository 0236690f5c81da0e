"""Bring the catalog's numbers to the targets of the baseline.

All readouts depend on all numbers a little, and each on its own number strongly. So every target moves its own
number on logs, by what is missing over the slope of its readout, and all move together until all are met; slopes
start at the stated elasticity and are corrected from what the last move did. Where two targets name the same number
their moves add. Then the crowding laws are fitted anew, because they depend on all of it, and so on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from paget.analysis.baseline.crowding import fit_crowding
from paget.analysis.baseline.readouts import PRIMARY, find_readout, read
from paget.analysis.baseline.reference import Niche, Primary, niche_at, primary_of
from paget.analysis.baseline.targets import Baseline, Target
from paget.analysis.untreated import Mouse
from paget.model import Catalog

Tell = Callable[[str], None]

TOLERANCE = 0.01
"""Largest distance from a target, on the scale of its readout, at which it counts as met by the solver."""
ROUNDS, CROWDINGS = 12, 4
"""Moves between two fits of the crowding laws, and how many of these there are."""
PATIENCE = 6
"""Rounds without a tenth of progress after which the rest is out of reach."""
LARGEST_MOVE = 0.7
"""Largest change of the log of a number in one round."""
SLOPES = (0.15, 6.0)
"""Smallest and largest size of a slope that is believed."""


@dataclass(frozen=True)
class Met:
    """A target and what the reference animal shows."""

    target: Target
    wanted: float
    """In the canonical unit of the readout."""
    found: float
    """What is read, in the same unit."""
    distance: float
    """On the scale of the readout (log, or log odds)."""


Mice = Mapping[str, Mouse]
"""Reference animals by tumour."""


def reference_mice(baseline: Baseline, catalog: Catalog, drugs: Sequence[str] = ()) -> dict[str, Mouse]:
    """The reference animals, with the numbers of the catalog."""
    return {
        reference.tumour: Mouse.of(reference.tumour, reference.host, drugs, catalog)
        for reference in baseline.references
    }


def solve(baseline: Baseline, mice: Mice, tell: Tell, rounds: int = ROUNDS) -> dict[str, Mouse]:
    """The reference animals at the targets, as far as they can be brought there."""
    mice = dict(mice)
    slopes = {target.path_key: target.elasticity for target in baseline.targets}
    for crowding in range(CROWDINGS):
        mice = _move_to_targets(baseline, mice, slopes, rounds, tell)
        for tumour, mouse in mice.items():
            tell(f"crowding law of {tumour}, pass {crowding + 1} of {CROWDINGS}")
            mice[tumour] = fit_crowding(mouse)
    return mice


def _move_to_targets(
    baseline: Baseline, mice: dict[str, Mouse], slopes: dict[str, float], rounds: int, tell: Tell
) -> dict[str, Mouse]:
    before: dict[str, tuple[float, float]] = {}
    worsts: list[float] = []
    for number in range(rounds):
        met = compare(baseline, mice)
        worst = max(met, key=lambda one: abs(one.distance), default=None)
        if worst is None or abs(worst.distance) < TOLERANCE:
            return mice
        worsts.append(abs(worst.distance))
        if len(worsts) > PATIENCE and min(worsts[-PATIENCE:]) > 0.9 * min(worsts[:-PATIENCE]):
            return mice  # out of reach: the account says which and by how much
        tell(
            f"round {number + 1}: farthest is {worst.target.path_key}, at {worst.found:.4g} of {worst.wanted:.4g}"
        )
        moves: dict[str, float] = {}
        for one in met:
            key = one.target.path_key
            if key in before:
                slopes[key] = _corrected(slopes[key], *before[key], one.distance)
            move = max(-LARGEST_MOVE, min(LARGEST_MOVE, one.distance / slopes[key]))
            before[key] = (one.distance, move)
            for path in one.target.by:
                moves[path] = moves.get(path, 0.0) + move
        mice = {tumour: _moved(mouse, moves) for tumour, mouse in mice.items()}
    return mice


def _corrected(slope: float, distance: float, move: float, now: float) -> float:
    """The slope from what the last move did, where it was large enough to tell; never its sign."""
    if abs(move) < 1e-3:
        return slope
    seen = (distance - now) / move
    if seen * slope <= 0.0:
        return (
            slope * 1.5
        )  # others have pushed it further than its own number pulled: go on with smaller steps
    size = min(max(math.sqrt(abs(seen * slope)), SLOPES[0]), SLOPES[1])
    return math.copysign(size, slope)


def _moved(mouse: Mouse, moves: Mapping[str, float]) -> Mouse:
    """The mouse with its own numbers multiplied by exp(move); the limits of a behaviour are scaled with its base."""
    present = [path for path in moves if path in mouse.paths]
    return mouse.with_values({path: mouse.number(path) * math.exp(moves[path]) for path in present})


def compare(baseline: Baseline, mice: Mice) -> list[Met]:
    """Every target beside what the reference animals show."""
    places: dict[tuple[str, str], Primary | Niche] = {}
    met = []
    for target in baseline.targets:
        key = (target.tumour, target.place)
        if key not in places:
            mouse = mice[target.tumour]
            volume = baseline.reference_volume.canonical
            places[key] = (
                primary_of(mouse, volume) if target.place == PRIMARY else niche_at(mouse, target.place)
            )
        readout = find_readout(target, mice[target.tumour].model.vocabulary)
        wanted, found = target.value.canonical, read(target, places[key])
        met.append(Met(target, wanted, found, readout.scale(wanted) - readout.scale(found)))
    return met
