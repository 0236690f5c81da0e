"""Reading XML from strangers: no document type, no entities, bounded size, depth and number of elements.

A document type is refused as soon as it is seen, so that no entity can be declared: neither one that grows without end
("billion laughs") nor one that opens a file or an address. What is left of XML are elements, attributes and text.
"""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn
from xml.parsers import expat

from paget.errors import PagetError
from paget.formats.physicell.element import Element

LARGEST = 16 * 1024 * 1024
"""Bytes of a file."""
DEEPEST = 60
"""Levels of elements."""
MOST = 200_000
"""Elements of a file."""


def read_xml(path: Path | str) -> Element:
    """The root element of a file. Raises PagetError with file and line for whatever cannot be read safely."""
    path = Path(path)
    return parse_xml(read_bytes(path, LARGEST), str(path))


def read_bytes(path: Path, largest: int) -> bytes:
    """The bytes of a file of bounded size; PagetError if there is none, it cannot be read or is too large."""
    try:
        with path.open("rb") as source:
            data = source.read(largest + 1)
    except FileNotFoundError:
        raise PagetError("no such file", file=str(path)) from None
    except OSError as error:
        raise PagetError(f"cannot be read: {error.strerror}", file=str(path)) from None
    if len(data) > largest:
        raise PagetError("is too large", file=str(path), allowed=f"{largest // 2**20} MiB")
    return data


def parse_xml(data: bytes, file: str) -> Element:
    """The root element of a document in memory; `file` is its name in messages."""
    if not data.strip():
        raise PagetError("is empty", file=file)
    builder = _Builder(file)
    try:
        builder.parser.Parse(data, True)
    except expat.ExpatError as error:
        what = expat.errors.messages[error.code]
        raise PagetError(f"not well-formed XML: {what}", file=file, line=error.lineno) from None
    except (LookupError, ValueError):  # an encoding that does not exist, or is no encoding of text
        raise PagetError("not well-formed XML: unknown encoding", file=file, line=1) from None
    assert builder.root is not None
    return builder.root


class _Builder:
    """Builds the tree from the parser's events."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.root: Element | None = None
        self._open: list[Element] = []
        self._text: list[list[str]] = []
        self._elements = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.StartDoctypeDeclHandler = self._document_type
        self.parser.EntityDeclHandler = self._document_type
        self.parser.ExternalEntityRefHandler = self._document_type

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        parent = self._open[-1] if self._open else None
        element = Element(tag, dict(attributes), self.parser.CurrentLineNumber, parent, self.file)
        self._elements += 1
        if self._elements > MOST:
            self._refuse("has too many elements", allowed=str(MOST))
        if len(self._open) >= DEEPEST:
            self._refuse("has elements too deep within others", allowed=f"{DEEPEST} levels")
        if parent is None:
            self.root = element
        else:
            parent.children.append(element)
        self._open.append(element)
        self._text.append([])

    def _end(self, tag: str) -> None:
        self._open.pop().text = "".join(self._text.pop()).strip()

    def _characters(self, text: str) -> None:
        if self._text:
            self._text[-1].append(text)

    def _document_type(self, *_: object) -> NoReturn:
        self._refuse("has a document type: Paget reads no DOCTYPE and no entities, for safety")

    def _refuse(self, what: str, allowed: str | None = None) -> NoReturn:
        raise PagetError(what, file=self.file, line=self.parser.CurrentLineNumber, allowed=allowed)
