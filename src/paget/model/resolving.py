"""Putting a tumour into a host: which cells, rules and factors are there, and what is left out for which reason."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from paget.errors import PagetError
from paget.model.biology import CellType, Receptor
from paget.model.drug import Drug
from paget.model.edits import Edit, apply_edit
from paget.model.host import Host
from paget.model.mechanism import Mechanism, Rule
from paget.model.quantity import BadValue
from paget.model.resolved import Ignored, Model
from paget.model.tumour import TUMOUR_CELL, Tumour
from paget.model.vocabulary import Vocabulary
from paget.model.walking import locations

if TYPE_CHECKING:
    from paget.model.catalog import Catalog


def resolve(
    catalog: Catalog,
    tumour: str,
    host: str,
    without: Iterable[str] = (),
    edits: Iterable[Edit] = (),
    drugs: Iterable[str] | None = None,
) -> Model:
    """The model of one tumour in one host.

    `without` names mechanisms that are left out; `edits` are changes of genotype; `drugs` names the drugs that are of
    interest (default: all that have kinetics in this species). PagetError for unknown names, for a graft that this host
    would reject, and for edits of what is not there.
    """
    line: Tumour = catalog.get("tumour", tumour)
    animal: Host = catalog.get("host", host)
    check_graft(line, animal)
    left_out = tuple(sorted(set(without)))
    for name in left_out:
        catalog.get("mechanism", name)
    mechanisms = [m for m in catalog.mechanisms.values() if m.name not in left_out]
    ignored: list[Ignored] = []
    cell_types = _present(catalog, animal, ignored)
    cell_types = _with_additions(cell_types, line, mechanisms, catalog.vocabulary, ignored)
    genotype = tuple(edits)
    for edit in genotype:
        cell_types = _edited(edit, cell_types, catalog.vocabulary)
    rules = [r for m in mechanisms for r in m.rules if _usable(r, cell_types, catalog, left_out, ignored)]
    receptors = {
        n: r for n, r in catalog.receptors.items() if any(n in c.receptors for c in cell_types.values())
    }
    factors = _factors(catalog, cell_types, receptors, rules)
    own_tumour = line.model_copy(
        update={
            "behaviours": cell_types[TUMOUR_CELL].behaviours,
            "composition": {n: q for n, q in line.composition.items() if n in cell_types},
        }
    )
    own_host = _host_without(animal, set(cell_types), set(factors))
    return Model(
        tumour=own_tumour,
        host=own_host,
        cell_types=cell_types,
        factors={n: catalog.factors[n] for n in factors},
        receptors=receptors,
        mechanisms=tuple(m.name for m in mechanisms),
        without=left_out,
        rules=rules,
        drugs=_drugs(catalog, animal, drugs),
        correlations=_correlations(line),
        ignored=ignored,
        notes=_silent_ligands(catalog, cell_types, line, own_host, receptors),
        vocabulary=catalog.vocabulary,
        references=catalog.references,
        edits=genotype,
    )


def check_graft(tumour: Tumour, host: Host) -> None:
    """PagetError for a tumour that this host would reject."""
    if not host.has("T cells"):
        return
    if tumour.species != host.species:
        raise PagetError(
            f"{host.name} has T cells and rejects a {tumour.species} tumour; take a host without T cells",
            key="host",
            found=f"{tumour.name} ({tumour.species}) in {host.name} ({host.species})",
        )
    if tumour.strain != host.strain:
        raise PagetError(
            f"{host.name} has T cells and rejects a tumour of another strain (allogeneic graft)",
            key="host",
            found=f"{tumour.name} ({tumour.strain}) in {host.name} ({host.strain})",
        )


def _present(catalog: Catalog, host: Host, ignored: list[Ignored]) -> dict[str, CellType]:
    """Cell types that the host has, the tumour cell first."""
    cell_types = {TUMOUR_CELL: catalog.get("cell-type", TUMOUR_CELL)}
    for name, cell_type in sorted(catalog.cell_types.items(), key=lambda item: item[0].casefold()):
        if host.has(cell_type.requires):
            cell_types.setdefault(name, cell_type)
        else:
            ignored.append(Ignored(f"cell type '{name}'", f"{host.name} has no {cell_type.requires}"))
    return cell_types


def _with_additions(
    cell_types: dict[str, CellType],
    tumour: Tumour,
    mechanisms: list[Mechanism],
    vocabulary: Vocabulary,
    ignored: list[Ignored],
) -> dict[str, CellType]:
    """Cell types with the behaviours of the tumour and of the mechanisms, without those towards absent cells."""
    merged: dict[str, CellType] = {}
    for name, cell_type in cell_types.items():
        behaviours = {**cell_type.behaviours, **(tumour.behaviours if name == TUMOUR_CELL else {})}
        receptors = dict(cell_type.receptors)
        for mechanism in mechanisms:
            addition = mechanism.cell_types.get(name)
            if addition is not None:
                behaviours.update(addition.behaviours)
                receptors.update(addition.receptors)
        for behaviour in list(behaviours):
            match = vocabulary.behaviour(behaviour)
            if match is not None and match.kind == "cell-type" and match.name not in cell_types:
                del behaviours[behaviour]
                ignored.append(Ignored(f"'{behaviour}' of {name}", f"there is no {match.name} here"))
            elif match is not None and match.kind == "receptor" and match.name not in receptors:
                del behaviours[behaviour]
                ignored.append(Ignored(f"'{behaviour}' of {name}", f"it does not carry {match.name} here"))
        merged[name] = cell_type.model_copy(update={"behaviours": behaviours, "receptors": receptors})
    return merged


def _edited(edit: Edit, cell_types: dict[str, CellType], vocabulary: Vocabulary) -> dict[str, CellType]:
    try:
        return apply_edit(edit, cell_types, vocabulary)
    except BadValue as bad:
        parts = {name: part for name, part in bad.parts.items() if name != "at"}
        raise PagetError(bad.what, key=".".join(("edits", *bad.parts.get("at", ()))), **parts) from None


def _usable(
    rule: Rule,
    cell_types: dict[str, CellType],
    catalog: Catalog,
    left_out: tuple[str, ...],
    ignored: list[Ignored],
) -> bool:
    """Whether all that a rule speaks of is there; notes the reason if not."""
    reason = None
    signal = catalog.vocabulary.signal(rule.signal)
    assert signal is not None  # checked when the catalog was read
    if rule.cell_type not in cell_types:
        reason = f"there is no {rule.cell_type} here"
    elif signal.kind == "cell-type" and signal.name not in cell_types:
        reason = f"there is no {signal.name} here"
    elif rule.behaviour not in cell_types[rule.cell_type].behaviours:
        reason = f"{rule.cell_type} does not show this behaviour here{_because(left_out)}"
    elif signal.kind == "receptor" and signal.name not in cell_types[rule.cell_type].receptors:
        reason = f"{rule.cell_type} does not carry {signal.name} here{_because(left_out)}"
    if reason is not None:
        ignored.append(Ignored(f"rule '{rule.path_key}' of {rule.mechanism}", reason))
    return reason is None


def _because(left_out: tuple[str, ...]) -> str:
    return f" (left out: {', '.join(left_out)})" if left_out else ""


def _factors(
    catalog: Catalog, cell_types: dict[str, CellType], receptors: dict[str, Receptor], rules: list[Rule]
) -> list[str]:
    """Factors that matter, in the order of the catalog."""
    used = {ligand for receptor in receptors.values() for ligand in receptor.ligands}
    for cell_type in cell_types.values():
        for behaviour in cell_type.behaviours:
            match = catalog.vocabulary.behaviour(behaviour)
            if match is not None and match.kind == "factor" and match.name:
                used.add(match.name)
    for rule in rules:
        signal = catalog.vocabulary.signal(rule.signal)
        if signal is not None and signal.kind == "factor" and signal.name:
            used.add(signal.name)
    return [name for name in catalog.factors if name in used]


def _host_without(host: Host, cell_types: set[str], factors: set[str]) -> Host:
    sites = {
        name: site.model_copy(update={"cells": {n: q for n, q in site.cells.items() if n in cell_types}})
        for name, site in host.sites.items()
    }
    plasma = {name: ligand for name, ligand in host.plasma.items() if name in factors}
    leukocytes = {n: q for n, q in host.circulation.leukocytes.items() if n in cell_types}
    circulation = host.circulation.model_copy(update={"leukocytes": leukocytes})
    return host.model_copy(update={"sites": sites, "plasma": plasma, "circulation": circulation})


def _drugs(catalog: Catalog, host: Host, wanted: Iterable[str] | None) -> dict[str, Drug]:
    """Drugs with the kinetics of the host's species only, and without the usual doses, which no model reads."""
    drugs: list[Drug] = [
        catalog.get("drug", name) for name in (wanted if wanted is not None else catalog.drugs)
    ]
    return {
        drug.name: drug.model_copy(
            update={"kinetics": {host.species: drug.kinetics[host.species]}, "usual": {}}
        )
        for drug in drugs
        if host.species in drug.kinetics
    }


