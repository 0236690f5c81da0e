"""Checks that need the whole catalog: names that refer to other files, sources, units from the vocabulary, twins."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from paget.errors import PagetError, did_you_mean
from paget.model.biology import Behaviour, ReceptorOnCell
from paget.model.drug import Drug
from paget.model.drug_actions import Modifies
from paget.model.host import SITES, Host
from paget.model.mechanism import Mechanism, Rule
from paget.model.names import Item
from paget.model.quantity import BadValue, In
from paget.model.tumour import REQUIRED_BEHAVIOURS, TUMOUR_CELL, Tumour
from paget.model.vocabulary import Match
from paget.model.walking import locations

if TYPE_CHECKING:
    from paget.model.catalog import Catalog


def check_catalog(catalog: Catalog) -> None:
    """PagetError for the first thing in the catalog that does not fit the rest; binds behaviours to their units."""
    _check_vocabulary(catalog)
    for item in catalog.items():
        check_sources(item, catalog)
    for cell_type in catalog.cell_types.values():
        _check_behaviours(cell_type, cell_type.behaviours, ("behaviours",), catalog)
        _check_receptors(cell_type, cell_type.receptors, ("receptors",), catalog)
    for receptor in catalog.receptors.values():
        for ligand in receptor.ligands:
            _known(receptor, ("ligands", ligand), "factor", ligand, catalog)
    for tumour in catalog.tumours.values():
        _check_tumour(tumour, catalog)
    _check_mechanisms(catalog)
    for host in catalog.hosts.values():
        _check_host(host, catalog)
    for drug in catalog.drugs.values():
        _check_drug(drug, catalog)


def check_sources(item: Item, catalog: Catalog) -> None:
    """Every source is a key of references.bib, or `assumed`."""
    for location, quantity in locations(item):
        for key in quantity.sources:
            if key not in catalog.references and key not in ("assumed", "definition"):
                raise item.error(
                    "the source is no key of references.bib",
                    *location,
                    "source",
                    found=key,
                    allowed="a key of references.bib, or 'assumed'",
                    suggestion=did_you_mean(key, catalog.references),
                )


def _known(item: Item, location: tuple[str | int, ...], kind: str, name: str, catalog: Catalog) -> None:
    items = catalog.of_kind(kind)
    if name not in items:
        label = kind.replace("-", " ")
        near = did_you_mean(name, items)
        raise item.error(f"unknown {label}", *location, found=name, allowed=sorted(items), suggestion=near)


def _check_vocabulary(catalog: Catalog) -> None:
    from paget.units import conversion_factor

    for section in ("signals", "behaviours"):
        for name, term in getattr(catalog.vocabulary, section).items():
            try:
                conversion_factor(term.unit, term.unit)
            except PagetError as error:
                parts = {"found": error.found, "allowed": error.allowed, "suggestion": error.suggestion}
                raise catalog.vocabulary.origin.error(error.what, (section, name, "unit"), **parts) from None


def _term(item: Item, location: tuple[str | int, ...], section: str, text: str, catalog: Catalog) -> Match:
    """The signal or behaviour of that text, its placeholder known; PagetError otherwise."""
    vocabulary = catalog.vocabulary
    match = vocabulary.signal(text) if section == "signals" else vocabulary.behaviour(text)
    if match is None or (match.kind and match.name not in catalog.of_kind(match.kind)):
        raise item.error(
            f"unknown {section[:-1]}",
            *location,
            found=text,
            allowed=list(getattr(vocabulary, section)),
            suggestion=vocabulary.nearest(text, section, catalog.names()),
        )
    return match


def _check_behaviours(
    item: Item, behaviours: dict[str, Behaviour], location: tuple[str, ...], catalog: Catalog
) -> None:
    for name, behaviour in behaviours.items():
        term = _term(item, (*location, name), "behaviours", name, catalog).term
        try:
            behaviour.in_unit(term.limits)
        except BadValue as bad:
            inner = bad.parts.pop("at", ())
            raise item.error(bad.what, *location, name, *inner, **bad.parts) from None


def _check_receptors(
    item: Item, receptors: dict[str, ReceptorOnCell], location: tuple[str, ...], catalog: Catalog
) -> None:
    for name in receptors:
        _known(item, (*location, name), "receptor", name, catalog)


def _check_tumour(tumour: Tumour, catalog: Catalog) -> None:
    _check_behaviours(tumour, tumour.behaviours, ("behaviours",), catalog)
    for name in REQUIRED_BEHAVIOURS:
        if name not in tumour.behaviours:
            raise tumour.error(f"behaviour '{name}' is missing", "behaviours", allowed=REQUIRED_BEHAVIOURS)
    for name in tumour.composition:
        _known(tumour, ("composition", name), "cell-type", name, catalog)
    own = {".".join(str(part) for part in location): quantity for location, quantity in locations(tumour)}
    for index, correlation in enumerate(tumour.correlations):
        for key in correlation.quantities:
            if key not in own:
                location = ("correlations", index, "quantities")
                near = did_you_mean(key, own)
                raise tumour.error("names no number of this file", *location, found=key, suggestion=near)
            if own[key].between is None:
                what = "a correlation needs numbers that differ between animals (between = ...)"
                raise tumour.error(what, "correlations", index, "quantities", found=key)


def _check_mechanisms(catalog: Catalog) -> None:
    for mechanism in catalog.mechanisms.values():
        for name, addition in mechanism.cell_types.items():
            location = ("cell_types", name)
            _known(mechanism, location, "cell-type", name, catalog)
            _check_behaviours(mechanism, addition.behaviours, (*location, "behaviours"), catalog)
            _check_receptors(mechanism, addition.receptors, (*location, "receptors"), catalog)
    owners = _owners(catalog)
    _check_expressions(owners, catalog)
    seen: dict[tuple[str, str, str, str], tuple[Mechanism, int]] = {}
    for mechanism in catalog.mechanisms.values():
        for index, rule in enumerate(mechanism.rules):
            rule._mechanism = mechanism.name
            _check_rule(mechanism, index, rule, owners, catalog)
            if rule.identity in seen:
                raise _twice(mechanism, index, rule, *seen[rule.identity])
            seen[rule.identity] = (mechanism, index)


def _owners(catalog: Catalog) -> dict[tuple[str, str, str], Item]:
    """Which file gives each behaviour and receptor to each cell type; PagetError if two do.

    Behaviours of the tumour cell stand in every tumour; they count once.
    """
    owners: dict[tuple[str, str, str], Item] = {}

    def claim(item: Item, cell_type: str, addition: object, location: tuple[str, ...]) -> None:
        for section in ("behaviours", "receptors"):
            for name in getattr(addition, section, {}):
                key = (cell_type, section, name)
                other = owners.setdefault(key, item)
                if other is not item and not (isinstance(other, Tumour) and isinstance(item, Tumour)):
                    raise item.error(
                        f"{section[:-1]} '{name}' of {cell_type} is also defined in {other.origin.file}",
                        *location,
                        section,
                        name,
                    )

    for cell_type in catalog.cell_types.values():
        claim(cell_type, cell_type.name, cell_type, ())
    for tumour in catalog.tumours.values():
        claim(tumour, TUMOUR_CELL, tumour, ())
    for mechanism in catalog.mechanisms.values():
        for name, addition in mechanism.cell_types.items():
            claim(mechanism, name, addition, ("cell_types", name))
    return owners


def _check_expressions(owners: dict[tuple[str, str, str], Item], catalog: Catalog) -> None:
    """A cell type expresses only receptors that it carries."""
    for (cell_type, section, name), item in owners.items():
        match = catalog.vocabulary.behaviour(name) if section == "behaviours" else None
        if (
            match is not None
            and match.kind == "receptor"
            and (cell_type, "receptors", match.name) not in owners
        ):
            location = ("cell_types", cell_type) if isinstance(item, Mechanism) else ()
            what = f"{cell_type} carries no receptor {match.name}"
            carried = _names_owned(owners, cell_type, "receptors")
            raise item.error(what, *location, "behaviours", name, found=name, allowed=carried)


def _check_rule(
    mechanism: Mechanism, index: int, rule: Rule, owners: dict[tuple[str, str, str], Item], catalog: Catalog
) -> None:
    here = ("rules", index)
    _known(mechanism, (*here, "cell_type"), "cell-type", rule.cell_type, catalog)
    signal = _term(mechanism, (*here, "signal"), "signals", rule.signal, catalog)
    _term(mechanism, (*here, "behaviour"), "behaviours", rule.behaviour, catalog)
    try:
        rule.half_maximum.in_unit(In(signal.term.unit, above=0))
    except BadValue as bad:
        raise mechanism.error(bad.what, *here, "half_maximum", **bad.parts) from None
    if (rule.cell_type, "behaviours", rule.behaviour) not in owners:
        has = _names_owned(owners, rule.cell_type, "behaviours")
        raise mechanism.error(
            f"{rule.cell_type} has no such behaviour",
            *here,
            "behaviour",
            found=rule.behaviour,
            allowed=has,
            suggestion=did_you_mean(rule.behaviour, has),
        )
    if signal.kind == "receptor" and (rule.cell_type, "receptors", signal.name) not in owners:
        has = _names_owned(owners, rule.cell_type, "receptors")
        raise mechanism.error(
            f"{rule.cell_type} carries no receptor {signal.name}",
            *here,
            "signal",
            found=rule.signal,
            allowed=has,
        )


def _names_owned(owners: Iterable[tuple[str, str, str]], cell_type: str, section: str) -> list[str]:
    return [name for owner, part, name in owners if owner == cell_type and part == section]


def _twice(mechanism: Mechanism, index: int, rule: Rule, other: Mechanism, other_index: int) -> PagetError:
    file, line = other.origin.place(("rules", other_index))
    return mechanism.origin.error(
        f"the rule '{rule.path_key}' stands already in {file}:{line}", ("rules", index)
    )


def _check_host(host: Host, catalog: Catalog) -> None:
    for site in SITES:
        if site not in host.sites:
            raise host.error(f"site '{site}' is missing", "sites", allowed=SITES)
    for site, organ in host.sites.items():
        for name in organ.cells:
            _known(host, ("sites", site, "cells", name), "cell-type", name, catalog)
    for name in host.circulation.leukocytes:
        _check_leukocyte(host, name, catalog)
    for name, ligand in host.plasma.items():
        _known(host, ("plasma", name), "factor", name, catalog)
        if ligand.free.canonical > ligand.total.canonical:
            what = "more is free than there is in total"
            raise host.error(what, "plasma", name, "free", found=f"{ligand.free.canonical:g} nM")


def _check_leukocyte(host: Host, name: str, catalog: Catalog) -> None:
    here = ("circulation", "leukocytes", name)
    _known(host, here, "cell-type", name, catalog)
    if name == "neutrophil":
        raise host.error("neutrophils in blood are those of the marrow", *here, allowed="marrow.neutrophils")
    if not catalog.cell_types[name].blood_leukocyte:
        leukocytes = sorted(c.name for c in catalog.cell_types.values() if c.blood_leukocyte)
        raise host.error("this cell type does not come from blood", *here, found=name, allowed=leukocytes)


def _check_drug(drug: Drug, catalog: Catalog) -> None:
    kinds = {"factor": "factor", "receptor": "receptor", "cell_type": "cell-type"}
    for index, action in enumerate(drug.actions):
        for key, kind in kinds.items():
            if hasattr(action, key):
                _known(drug, ("actions", index, key), kind, getattr(action, key), catalog)
        if isinstance(action, Modifies):
            _term(drug, ("actions", index, "behaviour"), "behaviours", action.behaviour, catalog)
