"""`paget list [KIND]`: what the catalog holds."""

from __future__ import annotations

from itertools import groupby
from typing import Annotated

import typer

from paget.cli.options import ProjectOption

KINDS = (
    "trials",
    "scenes",
    "tumours",
    "hosts",
    "drugs",
    "mechanisms",
    "cell-types",
    "factors",
    "receptors",
    "results",
    "populations",
)
"""In the order in which a newcomer wants to see them."""


def list_catalog(
    kind: Annotated[
        str | None,
        typer.Argument(metavar="[KIND]", help=f"One of {', '.join(KINDS)} [default: all]."),
    ] = None,
    project: ProjectOption = None,
) -> None:
    """List what the catalog holds."""
    from paget import model
    from paget.model.names import FOLDERS

    rows = model.list_catalog(model.load_catalog(project), kind)
    rows.sort(key=lambda row: KINDS.index(FOLDERS[row["kind"]]))
    for name, items in groupby(rows, key=lambda row: FOLDERS[row["kind"]]):
        if kind is None:
            typer.echo(f"{name}:")
        _print_items(list(items), indent="" if kind else "  ")


def _print_items(items: list[dict[str, str]], indent: str) -> None:
    width = max(len(item["name"]) for item in items)
    for item in items:
        typer.echo(f"{indent}{item['name']:<{width}}  {item['title']}".rstrip())
