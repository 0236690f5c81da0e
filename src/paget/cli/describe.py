"""`paget describe [NAME]`: the model in English, with numbers and sources."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from paget.cli.options import ProjectOption


def describe(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]",
            help="Anything of the catalog, or the file of a trial or scene; without it, the whole model.",
        ),
    ] = None,
    project: ProjectOption = None,
) -> None:
    """Describe a part of the model in English.

    A mechanism, drug, tumour, host, cell type, factor, receptor, trial or scene, with its numbers and their sources.
    """
    from paget import model

    show(model.describe(model.load_catalog(project), name))


def show(markdown: str) -> None:
    """Print Markdown: set for reading on a terminal, as it is elsewhere."""
    if not sys.stdout.isatty():
        typer.echo(markdown.rstrip())
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console().print(Markdown(markdown))
