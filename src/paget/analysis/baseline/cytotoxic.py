"""Paclitaxel alone, fitted.

Source (`mln8237-paclitaxel`): MDA-MB-231 in the fat pad of nude mice, paclitaxel i.v. once a week for three weeks.
The table gives combinations with MLN8237 only. With its lowest dose (3 mg/kg) the growth inhibition on the last day
of treatment was 21 to 22 % at 5 and 10 mg/kg and 61 to 69 % at 20 mg/kg: upper bounds for paclitaxel alone. TARGETS
lies below them; its shape between and beyond the doses is assumed. The trial is repeated with LM2-4 in SCID mice:
treatment from 150 mm3, doses on days 0, 7 and 14, and the median volume on day 35 after inoculation, when the
median animal has been treated for three weeks.

Paclitaxel alone is a baseline. No combination is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy.optimize import least_squares

from paget.analysis.gompertz import FloatArray
from paget.analysis.untreated import Mouse, no_treatment
from paget.host.regimen import ANCHOR_ENROLMENT, EVENT_DOSE, TICKS_PER_DAY, Regimen

TUMOUR, HOST, DRUG, ROUTE = "lm2-4", "scid", "paclitaxel", "i.v."
ENROLMENT = 150.0
"""Volume at which treatment begins (mm3)."""
DOSE_DAYS = (0, 7, 14)
READ_ON = 35
"""Day after inoculation on which volumes are compared."""
TARGETS = {10.0: 0.83, 15.0: 0.62, 20.0: 0.46, 30.0: 0.32}
"""Median volume treated over control, by dose (mg/kg)."""
ROWS = ("paclitaxel-alone",)
"""Published results that the fit stands for."""
FITTED = ("maximum_rate", "half_exposure")
ANIMALS = 40
SEED = 1


def damage_paths(mouse: Mouse) -> list[str]:
    """Paths of the two numbers that are fitted."""
    action = next(action for action in mouse.model.drugs[DRUG].actions if action.kind == "damages")
    return [getattr(action, name).path for name in FITTED]


def weekly(mouse: Mouse, dose: float) -> Regimen:
    """Three weekly doses (mg/kg) from enrolment."""
    number = len(DOSE_DAYS)
    drug, route = mouse.compiled.drug_names.index(DRUG), mouse.compiled.routes.index(ROUTE)

    def all_alike(value: int) -> np.ndarray:
        return np.full(number, value, dtype=np.int64)

    return Regimen(
        kind=all_alike(EVENT_DOSE),
        anchor=all_alike(ANCHOR_ENROLMENT),
        tick=np.array(DOSE_DAYS, dtype=np.int64) * TICKS_PER_DAY,
        trigger=all_alike(-1),
        threshold=np.zeros(number),
        drug=all_alike(drug),
        dose=np.full(number, dose),
        basis=all_alike(0),
        route=all_alike(route),
        residual=np.zeros(number),
    )


def treated_over_control(mouse: Mouse, doses: Iterable[float], animals: int = ANIMALS) -> FloatArray:
    """Median volume on READ_ON over that of the untreated, by dose (mg/kg); the same animals in every arm."""
    arms = [no_treatment(), *(weekly(mouse, dose) for dose in doses)]
    own = [mouse.animal_values(animal, SEED) for animal in range(1, animals + 1)]
    medians = []
    for regimen in arms:
        records = [
            mouse.run(animal, SEED, READ_ON, values, regimen, ENROLMENT)
            for animal, values in enumerate(own, start=1)
        ]
        medians.append(np.median([record.at_exit("primary volume") for record in records]))
    return np.array(medians[1:]) / medians[0]


def calibrate(mouse: Mouse | None = None, animals: int = ANIMALS) -> Mouse:
    """The mouse in which paclitaxel alone meets TARGETS, by least squares on the logs of treated over control."""
    start = mouse or Mouse.of(TUMOUR, HOST, [DRUG])
    paths = damage_paths(start)
    wanted = np.log(list(TARGETS.values()))

    def misfit(logs: FloatArray) -> FloatArray:
        tried = start.with_values(dict(zip(paths, np.exp(logs).tolist(), strict=True)))
        return np.log(treated_over_control(tried, TARGETS, animals)) - wanted

    first = np.log([start.number(path) for path in paths])
    found = least_squares(misfit, first, diff_step=0.03, xtol=1e-3, max_nfev=20)
    return start.with_values(dict(zip(paths, np.exp(found.x).tolist(), strict=True)))


def account(mouse: Mouse) -> dict[float, tuple[float, float]]:
    """Volume treated over control by dose (mg/kg): wanted, found."""
    found = treated_over_control(mouse, TARGETS)
    return {
        dose: (wanted, float(ratio)) for (dose, wanted), ratio in zip(TARGETS.items(), found, strict=True)
    }
