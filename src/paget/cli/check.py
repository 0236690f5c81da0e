"""`paget check FILE`: read a trial, check everything that can be checked without running it."""

from __future__ import annotations

from typing import Annotated

import typer

from paget.cli.options import ProjectOption


def check(
    name: Annotated[
        str, typer.Argument(metavar="NAME|FILE", help="A trial of the catalog, or a trial file.")
    ],
    project: ProjectOption = None,
) -> None:
    """Check a trial without running it.

    Names, units, sources, species, doses and contrasts; says what it read.
    """
    from paget.model import load_catalog, load_trial_file

    design = load_trial_file(name, load_catalog(project))
    typer.echo(f"{name}: no errors. {summary(design)}")


def summary(design: object) -> str:
    """One line about a trial design, so that a reader sees that the right file was read."""
    return f"Trial '{design.name}': {len(design.arms)} arms"  # type: ignore[attr-defined]
