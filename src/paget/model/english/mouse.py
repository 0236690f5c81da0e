"""Tumours and hosts in English."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import BaseModel

from paget.model.english.rules import behaviour_sentence
from paget.model.english.words import References, bullets, listed, plural, say, section, source_lines
from paget.model.host import Host
from paget.model.quantity import Quantity
from paget.model.tumour import TUMOUR_CELL, Tumour
from paget.model.walking import numbers

if TYPE_CHECKING:
    from paget.model.catalog import Catalog


def describe_tumour(tumour: Tumour, catalog: Catalog) -> list[str]:
    """Line, growth, inoculation, dissemination and the behaviours of its cells."""
    references = catalog.references
    behaviours = [
        behaviour_sentence(TUMOUR_CELL, name, b, references) for name, b in tumour.behaviours.items()
    ]
    correlated = [
        f"the logarithms of {c.quantities[0]} and {c.quantities[1]} have correlation {say(c.value, references)}"
        for c in tumour.correlations
    ]
    composition = [
        f"{plural(name)} {say(quantity, references)}" for name, quantity in tumour.composition.items()
    ]
    return [
        f"{tumour.line}; {tumour.species} cells, strain {tumour.strain}. Cells of all types per volume: "
        f"{say(tumour.cell_density, references)}.",
        "",
        *section("Growth", ["Gompertz law: dV/dt = V (alpha - beta ln(V / 1 mm³)).", "", *bullets([
            *field_lines(tumour.crowding, references), *correlated])]),
        *section("Inoculation, unless a trial says otherwise", bullets(field_lines(tumour.inoculation, references))),
        *section("Dissemination", bullets(field_lines(tumour.dissemination, references))),
        *section("Behaviours of its cells", bullets(behaviours)),
        *section("Other cells per tumour cell at inoculation", bullets(composition)),
        *section("Hosts of the catalog that accept it", [f"{listed(_accepting(tumour, catalog))}."]),
        *source_lines((q for _, q in numbers(tumour, "")), references),
    ]  # fmt: skip


def _accepting(tumour: Tumour, catalog: Catalog) -> list[str]:
    from paget.errors import PagetError
    from paget.model.resolving import check_graft

    accepting = []
    for host in catalog.hosts.values():
        try:
            check_graft(tumour, host)
        except PagetError:
            continue
        accepting.append(host.name)
    return accepting


def describe_host(host: Host, catalog: Catalog) -> list[str]:
    """What the host has and lacks, its body and blood, its organs and plasma ligands."""
    references = catalog.references
    has = [name for name, present in host.competence.items() if present]
    lacks = [name for name, present in host.competence.items() if not present]
    absent = [c.name for c in catalog.cell_types.values() if not host.has(c.requires)]
    organs: list[str] = []
    for name, site in host.sites.items():
        cells = [f"{plural(cell)} {say(density, references)}" for cell, density in site.cells.items()]
        organs += section(name, bullets([*field_lines(site, references), *cells]), level=3)
    plasma = [
        f"{name}: free {say(p.free, references)}, total {say(p.total, references)}, "
        f"half-life {say(p.half_life, references)}"
        + (
            f", cleared by neutrophils {say(p.cleared_by_neutrophils, references)}"
            if p.cleared_by_neutrophils
            else ""
        )
        for name, p in host.plasma.items()
    ]
    leukocytes = [f"{plural(n)}: {say(q, references)}" for n, q in host.circulation.leukocytes.items()]
    return [
        f"{host.species.capitalize()}, strain {host.strain}. It has {listed(has)}"
        + (f" and lacks {listed(lacks)}" if lacks else "")
        + "."
        + (f" Cell types that are therefore absent: {listed(absent)}." if absent else ""),
        "",
        *section("Body", bullets(field_lines(host.body, references))),
        *section("Blood", bullets([*field_lines(host.circulation, references), *leukocytes])),
        *section("Neutrophils in blood and marrow", bullets(field_lines(host.marrow, references))),
        *section("Plasma", bullets(plasma)),
        *section("Organs", organs),
        *source_lines((q for _, q in numbers(host, "")), references),
    ]


def field_lines(entry: BaseModel, references: References) -> Iterator[str]:
    """One line for each number of a table: its key, its value, and what it means."""
    for name, info in type(entry).model_fields.items():
        value = getattr(entry, name)
        if isinstance(value, Quantity):
            meaning = (info.description or "").split(" [")[0].replace("`", "'").rstrip(".")
            repeated = value.note is not None and value.note.split(":")[0].casefold() in meaning.casefold()
            yield f"{name.replace('_', ' ')}: {say(value, references, note=not repeated)}. {meaning}."
