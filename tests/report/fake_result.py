"""A made-up trial result with the frames and names of a real one: four arms of ten mice, with or without draws."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd

from paget.provenance import collect
from paget.trial.contrasts import analyse

ARMS = ("control", "paclitaxel", "xentuzumab", "paclitaxel + xentuzumab")
GROWTH = dict(zip(ARMS, (0.13, 0.08, 0.115, 0.05), strict=True))
FOCI = dict(zip(ARMS, (14.0, 8.0, 11.0, 2.0), strict=True))
STEPS = ("shed", "survived blood", "arrested", "entered", "awake", "micrometastasis", "macrometastasis")
SITES = ("lung", "bone", "liver", "brain", "axillary node", "rest")
COMPOSITION = {
    "tumour cell": 60.0,
    "fibroblast": 12.0,
    "tumour-associated macrophage": 9.0,
    "neutrophil": 4.0,
    "CD8 T cell": 1.5,
    "NK cell": 0.0,
}
DAYS = np.arange(0.0, 43.0, 3.0)

TEXT = {
    "control": "no treatment",
    "paclitaxel": "paclitaxel 15 mg/kg i.v. on days 0, 7 and 14 from enrolment",
    "xentuzumab": "xentuzumab 100 mg/kg i.p. every 3.5 days from enrolment until day 28",
    "paclitaxel + xentuzumab": "both, each as in its own arm",
}


class Arm(SimpleNamespace):
    """An arm with a name and a description."""

    def describe(self) -> str:
        return TEXT[self.name]


def design(animals: int = 10, draws: int = 0) -> SimpleNamespace:
    both, one = "paclitaxel + xentuzumab", "paclitaxel"
    contrasts = [
        SimpleNamespace(endpoint="Ki-67 index", arm=both, reference=one, test="auto", primary=True),
        SimpleNamespace(endpoint="lung foci", arm=both, reference=one, test="auto", primary=True),
        SimpleNamespace(endpoint="metastatic area", arm=both, reference=one, test="auto", primary=True),
        SimpleNamespace(endpoint="primary volume", arm=both, reference=one, test="auto", primary=False),
        SimpleNamespace(endpoint="survival", arm=both, reference=one, test="auto", primary=False),
    ]
    return SimpleNamespace(
        name="igf-paclitaxel",
        title="IGF-neutralising antibody with paclitaxel",
        question=(
            "What does an IGF-neutralising antibody add to paclitaxel against breast-cancer growth and lung metastasis?"
        ),
        arms=[Arm(name=name) for name in ARMS],
        contrasts=contrasts,
        animals=animals,
        duration=42.0,
        tumour="py230",
        host="c57bl6",
        seed=1,
        draws=draws,
        assays=[SimpleNamespace(endpoint="primary volume"), SimpleNamespace(endpoint="lung foci")],
    )


def fake_result(animals: int = 10, draws: int = 0, seed: int = 3) -> SimpleNamespace:
    """The result; the same seed gives the same numbers."""
    rng = np.random.default_rng(seed)
    frames: dict[str, list] = {
        name: [] for name in ("measurements", "endpoints", "survival", "funnel", "series")
    }
    for draw in range(draws + 1):
        shift = 1.0 if draw == 0 else rng.lognormal(0, 0.25)
        for arm in ARMS:
            for animal in range(1, animals + 1):
                _mouse(rng, frames, arm, animal, draw, shift)
    key = ["arm", "animal", "draw"]
    columns = {
        "measurements": [*key, "endpoint", "day", "matching", "value", "unit"],
        "endpoints": [*key, "endpoint", "day", "value", "unit", "note"],
        "survival": [*key, "day", "event", "cause"],
        "funnel": [*key, "site", "step", "aggregate", "count"],
        "series": [*key, "day", "variable", "value", "unit"],
    }
    tables = {name: pd.DataFrame(rows, columns=columns[name]) for name, rows in frames.items()}
    lesions = ["day", "matching", "site", "tumour_cells", "volume", "diameter", "founder_cells"]
    tables["passages"] = pd.DataFrame(columns=[*key, "aggregate", "step", "count"])
    tables["blood"] = pd.DataFrame(columns=[*key, "cells", "partner", "count"])
    tables["lesions"] = pd.DataFrame(columns=[*key, *lesions])
    plan = design(animals, draws)
    provenance = collect(
        seed=1, model_hash="0123abcd" * 8, design={"name": plan.name}, command="paget trial igf-paclitaxel"
    )
    return SimpleNamespace(
        design=plan, provenance=provenance, out=None, contrasts=analyse(tables, plan), **tables
    )


def _mouse(rng, frames, arm, animal, draw, shift) -> None:
    who = (arm, animal, draw)
    rate = GROWTH[arm] * shift * rng.lognormal(0, 0.12)
    true = 4.0 * rng.lognormal(0, 0.4) * np.exp(rate * DAYS * (1.35 - 0.35 * DAYS / 42))
    weight = (
        20
        + 0.03 * DAYS
        + rng.normal(0, 0.3)
        - (1.5 if "pacl" in arm else 0.2) * np.exp(-(((DAYS - 24) / 8) ** 2))
    )
    neutrophils = 1.2e6 * rng.lognormal(0, 0.15, DAYS.size) * (1 + true / 900)
    neutrophils *= 1 - (0.7 if "pacl" in arm else 0) * np.exp(-(((DAYS - 22) / 6) ** 2))
    last = DAYS[np.argmax(true > 900)] if (true > 900).any() else 42.0
    seen = last >= DAYS
    for day, v, w, n in zip(DAYS[seen], true[seen], weight[seen], neutrophils[seen], strict=True):
        frames["measurements"].append(
            (*who, "primary volume", day, "day", v * rng.lognormal(0, 0.08), "mm^3")
        )
        frames["measurements"].append((*who, "body weight", day, "day", w + rng.normal(0, 0.1), "g"))
        frames["measurements"].append((*who, "blood neutrophils", day, "day", n, "cell/mL"))
        frames["series"].append((*who, day, "primary volume", v, "mm^3"))
    foci = float(rng.poisson(FOCI[arm] * shift * rng.gamma(2.5, 1 / 2.5)))
    died = last < 42 and rng.random() < 0.9
    readings = {
        "primary volume": (float(true[seen][-1]) * rng.lognormal(0, 0.08), "mm^3"),
        "bioluminescence": (float(true[seen][-1]) * 2e6 * rng.lognormal(0, 0.3), "photon/s"),
        "body weight": (float(weight[seen][-1]), "g"),
        "blood neutrophils": (float(neutrophils[seen][-1]), "cell/mL"),
        "Ki-67 index": (100 * rng.beta(8 + 60 * GROWTH[arm], 14), "%"),
        "receptor-positive cells": (100 * rng.beta(2 if "xent" in arm else 9, 9), "%"),
        "collagen alignment": (rng.beta(5, 6), "1"),
        "lung foci": (foci, "count"),
        "lung foci, size-matched": (float(rng.poisson(FOCI[arm] / 3)), "count"),
        "metastatic area": (foci * 0.12 * rng.lognormal(0, 0.4), "%"),
        "lung burden": (foci * 0.4 * rng.lognormal(0, 0.8), "mm^3"),
        "residual tumour cells": (float(round(true[seen][-1] * 4e5 * rng.lognormal(0, 0.3))), "cell"),
        "CTC per mL": (float(rng.poisson(FOCI[arm] * 0.4)) / 0.8, "1/mL"),
        "survival": (float(last), "day"),
        **{
            f"composition: {kind}": (share * rng.lognormal(0, 0.3), "%")
            for kind, share in COMPOSITION.items()
        },
    }
    for endpoint, (value, unit) in readings.items():
        lost = endpoint == "collagen alignment" and animal == 3
        note = "no section" if lost else ""
        frames["endpoints"].append((*who, endpoint, float(last), np.nan if lost else value, unit, note))
    cause = "primary above 900 mm3" if died else "end of study"
    frames["survival"].append((*who, float(last), bool(died), cause))
    _funnel(rng, frames, who, true[-1] * shift, foci)


def _funnel(rng, frames, who, volume, foci) -> None:
    for site in SITES:
        share = 0.5 if site == "lung" else 0.1
        counts = {"single": volume * 400 * share, "cluster": volume * 9 * share, "mixed": volume * 2 * share}
        for aggregate, shed in counts.items():
            passing = float(rng.poisson(shed))
            chances = (
                (0.25, 0.6, 0.08, 0.05, 0.4, 0.3)
                if aggregate == "single"
                else (0.35, 0.9, 0.2, 0.15, 0.5, 0.4)
            )
            for step, chance in zip(STEPS, (1.0, *chances), strict=True):
                passing = float(rng.binomial(int(passing), chance))
                frames["funnel"].append((*who, site, step, aggregate, passing))
