"""The command `paget` in a process of its own: with pipes, as from a script, and on a terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


def paget(*arguments: object, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run `paget` in a folder, as from a script: standard output and standard error are pipes."""
    command = [sys.executable, "-m", "paget", *map(str, arguments)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def paget_on_a_terminal(*arguments: str, folder: Path) -> tuple[str, str]:
    """What goes to the pipe of standard output, and what is shown by standard error on a pseudo-terminal."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    running = subprocess.Popen(
        [sys.executable, "-m", "paget", *arguments],
        cwd=folder, stdout=subprocess.PIPE, stderr=theirs, text=True, env=environment,
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        shown += piece
    printed, _ = running.communicate(timeout=400)
    os.close(ours)
    assert running.returncode == 0
    return printed, shown.decode()
