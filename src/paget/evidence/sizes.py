"""How many animals, seeds and parameter draws a row of the ledger gets."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Effort:
    """Size of the simulated experiments."""

    animals: int = 150
    """Animals per arm and seed, at the central parameters; twins: the same animals in every arm."""
    seeds: int = 3
    """Seeds: that many independent repeats of the central experiment."""
    draws: int = 64
    """Parameter draws over the ranges of fitted and assumed numbers."""
    animals_per_draw: int = 8
    """Animals per arm and draw, twins likewise."""

    def per_draw(self, least: int = 0) -> int:
        """Animals per draw of an arm whose rows ask for at least so many; a smaller effort asks for as much less."""
        share = self.animals_per_draw / Effort.animals_per_draw
        return max(self.animals_per_draw, round(least * share))


FULL = Effort()
"""What `paget evidence` does."""

QUICK = Effort(animals=10, seeds=3, draws=12, animals_per_draw=1)
"""What `paget evidence --quick` does: a first look, not a decision."""
