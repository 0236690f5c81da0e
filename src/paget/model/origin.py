"""Where an item was read: file, text and lines, so that every later complaint can name the place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from paget.errors import PagetError
from paget.model.toml_lines import find_line, key_lines


@dataclass(frozen=True)
class Origin:
    """One TOML file: its path, its text and what it parses to.

    A trial that extends another keeps the other's origin as `parent`: a complaint about an inherited key names the
    file in which that key stands.
    """

    file: str
    text: str
    data: dict[str, Any]
    parent: Origin | None = None
    merged: dict[str, Any] | None = None

    @cached_property
    def _lines(self) -> dict[tuple[str | int, ...], int]:
        return key_lines(self.text)

    def place(self, location: tuple[str | int, ...]) -> tuple[str, int | None]:
        """File and line of the key at `location`."""
        origin: Origin | None = self
        while origin is not None:
            own = self._in_own_positions(location, origin.data)
            if own is not None and (origin is self or len(own) == len(location)) and _holds(origin.data, own):
                return origin.file, find_line(origin._lines, own)
            origin = origin.parent
        own = self._in_own_positions(location, self.data) or location
        return self.file, find_line(self._lines, own)

    def error(self, what: str, location: tuple[str | int, ...] = (), **parts: Any) -> PagetError:
        """The error for the key at `location`, with file, line and key."""
        file, line = self.place(location)
        parts.setdefault("key", key_text(location, self.merged or self.data))
        return PagetError(what, file=file, line=line, **parts)

    def _in_own_positions(
        self, location: tuple[str | int, ...], data: dict[str, Any]
    ) -> tuple[str | int, ...] | None:
        """`location` counts in the merged data; the same named table may stand elsewhere in this file."""
        if self.merged is None:
            return location
        here: Any = self.merged
        own: Any = data
        found: list[str | int] = []
        for part in location:
            here = _step(here, part)
            if isinstance(part, int) and isinstance(own, list) and isinstance(here, dict) and "name" in here:
                positions = [i for i, item in enumerate(own) if item.get("name") == here["name"]]
                if not positions:
                    return None
                part = positions[0]
            found.append(part)
            own = _step(own, part)
        return tuple(found)


def key_text(location: tuple[str | int, ...], data: dict[str, Any]) -> str | None:
    """A location as a reader writes it: `arms[2].treatments[1].dose`, counted from 1, named tables by their name."""
    text = ""
    here: Any = data
    for part in location:
        here = _step(here, part)
        if isinstance(part, int):
            name = here.get("name") if isinstance(here, dict) else None
            text += f"[{name}]" if isinstance(name, str) else f"[{part + 1}]"
        else:
            quoted = part if part.replace("_", "").replace("-", "").isalnum() else f'"{part}"'
            text += f".{quoted}" if text else quoted
    return text or None


def known_part(
    location: tuple[str | int, ...], data: dict[str, Any], missing: bool = False
) -> tuple[str | int, ...]:
    """`location` without what pydantic adds to it (names of union members).

    missing: whether its last part is a key that is not there.
    """
    here: Any = data
    parts: list[str | int] = []
    for position, part in enumerate(location):
        below = _step(here, part)
        if below is None and not (missing and position == len(location) - 1):
            continue
        parts.append(part)
        here = below
    return tuple(parts)


def displayed(path: Path) -> str:
    """A path as messages show it: relative to the working directory where it lies below it."""
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _step(here: Any, part: str | int) -> Any:
    if isinstance(here, dict):
        return here.get(part)
    if isinstance(here, list) and isinstance(part, int) and part < len(here):
        return here[part]
    return None


def _holds(data: dict[str, Any], location: tuple[str | int, ...]) -> bool:
    here: Any = data
    for part in location:
        here = _step(here, part)
    return here is not None
