"""Progress of a run on a terminal: which phase, what is done, how fast, time left.

It is written to standard error, and only when that is a terminal: tables on standard output stay clean, and a pipe or
a log file sees nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_PHASES = {
    "loading": "reading the model",
    "compiling": "compiling the simulation kernels (first run only)",
    "subjects": "simulating mice",
    "analysis": "statistics",
    "report": "figures and report",
    "placing": "placing the cells",
    "compiling tissue": "compiling the tissue kernels (once, about 40 s)",
    "simulating": "growing the tissue",
    "stopping": "finishing the step, then a checkpoint (Ctrl-C again stops at once)",
    "figures": "figures",
}


class TerminalProgress:
    """A callback for `run_trial` and `run_tissue`; as a context manager it draws while the block runs.

    Each event says its `phase`, and for phases that can be counted how many are `done` of `total`; of a tissue these
    are minutes, and `cells` says how many cells there are.
    """

    def __init__(self) -> None:
        self._progress: Progress | None = None
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> TerminalProgress:
        self._progress = _bars()
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is not None:
            self._progress.stop()

    def __call__(self, event: Mapping[str, Any]) -> None:
        if self._progress is None:
            return
        phase, done, total = event["phase"], event.get("done"), event.get("total")
        if phase not in self._tasks:
            self._finish_other_phases()
            self._tasks[phase] = self._progress.add_task(_PHASES.get(phase, phase), total=total)
        cells = event.get("cells")
        self._progress.update(self._tasks[phase], completed=done or 0, total=total, cells=cells)

    def _finish_other_phases(self) -> None:
        """A phase that cannot be counted is over when the next begins: show it as done, stop its clock."""
        assert self._progress is not None
        for task in self._tasks.values():
            self._progress.update(task, total=1, completed=1)
            self._progress.stop_task(task)


def _bars() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    return Progress(
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        _rate_column(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )


def _rate_column() -> Any:
    from rich.progress import ProgressColumn, Task
    from rich.text import Text

    class RateColumn(ProgressColumn):
        """`12/40  131 mice/s  0:03 left` for counted phases, nothing for the others.

        Of a tissue: `8.2 of 24 h  12,345 cells  0:03 left`.
        """

        def render(self, task: Task) -> Text:
            if task.total is None or task.total <= 1:
                return Text("")
            if task.fields.get("cells") is not None:
                parts = [simulated(task.completed, task.total), f"{task.fields['cells']:,} cells"]
            else:
                parts = [f"{int(task.completed)}/{int(task.total)}"]
                if task.speed and not task.finished:
                    parts.append(f"{task.speed:.3g} mice/s")
            if task.time_remaining is not None and not task.finished:
                minutes, seconds = divmod(int(task.time_remaining), 60)
                parts.append(f"{minutes}:{seconds:02d} left")
            return Text("  ".join(parts))

    return RateColumn()


def simulated(done: float, total: float) -> str:
    """'8.2 of 24 h': simulated minutes in a unit that suits the whole."""
    unit, minutes = next(
        (u, m) for u, m in (("d", 1440.0), ("h", 60.0), ("min", 1.0)) if total >= 3 * m or m == 1
    )
    return f"{done / minutes:.1f} of {total / minutes:g} {unit}"


def progress_for(quiet: bool) -> TerminalProgress | None:
    """A progress display if a person is watching, None otherwise."""
    return TerminalProgress() if not quiet and sys.stderr.isatty() else None
