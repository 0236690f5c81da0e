"""When a tumour will reach a volume, predicted from its own growth law before the trial begins.

The crowding law of an untreated tumour, dV/dt = V (alpha - beta ln(V / 1 mm3)), has the solution

    ln V(t) = a + (ln V0 - a) exp(-beta t),   a = alpha / beta

so a volume is reached after ln((a - ln V0) / (a - ln V)) / beta days, or never if ln V >= a. Chance, drugs and signals
are left out: this orders animals for randomisation, it does not replace the engine.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def days_to_volume(alpha: FloatArray, beta: FloatArray, start: float, volume: float) -> FloatArray:
    """Days from volume `start` to `volume` (mm3) for growth rates alpha and beta (1/day); inf where never reached."""
    if volume <= start:
        return np.zeros(np.broadcast(alpha, beta).shape)
    ceiling = np.asarray(alpha) / np.asarray(beta)
    with np.errstate(divide="ignore", invalid="ignore"):
        days = np.log((ceiling - np.log(start)) / (ceiling - np.log(volume))) / beta
    return np.where(ceiling > np.log(volume), days, np.inf)
