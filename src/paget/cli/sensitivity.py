"""`paget sensitivity [TRIAL]`: which unknown numbers of the model an endpoint depends on most."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated, Any

import typer

from paget.cli.options import ProjectOption
from paget.cli.study import (
    JsonOption,
    OutOption,
    QuietOption,
    WorkersOption,
    check_json,
    with_progress,
    write_json_file,
)


def sensitivity(
    context: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME|FILE]", help="A trial [default: untreated animals of --tumour and --host]."
        ),
    ] = None,
    tumour: Annotated[
        str | None, typer.Option("--tumour", metavar="NAME", help="Tumour, by name in the catalog.")
    ] = None,
    host: Annotated[
        str | None, typer.Option("--host", metavar="NAME", help="Host, by name in the catalog.")
    ] = None,
    days: Annotated[
        float,
        typer.Option("--days", min=1.0, metavar="DAY", help="Day of reading without a trial [default: 42]."),
    ] = 42.0,
    arm: Annotated[
        str | None, typer.Option("--arm", metavar="ARM", help="Arm of the trial [default: the first].")
    ] = None,
    against: Annotated[
        str | None,
        typer.Option("--against", metavar="ARM", help="Second arm: what the ratio of the two depends on."),
    ] = None,
    endpoint: Annotated[
        str, typer.Option("--endpoint", metavar="NAME", help="Endpoint [default: lung foci].")
    ] = "lung foci",
    trajectories: Annotated[
        int,
        typer.Option("--trajectories", min=2, metavar="R", help="Times each number is moved [default: 12]."),
    ] = 12,
    animals: Annotated[
        int, typer.Option("--animals", min=5, metavar="N", help="Animals at each point [default: 16].")
    ] = 16,
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
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, metavar="N", help="Seed [default: the trial's, or 1].")
    ] = None,
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
    from paget.cli.trial import default_folder
    from paget.model.names import slug

    asked: dict[str, Any] = {
        "endpoint": endpoint if endpoint != "lung foci" else None, "arm": arm, "against": against,
        "days": days if days != 42.0 else None, "trajectories": trajectories if trajectories != 12 else None,
        "animals": animals if animals != 16 else None, "span": span if span != 0.5 else None, "seed": seed,
    }  # fmt: skip
    words = {key: value if value is None else slug(str(value)) for key, value in asked.items()}
    stem = f"sensitivity-{slug(Path(name).stem if name else f'{tumour} {host}')}"
    folder = out if out is not None else default_folder(stem, words)

    def work(tell: Any) -> Any:
        from paget.analysis.sensitivity.study import run_sensitivity, untreated
        from paget.model import load_catalog, load_trial_file

        def finish(tables: Any, notes: Any, where: Any) -> None:
            tell({"phase": "report"})
            from paget.report.sensitivity import write_sensitivity

            write_sensitivity(tables, notes, where)

        catalog = load_catalog(project)
        design = load_trial_file(name, catalog) if name else untreated(tumour or "", host or "", days)
        return run_sensitivity(
            design, catalog, endpoint, arms=arms, trajectories=trajectories, animals=animals, span=span, seed=seed,
            out=folder, workers=workers, progress=tell, command=shlex.join(context.obj), finish=finish,
        )  # fmt: skip

    found = with_progress(quiet, work)
    from paget.report.sensitivity import sensitivity_json, sensitivity_text

    write_json_file(json, sensitivity_json(found.tables, found.notes))
    typer.echo(sensitivity_text(found.tables, found.notes))
    typer.echo(f"\nReport: {folder / 'report.html'}")


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
