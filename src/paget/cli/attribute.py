"""`paget attribute TRIAL --arms A B`: which step and which mechanism carry the difference between two arms."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from paget.cli.options import ProjectOption
from paget.cli.study import (
    JsonOption,
    OutOption,
    QuietOption,
    WorkersOption,
    check_json,
    names_in,
    with_progress,
    write_json_file,
)


def attribute(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="NAME|FILE", help="A trial of the catalog, or a trial file.")
    ],
    arms: Annotated[
        tuple[str, str], typer.Option("--arms", metavar="ARM REFERENCE", help="The two arms to compare.")
    ],
    endpoint: Annotated[
        str,
        typer.Option("--endpoint", metavar="NAME", help="Endpoint; also '{site} macrometastases'."),
    ] = "lung foci",
    animals: Annotated[
        int | None, typer.Option("--animals", min=5, metavar="N", help="Twins per arm [default: 40].")
    ] = None,
    draws: Annotated[
        int | None,
        typer.Option(
            "--draws", min=0, metavar="N", help="Parameter draws beside the central run [default: 0]."
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, metavar="N", help="Seed [default: the trial's].")
    ] = None,
    mechanisms: Annotated[
        str | None,
        typer.Option(
            "--mechanisms",
            metavar="A,B",
            help="Mechanisms to leave out, or 'none' [default: all of this mouse].",
        ),
    ] = None,
    pairs: Annotated[
        bool, typer.Option("--pairs/--no-pairs", help="Leave mechanisms out in pairs, too [default: pairs].")
    ] = True,
    out: OutOption = None,
    workers: WorkersOption = None,
    quiet: QuietOption = False,
    json: JsonOption = None,
    project: ProjectOption = None,
) -> None:
    """Say which step of the cascade, and which mechanism, carries the difference between two arms.

    Writes two tables, figures and report.html. The same command resumes a run that was stopped.
    """
    check_json(json)
    from paget.cli.trial import default_folder
    from paget.model.names import slug

    chosen = names_in(mechanisms)
    options = {"animals": animals, "draws": draws, "seed": seed}
    asked = {"endpoint": endpoint if endpoint != "lung foci" else None, **options}
    asked |= {"mechanisms": mechanisms, "pairs": None if pairs else "no"}
    words = {key: value if value is None else slug(str(value)) for key, value in asked.items()}
    stem = "-".join(["attribute", Path(name).stem, slug(arms[0]), "against", slug(arms[1])])
    folder = out if out is not None else default_folder(stem, words)

    def work(tell):  # type: ignore[no-untyped-def]
        from paget.analysis.attribution.study import run_attribution
        from paget.model import load_catalog, load_trial_file

        def finish(frames, notes, where):  # type: ignore[no-untyped-def]
            tell({"phase": "report"})
            from paget.report.attribution import write_attribution

            write_attribution(frames["steps"], frames["mechanisms"], notes, where)

        catalog = load_catalog(project)
        return run_attribution(
            load_trial_file(name, catalog), catalog, arms, endpoint, mechanisms=chosen, pairs=pairs, out=folder,
            workers=workers, progress=tell, command=shlex.join(context.obj), finish=finish, **options,
        )  # fmt: skip

    found = with_progress(quiet, work)
    from paget.report.attribution import attribution_json, attribution_text

    tables = found.steps, found.mechanisms, found.notes
    write_json_file(json, attribution_json(*tables))
    typer.echo(attribution_text(*tables))
    typer.echo(f"\nReport: {folder / 'report.html'}")
