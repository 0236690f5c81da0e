"""Names of catalog items, kinds and folders."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field, GetCoreSchemaHandler, PrivateAttr
from pydantic_core import core_schema

from paget.errors import did_you_mean
from paget.model.origin import Origin
from paget.model.quantity import BadValue, Entry

FOLDERS = {
    "cell-type": "cell-types",
    "factor": "factors",
    "receptor": "receptors",
    "mechanism": "mechanisms",
    "drug": "drugs",
    "tumour": "tumours",
    "host": "hosts",
    "trial": "trials",
    "scene": "scenes",
    "result": "results",
    "population": "populations",
}
"""Folder of each kind of item; the attributes of the catalog are named alike (`cell_types`, ...)."""


def slug(name: str) -> str:
    """File stem of a name: 'CD8 T cell' is 'cd8-t-cell'."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def attribute(kind: str) -> str:
    """Attribute of the catalog that holds the items of `kind`."""
    return FOLDERS[kind].replace("-", "_")


def _plain_name(name: str) -> str:
    if any(sign in name for sign in "/{},") or name != name.strip() or not name.isprintable():
        raise BadValue("a name has no slash, comma, brace or space at its ends", found=ascii(name))
    return name


Name = Annotated[str, AfterValidator(_plain_name)]


class OneOf:
    """Annotation of a text that must be one of a few; other rooms see plain text."""

    def __init__(self, *choices: str) -> None:
        self.choices = choices

    def __call__(self, text: str) -> str:
        """`text`, or BadValue with what was probably meant."""
        if text not in self.choices:
            near = did_you_mean(text, self.choices)
            raise BadValue("unknown choice", found=text, allowed=self.choices, suggestion=near)
        return text

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_after_validator_function(self, handler(source))

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.choices)}


class Item(Entry):
    """Base of every kind of catalog item: one TOML file."""

    schema_: str = Field(alias="schema")
    """Kind of file and version of its form, for example `drug/1`."""
    name: Name
    """Name, unique among items of its kind; the file is named like it."""
    title: str = ""
    """Title in a few words. Default: none."""

    _origin: Origin = PrivateAttr(default_factory=lambda: Origin("", "", {}))

    @property
    def origin(self) -> Origin:
        """File in which the item stands."""
        return self._origin

    @property
    def kind(self) -> str:
        """Kind of the item, for example `cell-type`."""
        return self.schema_.split("/")[0]

    @property
    def path(self) -> str:
        """Folder and slug, the beginning of the paths of its numbers."""
        return f"{FOLDERS[self.kind]}/{slug(self.name)}"

    def error(self, what: str, *location: str | int, **parts: Any) -> Exception:
        """The error for a key of this item's file."""
        return self._origin.error(what, location, **parts)
