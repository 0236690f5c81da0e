"""Readings over time as matrices: one row per animal, one column per day, and what is drawn from them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
BAND = (0.05, 0.95)


class Readings(NamedTuple):
    """Readings of one arm in one draw."""

    days: Matrix
    """Days on which anything was read, shape (T,)."""
    values: Matrix
    """Values, shape (animals, T): between two readings interpolated, NaN before the first and after the last."""

    @property
    def followed(self) -> NDArray[np.bool_]:
        """Days on which at least half of the animals have a value: before and after, a median would mislead."""
        present = np.isfinite(self.values).sum(axis=0)
        return present * 2 >= max(self.values.shape[0], 1)

    def carried(self) -> Readings:
        """The same with the last value of an animal that left carried forward.

        Where animals leave because their tumour is large, the median of those that stay would fall the day they go.
        """
        known = np.isfinite(self.values)
        last = np.where(known, np.arange(self.days.size), -1)
        last = np.maximum.accumulate(last, axis=1)
        rows = np.arange(len(self.values))[:, None]
        return Readings(self.days, np.where(last >= 0, self.values[rows, last], np.nan))

    def median(self) -> Matrix:
        """Median over animals, NaN on days on which fewer than half of them have a value."""
        return self._over_animals(0.5)

    def band(self) -> tuple[Matrix, Matrix]:
        """The middle 90 % of animals, NaN on the same days."""
        return self._over_animals(BAND[0]), self._over_animals(BAND[1])

    def _over_animals(self, share: float) -> Matrix:
        found = np.full(self.days.size, np.nan)
        followed = self.followed
        if followed.any():
            found[followed] = np.nanquantile(self.values[:, followed], share, axis=0)
        return found


def readings(table: pd.DataFrame, endpoint: str) -> dict[tuple[str, int], Readings]:
    """Readings by (arm, draw) of an endpoint that was read by day."""
    rows = table[table["endpoint"] == endpoint]
    if "matching" in rows.columns:
        rows = rows[rows["matching"] == "day"]
    rows = rows[np.isfinite(rows["value"].to_numpy(dtype=float))].sort_values(
        ["animal", "day"], kind="stable"
    )
    groups = rows.groupby(["arm", "draw"], sort=False, observed=True)
    return {(str(arm), int(draw)): _matrix(group) for (arm, draw), group in groups}


def _matrix(rows: pd.DataFrame) -> Readings:
    day, value, animal = (rows[c].to_numpy(dtype=float) for c in ("day", "value", "animal"))
    days = np.unique(day)
    starts = np.flatnonzero(np.r_[True, animal[1:] != animal[:-1]])
    pieces = zip(np.split(day, starts[1:]), np.split(value, starts[1:]), strict=True)
    values = [np.interp(days, d, v, left=np.nan, right=np.nan) for d, v in pieces]
    return Readings(days, np.array(values))


def band_of_medians(found: dict[tuple[str, int], Readings], arm: str) -> tuple[Matrix, Matrix, Matrix] | None:
    """(days, low, high): the middle 90 % of an arm's median over parameter draws; None below two draws.

    Medians carry forward, so that a draw in which tumours grow fast stays in the band after its animals have left.
    """
    drawn = [r.carried() for (name, draw), r in found.items() if name == arm and draw > 0]
    if len(drawn) < 2:
        return None
    days = np.unique(np.concatenate([r.days for r in drawn]))
    medians = np.array([_on(days, r.days, r.median()) for r in drawn])
    known = np.isfinite(medians).all(axis=0)
    if not known.any():
        return None
    low, high = np.quantile(medians[:, known], BAND, axis=0)
    return days[known], low, high


def _on(days: Matrix, known_days: Matrix, known: Matrix) -> Matrix:
    there = np.isfinite(known)
    if not there.any():
        return np.full(days.size, np.nan)
    return np.interp(days, known_days[there], known[there], left=np.nan)
