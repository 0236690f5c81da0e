"""`paget screen --tumour T --host H`: which drugs and pairs work best, when, and at which step."""

from __future__ import annotations

import shlex
from typing import Annotated, Any

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

_TIMINGS = "neoadjuvant,adjuvant,late"


def screen(
    context: typer.Context,
    tumour: Annotated[str, typer.Option("--tumour", metavar="NAME", help="Tumour, by name in the catalog.")],
    host: Annotated[str, typer.Option("--host", metavar="NAME", help="Host, by name in the catalog.")],
    endpoint: Annotated[
        str, typer.Option("--endpoint", metavar="NAME", help="Endpoint to lower [default: lung foci].")
    ] = "lung foci",
    drugs: Annotated[
        str | None,
        typer.Option("--drugs", metavar="A,B", help="Drugs [default: all that act in this mouse]."),
    ] = None,
    timings: Annotated[
        str,
        typer.Option(
            "--timings",
            metavar="A,B",
            help=f"neoadjuvant, adjuvant, late, or start days after enrolment [default: {_TIMINGS}].",
        ),
    ] = _TIMINGS,
    animals: Annotated[
        int, typer.Option("--animals", min=5, metavar="N", help="Twins per arm [default: 20].")
    ] = 20,
    draws: Annotated[
        int,
        typer.Option("--draws", min=0, metavar="N", help="Parameter draws for the best arms [default: 15]."),
    ] = 15,
    seed: Annotated[int, typer.Option("--seed", min=0, metavar="N", help="Seed [default: 1].")] = 1,
    surgery: Annotated[
        float,
        typer.Option("--surgery", min=0.0, metavar="DAY", help="Surgery after enrolment [default: 14]."),
    ] = 14.0,
    days: Annotated[
        float, typer.Option("--days", min=1.0, metavar="DAY", help="Length from inoculation [default: 42].")
    ] = 42.0,
    without: Annotated[
        str | None, typer.Option("--without", metavar="A,B", help="Mechanisms to leave out [default: none].")
    ] = None,
    ladder: Annotated[
        bool, typer.Option("--ladder/--no-ladder", help="Dose response of single drugs [default: ladder].")
    ] = True,
    out: OutOption = None,
    workers: WorkersOption = None,
    quiet: QuietOption = False,
    json: JsonOption = None,
    project: ProjectOption = None,
) -> None:
    """Screen drugs, alone and in pairs, for what lowers an endpoint.

    Efficacy with tolerability beside it, Bliss and highest-single-agent interactions, dose response, and for the best
    arms the step of the cascade and how often they stay the best over parameter draws. Resumes when it was stopped.
    """
    check_json(json)
    from paget.analysis.screen.plan import Setting
    from paget.analysis.screen.study import run_screen
    from paget.cli.trial import default_folder
    from paget.model.names import slug

    asked: dict[str, Any] = {
        "drugs": drugs, "timings": timings if timings != _TIMINGS else None,
        "animals": animals if animals != 20 else None, "draws": draws if draws != 15 else None,
        "seed": seed if seed != 1 else None, "surgery": surgery if surgery != 14.0 else None,
        "days": days if days != 42.0 else None, "without": without, "ladder": None if ladder else "no",
    }  # fmt: skip
    stem = "-".join(["screen", slug(tumour), slug(host), slug(endpoint)])
    words = {key: value if value is None else slug(str(value)) for key, value in asked.items()}
    folder = out if out is not None else default_folder(stem, words)
    setting = Setting(tumour, host, surgery, days, without=tuple(names_in(without) or ()))

    def work(tell: Any) -> Any:
        from paget.model import load_catalog

        def finish(tables: Any, notes: Any, where: Any) -> None:
            tell({"phase": "report"})
            from paget.report.screen import write_screen

            write_screen(tables, notes, where)

        return run_screen(
            load_catalog(project), setting, endpoint, drugs=names_in(drugs), timings=names_in(timings) or [],
            animals=animals, draws=draws, seed=seed, ladder=ladder, out=folder, workers=workers, progress=tell,
            command=shlex.join(context.obj), finish=finish,
        )  # fmt: skip

    found = with_progress(quiet, work)
    from paget.report.screen import screen_json, screen_text

    write_json_file(json, screen_json(found.tables, found.notes))
    typer.echo(screen_text(found.tables, found.notes))
    typer.echo(f"\nReport: {folder / 'report.html'}")
