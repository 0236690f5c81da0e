"""Where tumour cells of patients stop by flow alone: arrests in capillaries, before any soil has its say."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from paget.analysis.circulation.patients import arrests_by_site, circulation_of, state_of
from paget.host.record import SITES
from paget.model.population import Population

ORGANS = ("bone", "brain", "liver", "lung")
"""Organs whose flow a population states."""


def arrests_by_flow(population: Population, state: str | None = None) -> dict[str, float]:
    """Mean arrests in each of ORGANS per aggregate that a breast tumour sheds, over tumours of both kinds.

    All venous blood meets the lungs first; what passes them goes by flow, that of the gut through the liver too.
    """
    seen, circulation = state_of(population, state), circulation_of(population)
    share, attachment = seen.cohesive_share.canonical, seen.attachment.canonical
    arrests = share * arrests_by_site(circulation, seen.cohesion.canonical, attachment)
    arrests += (1.0 - share) * arrests_by_site(circulation, 0.0, attachment)
    return {organ: float(arrests[SITES.index(organ)]) for organ in ORGANS}


def explained_share(model: Mapping[str, float], seen: Mapping[str, float]) -> float:
    """Squared correlation of the logarithms over the organs of `seen` (0 to 1); `model` has them all."""
    ours, theirs = (np.log(np.array([pattern[organ] for organ in seen])) for pattern in (model, seen))
    return float(np.corrcoef(ours, theirs)[0, 1] ** 2)
