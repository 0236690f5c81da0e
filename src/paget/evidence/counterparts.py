"""Which animals a row needs and what is asked of them: the table of statistics."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from paget.evidence.arms import ArmName
from paget.evidence.findings import Finding
from paget.evidence.statistics import associations, effects, growth, levels, organs, patients, rules
from paget.evidence.statistics.animals import Animals, Need
from paget.model import Catalog
from paget.model.published import PublishedResult
from paget.model.readings import Reading


def _nothing(part: Any) -> Iterable[Need]:
    """Of a statistic that looks at no animal."""
    return ()


_NEEDS: dict[str, Callable[[Any], Iterable[Need]]] = {
    "contrasts": effects.needs_contrasts,
    "interaction": effects.needs_interaction,
    "modification": effects.needs_modification,
    "correlation": associations.needs_correlation,
    "change": associations.needs_change,
    "discrimination": associations.needs_discrimination,
    "levels": levels.needs_levels,
    "potency": levels.needs_potency,
    "curve": growth.needs_curve,
    "numbers": _nothing,
    "response": _nothing,
    "patient draws": _nothing,
    "patient organs": _nothing,
}
_ASK: dict[str, Callable[[Any, Animals], list[Finding]]] = {
    "contrasts": effects.ask_contrasts,
    "interaction": effects.ask_interaction,
    "modification": effects.ask_modification,
    "correlation": associations.ask_correlation,
    "change": associations.ask_change,
    "discrimination": associations.ask_discrimination,
    "levels": levels.ask_levels,
    "potency": levels.ask_potency,
    "sources": levels.ask_sources,
    "curve": growth.ask_curve,
    "numbers": rules.ask_numbers,
    "response": rules.ask_response,
    "patient draws": patients.ask_patient_draws,
    "patient organs": organs.ask_patient_organs,
}


def needs(result: PublishedResult, catalog: Catalog) -> list[tuple[ArmName, Reading, int]]:
    """Arms and readings that a row is computed from, and the least animals per draw (0: the usual number)."""
    found: list[tuple[ArmName, Reading, int]] = []
    for part in result.counterpart:
        least = getattr(part, "animals_per_draw", None) or 0
        own = (
            levels.needs_sources(part, catalog)
            if part.statistic == "sources"
            else _NEEDS[part.statistic](part)
        )
        found += [(arm, reading, least) for arm, reading in own]
    return found


def findings(result: PublishedResult, animals: Animals) -> list[Finding]:
    """The numbers of a row."""
    return [finding for part in result.counterpart for finding in _ASK[part.statistic](part, animals)]
