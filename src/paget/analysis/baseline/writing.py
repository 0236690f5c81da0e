"""Fitted numbers written into catalog files, text and comments left as they are.

A number stands in one line, as `key = { value = ..., unit = ..., ... }`. Only that line changes: the value, the
range along with it, and for numbers that were fitted to published results their kind, source and rows. Minimum and
maximum of a behaviour are stated relative to its base and follow it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from paget.errors import PagetError
from paget.formats.atomic import write_text, writing_to
from paget.model import Catalog
from paget.model.catalog import BUILT_IN
from paget.model.names import FOLDERS, Item, slug
from paget.model.quantity import Quantity
from paget.model.toml_lines import key_lines
from paget.model.walking import locations, numbers

DIGITS = 4
NUMBER = r"[-+]?[0-9_]*\.?[0-9_]+(?:[eE][-+]?[0-9]+)?"


@dataclass(frozen=True)
class Fitted:
    """A number that the fit decided."""

    path: str
    """Its path."""
    before: float
    """Value in the catalog, in the unit of its file."""
    value: float
    """Fitted value, in the same unit."""
    unit: str
    """That unit."""
    rows: tuple[str, ...] = ()
    """Published results (ids) that it was fitted to."""
    source: str = ""
    """Keys of references.bib of the data, empty where the target is assumed."""
    sd: float | None = None
    """Fitted SD of its logarithm between animals; None if that was not fitted."""

    @property
    def fold(self) -> float:
        """New over old value; 1 where the old one is 0."""
        return self.value / self.before if self.before else 1.0


def rounded(value: float) -> float:
    """A number as the files state it, to DIGITS significant digits."""
    return float(f"{value:.{DIGITS}g}")


def write_numbers(fitted: Iterable[Fitted], catalog: Catalog, folder: Path) -> list[Path]:
    """Write the catalog files that hold these numbers, with the new values, into `folder`; returns the files.

    `folder` becomes a project folder that overrides these items, or is the catalog itself. PagetError for a number that
    does not stand in one line, or for a place that cannot be written.
    """
    places = _places(catalog)
    texts: dict[Path, str] = {}
    sources: dict[Path, Path] = {}
    for number in fitted:
        item, location = places[number.path]
        relative = Path(FOLDERS[item.kind]) / f"{slug(item.name)}.toml"
        sources[relative] = _own_file(relative, catalog)
        text = texts.get(relative) or sources[relative].read_text(encoding="utf-8")
        texts[relative] = _with_number(text, location, number, sources[relative])
    written = []
    with writing_to(folder):
        for relative, text in texts.items():
            (folder / relative).parent.mkdir(parents=True, exist_ok=True)
            written.append(write_text(folder / relative, text))
    return written


def _places(catalog: Catalog) -> dict[str, tuple[Item, tuple[str | int, ...]]]:
    """Item and keys in its file of every number of the catalog, by path."""
    places = {}
    for item in catalog.items():
        for (path, _), (location, _) in zip(numbers(item, item.path), locations(item), strict=True):
            places[path] = (item, location)
    return places


def _own_file(relative: Path, catalog: Catalog) -> Path:
    own = None if catalog.project is None else Path(catalog.project) / relative
    return own if own is not None and own.exists() else BUILT_IN / relative


def _with_number(text: str, location: tuple[str | int, ...], number: Fitted, file: Path) -> str:
    """The text of a file with one number, and what is stated relative to it, replaced."""
    text = _edited(text, location, file, lambda line: _with_value(line, number))
    if location[-1] == "base":
        for limit in ("minimum", "maximum"):
            place = (*location[:-1], limit)
            text = _edited(text, place, file, lambda line: _with_fold(line, number.fold))
    return text


def _edited(text: str, location: tuple[str | int, ...], file: Path, change: Callable[[str], str]) -> str:
    lines = text.splitlines(keepends=True)
    at = key_lines(text).get(location)
    if at is None or "{" not in lines[at - 1] or "}" not in lines[at - 1]:
        raise PagetError(
            "a fitted number must stand in one line",
            file=file,
            key=".".join(map(str, location)),
            allowed="{ value = ..., unit = ... }",
        )
    lines[at - 1] = change(lines[at - 1])
    return "".join(lines)


def _with_value(line: str, number: Fitted) -> str:
    line = _with_fold(line, number.fold, rounded(number.value))
    if number.sd is not None:
        line = re.sub(rf"(\bsd = ){NUMBER}", rf"\g<1>{rounded(number.sd):g}", line, count=1)
    if number.rows:
        line = re.sub(r'\bkind = "\w+"', 'kind = "fitted"', line, count=1)
        line = re.sub(r'\bsource = "[^"]*"', f'source = "{number.source}"', line, count=1)
        line = re.sub(r", rows = \[[^\]]*\]", "", line, count=1)
        listed = ", ".join(f'"{row}"' for row in number.rows)
        line = line.replace('kind = "fitted"', f'kind = "fitted", rows = [{listed}]', 1)
    return line


def _with_fold(line: str, fold: float, value: float | None = None) -> str:
    """The line with its value and range times `fold`; `value`: the new value where it is known exactly."""

    def times(match: re.Match[str]) -> str:
        return f"{float(match.group(0).replace('_', '')) * fold:.3g}"

    def new(match: re.Match[str]) -> str:
        number = rounded(float(match.group(2).replace("_", "")) * fold) if value is None else value
        return f"{match.group(1)}{number:g}"

    line = re.sub(rf"(\bvalue = )({NUMBER})", new, line, count=1)
    return re.sub(r"\brange = \[[^\]]*\]", lambda match: re.sub(NUMBER, times, match.group(0)), line, count=1)


def in_file_unit(quantity: Quantity, canonical: float) -> float:
    """A canonical value in the unit in which the file states the quantity."""
    return canonical * quantity.value / quantity.canonical if quantity.canonical else canonical
