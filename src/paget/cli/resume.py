"""`paget resume DIR`: go on with a tissue that was interrupted."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from paget.cli.options import QuietTableOption, ThreadsOption
from paget.cli.tissue import run_and_tell

if TYPE_CHECKING:
    from paget.runs import Job


def resume(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder of a tissue run, with or without .partial.")
    ],
    threads: ThreadsOption = None,
    quiet: QuietTableOption = False,
) -> None:
    """Go on with an interrupted run of a tissue.

    From its newest checkpoint, with the same bits as a run that was never stopped, on any number of threads. Trials
    resume with the command that began them.
    """
    from paget.formats.tissue_folder import find_unfinished

    target, _ = find_unfinished(folder)

    def build() -> Job:
        from paget.runs.resuming import job_of_folder

        return job_of_folder(target)[0]

    run_and_tell(build, target, threads, quiet, shlex.join(context.obj))
