"""Whether a published result speaks of what is there: sources, trials, arms, endpoints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from paget.errors import did_you_mean
from paget.model.endpoints import endpoint_names, find_endpoint
from paget.model.names import Item
from paget.model.published import PublishedResult
from paget.model.readings import Reading

if TYPE_CHECKING:
    from pydantic import BaseModel

    from paget.model.catalog import Catalog

Location = tuple[str | int, ...]
ARM_KEYS = ("arm", "reference", "weaker_arm", "weaker_reference")


def check_published(result: Item, catalog: Catalog) -> None:
    """PagetError, with file and line, for the first name that the catalog does not know."""
    assert isinstance(result, PublishedResult)
    for key in result.sources:
        if key != "assumed" and key not in catalog.references:
            raise _unknown(result, ("source",), "key of references.bib", key, catalog.references)
    for index, part in enumerate(result.counterpart):
        _check_part(result, part, ("counterpart", index), None, catalog)


def _check_part(
    result: PublishedResult, part: BaseModel, location: Location, trial: str | None, catalog: Catalog
) -> None:
    """Trial, arms and endpoints named in a part of a counterpart, and in the parts below it."""
    population = getattr(part, "population", None)
    if population is not None and population not in catalog.populations:
        raise _unknown(result, (*location, "population"), "population", population, catalog.populations)
    own = getattr(part, "trial", None)
    if own is not None:
        if own not in catalog.trials:
            raise _unknown(result, (*location, "trial"), "trial", own, catalog.trials)
        trial = own
    for key in ARM_KEYS:
        name = getattr(part, key, None)
        if name is not None and trial is not None:
            names = [arm.name for arm in catalog.trials[trial].arms]
            if name not in names:
                raise _unknown(result, (*location, key), f"arm of {trial}", name, names)
    if isinstance(part, Reading) and trial is not None:
        _check_endpoints(result, part, location, trial, catalog)
    for where, below in _parts(part):
        _check_part(result, below, (*location, *where), trial, catalog)


def _parts(part: BaseModel) -> Iterator[tuple[Location, BaseModel]]:
    from pydantic import BaseModel

    for key in type(part).model_fields:
        value = getattr(part, key)
        if isinstance(value, BaseModel):
            yield (key,), value
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, BaseModel):
                    yield (key, index), item


def _check_endpoints(
    result: PublishedResult, reading: Reading, location: Location, trial: str, catalog: Catalog
) -> None:
    sites = list(catalog.hosts[catalog.trials[trial].host].sites)
    for name in reading.endpoints():
        if find_endpoint(name, sites, catalog.cell_types, catalog.factors) is None:
            key = "endpoint" if reading.endpoint is not None else "sum_of"
            names = list(endpoint_names(sites, catalog.cell_types, catalog.factors))
            raise _unknown(result, (*location, key), "endpoint", name, names)


def _unknown(result: PublishedResult, location: Location, what: str, name: str, names: Any) -> Exception:
    near = did_you_mean(name, names)
    return result.error(f"unknown {what}", *location, found=name, allowed=sorted(names), suggestion=near)
