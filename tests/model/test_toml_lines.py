"""Every key of a file is found on the line where it stands."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paget.model.catalog import BUILT_IN
from paget.model.toml_lines import find_line, key_lines

FILES = sorted(BUILT_IN.glob("**/*.toml"))


def leaves(data: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Paths of everything in `data`."""
    found = [path] if path else []
    if isinstance(data, dict):
        for key, value in data.items():
            found += leaves(value, (*path, key))
    elif isinstance(data, list) and data and isinstance(data[0], dict):
        for index, value in enumerate(data):
            found += leaves(value, (*path, index))
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_keys_of_the_catalog(file: Any) -> None:
    text = file.read_text(encoding="utf-8")
    lines, rows = key_lines(text), text.splitlines()
    for path in leaves(tomllib.loads(text)):
        line = find_line(lines, path)
        assert line is not None, path
        key = next(part for part in reversed(path) if isinstance(part, str))
        assert key in rows[line - 1], (path, line)


def test_awkward_file() -> None:
    text = '''# a comment with [brackets]
title = """
[not a table]
fake = 1
"""
numbers = [
  1,  # ]
  2,
]
a.b."c d" = { x = 1, y = "}" }
[[arms]]
name = 'one # not a comment'
[[arms.doses]]
day = 1
[[arms.doses]]
day = 2
[[arms]]
name = "two"
[[arms.doses]]
day = 3
'''
    lines = key_lines(text)
    tomllib.loads(text)
    assert lines["title",] == 2
    assert ("fake",) not in lines
    assert lines["numbers",] == 6
    assert find_line(lines, ("a", "b", "c d", "x")) == 10
    assert lines["arms", 0, "name"] == 12
    assert lines["arms", 0, "doses", 1, "day"] == 16
    assert lines["arms", 1, "doses", 0, "day"] == 20
    assert find_line(lines, ("arms", 1, "route")) == 17
    assert find_line(lines, ("elsewhere",)) is None


KEYS = st.text("abc\"'\\ .[]#=é", min_size=1, max_size=6)


def written(tables: dict[str, dict[str, str]]) -> str:
    """TOML of tables of texts, everything quoted."""

    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    parts = []
    for name, table in tables.items():
        parts.append(f"[{quoted(name)}]")
        parts += [f"{quoted(key)} = {quoted(value)}" for key, value in table.items()]
    return "\n".join(parts) + "\n"


@given(st.dictionaries(KEYS, st.dictionaries(KEYS, KEYS, max_size=4), min_size=1, max_size=4))
def test_quoted_keys_and_values(tables: dict[str, dict[str, str]]) -> None:
    text = written(tables)
    assert tomllib.loads(text) == tables
    lines, expected = key_lines(text), 0
    for name, table in tables.items():
        expected += 1
        assert find_line(lines, (name,)) == expected
        for key in table:
            expected += 1
            assert find_line(lines, (name, key)) == expected
