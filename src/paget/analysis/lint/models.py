"""Every model that the catalog can make: each tumour in each host, and in hosts that stand in for a missing species.

The numbers of a drug for humans are read by no model while the catalog has no human host. A stand-in host, one of the
catalog under another species and strain, shows that they would be.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import get_args

from paget.errors import PagetError
from paget.model import Catalog, Model, resolve
from paget.model.biology import Species
from paget.model.host import Host
from paget.model.names import OneOf


def every_model(catalog: Catalog) -> list[Model]:
    """All models, those of stand-in hosts last."""
    return list(_models(_Key(catalog)))


def species_of_the_catalog() -> tuple[str, ...]:
    """The species that a host can have."""
    return next(mark.choices for mark in get_args(Species) if isinstance(mark, OneOf))


class _Key:
    """A catalog as a key of the cache: the same object, not an equal one."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog

    def __hash__(self) -> int:
        return id(self.catalog)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.catalog is other.catalog


@lru_cache(maxsize=1)
def _models(key: _Key) -> tuple[Model, ...]:
    catalog = key.catalog
    extended = replace(catalog, hosts=catalog.hosts | {host.name: host for host in _stand_ins(catalog)})
    return tuple(_resolved(extended))


def _resolved(catalog: Catalog) -> Iterator[Model]:
    for host in catalog.hosts:
        for tumour in catalog.tumours:
            try:
                yield resolve(catalog, tumour, host)
            except PagetError:
                continue  # a graft that this host would reject


def _stand_ins(catalog: Catalog) -> Iterator[Host]:
    present = {host.species for host in catalog.hosts.values()}
    for species in species_of_the_catalog():
        if species not in present:
            strains = {tumour.strain for tumour in catalog.tumours.values() if tumour.species == species}
            for host in catalog.hosts.values():
                for strain in sorted(strains | {host.strain}):
                    name = f"{host.name} as {species} {strain}"
                    yield host.model_copy(update={"name": name, "species": species, "strain": strain})
