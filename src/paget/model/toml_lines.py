"""On which line of a TOML file a key stands. `tomllib` parses, but does not tell.

This reads only as much of the syntax as places keys: headers, assignments, strings and brackets that run over lines.
A file has been parsed by `tomllib` before, so it is well formed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

Path = tuple[str | int, ...]

_KEY_PART = re.compile(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*""")


def key_lines(text: str) -> dict[Path, int]:
    """Line number (from 1) of every table header and assignment, by its path of keys and array positions."""
    lines: dict[Path, int] = {}
    table: Path = ()
    counts: dict[Path, int] = {}
    for number, line in _logical_lines(text):
        stripped = line.strip()
        if stripped.startswith("[["):
            name = _position(_keys(stripped[2:])[0], counts)
            counts[name] = counts.get(name, -1) + 1
            table = (*name, counts[name])
            lines.setdefault(name, number)
            lines[table] = number
        elif stripped.startswith("["):
            table = _position(_keys(stripped[1:])[0], counts)
            _note(lines, table, number)
        else:
            keys, rest = _keys(stripped)
            if keys and rest.startswith("="):
                _note(lines, (*table, *keys), number, skip=len(table))
    return lines


def find_line(lines: dict[Path, int], path: Path) -> int | None:
    """Line of `path`, or of the nearest table or key around it; None if there is none."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


def _note(lines: dict[Path, int], path: Path, number: int, skip: int = 0) -> None:
    """Note the line of `path`, and of the tables on the way to it that have no line yet."""
    for length in range(skip + 1, len(path)):
        lines.setdefault(path[:length], number)
    lines[path] = number


def _position(keys: list[str], counts: dict[Path, int]) -> Path:
    """A header names arrays of tables without position: it means their last table."""
    path: Path = ()
    for index, key in enumerate(keys):
        path = (*path, key)
        if index + 1 < len(keys) and path in counts:
            path = (*path, counts[path])
    return path


def _keys(text: str) -> tuple[list[str], str]:
    """The dotted key at the start of `text`, and what follows it."""
    keys: list[str] = []
    position = 0
    while match := _KEY_PART.match(text, position):
        keys.append(_unescaped(match))
        position = match.end()
        if text[position : position + 1] != ".":
            break
        position += 1
    return keys, text[position:]


def _unescaped(match: re.Match[str]) -> str:
    """A key as `tomllib` gives it."""
    key = next(group for group in match.groups() if group is not None)
    if match.group(1) is not None and "\\" in key:
        return next(iter(tomllib.loads(f'"{key}" = 0')))
    return key


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines that begin a header or an assignment, without those inside a value that runs over several lines."""
    depth, quote = 0, ""
    for number, line in enumerate(text.splitlines(), start=1):
        inside = depth > 0 or quote
        if not inside and line.strip() and not line.lstrip().startswith("#"):
            yield number, line
        is_header = not inside and line.lstrip().startswith("[")
        if not is_header:
            depth, quote = _scan(line, depth, quote)


def _scan(line: str, depth: int, quote: str) -> tuple[int, str]:
    """Depth of open brackets and the open triple quote after `line`."""
    position = 0
    while position < len(line):
        if quote:
            end = _end_of_string(line, position, quote)
            if end < 0:
                return depth, quote
            position, quote = end, ""
            continue
        character = line[position]
        if character == "#":
            break
        if character in "\"'":
            triple = character * 3
            if line.startswith(triple, position):
                position, quote = position + 3, triple
            else:
                position = _end_of_string(line, position + 1, character)
                if position < 0:
                    break
            continue
        depth += (character in "[{") - (character in "]}")
        position += 1
    return depth, quote


def _end_of_string(line: str, position: int, quote: str) -> int:
    """Position after the closing `quote`, or -1; a backslash escapes in strings with double quotes."""
    while position < len(line):
        if line[position] == "\\" and quote[0] == '"':
            position += 2
        elif line.startswith(quote, position):
            return position + len(quote)
        else:
            position += 1
    return -1
