"""The ledger as a self-contained page: tallies, and for each published result a figure, the numbers and the verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from paget.formats.atomic import write_json, write_text, writing_to
from paget.report.evidence_words import (
    USE_TITLES,
    WORLD,
    interval_text,
    observed_text,
    pass_text,
    value_text,
)
from paget.report.numbers import short
from paget.report.words import RESEARCH_ONLY

_HERE = Path(__file__).parent
PAGE = "evidence.html"
LEDGER = "ledger.json"
EVIDENCE_WORDS = {
    "V": "read in the source",
    "D": "derived from data or numbers",
    "M": "remembered, not verified",
}


def write_evidence(
    rows: Sequence[Any], folder: Path, references: Mapping[str, Any], facts: Mapping[str, Any]
) -> Path:
    """Write evidence.html and ledger.json into `folder`; returns the page.

    references: entries of references.bib by key. facts: how the ledger was made, as text by name.
    """
    with writing_to(folder):
        folder.mkdir(parents=True, exist_ok=True)
        write_json(
            folder / LEDGER, {"schema": "ledger/1", "facts": dict(facts), "rows": [r.as_json() for r in rows]}
        )
        return write_text(folder / PAGE, evidence_page(rows, references, facts))


def evidence_page(rows: Sequence[Any], references: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    """The HTML text."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    from paget.evidence import tallies

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string((_HERE / "evidence.html.j2").read_text(encoding="utf-8"))
    uses = [(use, title, [_row(r) for r in rows if r.result.use == use]) for use, title in USE_TITLES.items()]
    cited = {key for row in rows for key in row.result.sources if key in references}
    return template.render(
        css=Markup((_HERE / "report.css").read_text(encoding="utf-8")),
        world=WORLD,
        research_only=RESEARCH_ONLY,
        tallies=tallies(rows),
        uses=[(use, title, own) for use, title, own in uses if own],
        references=[(key, references[key].long) for key in sorted(cited)],
        facts=list(facts.items()),
    )


def _row(row: Any) -> dict[str, Any]:
    from markupsafe import Markup

    result = row.result
    return {
        "id": result.name,
        "title": result.title or result.name,
        "claim": result.claim,
        "sources": list(result.sources),
        "evidence": EVIDENCE_WORDS[result.evidence],
        "observed": observed_text(result),
        "verdict": row.verdict.word,
        "reason": row.verdict.reason,
        "caveat": result.caveat,
        "likely_missing": result.likely_missing,
        "pass_rate": pass_text(row),
        "pass_interval": interval_text((row.prior.low, row.prior.high)),
        "draws": row.prior.draws,
        "no_evidence": row.no_evidence,
        "numbers": [_number(finding) for finding in row.findings],
        "figure": Markup(_figure(row)),
    }


def _number(finding: Any) -> dict[str, str]:
    seeds = ", ".join(short(value, 2) for value in finding.by_seed)
    return {
        "name": finding.name,
        "measure": finding.measure,
        "value": value_text(finding),
        "between": interval_text(finding.between_animals),
        "parameters": interval_text(finding.from_parameters),
        "seeds": seeds,
        "animals": str(finding.animals) if finding.animals else "–",
        "power": f"{finding.power:.2f}" if math.isfinite(finding.power) else "–",
        "detectable": short(finding.detectable, 2),
    }


def _figure(row: Any) -> str:
    """The figure as SVG for the page; empty for a row that is not simulated."""
    from paget.report.figures.evidence import evidence_figure
    from paget.report.render import figure_of, inline, svg_text
    from paget.report.style import drawing

    axes = evidence_figure(row)
    if axes is None:
        return ""
    with drawing():
        svg = svg_text(figure_of(axes), row.result.name)
    return inline(svg, row.result.name, f"{row.result.name}: published and simulated, with both intervals")
