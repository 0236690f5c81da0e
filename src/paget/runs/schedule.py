"""What is due when: things that are done at the start, at multiples of their intervals, and at the end."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_ROUNDING = 1e-6
"""Times (min) that differ by less are the same: far below any step."""


@dataclass
class Task:
    """Something that is done again and again; `act` is told the number of the time: 0 at the start, 1, 2 ..."""

    every: float
    """Interval (min)."""
    act: Callable[[int], object]
    done: int = -1
    """Number of the last time at which it was done."""


class Schedule:
    """Tasks over a run from 0 to `until` (min)."""

    def __init__(self, until: float, tasks: list[Task], start: float | None = None) -> None:
        """`start`: time of the state from which a run resumes; what was due until then is done."""
        self.until = until
        self.tasks = tasks
        if start is not None:
            for task in tasks:
                task.done = self._number(task, start)

    def next_time(self) -> float:
        """The next time (min) at which something is due; the end at the latest."""
        return min([self.until, *((task.done + 1) * task.every for task in self.tasks)])

    def due(self, time: float) -> Iterator[Task]:
        """Tasks that are due at `time` (min), each with `done` brought up to date."""
        for task in self.tasks:
            number = self._number(task, time)
            if number > task.done:
                task.done = number
                yield task

    def _number(self, task: Task, time: float) -> int:
        """Multiples of the interval until `time`; the end of the run counts as one more."""
        number = math.floor((time + _ROUNDING) / task.every)
        if self.is_over(time) and number * task.every < self.until - _ROUNDING:
            number += 1
        return number

    def is_over(self, time: float) -> bool:
        """Whether the run has reached its end."""
        return time >= self.until - _ROUNDING
