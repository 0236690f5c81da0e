"""Ctrl-C between two steps: the step is finished, a checkpoint is written, then the run ends.

An exception in the middle of a step would leave a state that no run has at any time. A second Ctrl-C stops at once,
without a checkpoint.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any


class CtrlC:
    """While the block runs, the first Ctrl-C only sets `.heard` and tells `answer`."""

    def __init__(self, answer: Callable[[], object]) -> None:
        self.heard = False
        self._answer = answer
        self._before: Any = None

    def __enter__(self) -> CtrlC:
        if threading.current_thread() is threading.main_thread():  # elsewhere Python allows no handler
            self._before = signal.signal(signal.SIGINT, self._hear)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._give_back()

    def _hear(self, number: int, frame: FrameType | None) -> None:
        self.heard = True
        self._give_back()
        self._answer()

    def _give_back(self) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
            self._before = None