def _correlations(tumour: Tumour) -> list[tuple[str, str, float]]:
    own = {".".join(str(part) for part in location): quantity for location, quantity in locations(tumour)}
    return [
        (own[c.quantities[0]].path, own[c.quantities[1]].path, c.value.canonical) for c in tumour.correlations
    ]


def sources_of_factor(
    factor: str, cell_types: dict[str, CellType], tumour: Tumour, host: Host
) -> dict[str, list[str]]:
    """Who makes a factor, by species: {'mouse': ['plasma', 'macrophage'], 'human': ['tumour cell']}."""
    sources: dict[str, list[str]] = {}
    if factor in host.plasma and host.plasma[factor].total.canonical > 0:
        sources.setdefault(host.species, []).append("plasma")
    for name, cell_type in cell_types.items():
        behaviour = cell_type.behaviours.get(f"secretion of {factor}")
        if behaviour is not None and behaviour.maximum.canonical > 0:
            species = tumour.species if name == TUMOUR_CELL else host.species
            sources.setdefault(species, []).append(name)
    return sources


def _silent_ligands(
    catalog: Catalog,
    cell_types: dict[str, CellType],
    tumour: Tumour,
    host: Host,
    receptors: dict[str, Receptor],
) -> list[str]:
    """Ligands that have no source here which the receptor of these cells would answer to."""
    notes = []
    for cell_type in cell_types.values():
        species = tumour.species if cell_type.name == TUMOUR_CELL else host.species
        for receptor in cell_type.receptors:
            for ligand in receptors[receptor].ligands:
                sources = sources_of_factor(ligand, cell_types, tumour, host)
                if sources and not any(catalog.factors[ligand].acts(source, species) for source in sources):
                    makers = ", ".join(f"{source} {ligand}" for source in sources)
                    notes.append(
                        f"{receptor} of {cell_type.name}s ({species}) does not answer to {ligand}: "
                        f"only {makers} is made here"
                    )
    return notes
