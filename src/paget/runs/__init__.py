"""Running one tissue: what to run, when to write what, Ctrl-C, and going on from a checkpoint.

Names are loaded on first use: the command line asks for `Job` before anything has to be compiled.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from paget.runs.execution import Interrupted, run_tissue
    from paget.runs.job import Job, Output
    from paget.runs.resuming import resume

_HOME_OF = {
    "Interrupted": "paget.runs.execution",
    "Job": "paget.runs.job",
    "Output": "paget.runs.job",
    "resume": "paget.runs.resuming",
    "run_tissue": "paget.runs.execution",
}

__all__ = ["Interrupted", "Job", "Output", "resume", "run_tissue"]


def __getattr__(name: str) -> Any:
    """Import a name of this room from its module when it is first asked for."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'paget.runs' has no attribute {name!r}")
    return getattr(import_module(_HOME_OF[name]), name)
