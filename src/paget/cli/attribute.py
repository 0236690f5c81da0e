"""`paget attribute TRIAL --arms A B`: which step and which mechanism carry the difference between two arms."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from paget.cli.options import (
    JsonOption,
    OutOption,
    ProjectOption,
    QuietOption,
    TrialArgument,
    WorkersOption,
    animals_option,
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
    from paget.analysis.attribution.study import Attribution
    from paget.analysis.folder import Frames, Notes

_ENDPOINT = "lung foci"


def attribute(
    context: typer.Context,
    name: TrialArgument,
    arms: Annotated[
        tuple[str, str], typer.Option("--arms", metavar="ARM REFERENCE", help="The two arms to compare.")
    ],
    endpoint: Annotated[str, endpoint_option("Endpoint; also '{site} macrometastases'.")] = _ENDPOINT,
    animals: Annotated[int | None, animals_option("Twins per arm [default: 40].")] = None,
    draws: Annotated[int | None, draws_option("Parameter draws beside the central run [default: 0].")] = None,
    seed: Annotated[int | None, seed_option("Seed [default: the trial's].")] = None,
    mechanisms: Annotated[
        str | None,
        names_option("--mechanisms", "Mechanisms to leave out, or 'none' [default: all of this mouse]."),
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
    from paget.model.names import slug

    size = {"animals": animals, "draws": draws, "seed": seed}
    asked = {**changed(endpoint=(endpoint, _ENDPOINT)), **size, "mechanisms": mechanisms}
    asked |= changed(pairs=("yes" if pairs else "no", "yes"))
    stem = ("attribute", Path(name).stem, slug(arms[0]), "against", slug(arms[1]))
    folder = study_folder(out, stem, asked)

    def work(tell: Tell) -> Attribution:
        from paget.analysis.attribution.study import run_attribution
        from paget.model import load_catalog, load_trial_file

        catalog = load_catalog(project)
        return run_attribution(
            load_trial_file(name, catalog), catalog, arms, endpoint, mechanisms=names_in(mechanisms), pairs=pairs,
            out=folder, workers=workers, progress=tell, command=shlex.join(context.obj),
            finish=then_report(tell, _write), **size,
        )  # fmt: skip

    found = with_progress(quiet, work)
    from paget.report.attribution import attribution_json, attribution_text

    tables = found.steps, found.mechanisms, found.notes
    show_study(json, attribution_json(*tables), attribution_text(*tables), folder)


def _write(frames: Frames, notes: Notes, folder: Path) -> None:
    from paget.report.attribution import write_attribution

    write_attribution(frames["steps"], frames["mechanisms"], notes, folder)
