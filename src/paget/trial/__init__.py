"""Trials: arms, subjects, execution, statistics, results.

    from paget.trial import load_trial
    result = load_trial("igf-paclitaxel").run(seed=1)

Names are loaded on first use: reading a design or a finished run needs no compiler.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from paget.trial.execution import run_trial
    from paget.trial.named import Trial, load_result, load_trial
    from paget.trial.result import TrialResult

_HOME_OF = {
    "Trial": "paget.trial.named",
    "TrialResult": "paget.trial.result",
    "load_result": "paget.trial.named",
    "load_trial": "paget.trial.named",
    "run_trial": "paget.trial.execution",
}

__all__ = ["Trial", "TrialResult", "load_result", "load_trial", "run_trial"]


def __getattr__(name: str) -> Any:
    """Import a public name from its module when it is first asked for."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'paget.trial' has no attribute {name!r}")
    return getattr(import_module(_HOME_OF[name]), name)
