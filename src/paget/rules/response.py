"""Hill response of one behaviour to all the signals that rule it.

    U = b0 + (b_max - b0) * H(up),   b = U + (b_min - U) * H(down)
    H(x) = S / (1 + S),   S = sum_j (x_j / half_j) ** power_j

All promoters share one H, all inhibitors another, and inhibitors act last: as H(down) -> 1, b -> b_min whatever
promotes. Source: Johnson et al., Cell 2025.
"""

from __future__ import annotations

import math

from paget.compiled import law


@law
def hill_term(signal: float, half: float, power: float) -> float:
    """Share of S that one signal brings: (signal / half) ** power; 0 for a signal at or below 0."""
    if signal <= 0.0:
        return 0.0
    ratio = signal / half
    if power == 1.0:
        return ratio
    if power == 2.0:  # a general power takes ten times as long
        return ratio * ratio
    if power == 4.0:
        return ratio * ratio * (ratio * ratio)
    return math.pow(ratio, power)


@law
def hill(total: float) -> float:
    """Hill response S / (1 + S), which is 1 for an infinite S."""
    return total / (1.0 + total) if total < 1e300 else 1.0


@law
def respond(base: float, minimum: float, maximum: float, up: float, down: float) -> float:
    """Value of a behaviour, in its own unit, from the sums S of its promoters (up) and inhibitors (down)."""
    promoted = base + (maximum - base) * hill(up)
    return promoted + (minimum - promoted) * hill(down)
