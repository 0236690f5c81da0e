"""The ledger of evidence for a terminal: one table per use, the reasons, and tallies that are never pooled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from paget.report.console import console_text
from paget.report.evidence_words import (
    NO_EVIDENCE_NOTE,
    USE_TITLES,
    WORLD,
    interval_text,
    observed_text,
    pass_text,
    tally_text,
    value_text,
)
from paget.report.words import RESEARCH_ONLY

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_NARROWEST = 100
_STYLES = {"agrees": "green", "contradicts": "red", "undecided": "yellow", "not simulated": "dim"}
COLUMNS = (
    "result",
    "observed",
    "simulated",
    "value",
    "between animals",
    "from parameters",
    "pass rate",
    "verdict",
)


def evidence_summary(rows: Sequence[Any], width: int | None = None, colour: bool | None = None) -> str:
    """Text with a table per use. width: columns [default: the terminal's]; colour: [default: only on a terminal]."""
    from paget.evidence import tallies

    def write(console: Console) -> None:
        for use, title in USE_TITLES.items():
            own = [row for row in rows if row.result.use == use]
            if own:
                console.print(_table(own, title))
                _reasons(own, console)
        for tally in tallies(rows):
            console.print(tally_text(tally), markup=False)
        if any(row.no_evidence for row in rows):
            console.print(NO_EVIDENCE_NOTE, style="dim", markup=False)
        console.print(f"{WORLD} {RESEARCH_ONLY}", style="dim", markup=False)

    return console_text(write, usual=120, narrowest=_NARROWEST, width=width, colour=colour)


def _table(rows: Sequence[Any], title: str) -> Table:
    from rich import box
    from rich.markup import escape
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=escape(title), title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False
    )
    for place, name in enumerate(COLUMNS):
        table.add_column(name, justify="left" if place in (0, 1, 2, 7) else "right", overflow="fold")
    for row in rows:
        verdict = Text(row.verdict.word, style=_STYLES[row.verdict.word])
        first = [escape(row.result.name), escape(observed_text(row.result))]
        if not row.findings:
            table.add_row(*first, *[Text("–")] * 5, verdict)
        for place, finding in enumerate(row.findings):
            table.add_row(
                *(first if place == 0 else ["", ""]),
                escape(finding.name),
                value_text(finding),
                interval_text(finding.between_animals),
                interval_text(finding.from_parameters),
                pass_text(row) if place == 0 else "",
                verdict if place == 0 else "",
            )
    return table


def _reasons(rows: Sequence[Any], console: Console) -> None:
    """Why a row does not agree, and what is likely missing."""
    for row in rows:
        if row.verdict.word in ("agrees", "not simulated"):
            continue
        console.print(f"{row.result.name}: {row.verdict.reason}.", markup=False)
        if row.result.likely_missing:
            console.print(f"  likely missing: {row.result.likely_missing}", markup=False, style="dim")
    console.print()
