"""What is due when, against a plain list of all multiples."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from paget.runs.schedule import Schedule, Task, whole_steps


def times_of(last, intervals, cuts):
    """Step and number of each act of a run that is cut and resumed at these steps."""
    acts: list[list[tuple[int, int]]] = [[] for _ in intervals]
    step, start = 0, None
    for cut in [*sorted(cuts), None]:
        tasks = [Task(every, lambda number: None) for every in intervals]
        schedule = Schedule(last, tasks, start)
        while True:
            for task in schedule.due(step):
                acts[tasks.index(task)].append((step, task.done))
            if step >= last or (cut is not None and step >= cut):
                break
            step = schedule.next_step() if cut is None else min(schedule.next_step(), cut)
        start = step
    return acts


@given(
    st.integers(1, 60),
    st.lists(st.integers(1, 70), min_size=1, max_size=3),
    st.lists(st.integers(0, 60), max_size=3),
)
def test_every_multiple_once_and_the_end(last, intervals, cuts):
    """Whatever the intervals, and wherever the run was cut."""
    for every, acts in zip(intervals, times_of(last, intervals, cuts), strict=True):
        steps = [*range(0, last, every), last]
        assert acts == [(step, number) for number, step in enumerate(steps)]


def test_intervals_in_whole_steps():
    assert [whole_steps(minutes, 0.1) for minutes in (60.0, 0.34, 0.01)] == [600, 3, 1]
