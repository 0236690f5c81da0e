"""Pieces of work on a few threads, as they come.

When the caller stops, pieces that look at the event give up at once; the others are finished.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

Done = TypeVar("Done")
Task = Callable[[threading.Event], Done | None]
"""A piece of work. It may look at the event now and then, and return None when that is set."""
IN_FLIGHT_PER_WORKER = 2


def in_threads(
    tasks: Iterator[Task[Done]], workers: int, most_in_flight: int | None = None
) -> Generator[Done, None, None]:
    """Results as they are finished. The calling thread takes tasks from the iterator shortly before they run.

    most_in_flight: tasks that run or wait for a thread [default: two for each worker].
    """
    most = workers * IN_FLIGHT_PER_WORKER if most_in_flight is None else most_in_flight
    stopped = threading.Event()
    flying: set[Future[Done | None]] = set()
    with ThreadPoolExecutor(workers, thread_name_prefix="paget") as pool:
        try:
            while True:
                while len(flying) < most:
                    task = next(tasks, None)
                    if task is None:
                        break
                    flying.add(pool.submit(task, stopped))
                if not flying:
                    return
                done, flying = wait(flying, return_when=FIRST_COMPLETED)
                for future in done:
                    finished = future.result()
                    if finished is not None:
                        yield finished
        finally:
            stopped.set()
            pool.shutdown(wait=True, cancel_futures=True)
