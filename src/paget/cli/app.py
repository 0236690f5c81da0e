"""The commands put together into one application."""

from __future__ import annotations

from typing import Annotated

import typer

from paget.cli.attribute import attribute
from paget.cli.check import check
from paget.cli.circulation import circulation
from paget.cli.describe import describe
from paget.cli.draw import draw
from paget.cli.evidence import evidence
from paget.cli.fit import fit
from paget.cli.lint import lint
from paget.cli.listing import list_catalog
from paget.cli.new import new
from paget.cli.physicell import physicell
from paget.cli.report import report
from paget.cli.resume import resume
from paget.cli.screen import screen
from paget.cli.sensitivity import sensitivity
from paget.cli.tissue import tissue
from paget.cli.trial import trial

_HELP = """A virtual laboratory of breast-cancer metastasis.

Paget runs simulated mouse trials and tissues from biology written as rules with units and sources.
Research software: not for clinical decisions.
"""


def _show_version(wanted: bool) -> None:
    if wanted:
        from paget._version import __version__

        typer.echo(f"paget {__version__}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    pass


def build_app() -> typer.Typer:
    """The application with all its commands, in the order in which a newcomer meets them."""
    app = typer.Typer(help=_HELP, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.callback()(_root)
    app.command("trial")(trial)
    app.command("report")(report)
    app.command("screen")(screen)
    app.command("attribute")(attribute)
    app.command("sensitivity")(sensitivity)
    app.command("evidence")(evidence)
    app.command("circulation")(circulation)
    app.command("draw")(draw)
    app.command("tissue")(tissue)
    app.command("resume")(resume)
    app.add_typer(physicell, name="physicell")
    app.add_typer(new, name="new")
    app.add_typer(fit, name="fit")
    app.command("check")(check)
    app.command("lint")(lint)
    app.command("describe")(describe)
    app.command("list")(list_catalog)
    return app
