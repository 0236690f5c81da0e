"""The sources of numbers: a small reader of BibTeX that gives back exactly what it read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from paget.errors import PagetError
from paget.model.origin import displayed


@dataclass(frozen=True)
class BibEntry:
    """One entry of references.bib."""

    key: str
    type: str
    fields: Mapping[str, str]
    text: str

    @property
    def authors(self) -> list[str]:
        """Authors as written, 'Family, Given'; none where they are not known."""
        names = self.fields.get("author", "")
        return [name.strip() for name in names.split(" and ") if name.strip()]

    @property
    def first_author(self) -> str:
        """Family name of the first author, or '' where no author is known."""
        first = self.authors[0] if self.authors else ""
        family = first.split(",")[0].strip() if "," in first else first.split(" ")[-1]
        return _spaced(family)

    @property
    def short(self) -> str:
        """As one cites it in a sentence: 'Ireland 2018'; the key where author or year is unknown."""
        author, year = self.first_author, self.fields.get("year", "")
        return f"{author} {year}" if author and year else self.key

    @property
    def long(self) -> str:
        """As one prints it in a list of references."""
        field = self.fields.get
        where = field("journal") or field("howpublished") or field("publisher") or ""
        place = " ".join(part for part in (where, field("volume", "")) if part)
        if "pages" in self.fields:
            place += f": {self.fields['pages'].replace('--', '-')}"
        doi = f"doi {self.fields['doi']}" if "doi" in self.fields else ""
        parts = (self._author_list(), field("year", ""), field("title", ""), place, doi, field("note", ""))
        return ". ".join(part.rstrip(".") for part in parts if part) + "."

    def _author_list(self) -> str:
        names = [_spaced(name) for name in self.authors]
        if len(names) > MOST_AUTHORS or "others" in names:
            names = [name for name in names[:MOST_AUTHORS] if name != "others"]
            return f"{'; '.join(names)} et al"
        return "; ".join(names)


MOST_AUTHORS = 6
"""Longer lists of authors end with 'et al.'"""

_KEPT_SPACE = "\N{NO-BREAK SPACE}"


def _spaced(name: str) -> str:
    return name.replace(_KEPT_SPACE, " ")


def read_references(path: Path) -> dict[str, BibEntry]:
    """Entries of a BibTeX file by key; PagetError for an entry that does not end or a key that comes twice."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise PagetError(f"cannot be read: {error}", file=displayed(path)) from None
    entries: dict[str, BibEntry] = {}
    for match in re.finditer(r"^\s*@(\w+)\s*\{\s*([^\s,{}]+)\s*,", text, flags=re.MULTILINE):
        line = text.count("\n", 0, match.start(1)) + 1
        end = _closing_brace(text, text.index("{", match.start()))
        key = match.group(2)
        if end is None:
            raise PagetError("the entry has no closing brace", file=displayed(path), line=line, key=key)
        if key in entries:
            raise PagetError("the key stands twice", file=displayed(path), line=line, key=key)
        fields = dict(_fields(text[match.end() : end]))
        entries[key] = BibEntry(key, match.group(1).lower(), fields, text[match.start(1) - 1 : end + 1])
    return entries


def bibliography(entries: Mapping[str, BibEntry], keys: Iterable[str]) -> str:
    """BibTeX of the entries that were used, in the order of their keys, word for word as they were read."""
    used = sorted(set(keys) & set(entries))
    return "\n\n".join(entries[key].text for key in used) + "\n"


def _closing_brace(text: str, start: int) -> int | None:
    depth = 0
    for position in range(start, len(text)):
        depth += (text[position] == "{") - (text[position] == "}")
        if depth == 0:
            return position
    return None


def _fields(body: str) -> Iterable[tuple[str, str]]:
    position = 0
    while match := re.compile(r"\s*,?\s*([\w-]+)\s*=\s*").match(body, position):
        start = match.end()
        if body[start : start + 1] == "{":
            end = _closing_brace(body, start)
            end = len(body) if end is None else end
            value, position = body[start + 1 : end], end + 1
        elif body[start : start + 1] == '"':
            end = body.find('"', start + 1)
            end = len(body) if end < 0 else end
            value, position = body[start + 1 : end], end + 1
        else:
            bare = re.compile(r"[^,\s}]*").match(body, start)
            assert bare is not None
            value, position = bare.group(), bare.end()
        name = match.group(1).lower()
        yield name, _plain(value, keep_names=name == "author")


def _plain(value: str, keep_names: bool) -> str:
    """A value on one line without braces; names of authors that braces hold together stay together."""
    value = " ".join(value.split())
    if keep_names:
        value = re.sub(r"\{[^{}]*\}", lambda m: m.group().replace(" ", _KEPT_SPACE), value)
    return value.replace("{", "").replace("}", "").strip()
