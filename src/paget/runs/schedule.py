"""What is due when: things that are done at the start, at multiples of their intervals, and at the end.

Time is counted in steps of the engine, so that nothing depends on rounding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass


def whole_steps(minutes: float, step: float) -> int:
    """An interval (min) in steps (min), at least one."""
    return max(1, round(minutes / step))


@dataclass
class Task:
    """Something that is done again and again; `act` is told the number of the time: 0 at the start, 1, 2 ..."""

    every: int
    """Interval (steps)."""
    act: Callable[[int], object]
    done: int = -1
    """Number of the last time at which it was done."""


class Schedule:
    """Tasks over a run of `last` steps."""

    def __init__(self, last: int, tasks: list[Task], start: int | None = None) -> None:
        """`start`: step of the state from which a run resumes; what was due until then is done."""
        self.last = last
        self.tasks = tasks
        if start is not None:
            for task in tasks:
                task.done = self._number(task, start)

    def next_step(self) -> int:
        """The next step at which something is due; the last at the latest."""
        return min([self.last, *((task.done + 1) * task.every for task in self.tasks)])

    def due(self, step: int) -> Iterator[Task]:
        """Tasks that are due at this step, each with `done` brought up to date."""
        for task in self.tasks:
            number = self._number(task, step)
            if number > task.done:
                task.done = number
                yield task

    def _number(self, task: Task, step: int) -> int:
        """Multiples of the interval until this step; the end of the run counts as one more."""
        ends_between = step >= self.last and step % task.every != 0
        return step // task.every + ends_between
