"""Where cells of virtual patients stop by flow alone, against published patterns of metastatic sites.

Means, not samples: nothing differs between patients here. From parameters: populations whose uncertain numbers are
drawn over their ranges.
"""

from __future__ import annotations

from collections.abc import Iterable

from paget.analysis.circulation.organs import ORGANS, arrests_by_flow, explained_share
from paget.errors import PagetError
from paget.evidence.findings import Finding, without_animals
from paget.evidence.statistics.animals import Animals
from paget.evidence.statistics.patients import drawn_population
from paget.model.counterpart import OrganRatio, PatientOrgans
from paget.model.population import Population


def ask_patient_organs(part: PatientOrgans, animals: Animals) -> list[Finding]:
    """One finding per ratio of organs, and one for the share of a pattern that flow explains."""
    population: Population = animals.catalog.get("population", part.population)
    central = arrests_by_flow(population)
    drawn = [
        arrests_by_flow(drawn_population(population, animals.seed, number))
        for number in range(1, animals.number_of_draws + 1)
    ]
    found = []
    for ratio in part.ratios:
        values = [_ratio(ratio, one) for one in (central, *drawn)]
        found.append(
            without_animals(
                f"{ratio.over} over {ratio.under} by flow alone", "mean", values, (ratio.low, ratio.high)
            )
        )
    if part.pattern is not None:
        seen = part.pattern
        _known(seen.sites)
        values = [explained_share(one, seen.sites) for one in (central, *drawn)]
        found.append(
            without_animals(
                "share of the pattern of sites that flow explains", "mean", values, (seen.low, seen.high)
            )
        )
    return found


def _ratio(ratio: OrganRatio, arrests: dict[str, float]) -> float:
    _known([ratio.over, ratio.under])
    return arrests[ratio.over] / arrests[ratio.under]


def _known(organs: Iterable[str]) -> None:
    for organ in organs:
        if organ not in ORGANS:
            raise PagetError("no such organ of a patient", found=organ, allowed=list(ORGANS))
