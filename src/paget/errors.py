"""The one error that bad input raises: what is wrong, where, what was found, what is allowed."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

_MOST_SHOWN = 12


class PagetError(Exception):
    """Something is wrong in what a user gave to Paget: a file, a name, a number, a folder.

    The message reads `FILE:LINE: KEY: what (found X; allowed: A, B, C). Did you mean 'Y'?`; parts that are not
    known are left out. Every part is also an attribute.
    """

    def __init__(
        self,
        what: str,
        *,
        file: object = None,
        line: int | None = None,
        key: str | None = None,
        found: object = None,
        allowed: Iterable[object] | str | None = None,
        suggestion: str | None = None,
    ) -> None:
        self.what = what
        self.file = None if file is None else str(file)
        self.line = line
        self.key = key
        self.found = found
        self.allowed = allowed if allowed is None or isinstance(allowed, str) else tuple(allowed)
        self.suggestion = suggestion
        super().__init__(self._message())

    def _message(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        text = ": ".join(part for part in (place, self.key, self.what) if part)
        facts = []
        if self.found is not None:
            facts.append(f"found {_shown(self.found)}")
        if self.allowed is not None:
            facts.append(f"allowed: {_listed(self.allowed)}")
        if facts:
            text += f" ({'; '.join(facts)})"
        if self.suggestion is not None:
            text += f". Did you mean '{self.suggestion}'?"
        return text

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by keyword, so that the error survives the way back from another process."""
        parts = {
            name: getattr(self, name) for name in ("file", "line", "key", "found", "allowed", "suggestion")
        }
        return _rebuild, (self.what, parts)


def did_you_mean(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate that looks most like `name`, whatever its case; None if none is near."""
    by_folded = {_folded(candidate): candidate for candidate in candidates}
    near = difflib.get_close_matches(_folded(str(name)), list(by_folded), n=1, cutoff=0.6)
    return by_folded[near[0]] if near else None


def _folded(name: str) -> str:
    return name.casefold().replace("_", " ").replace("-", " ").strip()


def _rebuild(what: str, parts: dict[str, Any]) -> PagetError:
    return PagetError(what, **parts)


def _shown(value: object) -> str:
    text = f"'{value}'" if isinstance(value, str) else str(value)
    return text if len(text) <= 200 else text[:197] + "..."


def _listed(allowed: tuple[object, ...] | str) -> str:
    if isinstance(allowed, str):
        return allowed
    names = [str(name) for name in allowed]
    if len(names) > _MOST_SHOWN:
        names = [*names[:_MOST_SHOWN], f"and {len(names) - _MOST_SHOWN} more"]
    return ", ".join(names) if names else "none"
