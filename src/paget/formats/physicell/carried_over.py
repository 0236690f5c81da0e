"""What became of each element of a PhysiCell project: the report that comes with it.

One row per element of the settings file, plus rows about rules, cells and custom C++. Nothing is dropped in silence: an
element that no reader asked for is listed as not read.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, field, fields
from pathlib import Path

CARRIED = "carried over"
DIFFERENT = "done differently"
UNSUPPORTED = "not supported"
UNREAD = "not read by PhysiCell"
OFF = "switched off"
WARNING = "warning"
STATUSES = (CARRIED, DIFFERENT, UNSUPPORTED, OFF, UNREAD, WARNING)
"""`switched off`: the file itself says that the element does not count."""

_LONGEST = 60
_NAME = re.compile(r"\[[^\]]*\]")


@dataclass(frozen=True)
class Row:
    """What became of one thing."""

    status: str
    """One of STATUSES."""
    file: str
    line: int | None
    element: str
    """Path of the element within the settings file, or what the row is about."""
    value: str = ""
    """As the file has it."""
    note: str = ""


@dataclass
class CarriedOver:
    """All rows of one project."""

    rows: list[Row] = field(default_factory=list)

    def add(
        self, status: str, file: str, line: int | None, element: str, note: str = "", value: str = ""
    ) -> None:
        """Append a row."""
        self.rows.append(Row(status, file, line, element, value, note))

    def of(self, status: str) -> list[Row]:
        """Rows with this status."""
        return [row for row in self.rows if row.status == status]

    @property
    def warnings(self) -> list[str]:
        """The warnings, each as one line of text."""
        return [f"{_place(row)}: {row.element}: {row.note}" for row in self.of(WARNING)]

    def counts(self) -> dict[str, int]:
        """Number of rows of each status."""
        counted = Counter(row.status for row in self.rows)
        return {status: counted[status] for status in STATUSES if counted[status]}

    def text(self, every: bool = False) -> str:
        """For a terminal: numbers of rows, then all rows that are not simply carried over (or `every` row)."""
        lines = [", ".join(f"{number} {status}" for status, number in self.counts().items())]
        for status in STATUSES:
            rows = self.of(status)
            if not rows or (status == CARRIED and not every):
                continue
            lines += ["", f"{status[0].upper()}{status[1:]}:"]
            lines += [f"  {line}" for line in _grouped(rows)]
        return "\n".join(lines)

    def markdown(self) -> str:
        """One table of all rows."""
        lines = ["| what became of it | where | element | value | note |", "|---|---|---|---|---|"]
        for row in self.rows:
            cells = (row.status, _place(row), f"`{row.element}`", _short(row.value), row.note)
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        return "\n".join(lines) + "\n"

    def csv(self) -> str:
        """One line per row, with a header."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([column.name for column in fields(Row)])
        writer.writerows(astuple(row) for row in self.rows)
        return out.getvalue()


def counted(what: Iterable[str], most: int = 5) -> str:
    """`a, b, c and 4 more`."""
    names = list(what)
    if len(names) <= most:
        return ", ".join(names)
    return f"{', '.join(names[:most])} and {len(names) - most} more"


def _place(row: Row) -> str:
    return row.file if row.line is None else f"{row.file}:{row.line}"


def _grouped(rows: list[Row]) -> Iterator[str]:
    """One line for rows that say the same about elements that differ in their names only."""
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.file, _NAME.sub("", row.element), row.note), []).append(row)
    for (file, element, note), group in groups.items():
        places = counted([str(row.line) for row in group if row.line is not None])
        where = f"{Path(file).name}:{places}" if places else Path(file).name
        first = group[0]
        what = element if len(group) > 1 else first.element
        value = f" = {_short(first.value)}" if first.value and len(group) == 1 else ""
        yield f"{where}  {what}{value}" + (f": {note}" if note else "")


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
