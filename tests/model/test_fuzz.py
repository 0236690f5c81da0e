"""Whatever stands in a file: it loads, or one PagetError says what is wrong."""

from __future__ import annotations

import json
import math
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from paget.errors import PagetError
from paget.model import describe, load_catalog
from paget.model.catalog import BUILT_IN

FILES = sorted(BUILT_IN.glob("**/*.toml"))

WORDS = ["", "x", "end", "1 day", "day^day", "assumed,assumed", "{factor}", "../..", "\x00", "\N{SNOWMAN}"]
NUMBERS = [-1, 0, 10**30, 1e308, -1e308, 1e-320, math.nan, math.inf, True]
CONTAINERS: list[Any] = [[], [[]], [{}], ["a"], [1, 2], {}, {"value": 1}, {"a": {"b": 1}}]
ODD = [*WORDS, *NUMBERS, *CONTAINERS]


def toml(value: Any) -> str:
    """A value as TOML on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(item)}" for key, item in value.items()) + "}"
    return repr(value)


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Paths of everything below a table."""
    found = [path] if path else []
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in below:
        found += places(item, (*path, key))
    return found


def spoiled(file: Path, choice: int, odd: Any, delete: bool) -> str:
    """A file in which one thing is deleted or replaced."""
    data: Any = tomllib.loads(file.read_text(encoding="utf-8"))
    found = places(data)
    path = found[choice % len(found)]
    here = data
    for part in path[:-1]:
        here = here[part]
    if delete:
        del here[path[-1]]
    else:
        here[path[-1]] = odd
    return "".join(f"{json.dumps(key)} = {toml(value)}\n" for key, value in data.items())


@settings(max_examples=150)
@given(st.sampled_from(FILES), st.integers(0, 10**6), st.sampled_from(ODD), st.booleans())
def test_one_odd_thing(file: Path, choice: int, odd: Any, delete: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / file.relative_to(BUILT_IN)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(spoiled(file, choice, odd, delete), encoding="utf-8")
        complaint = complaint_about(Path(folder))
        assert complaint is None or 10 < len(complaint) < 2000


def complaint_about(folder: Path) -> str | None:
    """The message about a project, or None where it can be loaded and all of it described."""
    try:
        catalog = load_catalog(folder)
        for item in catalog.items():
            if item.origin.file.startswith(str(folder)):
                describe(catalog, f"{item.kind}/{item.name}")
    except PagetError as error:
        return str(error)
    return None
