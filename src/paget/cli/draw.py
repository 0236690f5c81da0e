"""`paget draw POPULATION`: a tube of blood from each of many simulated patients."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from paget.cli.options import JsonOption, ProjectOption, seed_option
from paget.cli.study import check_json, write_json_file


def draw(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="POPULATION", help="A population of the catalog.")],
    patients: Annotated[
        int, typer.Option("--patients", min=3, max=1_000_000, metavar="N", help="Patients, one tube each.")
    ] = 1529,
    seed: Annotated[int, seed_option("Seed.")] = 1,
    volume: Annotated[
        str | None,
        typer.Option(
            "--volume", metavar="TEXT", help='Blood drawn, such as "7.5 mL" [default: the population\'s].'
        ),
    ] = None,
    state: Annotated[
        str | None,
        typer.Option(
            "--state", metavar="NAME", help="How the assay sees patients [default: the population's]."
        ),
    ] = None,
    json: JsonOption = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="DIR", help="Folder for tables, figures and report.html [default: none]."
        ),
    ] = None,
    project: ProjectOption = None,
) -> None:
    """Draw blood from simulated patients and count single tumour cells and clusters.

    Prints counts, sizes and partners beside published ones; research software, not for clinical decisions.
    """
    check_json(json)
    from paget.analysis.circulation.draw_study import run_draw
    from paget.model import load_catalog
    from paget.report.draws import draw_json, draw_text, write_draws

    millilitres = None if volume is None else volume_in_ml(volume)
    tables, notes = run_draw(
        load_catalog(project).get("population", name), patients=patients, seed=seed, volume=millilitres, state=state,
        out=out, finish=write_draws, command=shlex.join(context.obj),
    )  # fmt: skip
    write_json_file(json, draw_json(tables, notes))
    typer.echo(draw_text(tables, notes))
    if out is not None:
        typer.echo(f"\nReport: {out / 'report.html'}")


def volume_in_ml(text: str) -> float:
    """The number of mL in "7.5 mL"; PagetError for other text."""
    from paget.errors import PagetError
    from paget.model.quantity import BadValue, In, Setting

    try:
        return float(Setting.read(text, In("mL", above=0)))
    except (BadValue, PagetError) as error:
        raise PagetError(
            "the volume cannot be read", key="--volume", found=text, allowed='text such as "7.5 mL"'
        ) from error
