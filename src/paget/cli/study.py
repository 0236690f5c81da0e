"""What the commands of studies share: progress, resuming, folders, JSON."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

Done = TypeVar("Done")

OutOption = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Folder for the results [default: in results/].")
]
JsonOption = Annotated[
    Path | None, typer.Option("--json", metavar="FILE", help="Write the tables as JSON to FILE, too.")
]
WorkersOption = Annotated[
    int | None,
    typer.Option("--workers", min=1, metavar="N", help="Threads [default: the CPUs this process may use]."),
]
QuietOption = Annotated[bool, typer.Option("--quiet", help="No progress, only the result.")]


def with_progress(quiet: bool, work: Callable[[Callable[[Mapping[str, Any]], None]], Done]) -> Done:
    """The result of `work(tell)`; Ctrl-C says how to go on, and exits with 130."""
    from paget.cli.progress import progress_for

    progress = progress_for(quiet)
    try:
        with progress or contextlib.nullcontext():
            tell = progress or (lambda event: None)
            tell({"phase": "loading"})
            return work(tell)
    except KeyboardInterrupt:
        sys.stderr.write("\npaget: interrupted; what is finished is kept, resume with the same command\n")
        raise typer.Exit(130) from None


def check_json(file: Path | None) -> None:
    """Refuse a file that exists already, before any long work."""
    from paget.errors import PagetError

    if file is not None and file.exists():
        raise PagetError("the file exists already; nothing was changed", key="--json", found=str(file))


def write_json_file(file: Path | None, value: Any) -> None:
    """Write a JSON file, if one was asked for."""
    from paget.formats.atomic import write_json, writing_to

    if file is not None:
        with writing_to(file):
            file.parent.mkdir(parents=True, exist_ok=True)
            write_json(file, value)


def names_in(text: str | None) -> list[str] | None:
    """Names between commas; None if nothing was said, [] for 'none'."""
    if text is None:
        return None
    return [] if text.strip() == "none" else [name.strip() for name in text.split(",") if name.strip()]
