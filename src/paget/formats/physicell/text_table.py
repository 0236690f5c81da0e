"""Lines and fields of the CSV files around a PhysiCell project: bounded, decoded, numbered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from paget.errors import PagetError
from paget.formats.physicell.safe_xml import read_bytes

LARGEST = 2 * 1024**3
"""Bytes of a file."""


def read_text(path: Path) -> str:
    """Text of a file (UTF-8, with or without mark). Raises PagetError if it cannot be read."""
    data = read_bytes(path, LARGEST)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise PagetError(
            "is not UTF-8 text", file=str(path), line=line, found=f"byte {error.start}"
        ) from None


def numbered_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their numbers, without those that hold nothing but separators and spaces."""
    for number, line in enumerate(text.split("\n"), start=1):
        line = line.rstrip("\r")
        if line.strip(" \t,"):
            yield number, line


def fields_of(line: str, separator: str = ",") -> list[str]:
    """Fields of a line; one empty field after a last separator does not count, as in PhysiCell."""
    fields = line.split(separator)
    if len(fields) > 1 and not fields[-1].strip():
        fields.pop()
    return fields
