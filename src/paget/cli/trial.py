"""`paget trial NAME|FILE`: run a simulated trial, write its folder, print its table."""

from __future__ import annotations

import contextlib
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from paget.cli.options import (
    OutOption,
    ProjectOption,
    QuietTableOption,
    TrialArgument,
    WorkersOption,
    animals_option,
    draws_option,
    seed_option,
)

WIDTH_IN_A_PIPE = 140

if TYPE_CHECKING:
    from paget.trial import TrialResult


def trial(
    context: typer.Context,
    name: TrialArgument,
    out: OutOption = None,
    seed: Annotated[int | None, seed_option("Seed [default: the trial's].")] = None,
    animals: Annotated[int | None, animals_option("Animals per arm [default: the trial's].", least=1)] = None,
    draws: Annotated[
        int | None, draws_option("Parameter draws beside the central run [default: the trial's].")
    ] = None,
    workers: WorkersOption = None,
    quiet: QuietTableOption = False,
    json: Annotated[bool, typer.Option("--json", help="Print summary.json instead of the table.")] = False,
    project: ProjectOption = None,
) -> None:
    """Run a simulated trial.

    Writes tables, figures and report.html, and prints a summary. The same command resumes a run that was stopped, and
    gives the same numbers.
    """
    asked = {"seed": seed, "animals": animals, "draws": draws}
    folder = out if out is not None else default_folder(name, asked)
    options = {**asked, "workers": workers, "command": shlex.join(context.obj)}
    try:
        result = _run_and_report(name, folder, options, project, quiet)
    except KeyboardInterrupt:
        _say_how_to_resume()
        raise typer.Exit(130) from None
    _print_result(result, folder, json)


def default_folder(name: str, options: Mapping[str, int | str | None]) -> Path:
    """`results/NAME`, with every option that makes it another run: `results/igf-paclitaxel-seed-2`."""
    changed = [f"{key}-{value}" for key, value in options.items() if value is not None]
    return Path("results") / "-".join([Path(name).stem, *changed])


def _run_and_report(
    name: str, folder: Path, options: dict[str, Any], project: Path | None, quiet: bool
) -> TrialResult:
    from paget.cli.progress import progress_for

    progress = progress_for(quiet)
    with progress or contextlib.nullcontext():
        tell = progress or _ignore
        tell({"phase": "loading"})
        from paget.model import load_catalog, load_trial_file
        from paget.trial import run_trial

        catalog = load_catalog(project)
        design = load_trial_file(name, catalog)

        def report(result: TrialResult, where: Path) -> None:
            tell({"phase": "report"})
            from paget.report import write_report

            write_report(result, where)

        result = run_trial(design, catalog, out=folder, progress=tell, finish=report, **options)
        if not (folder / "report.html").exists():  # a run of long ago, or one whose report was deleted
            report(result, folder)
    return result


def _ignore(event: Mapping[str, Any]) -> None:
    """Progress that nobody watches."""


def _say_how_to_resume() -> None:
    sys.stderr.write("\npaget: interrupted; finished mice are kept, resume with the same command\n")


def _print_result(result: TrialResult, folder: Path, json: bool) -> None:
    if json:
        typer.echo((folder / "summary.json").read_text(encoding="utf-8").rstrip())
        return
    print_table(result)
    typer.echo(f"Report: {folder / 'report.html'}")


def print_table(result: TrialResult) -> None:
    """The summary as a table, as wide as the terminal; wide enough for most arms where there is none."""
    from paget.report import terminal_summary

    typer.echo(terminal_summary(result, width=None if sys.stdout.isatty() else WIDTH_IN_A_PIPE))
