"""Rules of the published grammar as CSV: version 3, and version 1 where the file is said to be one.

    cell type, signal, direction, behaviour, saturation value, half-maximum, Hill power, applies to dead     (3)
    cell type, signal, direction, behaviour, base value, saturation value, half-maximum, Hill power, dead    (1)

No header, no quotes; lines that begin with `//` are comments. PhysiCell skips a line of a wrong number of fields with a
warning; here it is an error, because a rule that is not there changes the result. Version 1 states the base of the
behaviour, which must be that of the cell definition, and has two names that version 3 changed: `damage rate` is now
`attack damage rate`, and `phagocytose dead cell` became three behaviours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from paget.errors import PagetError, did_you_mean
from paget.formats.physicell.carried_over import CARRIED, DIFFERENT, WARNING, CarriedOver
from paget.formats.physicell.dictionary import UNREACHED_SIGNALS, Dictionary
from paget.formats.physicell.element import as_number
from paget.formats.physicell.text_table import fields_of, numbered_lines, read_text
from paget.tissue.definition import CellType, Rule
from paget.tissue.vocabulary import PHASES

_FIELDS = {1: 9, 3: 8}
_DIRECTIONS = {"increases": True, "decreases": False}
_OLD_BEHAVIOURS: dict[str, tuple[str, ...]] = {
    "damage rate": ("attack damage rate",),
    "phagocytose dead cell": (
        "phagocytose apoptotic cell",
        "phagocytose necrotic cell",
        "phagocytose other dead cell",
    ),
}
"""What behaviours of version 1 are called in version 3."""
_SIGNED = ("export", "chemotactic response to ", "custom:")
"""Behaviours that may be negative, by the beginning or end of their names."""


@dataclass(frozen=True)
class Line:
    """One line of a rules file."""

    file: str
    number: int
    fields: list[str]

    def error(
        self,
        key: str,
        what: str,
        found: object = None,
        allowed: Iterable[object] | str | None = None,
        suggestion: str | None = None,
    ) -> PagetError:
        """An error in this line."""
        return PagetError(
            what,
            file=self.file,
            line=self.number,
            key=key,
            found=found,
            allowed=allowed,
            suggestion=suggestion,
        )


class RuleReader:
    """Reads rules files one after the other; the rules accumulate."""

    def __init__(
        self,
        types: tuple[CellType, ...],
        defaults: Mapping[str, float],
        dictionary: Dictionary,
        report: CarriedOver,
    ) -> None:
        """`defaults`: base of behaviours that a type does not state."""
        self.types = {cell_type.name: cell_type for cell_type in types}
        self.defaults, self.dictionary, self.report = defaults, dictionary, report
        self.rules: list[Rule] = []
        self._places: dict[tuple[str, str, bool, str], str] = {}

    def read(self, path: Path, version: int) -> None:
        """Add the rules of a file. Raises PagetError with file and line for the first bad one."""
        self.read_lines(read_text(path), str(path), version)

    def read_lines(self, text: str, file: str, version: int) -> None:
        """Add the rules of a text; `file` is its name in messages."""
        for number, content in numbered_lines(text):
            if content.startswith("//"):
                continue
            fields = fields_of(content)
            if len(fields) != _FIELDS[version] and "\t" in content:
                fields = fields_of(content, "\t")
            self._add(Line(file, number, fields), version)

    def _add(self, line: Line, version: int) -> None:
        self._check_fields(line, version)
        names, numbers = line.fields[:4], line.fields[4:]
        cell_type = self._cell_type(line, names[0])
        signal = self._signal(line, names[1])
        increases = self._direction(line, names[2])
        behaviours = self._behaviours(line, names[3], version)
        if version == 1:
            self._check_base(line, cell_type, behaviours[0], _number(line, "base value", numbers.pop(0)))
        saturation = _number(line, "saturation value", numbers[0])
        half, power = _number(line, "half-max", numbers[1]), _number(line, "Hill power", numbers[2])
        for key, value in (("half-max", half), ("Hill power", power)):
            if value <= 0.0:
                raise line.error(key, "must be above 0", found=f"{value:g}")
        dead = self._dead(line, numbers[3])
        for behaviour in behaviours:
            if saturation < 0.0 and not _may_be_negative(behaviour):
                raise line.error("saturation value", "must not be negative", found=f"{saturation:g}")
            self._keep(
                line, Rule(cell_type.name, signal, increases, behaviour, half, power, saturation, dead)
            )

    def _check_fields(self, line: Line, version: int) -> None:
        expected = _FIELDS[version]
        if len(line.fields) != expected:
            hint = ""
            if version == 3 and len(line.fields) == 9:
                hint = '; nine are version 1: then the ruleset must say version="1.0"'
            raise line.error(
                f"rule of version {version}", f"needs {expected} fields{hint}", found=len(line.fields)
            )
        for number, value in enumerate(line.fields, start=1):
            if not value.strip():
                raise line.error(f"field {number}", "is empty")

    def _cell_type(self, line: Line, name: str) -> CellType:
        if name not in self.types:
            raise line.error(
                "cell type", "unknown cell type", found=name, allowed=list(self.types),
                suggestion=did_you_mean(name, self.types),
            )  # fmt: skip
        return self.types[name]

    def _signal(self, line: Line, name: str) -> str:
        if name not in self.dictionary.signals:
            near = did_you_mean(name, self.dictionary.signals)
            raise line.error("signal", "unknown signal", found=name, suggestion=near)
        signal = self.dictionary.signals[name]
        if signal in UNREACHED_SIGNALS:
            note = f"{signal} counts such neighbours; PhysiCell 1.14 knows the name but reads 0"
            self.report.add(DIFFERENT, line.file, line.number, "rule", note, ",".join(line.fields))
        return signal

    def _direction(self, line: Line, word: str) -> bool:
        if word not in _DIRECTIONS:
            raise line.error(
                "direction", "unknown direction", found=word, allowed=tuple(_DIRECTIONS),
                suggestion=did_you_mean(word, _DIRECTIONS),
            )  # fmt: skip
        return _DIRECTIONS[word]

    def _behaviours(self, line: Line, name: str, version: int) -> tuple[str, ...]:
        if version == 1 and name in _OLD_BEHAVIOURS:
            now = _OLD_BEHAVIOURS[name]
            self.report.add(
                DIFFERENT, line.file, line.number, "rule", f"{name} of version 1 is now {', '.join(now)}"
            )
            return now
        if name not in self.dictionary.behaviours:
            near = did_you_mean(name, self.dictionary.behaviours)
            what = "unknown behaviour"
            if name in _OLD_BEHAVIOURS:
                what += f" of version 3, which has {', '.join(_OLD_BEHAVIOURS[name])} instead"
                near = None
            raise line.error("behaviour", what, found=name, suggestion=near)
        return (self.dictionary.behaviours[name],)

    def _check_base(self, line: Line, cell_type: CellType, behaviour: str, base: float) -> None:
        known = self.base(cell_type, behaviour)
        if abs(known - base) > 1e-9 * max(abs(known), abs(base), 1e-9):
            raise line.error(
                "base value", f"is not the base of {behaviour} in the cell definition of {cell_type.name}",
                found=f"{base:g}", allowed=f"{known:g}",
            )  # fmt: skip

    def _dead(self, line: Line, word: str) -> bool:
        value = as_number(word)
        if value in (0.0, 1.0):
            return value == 1.0
        if word.strip().lower() in ("true", "false"):
            meant = word.strip().lower() == "true"
            note = f"applies to dead: '{word}' is read as {int(meant)}"
            self.report.add(
                WARNING, line.file, line.number, "rule", note + ("; PhysiCell reads 0" if meant else "")
            )
            return meant
        raise line.error("applies to dead", "must be 0 or 1", found=word)

    def base(self, cell_type: CellType, behaviour: str) -> float:
        """Base of a behaviour in a type."""
        return cell_type.behaviours.get(behaviour, self.defaults[behaviour])

    def _keep(self, line: Line, rule: Rule) -> None:
        what = (rule.cell_type, rule.signal, rule.increases, rule.behaviour)
        place = f"{line.file}:{line.number}"
        if what in self._places:
            raise line.error("rule", f"the same rule as in {self._places[what]}", found=",".join(line.fields))
        opposite = (rule.cell_type, rule.signal, not rule.increases, rule.behaviour)
        if opposite in self._places:
            note = (
                f"{rule.signal} has both directions (also {self._places[opposite]}): each keeps its own half-maximum "
                "and power; PhysiCell 1.14 gives both those of the later line"
            )
            self.report.add(DIFFERENT, line.file, line.number, "rule", note)
        self._places[what] = place
        self.rules.append(rule)
        self._describe(line, rule)

    def _describe(self, line: Line, rule: Rule) -> None:
        base = self.base(self.types[rule.cell_type], rule.behaviour)
        if (rule.saturation < base) if rule.increases else (rule.saturation > base):
            side = "below" if rule.increases else "above"
            note = f"without effect by itself: the saturation {rule.saturation:g} is {side} the base {base:g}"
            self.report.add(WARNING, line.file, line.number, "rule", note, ",".join(line.fields))
        phases = len(self.types[rule.cell_type].cycle.phases)
        if rule.behaviour in {f"exit from cycle phase {phase}" for phase in range(phases, PHASES)}:
            note = f"without effect: the cycle of {rule.cell_type} has only {phases}, counted from 0"
            self.report.add(WARNING, line.file, line.number, "rule", note, ",".join(line.fields))
        given = [
            name for name in (line.fields[1], line.fields[3]) if name not in (rule.signal, rule.behaviour)
        ]
        note = f"read as {rule.signal} -> {rule.behaviour}" if given else ""
        self.report.add(CARRIED, line.file, line.number, "rule", note, ",".join(line.fields))


def _number(line: Line, key: str, text: str) -> float:
    value = as_number(text)
    if value is None:
        raise line.error(key, "is not a finite number", found=text)
    return value


def _may_be_negative(behaviour: str) -> bool:
    return behaviour.startswith(_SIGNED[1:]) or behaviour.endswith(f" {_SIGNED[0]}")
