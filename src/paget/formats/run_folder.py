"""The folder of a run: `DIR.partial` while it works, renamed to `DIR` when it is complete.

A folder belongs to one run, named by the identity of its `provenance.json`. Another run's folder, finished or not, and
a folder of anything else are never written to. The same run finds its finished parts in `DIR.partial/parts` and goes
on from there.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import IO, Any, Self

from paget.errors import PagetError
from paget.formats.atomic import write_json
from paget.formats.parts import PartStore
from paget.provenance import SCHEMA, differences, identity

PROVENANCE = "provenance.json"
PARTS = "parts"
_LOCK = ".lock"
_PARTIAL = ".partial"
_REPLACED = ".replaced"


class RunFolder:
    """The folder of one run. Create it with `RunFolder.open`, write into `.path`, then `finish()`."""

    def __init__(self, target: Path, provenance: Mapping[str, Any], lock: IO[str] | None) -> None:
        self.target = target
        """Where the results will be."""
        self.path = partial_of(target)
        """Where to write until `finish()`."""
        self.provenance = dict(provenance)
        self._lock = lock

    @cached_property
    def parts(self) -> PartStore:
        """Finished subjects; those of an interrupted run of the same identity are already in."""
        return PartStore(self.path / PARTS)

    @classmethod
    def open(cls, target: Path | str, provenance: Mapping[str, Any]) -> Self:
        """Make `DIR.partial`, or continue it if it is the same run's.

        Raises PagetError, and touches nothing, if `DIR` or `DIR.partial` holds something else or cannot be written.
        """
        target = Path(target)
        check_target(target, provenance)
        partial = partial_of(target)
        try:
            partial.mkdir(parents=True, exist_ok=True)
            lock = _lock(partial)
            if not (partial / PROVENANCE).exists():
                write_json(partial / PROVENANCE, dict(provenance))
        except (OSError, ValueError) as error:
            raise _unwritable(target, error) from error
        return cls(target, provenance, lock)

    def finish(self) -> Path:
        """Remove what only resuming needs and give the folder its final name; returns it."""
        self.write_provenance()
        shutil.rmtree(self.path / PARTS, ignore_errors=True)
        self.close()
        (self.path / _LOCK).unlink(missing_ok=True)
        try:
            _move(self.path, self.target)
        except OSError as error:
            raise _unwritable(self.target, error) from error
        return self.target

    def write_provenance(self) -> None:
        """Write `.provenance` again, with what was learnt during the run (for example its duration)."""
        write_json(self.path / PROVENANCE, self.provenance)

    def close(self) -> None:
        """Let other processes use the folder; a killed process lets go by itself."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def partial_of(target: Path) -> Path:
    """`DIR.partial` of `DIR`."""
    return target.with_name(target.name + _PARTIAL)


def check_target(target: Path | str, provenance: Mapping[str, Any]) -> None:
    """Raise PagetError unless this run may use `target`; writes nothing. Call it before any long work."""
    target = Path(target)
    if target.name in ("", ".", ".."):
        raise PagetError("the folder for results needs a name of its own", key="--out", found=str(target))
    _check_owner(target, provenance)
    _check_owner(partial_of(target), provenance)
    parent = target.absolute().parent
    while not parent.exists():
        parent = parent.parent
    if not parent.is_dir():
        raise PagetError("cannot make a folder here: its parent is a file", file=target, found=str(parent))
    if not os.access(parent, os.W_OK | os.X_OK):
        raise PagetError("cannot write here: permission denied", file=target, found=str(parent))


def is_complete(target: Path | str, provenance: Mapping[str, Any]) -> bool:
    """Whether `target` already holds the finished results of this very run."""
    found = read_provenance(Path(target))
    return found is not None and identity(found) == identity(provenance)


def read_provenance(folder: Path) -> dict[str, Any] | None:
    """`provenance.json` of a folder; None if it is missing, torn, or not of a run."""
    try:
        found = json.loads((folder / PROVENANCE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    known = isinstance(found, dict) and str(found.get("schema", "")).startswith("provenance/")
    return found if known else None


def _check_owner(folder: Path, provenance: Mapping[str, Any]) -> None:
    """Raise unless the folder is absent, empty, or this run's."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise PagetError("the folder for results is a file; nothing was changed", file=folder)
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise PagetError("cannot write here: permission denied", file=folder)
    if all(entry.name == _LOCK or entry.name.startswith(f"{PROVENANCE}.") for entry in folder.iterdir()):
        return
    found = read_provenance(folder)
    if found is None:
        raise PagetError(
            "the folder holds files that are not results of Paget; choose another, nothing was changed",
            file=folder,
        )
    if found.get("schema") != SCHEMA:
        raise PagetError(
            "the folder has another format version; choose another folder, nothing was changed",
            file=folder / PROVENANCE, key="schema", found=found.get("schema"), allowed=SCHEMA,
        )  # fmt: skip
    if identity(found) != identity(provenance):
        parts = ", ".join(differences(found, provenance))
        raise PagetError(
            f"the folder holds another run ({parts} differ); choose another with --out or delete it, "
            "nothing was changed",
            file=folder,
        )


def _lock(partial: Path) -> IO[str] | None:
    """Keep a second process out of the folder; the system frees the lock whatever way this process ends."""
    try:
        import fcntl
    except ImportError:  # not on Windows, which is untested
        return None
    lock = (partial / _LOCK).open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise PagetError("another process is writing this run at the moment", file=partial) from None
    except OSError:  # a file system without locks
        pass
    return lock


def _move(source: Path, target: Path) -> None:
    """Rename a folder; one of the same run in its place is moved aside first and then deleted."""
    old = target.with_name(target.name + _REPLACED)
    if target.exists() and any(target.iterdir()):
        shutil.rmtree(old, ignore_errors=True)
        os.replace(target, old)
    os.replace(source, target)
    shutil.rmtree(old, ignore_errors=True)


def _unwritable(target: Path, error: Exception) -> PagetError:
    reason = getattr(error, "strerror", None) or str(error)
    return PagetError(f"cannot write results here: {reason}", file=target)
