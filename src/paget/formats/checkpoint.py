"""Checkpoints of a tissue: the whole state as arrays, each in one file that is there in full or not at all.

A checkpoint is a NumPy archive (`.npz`, no pickle), written beside its place and renamed. Its parts carry the
checksums of the zip format, so that one that a power cut tore is noticed; the newest two are kept, and the older one
then serves.
"""

from __future__ import annotations

import json
import logging
import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paget.errors import PagetError
from paget.formats.atomic import TEMPORARY, writing_to

SCHEMA = "checkpoint/1"
KEPT = 2
_SUFFIX = ".npz"
_NOTE = "note.json"
_ARRAY = "array."  # no name of an array can then clash with the note or with an argument of NumPy

logger = logging.getLogger("paget")


@dataclass(frozen=True)
class Checkpoint:
    """A state that was stored."""

    time: float
    """Simulated time (min)."""
    state: dict[str, NDArray[Any]]
    note: dict[str, Any]


class CheckpointStore:
    """The checkpoints of one run, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, time: float, state: Mapping[str, NDArray[Any]], note: Mapping[str, Any]) -> Path:
        """Store the state at `time` (min), remove all but the newest two. PagetError if the disk does not take it."""
        text = json.dumps({**note, "schema": SCHEMA, "time": time}).encode("utf-8")
        members: dict[str, Any] = {_NOTE: np.frombuffer(text, dtype=np.uint8)}
        for name, array in state.items():
            if np.asarray(array).dtype.hasobject:
                raise TypeError(f"the state holds Python objects: {name!r}")
            members[_ARRAY + name] = array
        path = self.folder / f"{time:015.4f}{_SUFFIX}"
        with writing_to(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            _write_archive(path, members)
            self._remove_all_but_the_newest()
        return path

    def newest(self) -> Checkpoint | None:
        """The newest checkpoint that can be read; None if there is none. PagetError for one of a newer format."""
        for path in reversed(self._paths()):
            try:
                return _read(path)
            except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
                logger.warning("%s: damaged, an older checkpoint is taken (%s)", path, error)
        return None

    def _paths(self) -> list[Path]:
        return sorted(self.folder.glob(f"*{_SUFFIX}"))

    def _remove_all_but_the_newest(self) -> None:
        for path in [*self._paths()[:-KEPT], *self.folder.glob(f"*{TEMPORARY}")]:
            path.unlink(missing_ok=True)


def _write_archive(path: Path, members: Mapping[str, Any]) -> None:
    """Straight to the disk: the state of a million cells is not held in memory twice."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}{TEMPORARY}")
    try:
        with temporary.open("wb") as stream:
            np.savez(stream, **members)
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _read(path: Path) -> Checkpoint:
    with np.load(path, allow_pickle=False) as archive:
        members = {name: archive[name] for name in archive.files}
    note = json.loads(members.pop(_NOTE).tobytes())
    if note["schema"] != SCHEMA:
        raise PagetError(
            "a checkpoint of another format version", file=path, found=note["schema"], allowed=SCHEMA
        )
    return Checkpoint(
        note["time"], {name.removeprefix(_ARRAY): array for name, array in members.items()}, note
    )
