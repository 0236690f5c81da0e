"""Where a result comes from: versions, machine, seed, design, command, time.

Two runs may share a folder, and one may resume the other, only if the parts that decide the bits are the same. Those
parts are named once, in `DECIDING`; their hash is the identity of a run. Command, time and number of workers are not
among them, because they change nothing in the result.
"""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

from paget._version import __version__

SCHEMA = "provenance/1"
# Packages whose arithmetic reaches the numbers of a run, and those that only reach tables and figures.
NUMERIC_PACKAGES = ("numpy", "numba", "llvmlite", "scipy")
OTHER_PACKAGES = ("pandas", "pyarrow", "statsmodels", "lifelines", "matplotlib")
DECIDING = ("schema", "paget", "model_hash", "design", "seed", "numeric_versions", "machine")
_IN_WORDS = {
    "schema": "format of the folder",
    "paget": "version of Paget",
    "model_hash": "model (catalog values and rules)",
    "design": "design",
    "seed": "seed",
    "numeric_versions": "versions of Python or of the numeric packages",
    "machine": "kind of machine",
}


def collect(
    *, seed: int, model_hash: str, design: Any, command: str | Sequence[str] = "", **extra: Any
) -> dict[str, Any]:
    """The provenance of a run that starts now, ready for JSON.

    model_hash: hash of the resolved model. design: what was asked for, as a JSON-able value or its hash (animals and
    draws included). command: as the user typed it. extra: further facts that do not decide the bits.
    """
    words = command if isinstance(command, str) else " ".join(command)
    return {
        "schema": SCHEMA,
        "paget": __version__,
        "model_hash": model_hash,
        "design": design,
        "seed": int(seed),
        "numeric_versions": {"python": platform.python_version(), **_versions(NUMERIC_PACKAGES)},
        "machine": f"{platform.system()} {platform.machine()}",
        "other_versions": _versions(OTHER_PACKAGES),
        "platform": platform.platform(),
        "implementation": sys.implementation.name,
        "command": words,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        **extra,
    }


def _versions(packages: Sequence[str]) -> dict[str, str]:
    """Installed versions, without importing the packages."""
    return {name: _version(name) for name in packages}


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def identity(provenance: Mapping[str, Any]) -> str:
    """Hash over the parts of a provenance that must match for resuming (`DECIDING`), as 64 hex digits."""
    return content_hash({part: provenance.get(part) for part in DECIDING})


def differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """In words, which deciding parts of two provenances differ; empty if the runs are the same."""
    return [
        words
        for part, words in _IN_WORDS.items()
        if content_hash(one.get(part)) != content_hash(other.get(part))
    ]


def content_hash(value: Any) -> str:
    """SHA-256 of a JSON-able value; neither the order of keys nor spacing matters."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
