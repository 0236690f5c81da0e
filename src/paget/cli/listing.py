"""`paget list [KIND]`: what the catalog holds."""

from __future__ import annotations

from typing import Annotated

import typer

from paget.cli.options import ProjectOption

# What a user calls a kind, and the attribute of the catalog that holds it.
KINDS = {
    "trials": "trials",
    "tumours": "tumours",
    "hosts": "hosts",
    "drugs": "drugs",
    "mechanisms": "mechanisms",
    "cell-types": "cell_types",
    "factors": "factors",
    "receptors": "receptors",
}


def list_catalog(
    kind: Annotated[
        str | None,
        typer.Argument(metavar="[KIND]", help=f"One of {', '.join(KINDS)}; without it, all of them."),
    ] = None,
    project: ProjectOption = None,
) -> None:
    """List what the catalog holds."""
    wanted = list(KINDS) if kind is None else [_known_kind(kind)]
    from paget.model import load_catalog

    catalog = load_catalog(project)
    for name in wanted:
        if kind is None:
            typer.echo(f"{name}:")
        _print_items(getattr(catalog, KINDS[name]), indent="" if kind else "  ")


def _known_kind(kind: str) -> str:
    from paget.errors import PagetError, did_you_mean

    candidate = kind.lower().replace("_", "-").replace(" ", "-")
    for name in (candidate, candidate + "s"):
        if name in KINDS:
            return name
    raise PagetError(
        "unknown kind of catalog item", found=kind, allowed=list(KINDS), suggestion=did_you_mean(kind, KINDS)
    )


def _print_items(items: dict[str, object], indent: str) -> None:
    width = max((len(name) for name in items), default=0)
    for name in sorted(items):
        title = getattr(items[name], "title", None) or ""
        typer.echo(f"{indent}{name:<{width}}  {title}".rstrip())
