"""Paget: a virtual laboratory of breast-cancer metastasis.

Public names are loaded on first use (PEP 562), so that `import paget` costs nothing:

    import paget
    result = paget.load_trial("igf-paclitaxel").run(seed=1)
    print(result)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from paget._version import __version__

if TYPE_CHECKING:
    from paget.errors import PagetError
    from paget.model import describe, load_catalog
    from paget.runs.named import load_scene
    from paget.tissue.simulation import Simulation
    from paget.trial import TrialResult, load_trial

_HOME_OF = {
    "PagetError": "paget.errors",
    "Simulation": "paget.tissue.simulation",
    "TrialResult": "paget.trial",
    "describe": "paget.model",
    "load_catalog": "paget.model",
    "load_scene": "paget.runs.named",
    "load_trial": "paget.trial",
}

__all__ = [
    "PagetError",
    "Simulation",
    "TrialResult",
    "__version__",
    "describe",
    "load_catalog",
    "load_scene",
    "load_trial",
]


def __getattr__(name: str) -> Any:
    """Import a public name from its room when it is first asked for."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'paget' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
