"""The circulation of the animals of a trial: events in blood, sizes, partners, passages, potency; arm by arm.

Everything is read from the tables of the result, at the exit of each animal and in the central run.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from paget.analysis.circulation.half_life import half_life_table
from paget.analysis.circulation.odds import odds_table
from paget.analysis.circulation.patients import FloatArray
from paget.analysis.resampling import interval, resampling_weights
from paget.errors import PagetError
from paget.host.record import AGGREGATE_KINDS, PASSAGE_STEPS
from paget.rules import compile_model

if TYPE_CHECKING:
    import pandas as pd

    from paget.trial.result import TrialResult

OTHERS = "others"
"""Leukocytes in blood that are no cell type of the model."""

NONE = "none"
"""Partner of an aggregate without one, as the tables have it."""


def circulation_of_trial(result: TrialResult, site: str | None = None) -> dict[str, pd.DataFrame]:
    """Tables by name: events, sizes, partners, passages, potency, half_lives; each with the column `arm` first.

    site: only metastases of this organ count for the potency [default: of all organs].
    """
    import pandas as pd

    made: dict[str, list[pd.DataFrame]] = {}
    density, seed = leukocytes_in_blood(result.model), int(result.provenance["seed"])
    for arm, animals in _arms(result):
        blood = _of(result.blood, arm)
        foci = foci_by_kind(_of(result.lesions, arm), animals, site)
        tables = {
            "events": events(blood, animals, seed),
            "sizes": sizes(blood),
            "partners": partners(blood, animals, density, seed),
            "passages": passages(_of(result.passages, arm), animals),
            "potency": odds_table(foci, events_by_kind(blood, animals), seed),
        }
        for name, table in tables.items():
            table.insert(0, "arm", arm)
            made.setdefault(name, []).append(table)
    joined = {name: pd.concat(parts, ignore_index=True) for name, parts in made.items()}
    joined["half_lives"] = _half_lives(result, joined["partners"])
    return joined


def _half_lives(result: TrialResult, held: pd.DataFrame) -> pd.DataFrame:
    """Half-lives in the mouse of the first arm; the mixed class is that with the partner that was held most often."""
    compiled = compile_model(result.model, drugs=())
    common = held.groupby("partner")["count"].sum()
    common = common[[name for name in common.index if name in compiled.partners]]
    partner = str(common.idxmax()) if len(common) and common.max() > 0 else None
    table = half_life_table(compiled, partner)
    table.insert(0, "arm", result.design.arms[0].name)
    return table


def _arms(result: TrialResult) -> Iterator[tuple[str, list[int]]]:
    """Arms with the numbers of their animals in the central run, in the order of the design."""
    rows = result.passages
    rows = rows[rows["draw"] == 0]
    for arm in result.design.arms:
        animals = sorted({int(number) for number in rows.loc[rows["arm"] == arm.name, "animal"]})
        if not animals:
            raise PagetError("this arm has no animals", key=arm.name)
        yield arm.name, animals


def _of(frame: pd.DataFrame, arm: str) -> pd.DataFrame:
    return frame[(frame["arm"] == arm) & (frame["draw"] == 0)]


def kind_codes(cells: Any, partner: Any) -> Any:
    """Index into AGGREGATE_KINDS of aggregates by tumour cells and partner."""
    return np.where(np.asarray(partner) != NONE, 2, np.where(np.asarray(cells) > 1, 1, 0))


def events_by_kind(blood: pd.DataFrame, animals: list[int]) -> FloatArray:
    """Aggregates in the whole blood at exit, shape (animals, kinds)."""
    kinds = kind_codes(blood["cells"], blood["partner"].astype(str))
    return _counted(blood["animal"], kinds, blood["count"], animals, len(AGGREGATE_KINDS))


def foci_by_kind(lesions: pd.DataFrame, animals: list[int], site: str | None = None) -> FloatArray:
    """Metastases at exit by the kind of aggregate that founded them, shape (animals, kinds)."""
    rows = lesions[lesions["matching"] == "exit"]
    if site is not None:
        rows = rows[rows["site"] == site]
    kinds = np.array([AGGREGATE_KINDS.index(str(name)) for name in rows["aggregate"]], dtype=int)
    return _counted(rows["animal"], kinds, np.ones(len(rows)), animals, len(AGGREGATE_KINDS))


def _counted(animal: Any, code: Any, count: Any, animals: list[int], codes: int) -> FloatArray:
    """Sums of counts by animal and code, shape (animals, codes)."""
    table = np.zeros((len(animals), codes))
    place = {number: index for index, number in enumerate(animals)}
    who = np.array([place[int(number)] for number in animal], dtype=np.int64)
    np.add.at(table, (who, np.asarray(code, dtype=np.int64)), np.asarray(count, dtype=np.float64))
    return table


def events(blood: pd.DataFrame, animals: list[int], seed: int) -> pd.DataFrame:
    """Events in blood by kind: aggregate, per_animal, low, high (95 % over animals), share (of all events)."""
    import pandas as pd

    counts = events_by_kind(blood, animals)
    resampled = resampling_weights(len(animals), seed) @ counts / len(animals)
    bounds = [interval(column[1:], len(animals)) for column in resampled.T]
    means = resampled[0]
    return pd.DataFrame(
        {
            "aggregate": AGGREGATE_KINDS,
            "per_animal": means,
            "low": [low for low, _ in bounds],
            "high": [high for _, high in bounds],
            "share": means / means.sum() if means.sum() > 0 else np.full(means.size, np.nan),
        }
    )


def sizes(blood: pd.DataFrame) -> pd.DataFrame:
    """Aggregates of all animals by tumour cells: cells, without_partner, with_partner."""
    import pandas as pd

    largest = int(blood["cells"].max()) if len(blood) else 1
    with_partner = (blood["partner"].astype(str) != NONE).to_numpy()
    cells, count = blood["cells"].to_numpy(), blood["count"].to_numpy(float)
    columns = {
        name: np.bincount(cells[chosen], weights=count[chosen], minlength=largest + 1)[1:].astype(int)
        for name, chosen in (("without_partner", ~with_partner), ("with_partner", with_partner))
    }
    return pd.DataFrame({"cells": np.arange(1, largest + 1), **columns})


def leukocytes_in_blood(model: Any) -> dict[str, float]:
    """Leukocytes of the host in blood without treatment (1/mL), by cell type; those of no type under OTHERS."""
    others = model.host.circulation.other_leukocytes
    density = {name: quantity.canonical for name, quantity in model.host.circulation.leukocytes.items()}
    density["neutrophil"] = model.host.marrow.neutrophils.canonical
    return density if others is None else {**density, OTHERS: others.canonical}


def partners(blood: pd.DataFrame, animals: list[int], density: dict[str, float], seed: int) -> pd.DataFrame:
    """Leukocytes that travel: partner, count, share, in_blood, enrichment, low, high (95 % over animals).

    Enrichment is the share among partners over the share in blood; types whose number in blood the host does not state
    have none.
    """
    import pandas as pd

    names = sorted({str(name) for name in blood["partner"]} - {NONE} | set(density) - {OTHERS})
    rows = blood[blood["partner"].astype(str) != NONE]
    codes = np.array([names.index(str(name)) for name in rows["partner"]], dtype=int)
    counts = _counted(rows["animal"], codes, rows["count"], animals, len(names))
    held = resampling_weights(len(animals), seed) @ counts
    total = sum(density.values())
    in_blood = np.array([density.get(name, np.nan) / total if total > 0 else np.nan for name in names])
    with np.errstate(invalid="ignore", divide="ignore"):
        share = held / held.sum(axis=1, keepdims=True)
        enrichment = share / in_blood
    bounds = [interval(column[1:], len(animals)) for column in enrichment.T]
    return pd.DataFrame(
        {
            "partner": names,
            "count": counts.sum(axis=0).astype(int),
            "share": share[0],
            "in_blood": in_blood,
            "enrichment": enrichment[0],
            "low": [low for low, _ in bounds],
            "high": [high for _, high in bounds],
        }
    )


def passages(rows: pd.DataFrame, animals: list[int]) -> pd.DataFrame:
    """What aggregates met in blood, by kind: aggregate, step, per_animal, share.

    Shares are of those that met their first bed up to `passed first bed`, and of those that passed it or formed in
    blood for what came after.
    """
    import pandas as pd

    made = []
    for kind in AGGREGATE_KINDS:
        of_kind = rows[rows["aggregate"].astype(str) == kind]
        sums = of_kind.groupby("step", observed=True)["count"].sum()
        count = {str(step): float(number) for step, number in sums.items()}
        met = count.get("met first bed", 0.0)
        in_blood = count.get("passed first bed", 0.0) + count.get("formed in blood", 0.0)
        for place, step in enumerate(PASSAGE_STEPS):
            number, whole = count.get(step, 0.0), met if place <= 2 else in_blood
            share = number / whole if whole > 0 else np.nan
            made.append((kind, step, number / len(animals), share))
    return pd.DataFrame(made, columns=["aggregate", "step", "per_animal", "share"])
