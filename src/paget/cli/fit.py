"""`paget fit baseline`: bring the catalog to its baselines, and freeze it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from paget.cli.options import ProjectOption, json_file_option

if TYPE_CHECKING:
    from paget.analysis.baseline.fit import BaselineFit
    from paget.model import Catalog

fit = typer.Typer(help="Fit the catalog to what untreated animals are like.", rich_markup_mode=None)


@fit.callback()
def _fit() -> None:
    """Keeps `baseline` a word of its own while it is the only one."""


@fit.command()
def baseline(
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            metavar="FILE",
            help="Volumes of real animals (ID, Time, Observation): the law of growth too.",
        ),
    ] = None,
    write: Annotated[
        Path | None,
        typer.Option(
            "--write",
            metavar="DIR",
            help="Project folder that gets the fitted catalog files, frozen under a hash.",
        ),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only say whether the catalog is the one that was frozen.")
    ] = False,
    json: Annotated[Path | None, json_file_option("Write targets and numbers to this file.")] = None,
    project: ProjectOption = None,
) -> None:
    """Fit all baselines with the whole catalog on.

    Composition, signals, killing, growth, the way from arrest to a founder, draws of patients, and paclitaxel alone; no
    other intervention is looked at. With --write the numbers are put into catalog files and frozen under a hash;
    without, they are only shown.
    """
    from paget.model import load_catalog

    catalog = load_catalog(project)
    if check:
        raise typer.Exit(_check(catalog))
    from paget.analysis.baseline.fit import fit_baseline
    from paget.report.baseline_terminal import as_json, terminal_baseline

    found = fit_baseline(catalog, data, _tell)
    if json is not None:
        from paget.formats.atomic import write_json, writing_to

        with writing_to(json):
            write_json(json, as_json(found))
    typer.echo(terminal_baseline(found))
    if write is not None:
        typer.echo(_write(found, catalog, write))


def _tell(text: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"paget: {text}\n")


def _check(catalog: Catalog) -> int:
    from paget.analysis.baseline.fit import DRUGS
    from paget.analysis.baseline.freezing import differences
    from paget.analysis.baseline.targets import read_baseline

    changed = differences(read_baseline(catalog), catalog, DRUGS)
    typer.echo("\n".join(changed) if changed else "the baseline is the frozen one")
    return 1 if changed else 0


def _write(found: BaselineFit, catalog: Catalog, folder: Path) -> str:
    from paget.analysis.baseline.fit import freeze_into

    files, hash_ = freeze_into(folder, found, catalog)
    return f"{len(files)} catalog files in {folder}, frozen under {hash_[:12]}"
