"""Progress on a terminal; nothing anywhere else."""

import io

import pytest
from rich.console import Console

from paget.cli import progress


@pytest.fixture
def terminal(monkeypatch):
    """A display that draws into a text buffer as if it were a terminal."""
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=100, color_system=None)
    monkeypatch.setattr("rich.console.Console", lambda **options: console)
    return screen


def test_every_phase_is_named(terminal):
    with progress.TerminalProgress() as show:
        show({"phase": "compiling", "done": 0, "total": None})
        show({"phase": "subjects", "done": 3, "total": 40})
        show({"phase": "analysis"})
        show({"phase": "report"})
    shown = terminal.getvalue()
    assert "compiling the simulation kernels (first run only)" in shown
    assert "simulating mice" in shown
    assert "statistics" in shown
    assert "figures and report" in shown


def test_subjects_are_counted_with_rate_and_time_left(terminal, monkeypatch):
    clock = iter(range(1000))
    with progress.TerminalProgress() as show:
        monkeypatch.setattr(show._progress, "get_time", lambda: float(next(clock)))
        for done in range(0, 40, 4):
            show({"phase": "subjects", "done": done, "total": 40})
        show._progress.refresh()
    shown = terminal.getvalue()
    assert "36/40" in shown
    assert "mice/s" in shown
    assert "left" in shown


def test_an_unknown_phase_is_shown_as_it_is(terminal):
    with progress.TerminalProgress() as show:
        show({"phase": "shuffling"})
    assert "shuffling" in terminal.getvalue()


def test_nothing_without_a_terminal(monkeypatch):
    monkeypatch.setattr("sys.stderr", io.StringIO())
    assert progress.progress_for(quiet=False) is None


def test_nothing_when_quiet(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stderr", Terminal())
    assert progress.progress_for(quiet=True) is None
    assert progress.progress_for(quiet=False) is not None
