"""Finished subjects of a run, one file each, so that a run can resume after Ctrl-C or kill -9.

A part is a header line, the SHA-256 of what follows, and a NumPy archive (`.npz`, no pickle) with the arrays of one
subject or chunk and a JSON note. A part is written beside its place and renamed; one whose checksum does not fit (power
cut, full disk, edited by hand) counts as not done and is removed.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

import numpy as np
from numpy.typing import NDArray

from paget.errors import PagetError
from paget.formats.atomic import TEMPORARY, write_bytes

_MAGIC = b"paget-part/1\n"
_SUFFIX = ".part"
_NOTE = "note.json"
_ARRAY = "array."  # no name of an array can then clash with the note or with an argument of NumPy


class Part(NamedTuple):
    """One finished piece of a run."""

    key: str
    arrays: dict[str, NDArray[Any]]
    note: dict[str, Any]


class PartStore:
    """The finished parts of a run, in a folder of their own.

    Keys are any text ("paclitaxel + xentuzumab/7/0"); they become file names by percent-encoding. Several threads may
    put different keys at the same time.
    """

    def __init__(self, folder: Path | str, shared: bool = False) -> None:
        """Makes the folder and removes what a killed run left half written; not where it is `shared` with others, who
        may be writing just now."""
        self.folder = Path(folder)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for leftover in () if shared else self.folder.glob(f"*{TEMPORARY}"):
                leftover.unlink(missing_ok=True)
        except OSError as error:
            raise PagetError(f"cannot keep finished subjects here: {error.strerror}", file=folder) from error

    def put(
        self, key: str, arrays: Mapping[str, NDArray[Any]], note: Mapping[str, Any] | None = None
    ) -> None:
        """Store a finished part, replacing one of the same key. Arrays of objects are refused (they need pickle)."""
        buffer = io.BytesIO()
        named = {name: np.asarray(array) for name, array in arrays.items()}
        for name, array in named.items():
            if array.dtype.hasobject:
                raise TypeError(f"part {key!r}: array {name!r} holds Python objects")
        text = json.dumps(dict(note or {}), allow_nan=True).encode("utf-8")
        members: dict[str, Any] = {_NOTE: np.frombuffer(text, dtype=np.uint8)}
        members.update({_ARRAY + name: array for name, array in named.items()})
        np.savez(buffer, **members)
        payload = buffer.getvalue()
        content = b"".join((_MAGIC, hashlib.sha256(payload).hexdigest().encode(), b"\n", payload))
        try:
            write_bytes(self._path(key), content)
        except OSError as error:
            raise PagetError(
                f"cannot store a finished subject: {error.strerror}", file=self.folder
            ) from error

    def get(self, key: str) -> Part | None:
        """The part of this key, or None if there is none or it is torn (a torn one is removed)."""
        payload = self._payload(key)
        if payload is None:
            return None
        with np.load(io.BytesIO(payload), allow_pickle=False) as archive:
            arrays = {name.removeprefix(_ARRAY): archive[name] for name in archive.files}
        note = json.loads(arrays.pop(_NOTE).tobytes())
        return Part(key, arrays, note)

    def _payload(self, key: str) -> bytes | None:
        path = self._path(key)
        try:
            payload = _checked(path.read_bytes())
        except FileNotFoundError:
            return None
        if payload is None:
            path.unlink(missing_ok=True)
        return payload

    def done(self) -> set[str]:
        """Keys of all whole parts; torn ones are removed."""
        return {key for key in self._keys() if self._payload(key) is not None}

    def _keys(self) -> list[str]:
        return sorted(unquote(path.name.removesuffix(_SUFFIX)) for path in self.folder.glob(f"*{_SUFFIX}"))

    def __iter__(self) -> Iterator[Part]:
        """All whole parts, in the order of their keys."""
        for key in self._keys():
            part = self.get(key)
            if part is not None:
                yield part

    def __contains__(self, key: str) -> bool:
        return self._payload(key) is not None

    def _path(self, key: str) -> Path:
        return self.folder / (quote(key, safe=" +-_=,") + _SUFFIX)


def _checked(content: bytes) -> bytes | None:
    """The payload, if header and checksum fit."""
    start = len(_MAGIC) + 65
    payload = content[start:]
    digest = hashlib.sha256(payload).hexdigest().encode()
    return payload if content[:start] == _MAGIC + digest + b"\n" else None
