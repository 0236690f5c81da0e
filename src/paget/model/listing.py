"""Catalog and model as tables: what is there, all numbers in use, the form of files, the hash of a model."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from paget.errors import PagetError, did_you_mean
from paget.model.biology import CellType, Factor, Receptor
from paget.model.drug import Drug
from paget.model.host import Host
from paget.model.mechanism import Mechanism
from paget.model.names import FOLDERS, slug
from paget.model.population import Population
from paget.model.published import PublishedResult
from paget.model.quantity import Quantity, Setting
from paget.model.resolved import Model
from paget.model.scene import Scene
from paget.model.trial_design import TrialDesign
from paget.model.tumour import Tumour
from paget.model.vocabulary import Vocabulary

if TYPE_CHECKING:
    from paget.model.catalog import Catalog

KINDS: dict[str, type[BaseModel]] = {
    "cell-type": CellType,
    "factor": Factor,
    "receptor": Receptor,
    "mechanism": Mechanism,
    "drug": Drug,
    "tumour": Tumour,
    "host": Host,
    "trial": TrialDesign,
    "scene": Scene,
    "result": PublishedResult,
    "population": Population,
    "vocabulary": Vocabulary,
}
"""Kinds of files and the form of each."""

_WORDS_ONLY = {"title", "summary", "note", "schema_", "line", "surrogates"}
"""Fields that say something to a reader and change no result."""


def list_catalog(catalog: Catalog, kind: str | None = None) -> list[dict[str, str]]:
    """Items as rows (kind, name, title, file), of one kind or all; PagetError for an unknown kind."""
    kinds = list(FOLDERS) if kind is None else [known_kind(kind, FOLDERS)]
    return [
        {"kind": k, "name": item.name, "title": item.title, "file": item.origin.file}
        for k in kinds
        for item in sorted(catalog.of_kind(k).values(), key=lambda item: item.name.casefold())
    ]


def known_kind(kind: str, kinds: Any = KINDS) -> str:
    """`cell-type` for 'cell-types', 'cell types' and 'Cell type'; PagetError for an unknown kind."""
    wanted = slug(kind)
    for name in (wanted, wanted.removesuffix("s")):
        if name in kinds:
            return name
    raise PagetError("unknown kind", found=kind, allowed=list(kinds), suggestion=did_you_mean(kind, kinds))


def json_schema(kind: str) -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of the files of a kind; `x-unit` is the unit in which a number is kept."""
    kind = known_kind(kind)
    schema = KINDS[kind].model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"paget:{kind}/1", **schema}


def parameter_table(model: Model) -> list[dict[str, Any]]:
    """All numbers in use as rows: path, value, unit, source, kind, range, between, note, canonical value and unit."""
    return [
        {
            "path": quantity.path,
            "value": quantity.value,
            "unit": quantity.unit,
            "source": quantity.source,
            "kind": quantity.kind,
            "range": list(quantity.range) if quantity.range is not None else None,
            "between": quantity.between.model_dump() if quantity.between is not None else None,
            "note": quantity.note,
            "canonical": quantity.canonical,
            "canonical_unit": quantity.canonical_unit,
        }
        for quantity in model.quantities()
    ]


def model_hash(model: Model) -> str:
    """Hash of everything in a model that can change a result; names of files, titles and notes do not enter.

    Two catalogs that say the same in other words, units or order have the same hash.
    """
    parts = {
        "tumour": model.tumour,
        "host": model.host,
        "cell_types": model.cell_types,
        "factors": model.factors,
        "receptors": model.receptors,
        "rules": {rule.path_key: rule for rule in model.rules},
        "drugs": model.drugs,
        "correlations": sorted([sorted([a, b]), _digits(value)] for a, b, value in model.correlations),
    }
    text = json.dumps(content_of(parts), sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode("utf-8"), digest_size=16, person=b"paget model").hexdigest()


def content_of(thing: Any) -> Any:
    """What of an object can change a result, as plain JSON."""
    if isinstance(thing, Quantity):
        between = (
            (thing.between.distribution, _digits(thing.between.sd)) if thing.between is not None else None
        )
        limits = (
            [_digits(limit) for limit in thing.canonical_range] if thing.canonical_range is not None else None
        )
        return [_digits(thing.canonical), limits, between]
    if isinstance(thing, BaseModel):
        fields = (name for name in type(thing).model_fields if name not in _WORDS_ONLY)
        return {name: content_of(getattr(thing, name)) for name in fields}
    if isinstance(thing, dict):
        return {str(key): content_of(value) for key, value in thing.items()}
    if isinstance(thing, list | tuple):
        return [content_of(item) for item in thing]
    if isinstance(thing, Setting | float):
        return _digits(float(thing))
    return thing


def _digits(value: float) -> str:
    """Twelve digits: what a conversion of units rounds away does not change the hash."""
    return f"{value:.12g}"
