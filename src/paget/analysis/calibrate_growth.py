"""Calibration of untreated growth.

`python -m paget.analysis.calibrate_growth` repeats it and prints what the catalog should say. Nothing here sees a
treated animal. Three steps, in this order, because each uses the one before:

1. *Stroma*, in py230 in C57BL/6 at REFERENCE_VOLUME: recruitment of every other cell type such that its share is that
   of MMTV-PyMT tumours (`pmc4157098`, shares of all cells; the 9 % that the table leaves unassigned count as tumour
   cells), and IGF secretion such that IGF1R activity is 0.5 with 70 % of the IGF from macrophages.
2. *Crowding*, in both mice: `reference_cycle_entry` and `engrafted_share` such that the median untreated animal follows
   the Gompertz law of its file. The law is one of volume, cells of all types, while crowding acts on tumour cells,
   whose signals change as the tumour ages; the reference rate is what an average tumour over those weeks amounts to. It
   changes the crowding at a volume, not the rates of unhindered cells, so that founders and small lesions are
   untouched. The engrafted share makes up for the first days, when the cycle cannot follow the law. (The
   reference death would do the same as the reference cycle entry; it is left at the true death rate.)
3. *Founders*, in both mice: `death of a lone founder` such that a single woken cell in the lung establishes with the
   probability that the metastatic inefficiency of published experiments asks for.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

import numpy as np
from scipy.optimize import brentq, least_squares

from paget.analysis.gompertz import FloatArray, volume
from paget.analysis.tumour_state import MACROPHAGES, niche_of, state_at
from paget.analysis.untreated import Mouse, median_animal

MICE = {"py230": "c57bl6", "lm2-4": "scid"}

REFERENCE_VOLUME = 700.0
"""Volume (mm3) at which composition and IGF activity are compared; the published tumours were large."""

TARGET_SHARES = {
    "macrophages": 0.14,
    "fibroblast": 0.093,
    "neutrophil": 0.017,
    "endothelial cell": 0.015,
    "CD8 T cell": 0.0105,
    "NK cell": 0.0025,
    "mesenchymal stem cell": 0.002,
}
"""Shares of all cells: CD8 half of the T cells; NK and mesenchymal stem cells assumed."""
TARGET_ACTIVITY = 0.5
"""IGF1R activity of tumour cells."""
TARGET_IGF_FROM_MACROPHAGES = 0.7
TARGET_ESTABLISHMENT = {"lm2-4": 0.0107, "py230": 0.041}
"""Probability that one woken cell founds a metastasis in the lung."""

FIT_DAYS = np.arange(10, 39)
"""Days on which the crowding step compares volumes: those of the data; those before day 14 count half."""
ROUNDS = 12


def calibrate_stroma(mouse: Mouse, rounds: int = ROUNDS) -> Mouse:
    """The mouse with recruitment and IGF secretion brought to their targets, by fixed-point iteration."""
    for _ in range(rounds):
        state = state_at(mouse, REFERENCE_VOLUME)
        changes = {}
        for name, target in TARGET_SHARES.items():
            recruited = MACROPHAGES[0] if name == "macrophages" else name
            path = mouse.model.cell_types[recruited].behaviours["recruitment"].base.path
            changes[path] = mouse.number(path) * target / state.shares[name]
        activity = state.activities["IGF1R"]
        whole = TARGET_ACTIVITY / (1.0 - TARGET_ACTIVITY) * (1.0 - activity) / activity
        macrophages = sum(state.igf_from[name] for name in MACROPHAGES)
        changes |= _secretion(mouse, MACROPHAGES, whole * TARGET_IGF_FROM_MACROPHAGES / macrophages)
        others = (1.0 - TARGET_IGF_FROM_MACROPHAGES) / (1.0 - macrophages)
        changes |= _secretion(mouse, ("fibroblast",), whole * others)
        mouse = mouse.with_values(changes)
    return mouse


def _secretion(mouse: Mouse, cell_types: tuple[str, ...], fold: float) -> dict[str, float]:
    changes = {}
    for name in cell_types:
        for behaviour, numbers in mouse.model.cell_types[name].behaviours.items():
            if behaviour.startswith("secretion of IGF"):
                changes[numbers.base.path] = mouse.number(numbers.base.path) * fold
    return changes


CROWDING = ("crowding/reference_cycle_entry", "inoculation/engrafted_share")


def calibrate_crowding(mouse: Mouse) -> Mouse:
    """The mouse whose median untreated animal follows the Gompertz law of its tumour, by least squares on logs."""
    paths = [mouse.own(part) for part in CROWDING]
    weights = np.where(FIT_DAYS < 14, 0.5, 1.0)

    def misfit(logs: FloatArray) -> FloatArray:
        tried = mouse.with_values(dict(zip(paths, np.exp(logs).tolist(), strict=True)))
        return weights * np.log(deviation(tried)[FIT_DAYS])

    start = np.log([mouse.number(path) for path in paths])
    found = least_squares(misfit, start, diff_step=0.02, xtol=1e-4, max_nfev=30)
    return mouse.with_values(dict(zip(paths, np.exp(found.x).tolist(), strict=True)))


def deviation(mouse: Mouse, days: int = 42) -> FloatArray:
    """Volume of the median untreated animal over that of its law, on days 0, 1, ..."""
    fields, series = median_animal(mouse, days)
    alpha, beta = (mouse.number(mouse.own(f"crowding/{name}")) for name in ("alpha", "beta"))
    return series[:, fields.index("primary volume")] / volume(alpha, beta, np.arange(days + 1.0))


def calibrate_founders(mouse: Mouse) -> Mouse:
    """The mouse in which a single woken cell in the lung establishes with the target probability."""
    path = mouse.own("behaviours/death of a lone founder/base")
    target = TARGET_ESTABLISHMENT[mouse.model.tumour.name]

    def excess(log: float) -> float:
        niche = niche_of(mouse.with_values({path: float(np.exp(log))}), "lung")
        return float(np.log(niche.establishment[1] / target))

    start = np.log(mouse.number(path))
    return mouse.with_values({path: float(np.exp(brentq(excess, start - 1.0, start + 1.0, xtol=1e-4)))})


def calibrate() -> dict[str, Mouse]:
    """All steps: the calibrated mice by tumour."""
    syngeneic = Mouse.of("py230", MICE["py230"])
    for _ in range(3):
        syngeneic = calibrate_crowding(calibrate_stroma(syngeneic))
    human = Mouse.of("lm2-4", MICE["lm2-4"])
    present = {quantity.path for quantity in human.model.quantities()}
    shared = {path: value for path, value in syngeneic.values.items() if path in present}
    human = calibrate_crowding(human.with_values(shared))
    return {mouse.model.tumour.name: calibrate_founders(mouse) for mouse in (syngeneic, human)}


# ---- the account of it -----------------------------------------------------------------------------------------------


def account(mouse: Mouse) -> str:
    """Growth against the law by day, composition, and the lung niche of a mouse, as text."""
    ratios, state, niche = deviation(mouse), state_at(mouse, REFERENCE_VOLUME), niche_of(mouse, "lung")
    days = (7, 10, 14, 21, 28, 35, 42)
    shares = ", ".join(f"{name} {100 * share:.2f} %" for name, share in state.shares.items())
    activities = ", ".join(f"{name} {value:.3f}" for name, value in state.activities.items() if value)
    sources = ", ".join(f"{name} {100 * share:.0f} %" for name, share in state.igf_from.items())
    founders = ", ".join(f"{n}: {niche.establishment[n]:.4f}" for n in (1, 2, 3))
    return "\n".join(
        [
            f"{mouse.model.tumour.name} in {mouse.model.host.name}",
            "  volume over law: " + ", ".join(f"day {d} {100 * (ratios[d] - 1):+.1f} %" for d in days),
            f"  at {REFERENCE_VOLUME:g} mm3 (day {state.day:.1f}), of all cells: {shares}",
            f"    activity {activities}; cycling {state.cycling:.3f}; IGF from {sources}",
            f"  lung: birth {niche.birth:.3f}, death {niche.death:.3f}, lone founder {niche.lone_founder:.3f} per day;"
            f" establishment {founders}",
        ]
    )


def changes(mouse: Mouse) -> Mapping[str, tuple[float, float]]:
    """Path, value in the catalog and calibrated value (canonical units) of what calibration touched."""
    return {path: (mouse.model.quantity(path).value, _in_file(mouse, path)) for path in sorted(mouse.values)}


def _in_file(mouse: Mouse, path: str) -> float:
    quantity = mouse.model.quantity(path)
    return mouse.values[path] * quantity.value / quantity.canonical


def main() -> None:
    """Print the calibrated numbers beside those of the catalog, and the account of both mice before and after."""
    for name, mouse in calibrate().items():
        sys.stdout.write(f"before: {account(Mouse.of(name, MICE[name]))}\nafter:  {account(mouse)}\n")
        for path, (old, new) in changes(mouse).items():
            unit = mouse.model.quantity(path).unit
            sys.stdout.write(f"  {path}: {old:g} -> {new:.4g} {unit}\n")
        sys.stdout.write("\n")


if __name__ == "__main__":
    main()
