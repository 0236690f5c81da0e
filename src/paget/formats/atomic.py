"""Files that are there in full or not at all: write beside the target, then rename."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from paget.errors import PagetError

TEMPORARY = ".tmp"


def write_bytes(path: Path, content: bytes) -> Path:
    """Write `content` to `path` in one step: after a kill the file is the old one, the new one, or absent.

    The data are handed to the system, not forced onto the disk (fsync costs milliseconds a file): a power cut may still
    tear a file, which is why parts carry a checksum.
    """
    temporary = path.with_name(f"{path.name}.{os.getpid()}{TEMPORARY}")
    temporary.write_bytes(content)
    os.replace(temporary, path)
    return path


def write_text(path: Path, text: str) -> Path:
    """`write_bytes` for UTF-8 text."""
    return write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, value: Any) -> Path:
    """Strictly valid JSON: NaN and infinities are refused with a ValueError rather than written."""
    return write_text(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


@contextmanager
def writing_to(place: Path) -> Iterator[None]:
    """A disk that is full or read-only is a matter for the user: PagetError that names the place and the reason."""
    try:
        yield
    except OSError as error:
        raise PagetError(
            f"cannot be written: {error.strerror or error}", file=error.filename or place
        ) from error


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """A temporary name to write a large file under; it takes its own name when the block ends without an exception.

    Makes the folder. On any failure (full disk, no permission, Ctrl-C) the temporary file is removed and what lay at
    `path` stays; what the system refused becomes a PagetError.
    """
    temporary = path.with_name(f"{path.name}.{os.getpid()}{TEMPORARY}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        os.replace(temporary, path)
    except OSError as error:
        raise PagetError(f"cannot be written: {error.strerror or error}", file=path) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
