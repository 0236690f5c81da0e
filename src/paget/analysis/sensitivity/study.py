"""Run a sensitivity study: trajectories through the parameter space, then elementary effects and their noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from paget.analysis.attribution.question import endpoint_of
from paget.analysis.folder import Finish, Frames, Notes, in_folder, provenance_of
from paget.analysis.sensitivity import morris
from paget.analysis.sensitivity.parameters import Parameter, parameters_of, values_at
from paget.analysis.sensitivity.points import Points, error_of, error_of_difference, outcome, readings
from paget.errors import PagetError, did_you_mean
from paget.model import Catalog, check_trial, resolve
from paget.model.trial_design import AssayRequest, Randomisation, TrialDesign
from paget.trial.execution import Progress, available_cpus, compile_kernels
from paget.trial.subjects import Values

if TYPE_CHECKING:
    import pandas as pd

    from paget.formats.parts import PartStore

TABLES = ("parameters", "groups", "effects")
TRAJECTORIES = 12
ANIMALS = 16
SPAN = 0.5
"""Part of each range that is used, around the central value."""


@dataclass(frozen=True)
class Sensitivity:
    """A finished study: tables by name (see TABLES) and what was asked."""

    tables: Frames
    notes: Notes


def untreated(tumour: str, host: str, days: float, seed: int = 1) -> TrialDesign:
    """The design of untreated animals that are read on the last day."""
    return TrialDesign.model_validate(
        {
            "schema": "trial/1", "name": f"{tumour} in {host}", "title": "Untreated animals",
            "tumour": tumour, "host": host, "animals": ANIMALS, "duration": f"{days!r} day", "seed": seed,
            "humane_endpoint": {"volume": "2500 mm^3", "lung_burden": "400 mm^3"},
            "arms": [{"name": "untreated"}], "assays": [{"endpoint": "lung foci", "days": ["end"]}],
        }
    )  # fmt: skip


def run_sensitivity(
    design: TrialDesign,
    catalog: Catalog,
    endpoint: str = "lung foci",
    *,
    arms: Sequence[str] = (),
    trajectories: int = TRAJECTORIES,
    animals: int = ANIMALS,
    span: float = SPAN,
    seed: int | None = None,
    out: Path | str | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    command: str | None = None,
    finish: Finish | None = None,
) -> Sensitivity:
    """Morris screen of all unknown numbers on the log of an endpoint.

    arms: one arm, or two for the log of their ratio [default: the first]. span: part of each range that is used, around
    the central value. Other options as in `paget.trial.run_trial`.
    """
    chosen = chosen_design(design, catalog, endpoint, arms, animals, seed)
    parameters = _parameters(chosen, catalog, span)
    plan = Plan(parameters, trajectories, chosen.seed)
    points = Points(chosen, catalog, plan.values, plan.animals_of)
    tell = progress or (lambda event: None)

    def work(store: PartStore | None) -> tuple[Frames, Notes]:
        compile_kernels(points, tell)
        found = readings(points, plan.points(), store, workers or available_cpus(), tell)
        tell({"phase": "analysis"})
        return plan.tables(found, animals), {**plan.notes(found), **_notes(chosen, endpoint, span)}

    settings = {"endpoint": endpoint, "trajectories": trajectories, "span": span}
    provenance = provenance_of("sensitivity", points, catalog, settings, command)
    return Sensitivity(*in_folder(out, provenance, TABLES, work, finish))


def chosen_design(
    design: TrialDesign, catalog: Catalog, endpoint: str, arms: Sequence[str], animals: int, seed: int | None
) -> TrialDesign:
    """The arms and the assay that are wanted, without what makes the choice of animals depend on parameters."""
    model = resolve(catalog, design.tumour, design.host, design.without)
    check_trial(design, catalog)
    names = [arm.name for arm in design.arms]
    for name in arms:
        if name not in names:
            near = did_you_mean(name, names)
            raise PagetError("unknown arm", key="--arms", found=name, allowed=names, suggestion=near)
    if len(set(arms)) < len(arms):
        raise PagetError("compares an arm with itself", key="--arms", found=arms[0])
    read, _ = endpoint_of(endpoint, model)
    if read != endpoint:
        what = "sensitivity needs an endpoint that an assay reads"
        raise PagetError(what, key="--endpoint", found=endpoint, allowed=[read])
    assays = [assay for assay in design.assays if assay.endpoint == endpoint]
    assay = assays[0] if assays else AssayRequest.model_validate({"endpoint": endpoint, "days": ["end"]})
    changes = {
        "arms": [design.arm(name).model_copy(update={"animals": None}) for name in arms or names[:1]],
        "assays": [assay], "contrasts": [], "twins": True, "animals": animals, "draws": 0,
        "randomisation": Randomisation(), "seed": design.seed if seed is None else seed,
    }  # fmt: skip
    return design.model_copy(update=changes)


def _parameters(design: TrialDesign, catalog: Catalog, span: float) -> list[Parameter]:
    """Unknown numbers of the models of all arms."""
    found: dict[str, Parameter] = {}
    for arm in design.arms:
        model = resolve(catalog, design.tumour, design.host, design.without, arm.edits, design.drugs())
        for parameter in parameters_of(model, catalog, span):
            found.setdefault(parameter.path, parameter)
    return list(found.values())


def _notes(design: TrialDesign, endpoint: str, span: float) -> Notes:
    return {
        "study": "sensitivity", "trial": design.name, "tumour": design.tumour, "host": design.host,
        "arms": [arm.name for arm in design.arms], "endpoint": endpoint, "span": span, "animals": design.animals,
        "days": float(design.duration), "seed": design.seed,
    }  # fmt: skip


class Plan:
    """Points of all trajectories, numbered one after the other; each trajectory ends with its first point again.

    That last point has other animals: how far it falls from the first one checks the errors that are given.
    Point 0 is the central model.
    """

    def __init__(self, parameters: list[Parameter], trajectories: int, seed: int) -> None:
        self.parameters, self.count = parameters, trajectories
        self.paths = [morris.trajectory(len(parameters), number, seed) for number in range(trajectories)]
        self.length = len(parameters) + 2

    def points(self) -> list[int]:
        """All points, the central one first."""
        return list(range(1 + self.count * self.length))

    def values(self, point: int) -> Values:
        """Numbers of the model at a point."""
        if point == 0:
            return {}
        number, place = divmod(point - 1, self.length)
        return values_at(self.parameters, self.paths[number][0][place % (self.length - 1)])

    def animals_of(self, point: int) -> int:
        """Which set of animals is simulated at a point."""
        number, place = divmod(point - 1, self.length)
        return 0 if point == 0 else 1 + number + (self.count if place == self.length - 1 else 0)

    def tables(self, found: dict[int, np.ndarray], animals: int) -> Frames:
        """Parameters by importance, groups of them, and all elementary effects."""
        import pandas as pd

        effects, noise = self._effects(found)
        table = pd.DataFrame([asdict(parameter) for parameter in self.parameters])
        # The kind of a number (fitted, assumed) stands beside the kind of its effect.
        table = table.rename(columns={"kind": "number", "low": "lowest", "high": "highest"})
        table = pd.concat([table, morris.summary(effects, noise, animals)], axis=1)
        table = table.sort_values("mu_star", ascending=False, kind="stable").reset_index(drop=True)
        long = pd.DataFrame(
            {
                "trajectory": np.repeat(np.arange(1, self.count + 1), len(self.parameters)),
                "path": [parameter.path for parameter in self.parameters] * self.count,
                "effect": effects.ravel(),
                "error": noise.ravel(),
            }
        )
        return {"parameters": table, "groups": groups(table), "effects": long}

    def _effects(self, found: dict[int, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Elementary effects and their standard errors, shape (trajectories, parameters) each."""
        effects, noise = [], []
        for number, (points, order) in enumerate(self.paths):
            first = 1 + number * self.length
            here = [found[first + place] for place in range(len(order) + 1)]
            values = np.array([outcome(reading) for reading in here])
            errors = np.array([error_of_difference(a, b) for a, b in pairwise(here)])
            effect, error = morris.elementary_effects(points, order, values, errors)
            effects.append(effect)
            noise.append(error)
        return np.array(effects), np.array(noise)

    def notes(self, found: dict[int, np.ndarray]) -> Notes:
        """The central outcome, the spread of outcomes over points, and the check of errors by repeated points."""
        starts = [1 + number * self.length for number in range(self.count)]
        pairs = [(found[first], found[first + self.length - 1]) for first in starts]
        squares = [((outcome(a) - outcome(b)) ** 2, error_of(a) ** 2 + error_of(b) ** 2) for a, b in pairs]
        observed, predicted = np.sqrt(np.nanmean(np.array(squares), axis=0)) if squares else (np.nan, np.nan)
        values = np.array([outcome(reading) for reading in found.values()])
        return {
            "trajectories": self.count,
            "parameters": len(self.parameters),
            "points": len(found),
            "lost points": int(np.isnan(values).sum()),
            "central": _number(outcome(found[0])),
            "spread": _number(float(np.nanstd([outcome(found[first]) for first in starts]))),
            "repeat difference": _number(float(observed)),
            "repeat difference expected": _number(float(predicted)),
        }


def _number(value: float) -> float | None:
    return value if np.isfinite(value) else None


def groups(table: pd.DataFrame) -> pd.DataFrame:
    """Parameters together by mechanism: how many, how many matter, the largest, and the root of the sum of squares."""
    import pandas as pd

    rows = []
    for name, part in table.groupby("group", sort=False):
        sure = part[~part["kind"].isin([morris.NO_EFFECT, morris.NOISE])]
        rows.append(
            {
                "group": name, "parameters": len(part), "matter": len(sure),
                "together": float(np.sqrt((sure["mu_star"] ** 2).sum())),
                "largest": sure["label"].iloc[0] if len(sure) else "",
            }
        )  # fmt: skip
    return pd.DataFrame(rows).sort_values("together", ascending=False, kind="stable").reset_index(drop=True)
