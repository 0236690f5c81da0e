"""`paget new trial FILE` and `paget new scene FILE`: a commented template to start from."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Annotated

import typer

new = typer.Typer(help="Write a commented template to start from.", rich_markup_mode=None)


FileArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="Where to write it, for example my-trial.toml.")
]


@new.command("trial")
def new_trial(file: FileArgument) -> None:
    """Write a commented trial file that already passes `paget check`."""
    write_template("trial.toml", file)


@new.command("scene")
def new_scene(file: FileArgument) -> None:
    """Write a commented scene file that already passes `paget check`."""
    write_template("scene.toml", file)


def write_template(name: str, file: Path) -> None:
    """Write a template with the names of the file in it, and say what to do next."""
    path = file if file.suffix else file.with_suffix(".toml")
    shown = shlex.quote(str(path))
    write_new(path, template(name).replace("{file}", shown).replace("{name}", plain_name(path)))
    typer.echo(f"Wrote {path}. Edit it, then: paget check {shown}")


def plain_name(path: Path) -> str:
    """A name for a trial or scene from that of its file: names have no comma, brace, quote or backslash."""
    return re.sub(r"[^\w .+-]", "-", path.stem).strip() or "unnamed"


def template(name: str) -> str:
    """Text of a template that comes with Paget."""
    return (Path(__file__).parent / "templates" / name).read_text(encoding="utf-8")


def write_new(path: Path, text: str) -> None:
    """Write `text` to `path`; PagetError if something is there already, or the folder does not take it."""
    from paget.errors import PagetError

    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise PagetError(
            "exists already and is left as it was; choose another name", file=str(path)
        ) from None
    except OSError as error:
        raise PagetError(f"cannot be written: {error.strerror}", file=str(path)) from None
