"""A published result in English: what was found, what it is worth, and where its counterpart is simulated."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from paget.model.english.words import bullets, cite, listed, number, section, sentence, unit_text
from paget.model.published import PublishedResult

if TYPE_CHECKING:
    from paget.model.catalog import Catalog

_USES = {
    "fit": "parameters may be fitted to it",
    "built-in": "the rule was written from this paper, so that its direction is an input",
    "independent": "nothing in the model was written from it or fitted to it",
    "forecast": "an expectation of the authors, not an observation; shown and never counted",
}
_EVIDENCE = {
    "V": "read in the source",
    "D": "derived from data or numbers",
    "M": "remembered, not verified",
}


def describe_result(result: PublishedResult, catalog: Catalog) -> list[str]:
    """Claim, source, worth, numbers, counterpart, caveats."""
    return [
        sentence(result.claim),
        "",
        *section("What it is", bullets(_facts(result, catalog))),
        *section("Its simulated counterpart", bullets(_simulated(result))),
    ]


def _facts(result: PublishedResult, catalog: Catalog) -> Iterable[str]:
    sources = "remembered" if result.sources == ("assumed",) else cite(result.sources, catalog.references)
    yield f"Source: {sources}; {_EVIDENCE[result.evidence]}."
    yield f"In: {result.host}. Kind of statement: {result.statement}."
    yield f"Use: {result.use}: {_USES[result.use]}."
    seen = "only which arm was lower" if result.seen == "ordering" else "numbers"
    yield f"Seen of the paper: {seen}."
    limits = [f"{number(x)}{unit_text(result.unit)}" for x in (result.low, result.high) if x is not None]
    if result.value is not None:
        yield f"Value: {number(result.value)}{unit_text(result.unit)}."
    if limits:
        yield f"{'Interval' if len(limits) == 2 else 'Limit'}: {' to '.join(limits)}."


def _simulated(result: PublishedResult) -> Iterable[str]:
    if result.not_simulated is not None:
        yield f"Not simulated: {result.not_simulated.rstrip('.')}."
    named = (getattr(part, "trial", None) for part in result.counterpart)
    trials = [str(trial) for trial in named if trial]
    if trials:
        yield f"Trials: {listed(dict.fromkeys(trials))}."
    kinds = listed(dict.fromkeys(part.statistic for part in result.counterpart))
    if result.counterpart:
        yield f"Statistics: {kinds}. `paget evidence {result.name}` runs and compares them."
    if result.caveat is not None:
        yield f"It differs: {result.caveat.rstrip('.')}."
    if result.likely_missing is not None:
        yield f"Likely missing where it does not come out: {result.likely_missing.rstrip('.')}."
