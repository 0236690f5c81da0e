"""The catalog in plain English, as Markdown: `paget describe`, and the model section of reports."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from paget.errors import PagetError, did_you_mean
from paget.model.english import biology, drug, mouse
from paget.model.english.model import describe_model
from paget.model.english.overview import describe_catalog, describe_term
from paget.model.english.population import describe_population
from paget.model.english.result import describe_result
from paget.model.english.scene import describe_scene
from paget.model.english.trial import describe_trial
from paget.model.names import Item
from paget.model.reading import read_toml
from paget.model.scene_files import load_scene_file
from paget.model.trial_files import load_trial_file

if TYPE_CHECKING:
    from paget.model.catalog import Catalog

__all__ = ["describe", "describe_model"]

_TELL: dict[str, Any] = {
    "mechanism": biology.describe_mechanism,
    "cell-type": biology.describe_cell_type,
    "factor": biology.describe_factor,
    "receptor": biology.describe_receptor,
    "drug": drug.describe_drug,
    "tumour": mouse.describe_tumour,
    "host": mouse.describe_host,
    "trial": describe_trial,
    "scene": describe_scene,
    "result": describe_result,
    "population": describe_population,
}


def describe(catalog: Catalog, name: str | Item | None = None) -> str:
    """English text (Markdown) about an item of the catalog, a file of a trial or scene, a signal, a behaviour.

    An item that was read already may be given itself. Without a name: the catalog at a glance. Where items of several
    kinds have the name, all are told; `kind/name` picks one. PagetError with the nearest name for an unknown one.
    """
    if name is None:
        return _text(describe_catalog(catalog))
    if isinstance(name, Item):
        return _text(_about(name, catalog))
    items = catalog.find(name)
    if items:
        return "\n".join(_text(_about(item, catalog)) for item in items)
    for section in ("signals", "behaviours"):
        match = (
            catalog.vocabulary.signal(name) if section == "signals" else catalog.vocabulary.behaviour(name)
        )
        if match is not None and (match.kind is None or match.name in catalog.of_kind(match.kind)):
            return _text(describe_term(name, section, match.term))
    if name.endswith(".toml") or Path(name).is_file():
        return _text(_about(_read(name, catalog), catalog))
    known = [item.name for item in catalog.items()]
    raise PagetError("unknown name", found=name, allowed=sorted(known), suggestion=did_you_mean(name, known))


def _read(name: str, catalog: Catalog) -> Item:
    """The trial or scene in a file."""
    path = Path(name)
    schema = read_toml(path).data.get("schema") if path.is_file() else None
    is_scene = isinstance(schema, str) and schema.startswith("scene/")
    return load_scene_file(path, catalog) if is_scene else load_trial_file(path, catalog)


def _about(item: Item, catalog: Catalog) -> list[str]:
    kind = item.kind.replace("-", " ").capitalize()
    head = [f"# {kind}: {item.name}", ""]
    if item.title and item.title != item.name:
        head += [f"*{item.title}*", ""]
    return [*head, *_TELL[item.kind](item, catalog)]


def _text(lines: list[str]) -> str:
    return "\n".join(lines).rstrip() + "\n"
