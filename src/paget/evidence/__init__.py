"""The ledger of evidence: published results beside simulated ones, and what each comparison is worth.

    from paget.evidence import Effort, build_ledger
    rows = build_ledger(load_catalog(), ["ireland2018-lung"])

Names are loaded on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from paget.evidence.ledger import LedgerRow, build_ledger, tallies
    from paget.evidence.sizes import FULL, QUICK, Effort

_HOME_OF = {
    "Effort": "sizes",
    "FULL": "sizes",
    "LedgerRow": "ledger",
    "QUICK": "sizes",
    "build_ledger": "ledger",
    "tallies": "ledger",
}

__all__ = ["FULL", "QUICK", "Effort", "LedgerRow", "build_ledger", "tallies"]


def __getattr__(name: str) -> Any:
    """Import a public name from its module when it is first asked for."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'paget.evidence' has no attribute {name!r}")
    return getattr(import_module(f"paget.evidence.{_HOME_OF[name]}"), name)
