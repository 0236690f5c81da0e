"""Rates of tumour cells in the lung niche at rest, and what follows from them in closed form."""

from __future__ import annotations

import math

import numpy as np
from scipy import integrate, linalg, stats

from paget.host.environment import killing_rate
from paget.host.ladder import fill_ascent
from paget.host.niches import advance_niche, read_niche
from paget.host.record import MICROMETASTASIS_CELLS, SITES
from paget.rules.tables import (
    DEATH_AFTER_ARREST,
    DEATH_OF_LONE_FOUNDER,
    DEATH_WHILE_SOLITARY,
    EXTRAVASATION,
    WAKING,
)

LUNG = SITES.index("lung")


class Rates:
    """Rates (1/day) of tumour cells in the lung niche at rest, and what follows from them in closed form."""

    def __init__(self, tables, state) -> None:
        read_niche(tables, state, LUNG)
        index, behaviours = tables["behaviour"]["tumour"], state["niche_behaviours"][LUNG].copy()
        killing = killing_rate(tables, state)
        tumour = tables["tumour"]
        self.alone = behaviours[index[DEATH_AFTER_ARREST]] + killing
        self.company = behaviours[index[DEATH_AFTER_ARREST]] / float(tumour["company_factor"]) + killing
        self.leaving = behaviours[index[EXTRAVASATION]]
        self.waking = behaviours[index[WAKING]] * float(tables["sites"]["receptivity"][LUNG])
        self.dying = behaviours[index[DEATH_WHILE_SOLITARY]] + killing
        advance_niche(tables, state, LUNG, 1e-3)
        self.birth, self.death = float(state["births"][LUNG]), float(state["deaths"][LUNG])
        self.excess, self.scale = behaviours[index[DEATH_OF_LONE_FOUNDER]], float(tumour["company_scale"])

    @property
    def ascent(self) -> np.ndarray:
        """Chance that n = 0 ... cells of a woken group reach the size of a micrometastasis."""
        chance = np.zeros(MICROMETASTASIS_CELLS + 1)
        fill_ascent(self.birth, self.death, self.excess, self.scale, chance)
        return chance

    def entering(self, size: int, alive: int) -> float:
        """Chance that an arrested aggregate of `size` leaves the capillary with `alive` living cells."""
        death = self.alone if size == 1 else self.company

        def density(time: float) -> float:
            return (
                self.leaving
                * math.exp(-self.leaving * time)
                * stats.binom.pmf(alive, size, math.exp(-death * time))
            )

        return integrate.quad(density, 0.0, np.inf)[0]

    def success(self, size: int) -> float:
        """Chance that an arrested aggregate of `size` becomes a micrometastasis, however long it takes."""
        woken = self.waking / (self.waking + self.dying)
        return woken * sum(self.entering(size, k) * self.ascent[k] for k in range(1, size + 1))

    def founded_by(self, days: np.ndarray) -> np.ndarray:
        """Chance that an arrested single cell is a micrometastasis after so many days (steps all alike)."""
        top = MICROMETASTASIS_CELLS
        chain = np.zeros((top + 2, top + 2))  # arrested, resting, 1 ... top - 1 cells, founded
        chain[0, 1] = self.leaving
        chain[0, 0] = -self.leaving - self.alone
        chain[1, 2] = self.waking
        chain[1, 1] = -self.waking - self.dying
        for n in range(1, top):
            lost = self.death + self.excess * math.exp(-(n - 1) / self.scale)
            chain[n + 1, n + 2] = n * self.birth
            chain[n + 1, n + 1] = -n * (self.birth + lost)
            if n > 1:
                chain[n + 1, n] = n * lost
        step = linalg.expm(chain * (days[1] - days[0]))
        row, result = np.eye(top + 2)[0], []
        for _ in days:
            result.append(row[-1])
            row = row @ step
        return np.array(result)
