"""An element of a settings file: asking for children and values marks them, so that what nobody asked for is known.

PhysiCell takes the first child of a name and ignores further ones; numbers and booleans are text. Here a number must be
one, whole and finite, and a boolean must be a word for yes or no.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from paget.errors import PagetError, did_you_mean
from paget.formats.physicell.carried_over import CARRIED, UNREAD, WARNING, CarriedOver

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
YES = frozenset(("true", "t", "yes", "y", "1"))
NO = frozenset(("false", "f", "no", "n", "0", ""))
_NAMING = ("name", "ID", "code", "substrate", "index", "start_index", "type")
"""Attributes that tell siblings apart, the first that an element has is shown in its path."""


def as_number(text: str) -> float | None:
    """The number that a text is, None if it is none; NaN, infinity and numbers too large are none."""
    if not NUMBER.fullmatch(text.strip()):
        return None
    value = float(text)
    return value if abs(value) <= 1.7e308 else None


class Element:
    """One element; children in the order of the file."""

    def __init__(
        self, tag: str, attributes: dict[str, str], line: int, parent: Element | None, file: str
    ) -> None:
        self.tag, self.attributes, self.line, self.parent, self.file = tag, attributes, line, parent, file
        self.text = ""
        self.children: list[Element] = []
        self.status: str | None = None
        """What became of it; None: nobody asked for it."""
        self.note = ""
        self.asked: set[str] = set()
        """Attributes that somebody asked for."""
        self.warnings: list[str] = []

    # ---- place and errors ------------------------------------------------------------------------------------------

    @property
    def path(self) -> str:
        """Path below the root, siblings told apart by their names."""
        if self.parent is None:
            return self.tag
        name = next((self.attributes[key] for key in _NAMING if self.attributes.get(key)), None)
        own = self.tag if name is None else f"{self.tag}[{name}]"
        return own if self.parent.parent is None else f"{self.parent.path}/{own}"

    def error(self, what: str, **parts: Any) -> PagetError:
        """An error at this element."""
        return PagetError(what, file=self.file, line=self.line, key=self.path, **parts)

    def mark(self, status: str, note: str = "") -> None:
        """Say what became of this element and all in it."""
        self.status, self.note = status, note

    def warn(self, what: str) -> None:
        """Add a warning about this element."""
        self.warnings.append(what)

    # ---- structure -------------------------------------------------------------------------------------------------

    def child(self, tag: str) -> Element | None:
        """The first child of this name, or None."""
        for child in self.children:
            if child.tag == tag:
                child.status = child.status or CARRIED
                return child
        return None

    def need(self, tag: str) -> Element:
        """The first child of this name; PagetError if there is none."""
        child = self.child(tag)
        if child is None:
            near = did_you_mean(tag, [child.tag for child in self.children if child.tag[0] == tag[0]])
            raise self.error(f"element <{tag}> is missing", suggestion=near)
        return child

    def all(self, tag: str) -> list[Element]:
        """All children of this name."""
        found = [child for child in self.children if child.tag == tag]
        for child in found:
            child.status = child.status or CARRIED
        return found

    def every(self) -> list[Element]:
        """All children."""
        for child in self.children:
            child.status = child.status or CARRIED
        return self.children

    # ---- values ----------------------------------------------------------------------------------------------------

    def number(self, least: float | None = None, most: float | None = None) -> float:
        """The number in this element; PagetError if it is none or out of bounds."""
        value = as_number(self.text)
        if value is None:
            what = "is empty: a number is expected" if not self.text else "is not a finite number"
            raise self.error(what, found=self.text or None)
        self.check(value, least, most)
        return value

    def check(self, value: float, least: float | None, most: float | None) -> None:
        """PagetError unless the value lies within bounds."""
        if (least is not None and value < least) or (most is not None and value > most):
            low = "" if least is None else f"at least {least:g}"
            high = "" if most is None else f"at most {most:g}"
            raise self.error(
                "is out of bounds", found=self.text, allowed=" and ".join(filter(None, (low, high)))
            )

    def above(self, least: float) -> float:
        """The number in this element, which must lie above `least`."""
        value = self.number()
        if value <= least:
            raise self.error("is out of bounds", found=self.text, allowed=f"above {least:g}")
        return value

    def whole(self, least: int | None = None) -> int:
        """The whole number in this element."""
        value = self.number(least)
        if value != int(value):
            raise self.error("is not a whole number", found=self.text)
        return int(value)

    def flag(self) -> bool:
        """The boolean in this element."""
        return self._boolean(self.text, self.path)

    def attribute(self, name: str) -> str | None:
        """Value of an attribute, None if it is absent."""
        self.asked.add(name)
        value = self.attributes.get(name)
        return None if value is None else value.strip()

    def flag_attribute(self, name: str, default: bool = False) -> bool:
        """Boolean value of an attribute."""
        value = self.attribute(name)
        return default if value is None else self._boolean(value, f"{self.path}@{name}")

    def whole_attribute(self, name: str) -> int:
        """Whole number in an attribute that must be there."""
        text = self.attribute(name)
        if not text:
            raise self.error(f"attribute {name} is missing")
        if not re.fullmatch(r"[+-]?\d{1,9}", text):
            raise self.error(f"attribute {name} is not a whole number", found=text)
        return int(text)

    def name_among(self, attribute: str, names: Iterable[str], what: str) -> str:
        """Attribute that must be one of these names."""
        allowed = list(names)
        name = self.attribute(attribute)
        if name is None:
            raise self.error(f"attribute {attribute} is missing", allowed=allowed)
        if name not in allowed:
            raise self.error(
                f"unknown {what}", found=name, allowed=allowed, suggestion=did_you_mean(name, allowed)
            )
        return name

    def _boolean(self, text: str, key: str) -> bool:
        word = text.strip().lower()
        if word in YES or word in NO:
            return word in YES
        raise PagetError(
            "is not a boolean", file=self.file, line=self.line, key=key, found=text, allowed=("true", "false")
        )


def rows_of(root: Element, report: CarriedOver) -> None:
    """Add one row per element below the root: what became of it, or that nobody asked for it."""
    ignored: dict[str, int] = {}
    for element in _reported(root):
        status = element.status or UNREAD
        value = "" if element.children else element.text
        note = element.note
        inside = sum(1 for _ in _below(element))
        if inside and status != CARRIED:
            note = f"{note} (with {inside} element{'s' if inside > 1 else ''} in it)".strip()
        if value or note or not element.children:
            report.add(status, element.file, element.line, element.path, note, value)
        _attributes(element, status, ignored, report)
    for name, number in sorted(ignored.items()):
        note = f"on {number} elements; numbers are taken as min, um and what follows from them"
        report.add(
            UNREAD, root.file, None, f"attribute {name}", note if name == "units" else f"on {number} elements"
        )
    for element in _below(root):
        for warning in element.warnings:
            report.add(WARNING, element.file, element.line, element.path, warning)


def _reported(element: Element) -> Iterator[Element]:
    """Elements that get a row: not those within one that was marked as a whole, or that nobody asked for."""
    for child in element.children:
        yield child
        if child.status == CARRIED:
            yield from _reported(child)


def _below(element: Element) -> Iterator[Element]:
    for child in element.children:
        yield child
        yield from _below(child)


def _attributes(element: Element, status: str, ignored: dict[str, int], report: CarriedOver) -> None:
    if status != CARRIED:
        return
    for name, value in element.attributes.items():
        if name in element.asked:
            continue
        if name in ("units", "description"):
            ignored[name] = ignored.get(name, 0) + 1
        else:
            report.add(UNREAD, element.file, element.line, f"{element.path}@{name}", value=value)
