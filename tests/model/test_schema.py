"""JSON Schema of the files: it accepts the catalog, refuses faults, and explains every key."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from paget.errors import PagetError
from paget.model import Catalog, json_schema
from paget.model.catalog import BUILT_IN
from paget.model.listing import KINDS
from paget.model.reading import read_toml


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_a_schema_and_explains_every_key(kind: str) -> None:
    schema = json_schema(kind)
    Draft202012Validator.check_schema(schema)
    for name, key, description in properties(schema):
        assert description, f"{name}.{key} has no docstring"


def properties(schema: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for name, part in {"": schema, **schema.get("$defs", {})}.items():
        for key, entry in part.get("properties", {}).items():
            referred = schema.get("$defs", {}).get(entry.get("$ref", "").removeprefix("#/$defs/"), {})
            yield name, key, entry.get("description") or referred.get("description", "")


def test_it_accepts_the_catalog(catalog: Catalog) -> None:
    for item in catalog.items():
        data = item.origin.merged or item.origin.data
        Draft202012Validator(json_schema(item.kind)).validate(data)
    Draft202012Validator(json_schema("vocabulary")).validate(read_toml(BUILT_IN / "vocabulary.toml").data)


@pytest.mark.parametrize(
    "kind, path, value",
    [
        ("drug", ("molarmass",), 1),
        ("drug", ("molar_mass", "value"), "heavy"),
        ("drug", ("molar_mass", "source"), None),
        ("drug", ("class",), "poison"),
        ("tumour", ("crowding", "law"), "logistic"),
        ("host", ("species",), "rat"),
        ("trial", ("arms",), []),
        ("trial", ("animals",), 0),
        ("trial", ("duration",), [42]),
        ("mechanism", ("rules", 0, "direction"), "up"),
    ],
)
def test_it_refuses_planted_faults(
    kind: str, path: tuple[str | int, ...], value: Any, catalog: Catalog
) -> None:
    name = {
        "drug": "paclitaxel",
        "tumour": "lm2-4",
        "host": "scid",
        "trial": "igf-paclitaxel",
        "mechanism": "growth",
    }[kind]
    data: Any = copy.deepcopy(catalog.get(kind, name).origin.data)
    here = data
    for part in path[:-1]:
        here = here[part]
    if value is None:
        del here[path[-1]]
    else:
        here[path[-1]] = value
    assert not Draft202012Validator(json_schema(kind)).is_valid(data)


def test_canonical_units_are_stated() -> None:
    crowding = json_schema("tumour")["$defs"]["Crowding"]["properties"]
    assert crowding["alpha"]["x-unit"] == "1/day"
    arm = json_schema("trial")["$defs"]["Treatment"]["properties"]
    assert arm["dose"]["x-unit"] == "mg/kg"


def test_unknown_kind() -> None:
    assert json_schema("Cell types")["$id"] == "paget:cell-type/1"
    with pytest.raises(PagetError, match="Did you mean 'tumour'"):
        json_schema("tumor")
