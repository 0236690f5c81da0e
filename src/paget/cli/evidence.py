"""`paget evidence [ID...]`: published results beside simulated ones, and what each comparison is worth."""

from __future__ import annotations

import contextlib
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from paget.cli.options import ProjectOption, WorkersOption, json_file_option, seed_option

if TYPE_CHECKING:
    from paget.evidence import Effort, LedgerRow
    from paget.model import Catalog

WIDTH_IN_A_PIPE = 160


def evidence(
    context: typer.Context,
    ids: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ID]...", help="Published results, by id [default: all; `paget list results`]."
        ),
    ] = None,
    json: Annotated[Path | None, json_file_option("Write the rows to this file; - for the terminal.")] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Write evidence.html and ledger.json into this folder."),
    ] = None,
    seed: Annotated[int, seed_option("First of the seeds.")] = 1,
    workers: WorkersOption = None,
    quick: Annotated[bool, typer.Option("--quick", help="Fewer animals and draws: a first look.")] = False,
    project: ProjectOption = None,
) -> None:
    """Compare the model with published results.

    Each row shows what was observed, what comes out with both kinds of interval, the share of parameter draws that
    give the right answer, and a verdict. Runs are kept: a changed mechanism reruns only what it can reach, and the
    same command goes on where one was stopped.
    """
    catalog, effort = _inputs(project, quick)
    try:
        rows = _build(catalog, ids or [], effort, seed, workers)
    except KeyboardInterrupt:
        sys.stderr.write("\npaget: interrupted; finished mice are kept, go on with the same command\n")
        raise typer.Exit(130) from None
    if json is not None and str(json) == "-":
        _print_json(rows)
        return
    _print_table(rows, quick)
    if json is not None:
        typer.echo(f"Rows: {_write_json(rows, json)}")
    if out is not None:
        from paget.report.evidence_page import write_evidence

        page = write_evidence(rows, out, catalog.references, _facts(effort, seed, shlex.join(context.obj)))
        typer.echo(f"Page: {page}")


def _inputs(project: Path | None, quick: bool) -> tuple[Catalog, Effort]:
    from paget.evidence import FULL, QUICK
    from paget.model import load_catalog

    return load_catalog(project), QUICK if quick else FULL


def _build(
    catalog: Catalog, ids: list[str], effort: Effort, seed: int, workers: int | None
) -> list[LedgerRow]:
    from paget.cli.progress import progress_for
    from paget.evidence import build_ledger

    progress = progress_for(False)
    with progress or contextlib.nullcontext():
        return build_ledger(catalog, ids, effort=effort, seed=seed, workers=workers, progress=progress)


def _print_table(rows: list[LedgerRow], quick: bool) -> None:
    from paget.report.evidence_terminal import evidence_summary

    typer.echo(evidence_summary(rows, width=None if sys.stdout.isatty() else WIDTH_IN_A_PIPE))
    if quick:
        typer.echo("Quick look: few animals and draws; verdicts may change with all of them.")


def _print_json(rows: list[LedgerRow]) -> None:
    import json

    typer.echo(json.dumps([row.as_json() for row in rows], indent=2, ensure_ascii=False, allow_nan=False))


def _write_json(rows: list[LedgerRow], path: Path) -> Path:
    from paget.formats.atomic import write_json, writing_to

    with writing_to(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        return write_json(path, [row.as_json() for row in rows])


def _facts(effort: Effort, seed: int, command: str) -> dict[str, str]:
    """How the ledger was made, in words."""
    from paget._version import __version__

    return {
        "Paget": __version__,
        "command": command,
        "seeds": f"{seed} to {seed + effort.seeds - 1}",
        "animals per arm and seed": str(effort.animals),
        "parameter draws": str(effort.draws),
        "animals per arm and draw": f"{effort.animals_per_draw} or more, the same in every arm",
    }
