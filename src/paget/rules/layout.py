"""Which behaviour, signal, cell type and factor has which index: the integer half of a compiled model."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from paget.errors import PagetError
from paget.model import Model
from paget.model.host import SITES
from paget.model.mechanism import Rule
from paget.model.tumour import TUMOUR_CELL
from paget.rules.rule_table import CONTACT_SIGNALS_PER_BEHAVIOUR
from paget.rules.tables import TUMOUR_BEHAVIOURS, SignalIndex

IntArray = npt.NDArray[np.int64]


ABSENT = -1
SECRETION, EXPRESSION = "secretion of ", "expression of "
GROUPS = ("secreting", "early", "always", "daily", "resting", "leaving", "ruled", "constant")
"""Who needs a behaviour; `paget.rules.tables.Count` says what each group is."""
_RESTING = (
    "death after arrest",
    "extravasation",
    "death while solitary",
    "waking",
    "death of a lone founder",
    "shielding of escorted cells",
    "stimulation of escorted cells",
)
_LEAVING = (
    "shedding",
    "cohesion",
    "first-pass passage",
    "loss from blood",
    "cluster break-up",
    "adhesion to ",
)
_DAILY = ("recruitment", "transformation to ", "collagen ")
MATRIX_BEHAVIOURS = ("collagen deposition", "collagen alignment", "collagen digestion")
MARROW_BEHAVIOURS = ("production in marrow", "release from marrow")


@dataclass(frozen=True)
class Layout:
    """Names in order, and the indices that the kernels use."""

    cell_types: tuple[str, ...]
    factors: tuple[str, ...]
    receptors: tuple[str, ...]
    drugs: tuple[str, ...]
    routes: tuple[str, ...]
    partners: tuple[str, ...]
    sites: tuple[str, ...]
    behaviours: tuple[tuple[str, str], ...]
    """(cell type, behaviour): secretions with rules, expressions, others with rules by who needs them (`GROUPS`),
    others."""
    rules: tuple[Rule, ...]
    """Rules sorted by behaviour."""
    ends: dict[str, int]
    """Where the behaviours of each group end, by the names of `paget.rules.tables.Count`."""
    indices: dict[str, dict[str, Any]]
    """Integers of the tables by part and field: rules, behaviour, signal."""

    def counts(self) -> dict[str, int]:
        """How many of each, by the names of `paget.rules.tables.Count`."""
        return {
            "types": len(self.cell_types),
            "factors": len(self.factors),
            "receptors": len(self.receptors),
            "drugs": len(self.drugs),
            "partners": len(self.partners),
            "behaviours": len(self.behaviours),
            "secretions": len(self.indices["behaviour"]["secretion"]),
            **self.ends,
            "competitions": len(self.indices["receptor"]["first_competitor"]) - 1,
            "transformations": len(self.indices["behaviour"]["transformation"]),
        }

    def lengths(self) -> dict[str, int]:
        """Length needed along each axis of the tables."""
        counts = self.counts()
        names = ("types", "factors", "receptors", "drugs", "behaviours", "partners", "secretions")
        lengths = {axis: counts[name] for axis, name in zip("KFRDBPN", names, strict=True)}
        lists = self.indices["receptor"]
        lengths |= {
            "E": counts["early"] - counts["secreting"],
            "C": len(lists["carrier"]),
            "Y": len(lists["ligand"]),
        }
        return lengths | {"T": counts["transformations"], "O": len(self.routes), "Q": len(self.rules)}


def layout_of(model: Model, drugs: tuple[str, ...]) -> Layout:
    """Order everything in a model by kind, then by name."""
    cell_types = tuple(model.cell_types)
    factors, receptors = tuple(sorted(model.factors)), tuple(sorted(model.receptors))
    partners = tuple(n for n in cell_types[1:] if model.cell_types[n].blood_leukocyte)
    behaviours = _ordered_behaviours(model)
    places = {key: index for index, key in enumerate(behaviours)}
    signal_index = _signal_index(len(cell_types), len(factors), len(receptors))
    rules = tuple(
        sorted(model.rules, key=lambda r: (places[r.cell_type, r.behaviour], r.signal, r.direction))
    )
    signals = [_signal(rule, cell_types, factors, receptors, signal_index) for rule in rules]
    owners = [places[rule.cell_type, rule.behaviour] for rule in rules]
    return Layout(
        cell_types=cell_types,
        factors=factors,
        receptors=receptors,
        drugs=drugs,
        routes=_routes(model, drugs),
        partners=partners,
        sites=SITES,
        behaviours=behaviours,
        rules=rules,
        ends=_ends(behaviours, set(owners)),
        indices={
            "rules": {
                "first_rule": np.searchsorted(owners, np.arange(len(behaviours) + 1)),
                "signal": signals,
                "increases": [int(rule.direction == "increases") for rule in rules],
                "contacts": _contacts(rules, signals, owners, behaviours, signal_index, len(cell_types)),
            },
            "behaviour": _behaviour_index(model, places, cell_types, factors, partners),
            "receptor": _receptor_index(model, places, cell_types, factors, receptors),
            "signal": signal_index,
        },
    )


def _ordered_behaviours(model: Model) -> tuple[tuple[str, str], ...]:
    """Behaviours by group; within a group as they stand in the model."""
    everything = [(name, b) for name, cell in model.cell_types.items() for b in cell.behaviours]
    ruled = {(rule.cell_type, rule.behaviour) for rule in model.rules}

    def order(pair: tuple[str, str]) -> int:
        return GROUPS.index(_group(pair[0], pair[1], pair in ruled))

    return tuple(sorted(everything, key=order))


def _group(cell_type: str, behaviour: str, ruled: bool) -> str:
    """Who needs a behaviour, one of GROUPS; a name that is not known here is always evaluated."""
    if behaviour.startswith(EXPRESSION):
        return "early"
    if not ruled:
        return "constant"
    if behaviour.startswith(SECRETION):
        return "secreting"
    if behaviour.startswith(_RESTING):
        return "resting"
    if behaviour.startswith(_LEAVING):
        return "leaving"
    if behaviour.startswith(_DAILY) or (behaviour == "death" and cell_type != TUMOUR_CELL):
        return "daily"
    return "ruled" if behaviour in MARROW_BEHAVIOURS else "always"


def _ends(behaviours: tuple[tuple[str, str], ...], owners: set[int]) -> dict[str, int]:
    """Where the behaviours of each group but the last end; `owners` are the places of those with rules."""
    groups = [
        GROUPS.index(_group(cell, behaviour, place in owners))
        for place, (cell, behaviour) in enumerate(behaviours)
    ]
    return {name: sum(group <= last for group in groups) for last, name in enumerate(GROUPS[:-1])}


def _routes(model: Model, drugs: tuple[str, ...]) -> tuple[str, ...]:
    species = model.host.species
    names = {route for drug in drugs for route in model.drugs[drug].kinetics[species].routes}
    return tuple(sorted(names)) or ("i.v.",)


def _signal_index(types: int, factors: int, receptors: int) -> dict[str, int]:
    """First index of each group of signals: factors, receptor activities by cell type, contacts, single ones."""
    contact = factors + types * receptors
    starts = (factors, contact, *range(contact + types, contact + types + 5))
    return dict(zip(SignalIndex.__annotations__, starts, strict=True))


def _signal(rule: Rule, cell_types, factors, receptors, index: dict[str, int]) -> int:
    """Index of the signal of a rule, as its cell type senses it."""
    name = rule.signal
    if name in factors:
        return factors.index(name)
    plain = name.replace(" ", "_")
    if plain in index:
        return index[plain]
    if name.startswith("contact with "):
        return index["contact"] + cell_types.index(name.removeprefix("contact with "))
    receptor = name.removesuffix(" activity")
    if receptor in receptors:
        return (
            index["activity"] + cell_types.index(rule.cell_type) * len(receptors) + receptors.index(receptor)
        )
    raise PagetError("the host engine does not know this signal", key=rule.signal, found=rule.signal)


def _contacts(rules, signals, owners, behaviours, index: dict[str, int], types: int) -> IntArray:
    """Contact signals of each behaviour, shape (B, 2)."""
    table = np.full((len(behaviours), CONTACT_SIGNALS_PER_BEHAVIOUR), ABSENT, dtype=np.int64)
    for rule, signal, owner in zip(rules, signals, owners, strict=True):
        if index["contact"] <= signal < index["contact"] + types and signal not in table[owner]:
            free = np.flatnonzero(table[owner] == ABSENT)
            if free.size == 0:
                raise PagetError(
                    "too many contact signals on one behaviour",
                    key=f"{rule.cell_type}: {rule.behaviour}",
                    allowed=f"at most {CONTACT_SIGNALS_PER_BEHAVIOUR}",
                )
            table[owner, free[0]] = signal
    return table


def _behaviour_index(model: Model, places, cell_types, factors, partners) -> dict[str, Any]:
    tumour = cell_types[0]
    missing = [name for name in TUMOUR_BEHAVIOURS if (tumour, name) not in places]
    if missing:
        raise PagetError(
            f"the tumour {model.tumour.name} lacks a behaviour that the host engine needs",
            found="none",
            key=missing[0],
        )

    def of_all(name: str) -> IntArray:
        return np.array([places.get((cell, name), ABSENT) for cell in cell_types], dtype=np.int64)

    def of_partners(name: str) -> IntArray:
        return np.array([places.get((cell, name), ABSENT) for cell in partners], dtype=np.int64)

    return {
        "tumour": np.array([places[tumour, name] for name in TUMOUR_BEHAVIOURS], dtype=np.int64),
        "secretion": _triples(places, cell_types, SECRETION, factors),
        "recruitment": of_all("recruitment"),
        "death": of_all("death"),
        "transformation": _triples(places, cell_types, "transformation to ", cell_types),
        "attack": of_all(f"attack on {tumour}"),
        "adhesion": np.array(
            [places.get((tumour, f"adhesion to {name}"), ABSENT) for name in partners], dtype=np.int64
        ),
        "partner": np.array([cell_types.index(name) for name in partners], dtype=np.int64),
        "matrix": np.array([of_all(name) for name in MATRIX_BEHAVIOURS], dtype=np.int64),
        "endothelial": _index_or_absent(cell_types, "endothelial cell"),
        "neutrophil": _index_or_absent(cell_types, "neutrophil"),
        "marrow": np.array([places.get(("neutrophil", name), ABSENT) for name in MARROW_BEHAVIOURS]),
        "adhesion_back": of_partners(f"adhesion to {tumour}"),
        "shielding": of_partners("shielding of escorted cells"),
        "stimulation": of_partners("stimulation of escorted cells"),
    }


def _receptor_index(model: Model, places, cell_types, factors, receptors) -> dict[str, IntArray]:
    """Ligands and carriers of each receptor, as lists in the order of receptors."""
    ligands = [[factors.index(f) for f in model.receptors[r].ligands if f in factors] for r in receptors]
    carriers = [
        [k for k, cell in enumerate(cell_types) if r in model.cell_types[cell].receptors] for r in receptors
    ]
    expressions = [
        places.get((cell_types[k], EXPRESSION + receptor), ABSENT)
        for receptor, group in zip(receptors, carriers, strict=True)
        for k in group
    ]

    groups = _competitions(ligands, len(factors))
    sought = [[r for r, known in enumerate(ligands) if group & set(known)] for group in groups]
    return {
        "first_ligand": _starts(ligands),
        "ligand": _flat(ligands),
        "first_carrier": _starts(carriers),
        "carrier": _flat(carriers),
        "expression": np.array(expressions, dtype=np.int64),
        "first_competitor": _starts(groups),
        "competitor": _flat(groups),
        "first_sought": _starts(sought),
        "sought": _flat(sought),
    }


def _starts(lists: Sequence[Collection[int]]) -> IntArray:
    return np.cumsum([0, *map(len, lists)], dtype=np.int64)


def _flat(lists: Sequence[Collection[int]]) -> IntArray:
    return np.array([entry for part in lists for entry in sorted(part)], dtype=np.int64)


def _competitions(ligands: list[list[int]], factors: int) -> list[set[int]]:
    """Factors in groups: those that share a receptor, directly or through others, stand together."""
    groups = [{factor} for factor in range(factors)]
    for known in ligands:
        together = [group for group in groups if group & set(known)]
        if len(together) > 1:
            groups = [group for group in groups if group not in together] + [set().union(*together)]
    return sorted(groups, key=min)


def _index_or_absent(names: tuple[str, ...], name: str) -> int:
    return names.index(name) if name in names else ABSENT


def _triples(places, cell_types, prefix: str, targets: tuple[str, ...]) -> IntArray:
    """Rows (cell type, target, behaviour) of all behaviours that begin with a prefix, absent targets left out."""
    rows = [
        (cell_types.index(cell), targets.index(name.removeprefix(prefix)), index)
        for (cell, name), index in places.items()
        if name.startswith(prefix) and name.removeprefix(prefix) in targets
    ]
    return np.array(sorted(rows, key=lambda row: row[2]), dtype=np.int64).reshape(-1, 3)
