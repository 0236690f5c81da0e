"""What the commands of studies share: progress, resuming, folders, JSON."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import typer

if TYPE_CHECKING:
    from paget.analysis.folder import Finish, Frames, Notes

Done = TypeVar("Done")

Tell = Callable[[Mapping[str, Any]], None]
"""Where a study says how far it is."""


def changed(**options: tuple[Any, Any]) -> dict[str, Any]:
    """Options, each with its usual value; None for those that are as usual: what names the folder of a run."""
    return {name: None if given == usual else given for name, (given, usual) in options.items()}


def study_folder(out: Path | None, parts: Sequence[str], asked: Mapping[str, Any]) -> Path:
    """The folder of a study: the one that was asked for, or one in results/ that names all that makes it another."""
    from paget.cli.trial import default_folder
    from paget.model.names import slug

    words = {key: value if value is None else slug(str(value)) for key, value in asked.items()}
    return out if out is not None else default_folder("-".join(parts), words)


def then_report(tell: Tell, write: Finish) -> Finish:
    """What a finished study does with its tables: it says so, and writes its page."""

    def finish(frames: Frames, notes: Notes, folder: Path) -> None:
        tell({"phase": "report"})
        write(frames, notes, folder)

    return finish


def show_study(json: Path | None, as_json: Any, text: str, folder: Path) -> None:
    """Print what came out and where the rest is; write JSON, if it was asked for."""
    write_json_file(json, as_json)
    typer.echo(text)
    typer.echo(f"\nReport: {folder / 'report.html'}")


def with_progress(quiet: bool, work: Callable[[Tell], Done]) -> Done:
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
