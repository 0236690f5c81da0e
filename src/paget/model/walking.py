"""Every number below an object, with its name in the whole model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from paget.model.quantity import Quantity


def numbers(thing: Any, path: str) -> Iterator[tuple[str, Quantity]]:
    """Quantities below `thing` with their paths, in the order of the file.

    Items of a list are named by their `path_key`, so that a path does not depend on their order.
    """
    if isinstance(thing, Quantity):
        yield path, thing
    elif isinstance(thing, BaseModel):
        for name in type(thing).model_fields:
            yield from numbers(getattr(thing, name), f"{path}/{name}")
    elif isinstance(thing, Mapping):
        for key, value in thing.items():
            yield from numbers(value, f"{path}/{key}")
    elif isinstance(thing, Sequence) and not isinstance(thing, str):
        for index, value in enumerate(thing):
            yield from numbers(value, f"{path}/{getattr(value, 'path_key', index)}")


def locations(
    thing: Any, location: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], Quantity]]:
    """Quantities below `thing` with the keys under which they stand in the file."""
    if isinstance(thing, Quantity):
        yield location, thing
    elif isinstance(thing, BaseModel):
        for name, field in type(thing).model_fields.items():
            yield from locations(getattr(thing, name), (*location, field.alias or name))
    elif isinstance(thing, Mapping):
        for key, value in thing.items():
            yield from locations(value, (*location, key))
    elif isinstance(thing, list | tuple):
        for index, value in enumerate(thing):
            yield from locations(value, (*location, index))


def name_numbers(thing: Any, path: str) -> None:
    """Give every number below `thing` its path."""
    for own_path, quantity in numbers(thing, path):
        quantity._path = own_path
