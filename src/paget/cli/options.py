"""Options and arguments that several commands share: one name, one help text.

An option whose help says something of its own in each command is a function of that help.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

ProjectOption = Annotated[
    Path | None,
    typer.Option(
        "--project",
        metavar="DIR",
        help="Project folder that extends or overrides the catalog [default: $PAGET_PROJECT or ./paget-project].",
    ),
]
OutOption = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Folder for the results [default: in results/].")
]
WorkersOption = Annotated[
    int | None,
    typer.Option("--workers", min=1, metavar="N", help="Threads [default: the CPUs this process may use]."),
]
ThreadsOption = Annotated[
    int | None,
    typer.Option(
        "--threads", min=1, metavar="N", help="Threads [default: all CPUs, one for a small tissue]."
    ),
]
QuietOption = Annotated[bool, typer.Option("--quiet", help="No progress, only the result.")]
QuietTableOption = Annotated[bool, typer.Option("--quiet", help="No progress, only the final table.")]
JsonOption = Annotated[
    Path | None, typer.Option("--json", metavar="FILE", help="Write the tables as JSON to FILE, too.")
]
TrialArgument = Annotated[
    str, typer.Argument(metavar="NAME|FILE", help="A trial of the catalog, or a trial file.")
]
TUMOUR: Any = typer.Option("--tumour", metavar="NAME", help="Tumour, by name in the catalog.")
HOST: Any = typer.Option("--host", metavar="NAME", help="Host, by name in the catalog.")


def seed_option(help_text: str) -> Any:
    """`--seed N`, from 0."""
    return typer.Option("--seed", min=0, metavar="N", help=help_text)


def animals_option(help_text: str, least: int = 5) -> Any:
    """`--animals N`; studies take logarithms of means over animals, and need some."""
    return typer.Option("--animals", min=least, metavar="N", help=help_text)


def draws_option(help_text: str) -> Any:
    """`--draws N`: parameter draws, none allowed."""
    return typer.Option("--draws", min=0, metavar="N", help=help_text)


def days_option(help_text: str) -> Any:
    """`--days DAY`: the length of a study, a day at least."""
    return typer.Option("--days", min=1.0, metavar="DAY", help=help_text)


def endpoint_option(help_text: str) -> Any:
    """`--endpoint NAME`."""
    return typer.Option("--endpoint", metavar="NAME", help=help_text)


def names_option(name: str, help_text: str) -> Any:
    """An option of names between commas: see `paget.cli.study.names_in`."""
    return typer.Option(name, metavar="A,B", help=help_text)


def json_file_option(help_text: str) -> Any:
    """`--json F`: a file for JSON, where `-` may stand for the terminal."""
    return typer.Option("--json", metavar="F", help=help_text)
