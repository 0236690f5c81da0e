"""What the linter finds, and where."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from paget.model.names import Item
from paget.model.origin import key_text


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that is wrong."""

    file: str
    line: int
    """1 where the file has no line for it."""
    key: str
    """The key as a reader writes it, `drugs.kinetics.mouse` for example; '' for the whole file."""
    check: str
    """Name of the check."""
    what: str
    """What is wrong, in a sentence."""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}"
        return f"{where}: {self.key}: {self.what}" if self.key else f"{where}: {self.what}"

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def finding(item: Item, location: tuple[str | int, ...], check: str, what: str) -> Finding:
    """A finding at a key of an item's file."""
    file, line = item.origin.place(location)
    key = key_text(location, item.origin.merged or item.origin.data) or ""
    return Finding(file, line or 1, key, check, what)
