"""The ledger: every published result beside its simulated counterpart, and what the comparison is worth."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paget.evidence.arms import ArmName, ArmPlan
from paget.evidence.counterparts import findings, needs
from paget.evidence.findings import Finding
from paget.evidence.simulation import Progress, Simulations, prune
from paget.evidence.sizes import FULL, Effort
from paget.evidence.statistics.animals import Animals
from paget.evidence.verdicts import (
    AGREES,
    CONTRADICTS,
    NO_EVIDENCE_ABOVE,
    NOT_SIMULATED,
    UNDECIDED,
    PassRate,
    Verdict,
    prior_pass_rate,
    verdict_of,
)
from paget.model import Catalog
from paget.model.published import USES, PublishedResult
from paget.model.readings import Reading

SCHEMA = "ledger/1"


@dataclass(frozen=True)
class LedgerRow:
    """One published result and what the simulation says."""

    result: PublishedResult
    findings: tuple[Finding, ...]
    verdict: Verdict
    prior: PassRate

    @property
    def no_evidence(self) -> bool:
        """Whether nearly all parameter draws give the right answer, so that the row says nothing."""
        return self.prior.rate > NO_EVIDENCE_ABOVE

    def as_json(self) -> dict[str, Any]:
        """The row as plain JSON; what is not known is null."""
        result = self.result
        return {
            "id": result.name,
            "use": result.use,
            "claim": result.claim,
            "source": list(result.sources),
            "evidence": result.evidence,
            "host": result.host,
            "kind": result.statement,
            "observed": _observed(result),
            "simulated": _simulated(self.findings) if self.findings else None,
            "prior_pass_rate": _number(self.prior.rate),
            "prior_pass_interval": [_number(self.prior.low), _number(self.prior.high)],
            "prior_draws": self.prior.draws,
            "no_evidence": self.no_evidence,
            "verdict": self.verdict.word,
            "reason": self.verdict.reason,
            "counted": result.counted,
            "caveat": result.caveat,
            "likely_missing": result.likely_missing,
        }


def build_ledger(
    catalog: Catalog,
    ids: Sequence[str] = (),
    *,
    effort: Effort = FULL,
    seed: int = 1,
    workers: int | None = None,
    store: Path | None = None,
    progress: Progress | None = None,
) -> list[LedgerRow]:
    """Rows of these ids (default: all), in the order of the catalog; PagetError for an unknown one.

    Runs are kept in `store` (default: the user's cache) and taken from there when nothing that can reach them has
    changed.
    """
    chosen = [catalog.get("result", name) for name in dict.fromkeys(ids)] or list(catalog.results.values())
    tell = progress or _nobody
    plans = plans_for(chosen, catalog)
    simulations = Simulations(catalog, effort, seed, store)
    runs = simulations.run(plans, workers, tell)
    tell({"phase": "analysis"})
    animals = Animals(plans, runs, catalog, seed, effort.draws, simulations.store)
    rows = [row_of(result, animals) for result in chosen]
    prune(simulations.store)
    return rows


def _nobody(event: dict[str, Any]) -> None:
    """Progress that nobody watches."""


def plans_for(chosen: Iterable[PublishedResult], catalog: Catalog) -> list[ArmPlan]:
    """Arms of the chosen rows, each with what any row of the catalog reads of it: its runs serve all rows."""
    readings: dict[ArmName, dict[str, Reading]] = {}
    per_draw: dict[ArmName, int] = {}
    for result in catalog.results.values():
        for arm, reading, least in needs(result, catalog):
            readings.setdefault(arm, {})[reading.key] = reading
            per_draw[arm] = max(per_draw.get(arm, 0), least)
    wanted = dict.fromkeys(arm for result in chosen for arm, _, _ in needs(result, catalog))
    return [
        ArmPlan(arm, tuple(readings[arm][key] for key in sorted(readings[arm])), per_draw[arm])
        for arm in wanted
    ]


def row_of(result: PublishedResult, animals: Animals) -> LedgerRow:
    """One row."""
    found = tuple(findings(result, animals))
    if not found:
        reason = result.not_simulated or "no counterpart"
        return LedgerRow(result, (), Verdict(NOT_SIMULATED, reason), prior_pass_rate(()))
    arms = dict.fromkeys(arm for arm, _, _ in needs(result, animals.catalog))
    overgrown = sum(animals.overgrown(arm) for arm in arms)
    return LedgerRow(result, found, verdict_of(found, overgrown), prior_pass_rate(found))


def tallies(rows: Iterable[LedgerRow]) -> list[dict[str, Any]]:
    """Verdicts per use, never pooled; forecasts are not counted."""
    words = (AGREES, CONTRADICTS, UNDECIDED, NOT_SIMULATED)
    rows = list(rows)
    found = []
    for use in USES:
        own = [row for row in rows if row.result.use == use]
        if own:
            counts = {word: sum(row.verdict.word == word for row in own) for word in words}
            above = sum(row.no_evidence for row in own)
            found.append(
                {
                    "use": use,
                    "rows": len(own),
                    **counts,
                    "no evidence": above,
                    "counted": own[0].result.counted,
                }
            )
    return found


def _observed(result: PublishedResult) -> dict[str, Any]:
    names = ("endpoint", "direction", "value", "low", "high", "unit", "seen")
    return {name: getattr(result, name) for name in names}


def _simulated(found: Sequence[Finding]) -> dict[str, Any]:
    """The first finding's numbers, and all findings with theirs."""
    parts = [_part(finding) for finding in found]
    return {**parts[0], "parts": parts}


def _part(finding: Finding) -> dict[str, Any]:
    return {
        "name": finding.name,
        "measure": finding.measure,
        "unit": finding.unit,
        "value": _number(finding.value),
        "between_animals": [_number(x) for x in finding.between_animals],
        "from_parameters": [_number(x) for x in finding.from_parameters],
        "by_seed": [_number(x) for x in finding.by_seed],
        "no_effect": finding.no_effect,
        "direction": finding.direction,
        "target": None if finding.target is None else [_number(x) for x in finding.target],
        "animals_per_arm": finding.animals,
        "power": _number(finding.power),
        "detectable": _number(finding.detectable),
        "draws": [_number(x) for x in finding.draws],
    }


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
