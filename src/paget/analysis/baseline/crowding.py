"""Crowding: the median untreated animal follows the Gompertz law of its tumour.

`reference_cycle_entry` and `engrafted_share` are fitted. The law is one of volume, cells of all types, while
crowding acts on tumour cells, whose signals change as the tumour ages; the reference rate is what an average tumour
over those weeks amounts to. It changes the crowding at a volume, not the rates of unhindered cells, so that
founders and small lesions are untouched. The engrafted share makes up for the first days, when the cycle cannot
follow the law. (The reference death would do the same as the reference cycle entry; it is left at the true death
rate.)
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import least_squares

from paget.analysis.gompertz import FloatArray, volume
from paget.analysis.untreated import Mouse, median_animal

FITTED = ("crowding/reference_cycle_entry", "inoculation/engrafted_share")
FIT_DAYS = np.arange(10, 39)
"""Days on which volumes are compared: those of the data; those before day 14 count half."""


def fit_crowding(mouse: Mouse) -> Mouse:
    """The mouse whose median untreated animal follows the law of its tumour, by least squares on logs."""
    paths = [mouse.own(part) for part in FITTED]
    weights = np.where(FIT_DAYS < 14, 0.5, 1.0)

    def misfit(logs: FloatArray) -> FloatArray:
        tried = mouse.with_values(dict(zip(paths, np.exp(logs).tolist(), strict=True)))
        return weights * np.log(deviation(tried)[FIT_DAYS])

    start = np.log([mouse.number(path) for path in paths])
    top = [np.inf, 0.0]  # more cells than were given cannot engraft
    found = least_squares(
        misfit, np.minimum(start, np.array(top) - 1e-6), bounds=([-np.inf, -np.inf], top),
        diff_step=0.02, xtol=1e-4, max_nfev=30,
    )  # fmt: skip
    return mouse.with_values(dict(zip(paths, np.exp(found.x).tolist(), strict=True)))


def deviation(mouse: Mouse, days: int = 42) -> FloatArray:
    """Volume of the median untreated animal over that of its law, on days 0, 1, ..."""
    fields, series = median_animal(mouse, days)
    alpha, beta = (mouse.number(mouse.own(f"crowding/{name}")) for name in ("alpha", "beta"))
    return series[:, fields.index("primary volume")] / volume(alpha, beta, np.arange(days + 1.0))
