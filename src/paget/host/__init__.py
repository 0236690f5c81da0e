"""The host engine: sites joined by blood, lesions, circulating aggregates; days to decades."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from paget.host.record import SubjectRecord
    from paget.host.regimen import Protocol, Regimen
    from paget.host.subject import run_subject, warm_up

__all__ = ["Protocol", "Regimen", "SubjectRecord", "run_subject", "warm_up"]

_ROOMS = {"SubjectRecord": "record", "Protocol": "regimen", "Regimen": "regimen"}


def __getattr__(name: str) -> Any:
    """Load what is asked for: the record needs no compiler."""
    if name not in __all__:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(f"paget.host.{_ROOMS.get(name, 'subject')}"), name)
