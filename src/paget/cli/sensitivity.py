"""`paget sensitivity [TRIAL]`: which unknown numbers of the model an endpoint depends on most."""

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
    endpoint_option,
    seed_option,
)
from paget.cli.study import Tell, changed, check_json, show_study, study_folder, then_report, with_progress

if TYPE_CHECKING:
    from paget.analysis.folder import Frames, Notes
    from paget.analysis.sensitivity.study import Sensitivity


def sensitivity(
    context: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME|FILE]", help="A trial [default: untreated animals of --tumour and --host]."
        ),
    ] = None,
    tumour: Annotated[str | None, TUMOUR] = None,
    host: Annotated[str | None, HOST] = None,
    days: Annotated[float, days_option("Day of reading without a trial [default: 42].")] = 42.0,
    arm: Annotated[
        str | None, typer.Option("--arm", metavar="ARM", help="Arm of the trial [default: the first].")
    ] = None,
    against: Annotated[
        str | None,
        typer.Option("--against", metavar="ARM", help="Second arm: what the ratio of the two depends on."),
    ] = None,
    endpoint: Annotated[str, endpoint_option("Endpoint [default: lung foci].")] = "lung foci",
    trajectories: Annotated[
        int,
        typer.Option("--trajectories", min=2, metavar="R", help="Times each number is moved [default: 12]."),
    ] = 12,
    animals: Annotated[int, animals_option("Animals at each point [default: 16].")] = 16,
    span: Annotated[
        float,
        typer.Option(
            "--span",
            min=0.01,
            max=1.0,
            metavar="SHARE",
            help="Part of each range that is used [default: 0.5].",
        ),
    ] = 0.5,
    seed: Annotated[int | None, seed_option("Seed [default: the trial's, or 1].")] = None,
    out: OutOption = None,
    workers: WorkersOption = None,
    quiet: QuietOption = False,
    json: JsonOption = None,
    project: ProjectOption = None,
) -> None:
    """Find the unknown numbers that an endpoint depends on most.

    A Morris screen of all fitted and assumed numbers with a range: importance, interaction, and what is only noise;
    by number and by mechanism. Resumes when it was stopped.
    """
    check_json(json)
    arms = _arms(name, tumour, host, arm, against)
    from paget.model.names import slug

    asked = changed(
        endpoint=(endpoint, "lung foci"), arm=(arm, None), against=(against, None), days=(days, 42.0),
        trajectories=(trajectories, 12), animals=(animals, 16), span=(span, 0.5), seed=(seed, None),
    )  # fmt: skip
    subject = slug(Path(name).stem if name else f"{tumour} {host}")
    folder = study_folder(out, ("sensitivity", subject), asked)

    def work(tell: Tell) -> Sensitivity:
        from paget.analysis.sensitivity.study import run_sensitivity, untreated
        from paget.model import load_catalog, load_trial_file

        catalog = load_catalog(project)
        design = load_trial_file(name, catalog) if name else untreated(tumour or "", host or "", days)
        return run_sensitivity(
            design, catalog, endpoint, arms=arms, trajectories=trajectories, animals=animals, span=span, seed=seed,
            out=folder, workers=workers, progress=tell, command=shlex.join(context.obj),
            finish=then_report(tell, _write),
        )  # fmt: skip

    found = with_progress(quiet, work)
    from paget.report.sensitivity import sensitivity_json, sensitivity_text

    tables = found.tables, found.notes
    show_study(json, sensitivity_json(*tables), sensitivity_text(*tables), folder)


def _write(frames: Frames, notes: Notes, folder: Path) -> None:
    from paget.report.sensitivity import write_sensitivity

    write_sensitivity(frames, notes, folder)


def _arms(
    name: str | None, tumour: str | None, host: str | None, arm: str | None, against: str | None
) -> list[str]:
    """The arms that are asked for; PagetError for options that do not go together."""
    from paget.errors import PagetError

    if name is None and not (tumour and host):
        raise PagetError("needs a trial, or --tumour and --host")
    if name is not None and (tumour or host):
        raise PagetError(
            "the trial names tumour and host; leave --tumour and --host out", found=tumour or host
        )
    if name is None and (arm or against):
        raise PagetError("untreated animals have no arms; name a trial", key="--arm", found=arm or against)
    if against is not None and arm is None:
        raise PagetError("needs --arm, the arm of interest", key="--against", found=against)
    return [chosen for chosen in (arm, against) if chosen is not None]
