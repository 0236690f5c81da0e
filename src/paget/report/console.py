"""Text with tables as wide as a terminal, and in colour only there."""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


def console_text(
    write: Callable[[Console], None],
    *,
    usual: int,
    narrowest: int,
    width: int | None = None,
    colour: bool | None = None,
) -> str:
    """What `write` prints on a console.

    usual: columns where there is no terminal. narrowest: columns that the tables need, however narrow the terminal is.
    width: columns [default: the terminal's]. colour: [default: only on a terminal].
    """
    from rich.console import Console

    on_terminal = sys.stdout is not None and sys.stdout.isatty()
    coloured = on_terminal if colour is None else colour
    target = io.StringIO()
    console = Console(
        file=target,
        width=width or max(shutil.get_terminal_size((usual, 24)).columns, narrowest),
        force_terminal=coloured,
        color_system="standard" if coloured else None,
        highlight=False,
        legacy_windows=False,
    )
    write(console)
    return target.getvalue().rstrip("\n")
