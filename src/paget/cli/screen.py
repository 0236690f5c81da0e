"""`paget screen --tumour T --host H`: which drugs and pairs work best, when, and at which step."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from paget.cli.options import (
    HOST,
    TUMOUR,
    JsonOption,
    OutOption,
    ProjectOption,
    QuietOption,
    WorkersOption,
    animals_option,
    days_option,
    draws_option,
    endpoint_option,
    names_option,
    seed_option,
)
from paget.cli.study import (
    Tell,
    changed,
    check_json,
    names_in,
    show_study,
    study_folder,
    then_report,
    with_progress,
)

if TYPE_CHECKING:
    from paget.analysis.folder import Frames, Notes
    from paget.analysis.screen.study import Screen

_TIMINGS = "neoadjuvant,adjuvant,late"


def screen(
    context: typer.Context,
    tumour: Annotated[str, TUMOUR],
    host: Annotated[str, HOST],
    endpoint: Annotated[str, endpoint_option("Endpoint to lower [default: lung foci].")] = "lung foci",
    drugs: Annotated[
        str | None, names_option("--drugs", "Drugs [default: all that act in this mouse].")
    ] = None,
    timings: Annotated[
        str,
        names_option(
            "--timings", f"neoadjuvant, adjuvant, late, or start days after enrolment [default: {_TIMINGS}]."
        ),
    ] = _TIMINGS,
    animals: Annotated[int, animals_option("Twins per arm [default: 20].")] = 20,
    draws: Annotated[int, draws_option("Parameter draws for the best arms [default: 15].")] = 15,
    seed: Annotated[int, seed_option("Seed [default: 1].")] = 1,
    surgery: Annotated[
        float,
        typer.Option("--surgery", min=0.0, metavar="DAY", help="Surgery after enrolment [default: 14]."),
    ] = 14.0,
    days: Annotated[float, days_option("Length from inoculation [default: 42].")] = 42.0,
    without: Annotated[
        str | None, names_option("--without", "Mechanisms to leave out [default: none].")
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
    from paget.model.names import slug

    asked = changed(
        drugs=(drugs, None), timings=(timings, _TIMINGS), animals=(animals, 20), draws=(draws, 15), seed=(seed, 1),
        surgery=(surgery, 14.0), days=(days, 42.0), without=(without, None), ladder=("yes" if ladder else "no", "yes"),
    )  # fmt: skip
    folder = study_folder(out, ("screen", slug(tumour), slug(host), slug(endpoint)), asked)

    def work(tell: Tell) -> Screen:
        from paget.analysis.screen.plan import Setting
        from paget.analysis.screen.study import run_screen
        from paget.model import load_catalog

        setting = Setting(tumour, host, surgery, days, without=tuple(names_in(without) or ()))
        return run_screen(
            load_catalog(project), setting, endpoint, drugs=names_in(drugs), timings=names_in(timings) or [],
            animals=animals, draws=draws, seed=seed, ladder=ladder, out=folder, workers=workers, progress=tell,
            command=shlex.join(context.obj), finish=then_report(tell, _write),
        )  # fmt: skip

    found = with_progress(quiet, work)
    from paget.report.screen import screen_json, screen_text

    tables = found.tables, found.notes
    show_study(json, screen_json(*tables), screen_text(*tables), folder)


def _write(frames: Frames, notes: Notes, folder: Path) -> None:
    from paget.report.screen import write_screen

    write_screen(frames, notes, folder)
