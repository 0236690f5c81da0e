"""`paget evidence [ID...]`: published results beside simulated ones, and what each comparison is worth."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from paget.cli.options import ProjectOption

if TYPE_CHECKING:
    from paget.evidence import LedgerRow

WIDTH_IN_A_PIPE = 160


def evidence(
    ids: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ID]...", help="Published results, by id [default: all; `paget list results`]."
        ),
    ] = None,
    json: Annotated[
        Path | None,
        typer.Option("--json", metavar="F", help="Write the rows to this file; - for the terminal."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Write evidence.html and ledger.json into this folder."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, metavar="N", help="First of the seeds.")] = 1,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers", min=1, metavar="N", help="Threads [default: the CPUs this process may use]."
        ),
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Fewer animals and draws: a first look.")] = False,
    project: ProjectOption = None,
) -> None:
    """Compare the model with published results.

    Each row shows what was observed, what comes out with both kinds of interval, the share of parameter draws that
    give the right answer, and a verdict. Runs are kept: a changed mechanism reruns only what it can reach, and the
    same command goes on where one was stopped.
    """
    try:
        rows = _build(ids or [], seed, workers, quick, project)
    except KeyboardInterrupt:
        sys.stderr.write("\npaget: interrupted; finished mice are kept, go on with the same command\n")
        raise typer.Exit(130) from None
    _give(rows, json, out, quick)


def _build(
    ids: list[str], seed: int, workers: int | None, quick: bool, project: Path | None
) -> list[LedgerRow]:
    from paget.cli.progress import progress_for

    progress = progress_for(False)
    with progress or contextlib.nullcontext():
        if progress is not None:
            progress({"phase": "loading"})
        from paget.evidence import FULL, QUICK, build_ledger
        from paget.model import load_catalog

        effort = QUICK if quick else FULL
        return build_ledger(
            load_catalog(project), ids, effort=effort, seed=seed, workers=workers, progress=progress
        )


def _give(rows: list[LedgerRow], json: Path | None, out: Path | None, quick: bool) -> None:
    from paget.formats.atomic import write_json, writing_to
    from paget.report.evidence_terminal import evidence_summary

    table: list[dict[str, Any]] = [row.as_json() for row in rows]
    if json is not None and str(json) == "-":
        import json as encoder

        typer.echo(encoder.dumps(table, indent=2, ensure_ascii=False))
        return
    if json is not None:
        with writing_to(json):
            json.parent.mkdir(parents=True, exist_ok=True)
            write_json(json, table)
    typer.echo(evidence_summary(rows, width=None if sys.stdout.isatty() else WIDTH_IN_A_PIPE))
    if quick:
        typer.echo("Quick look: few animals and draws; verdicts may change with all of them.")
    if json is not None:
        typer.echo(f"Rows: {json}")
