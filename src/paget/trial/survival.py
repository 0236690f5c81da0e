"""Time to death: Kaplan-Meier tables, log-rank test, hazard ratio.

Curves and the log-rank test are lifelines'. The hazard ratio maximises Cox's partial likelihood (Efron's ties) and its
interval is where twice the log-likelihood falls by 3.84: unlike the usual Wald interval it exists when one arm has no
event, which is common with ten mice an arm. Sources: Cox, J R Stat Soc B 1972; Efron, J Am Stat Assoc 1977.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import chdtri

from paget.trial.estimate import ALPHA, NAN, Estimate, Values, undefined

_NAME = "hazard ratio"
_WIDEST_LOG_RATIO = 30.0
KAPLAN_MEIER_COLUMNS = ("arm", "day", "survival", "low", "high", "at_risk")


def kaplan_meier(survival: pd.DataFrame) -> pd.DataFrame:
    """Kaplan-Meier curve of every arm, in the order of the table.

    survival: columns arm, animal, day, event and possibly draw (then draw 0, the central parameters, is used).
    Returns arm, day, survival (share alive just after `day`), low, high (95 %, log-log Greenwood), at_risk (alive just
    before `day`); one row for day 0 and one for each day with a death or a departure.
    """
    from lifelines import KaplanMeierFitter

    rows = []
    for arm, days, events in _by_arm(survival):
        fitted = KaplanMeierFitter(alpha=ALPHA).fit(days, events)
        curve, band = fitted.survival_function_, fitted.confidence_interval_
        at_risk = fitted.event_table["at_risk"].reindex(curve.index).to_numpy()
        columns = (curve.index, curve.iloc[:, 0], band.iloc[:, 0], band.iloc[:, 1], at_risk)
        rows.append(pd.DataFrame(dict(zip(KAPLAN_MEIER_COLUMNS[1:], map(np.asarray, columns), strict=True))))
        rows[-1].insert(0, "arm", arm)
    if not rows:
        return pd.DataFrame(columns=list(KAPLAN_MEIER_COLUMNS))
    return pd.concat(rows, ignore_index=True).astype({"at_risk": int})


def median_survival(survival: pd.DataFrame) -> pd.DataFrame:
    """Median survival of every arm: arm, n, events, median, low, high (days; inf where not reached)."""
    curves = dict(iter(kaplan_meier(survival).groupby("arm", sort=False, observed=True)))
    rows = []
    for arm, days, events in _by_arm(survival):
        reached = [_first_day(curves[arm], column) for column in ("survival", "low", "high")]
        rows.append((arm, days.size, int(events.sum()), *reached))
    return pd.DataFrame(rows, columns=["arm", "n", "events", "median", "low", "high"])


def _first_day(curve: pd.DataFrame, column: str) -> float:
    """The first day on which a curve is at or below one half (with room for rounding), or inf."""
    at_or_below = curve["day"].to_numpy()[curve[column].to_numpy() <= 0.5 + 1e-9]
    return float(at_or_below[0]) if at_or_below.size else math.inf


def logrank(survival: pd.DataFrame, arm: str, reference: str) -> Estimate:
    """Hazard ratio of `arm` against `reference` with its interval, and the log-rank p value."""
    from lifelines.statistics import logrank_test

    samples = {name: (days, events) for name, days, events in _by_arm(survival)}
    nobody = (np.empty(0), np.empty(0, dtype=bool))
    (days_a, events_a), (days_b, events_b) = samples.get(arm, nobody), samples.get(reference, nobody)
    if reason := _cannot_compare(days_a, events_a, days_b, events_b):
        return undefined("log-rank", _NAME, days_a.size, days_b.size, reason)
    p = float(logrank_test(days_a, days_b, events_a, events_b).p_value)
    effect, low, high = hazard_ratio(days_a, events_a, days_b, events_b)
    estimate = Estimate("log-rank", _NAME, effect, low, high, p, days_a.size, days_b.size)
    if 0 < effect < math.inf:
        return estimate
    return estimate.with_note("one arm has no event while both are at risk: the hazard ratio has one bound")


def _cannot_compare(days_a: Values, events_a: Values, days_b: Values, events_b: Values) -> str:
    if min(days_a.size, days_b.size) < 2:
        return "fewer than 2 animals in one arm"
    if not (events_a.any() or events_b.any()):
        return "no animal died or was killed for humane reasons: survival does not differ"
    days, events = np.concatenate([days_a, days_b]), np.concatenate([events_a, events_b])
    if days[events].min() > min(days_a.max(), days_b.max()):
        return "no event happened while both arms were at risk"
    return ""


def _by_arm(survival: pd.DataFrame) -> list[tuple[str, Values, Values]]:
    """(arm, days, events) per arm of the central draw, in order of appearance; rows without a day are left out."""
    table = survival[survival["draw"] == 0] if "draw" in survival.columns else survival
    table = table[np.isfinite(table["day"].to_numpy(dtype=float))]
    return [
        (str(arm), rows["day"].to_numpy(dtype=float), rows["event"].to_numpy(dtype=bool))
        for arm, rows in table.groupby("arm", sort=False, observed=True)
    ]


def hazard_ratio(
    days_a: Values, events_a: Values, days_b: Values, events_b: Values
) -> tuple[float, float, float]:
    """Estimate and 95 % profile interval of the hazard ratio of a against b (0 or inf where one side has no event)."""
    deaths = _death_table(days_a, events_a, days_b, events_b)
    if not deaths.size:
        return NAN, NAN, NAN
    widest = _WIDEST_LOG_RATIO
    if _score(-widest, deaths) <= 1e-9:
        best = -widest
    elif _score(widest, deaths) >= -1e-9:
        best = widest
    else:
        best = float(brentq(_score, -widest, widest, args=(deaths,)))
    floor = _log_likelihood(best, deaths) - float(chdtri(1, ALPHA)) / 2.0

    def above(x: float) -> float:
        return _log_likelihood(x, deaths) - floor

    low = math.exp(brentq(above, -widest, best)) if above(-widest) < 0 else 0.0
    high = math.exp(brentq(above, best, widest)) if above(widest) < 0 else math.inf
    effect = {-widest: 0.0, widest: math.inf}.get(best, math.exp(best))
    return effect, low, high


def _death_table(days_a: Values, events_a: Values, days_b: Values, events_b: Values) -> Values:
    """Rows of (deaths in a, effective at risk in a, effective at risk in b), Efron's ties spread over rows.

    Only days on which both arms have somebody at risk inform the ratio.
    """
    rows = []
    for day in np.unique(np.concatenate([days_a[events_a], days_b[events_b]])):
        dead_a, dead_b = int((events_a & (days_a == day)).sum()), int((events_b & (days_b == day)).sum())
        risk_a, risk_b = int((days_a >= day).sum()), int((days_b >= day).sum())
        if risk_a == 0 or risk_b == 0:
            continue
        dead = dead_a + dead_b
        for order in range(dead):
            gone = order / dead
            rows.append((dead_a / dead, risk_a - gone * dead_a, risk_b - gone * dead_b))
    return np.array(rows, dtype=float)


def _log_likelihood(log_ratio: float, deaths: Values) -> float:
    dead_a, risk_a, risk_b = deaths.T
    return float(np.sum(dead_a * log_ratio - np.log(risk_a * math.exp(log_ratio) + risk_b)))


def _score(log_ratio: float, deaths: Values) -> float:
    dead_a, risk_a, risk_b = deaths.T
    weighted = risk_a * math.exp(log_ratio)
    return float(np.sum(dead_a - weighted / (weighted + risk_b)))
