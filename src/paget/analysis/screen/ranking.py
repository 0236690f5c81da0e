"""What an arm costs the animals, which arms are best, and how often each is the best over parameter draws."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from paget.analysis.batches import Kept
from paget.analysis.screen.effects import HALF_A_COUNT, named
from paget.analysis.screen.plan import Treated

MOST_MEAN_LOSS = 0.15
"""Mean of the largest weight losses from which an arm counts as not tolerated."""
MOST_EXTRA_DEATHS = 0.10
"""Animals that died or were killed early, beyond the control's share, above which an arm is not tolerated."""


def tolerability_table(control: Kept, arms: Mapping[Treated, Kept]) -> pd.DataFrame:
    """By arm, the control ("") first: largest weight loss, lowest neutrophils, early deaths, and whether tolerated.

    weight_loss: mean over animals of the largest loss after enrolment [1]; worst_loss: of the worst animal.
    neutrophils: median over animals of the lowest count relative to that of the twin in the control [1].
    deaths: share of enrolled animals that died or were killed, for whatever reason; extra_deaths: beyond the control's.
    """
    rows = [{**dict.fromkeys(named(Treated(("",), "")), ""), "fraction": np.nan, **_body(control, control)}]
    rows += [{**named(arm), **_body(kept, control)} for arm, kept in arms.items()]
    return pd.DataFrame(rows)


def _body(kept: Kept, control: Kept) -> dict[str, object]:
    inside = kept.enrolled & control.enrolled
    if not inside.any():
        return {}
    deaths, usual = float(kept.died[inside].mean()), float(control.died[inside].mean())
    loss = kept.weight_loss[inside]
    tolerated = loss.mean() < MOST_MEAN_LOSS and deaths - usual <= MOST_EXTRA_DEATHS + 1e-9
    return {
        "weight_loss": float(loss.mean()),
        "worst_loss": float(loss.max()),
        "neutrophils": float(np.median(kept.neutrophils[inside] / control.neutrophils[inside])),
        "deaths": deaths,
        "extra_deaths": deaths - usual,
        "tolerated": bool(tolerated),
    }


def ranking_table(effects: pd.DataFrame, tolerability: pd.DataFrame) -> pd.DataFrame:
    """Arms at their usual dose, those that are tolerated first, then by effect; with `rank` from 1."""
    costs = tolerability[["arm", "weight_loss", "neutrophils", "extra_deaths", "tolerated"]]
    table = effects[effects["fraction"] == 1.0].merge(costs, on="arm")
    table = table.sort_values(["tolerated", "effect"], ascending=[False, True], kind="stable")
    return table.reset_index(drop=True).assign(rank=np.arange(1, len(table) + 1))


def over_draws(
    controls: Mapping[int, Kept], arms: Mapping[Treated, Mapping[int, Kept]], counts: bool
) -> tuple[pd.DataFrame, int]:
    """How the short list fares over parameter draws, and in how many draws it could be compared.

    controls, arms: by draw (from 1). Columns: arm ..., best (share of draws in which it has the lowest endpoint; arms
    that are level share the draw), mean_rank, effect_median, effect_low, effect_high (middle 95 % over draws). A draw
    in which the control has nothing to lose, or an arm could not be simulated, is left out.
    """
    logs = {}
    for draw, control in controls.items():
        ratios = _logs(control, [kept.get(draw) for kept in arms.values()], counts)
        if ratios is not None:
            logs[draw] = ratios
    table = np.array(list(logs.values())).reshape(len(logs), len(arms))
    lowest = table == table.min(axis=1, keepdims=True)
    share = lowest / lowest.sum(axis=1, keepdims=True)
    rank = 1.0 + (table[:, None, :] < table[:, :, None]).sum(axis=2)
    rows = []
    for index, arm in enumerate(arms):
        row: dict[str, object] = {**named(arm), "best": np.nan, "mean_rank": np.nan}
        row |= dict.fromkeys(("effect_median", "effect_low", "effect_high"), np.nan)
        if len(logs):
            low, middle, high = np.quantile(table[:, index], [0.025, 0.5, 0.975], method="nearest")
            row |= {"best": float(share[:, index].mean()), "mean_rank": float(rank[:, index].mean())}
            row |= {"effect_median": middle, "effect_low": low, "effect_high": high}
        rows.append(row)
    return pd.DataFrame(rows), len(logs)


def _logs(control: Kept, arms: list[Kept | None], counts: bool) -> list[float] | None:
    """Log ratios of all arms to the control in one draw; None where they cannot be compared."""
    known = [kept.values[:, 0] for kept in arms if kept is not None]
    if len(known) < len(arms):
        return None
    table = np.column_stack([control.values[:, 0], *known])
    table = table[np.isfinite(table).all(axis=1)]
    if not len(table) or not (table[:, 0] > 0).any():
        return None
    with np.errstate(divide="ignore"):
        logs = np.log(table.sum(axis=0) + (HALF_A_COUNT if counts else 0.0))
    return list(logs[1:] - logs[0])
