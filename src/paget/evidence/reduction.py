"""The part of a model that can reach the readings of an arm: what the key of its kept runs is made of.

A change elsewhere in the catalog then reruns nothing. What is left out must be without any effect, so this is
conservative: whatever might matter stays.

*Dead signals.* A factor that no cell makes and plasma does not hold is at level zero for ever, and so are the
activity of a receptor all of whose ligands are dead, and the exposure to cytotoxic drugs in an arm without any. A
rule on such a signal adds exactly zero to its response. A secretion whose base is zero and whose increasing rules are
all dead is zero, which may kill further factors.

*Unread ends.* A factor that no living rule reads, no drug binds, and that shares no receptor with one that is read,
changes nothing but its own level. Neither does collagen where no living rule, receptor or reading looks at it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from paget.model import Model
from paget.model.listing import model_hash
from paget.model.mechanism import Rule
from paget.model.readings import Reading
from paget.provenance import content_hash
from paget.trial.subjects import UNCERTAIN_KINDS

COLLAGEN = "collagen"


def reduced_hash(model: Model, readings: Iterable[Reading]) -> str:
    """Hash of the reduced model, with the names of its numbers that parameter draws vary."""
    part = reduced(model, list(readings))
    uncertain = [
        q.path for q in part.quantities() if q.canonical_range is not None and q.kind in UNCERTAIN_KINDS
    ]
    return content_hash([model_hash(part), sorted(uncertain)])


def reduced(model: Model, readings: Sequence[Reading]) -> Model:
    """The model without what cannot reach these readings. `model` holds only the drugs that the arm is given."""
    alive = _Alive.of(model)
    rules = [rule for rule in model.rules if alive.signal(rule.signal)]
    while True:  # a rule on what nobody reads looks at nothing that matters
        keeps = _Read.of(model, rules, readings)
        kept = [rule for rule in rules if keeps.behaviour(rule.behaviour)]
        if len(kept) == len(rules):
            break
        rules = kept
    cell_types = {
        name: cell_type.model_copy(
            update={
                "behaviours": {b: v for b, v in cell_type.behaviours.items() if keeps.behaviour(b)},
                "receptors": {r: v for r, v in cell_type.receptors.items() if r in keeps.receptors},
            }
        )
        for name, cell_type in model.cell_types.items()
    }
    tumour_cell = next(iter(cell_types.values()))
    return replace(
        model,
        rules=rules,
        cell_types=cell_types,
        tumour=model.tumour.model_copy(update={"behaviours": tumour_cell.behaviours}),
        factors={name: factor for name, factor in model.factors.items() if name in keeps.factors},
        receptors={name: receptor for name, receptor in model.receptors.items() if name in keeps.receptors},
        host=model.host.model_copy(
            update={"plasma": {name: p for name, p in model.host.plasma.items() if name in keeps.factors}}
        ),
        _by_path={},
    )


@dataclass(frozen=True)
class _Alive:
    """What can ever be above zero."""

    model: Model
    factors: frozenset[str]

    @classmethod
    def of(cls, model: Model) -> _Alive:
        """Grow the set of factors that some cell makes, until nothing is added."""
        alive = cls(model, frozenset(_in_plasma(model)))
        while True:
            grown = frozenset({*alive.factors, *(f for f in model.factors if alive._is_made(f))})
            if grown == alive.factors:
                return alive
            alive = cls(model, grown)

    def _is_made(self, factor: str) -> bool:
        behaviour = f"secretion of {factor}"
        for name, cell_type in self.model.cell_types.items():
            numbers = cell_type.behaviours.get(behaviour)
            if numbers is None:
                continue
            if numbers.base.canonical > 0.0 or numbers.minimum.canonical > 0.0:
                return True
            for rule in self.model.rules:
                if (rule.cell_type, rule.behaviour) == (name, behaviour) and self.signal(rule.signal):
                    return True
        return self._from_drug(behaviour)

    def _from_drug(self, behaviour: str) -> bool:
        """Whether a drug of the arm modifies the behaviour in whatever way."""
        actions = [action for drug in self.model.drugs.values() for action in drug.actions]
        return any(getattr(action, "behaviour", None) == behaviour for action in actions)

    def signal(self, text: str) -> bool:
        """Whether a signal can ever be above zero."""
        match = self.model.vocabulary.signal(text)
        if match is None:
            return True
        if match.kind == "factor":
            return match.name in self.factors
        if match.kind == "receptor":
            return self._receptor(str(match.name))
        if text == "cytotoxic exposure":
            actions = [action for drug in self.model.drugs.values() for action in drug.actions]
            return any(action.kind == "damages" for action in actions)
        return True

    def _receptor(self, name: str) -> bool:
        receptor = self.model.receptors.get(name)
        if receptor is None or getattr(receptor, COLLAGEN, None) is not None:
            return True
        return any(ligand in self.factors for ligand in receptor.ligands)


def _in_plasma(model: Model) -> list[str]:
    plasma = model.host.plasma.items()
    return [name for name, level in plasma if level.free.canonical > 0.0 or level.total.canonical > 0.0]


@dataclass(frozen=True)
class _Read:
    """What somebody looks at."""

    factors: frozenset[str]
    receptors: frozenset[str]
    collagen: bool

    @classmethod
    def of(cls, model: Model, rules: Sequence[Rule], readings: Sequence[Reading]) -> _Read:
        """Factors and receptors that living rules, drugs or readings look at, and all that compete with them."""
        looked_at = _looked_at(model, rules, readings)
        factors = {name for name in model.factors if name in looked_at}
        receptors = {name for name in model.receptors if name in looked_at}
        while True:
            sizes = len(factors), len(receptors)
            for name, receptor in model.receptors.items():
                ligands = set(receptor.ligands) & set(model.factors)
                if name in receptors or ligands & factors:
                    receptors.add(name)
                    factors |= ligands
            if sizes == (len(factors), len(receptors)):
                break
        collagen = any(COLLAGEN in text for text in looked_at) or any(
            getattr(model.receptors[name], COLLAGEN, None) is not None for name in receptors
        )
        return cls(frozenset(factors), frozenset(receptors), collagen)

    def behaviour(self, text: str) -> bool:
        """Whether a behaviour can change anything that is looked at."""
        if text.startswith("secretion of "):
            return text.removeprefix("secretion of ") in self.factors
        if text.startswith("expression of "):
            return text.removeprefix("expression of ") in self.receptors
        return self.collagen or not text.startswith(COLLAGEN)


def _looked_at(model: Model, rules: Sequence[Rule], readings: Sequence[Reading]) -> set[str]:
    """Names in signals of rules, targets of drugs and readings."""
    found: set[str] = set()
    for rule in rules:
        match = model.vocabulary.signal(rule.signal)
        found.add(match.name if match is not None and match.name else rule.signal)
    for drug in model.drugs.values():
        for action in drug.actions:
            found |= {str(getattr(action, key)) for key in ("factor", "receptor") if hasattr(action, key)}
    for reading in readings:
        found |= _names_read(reading, model)
    return found


def _names_read(reading: Reading, model: Model) -> set[str]:
    """Factors, receptors and collagen that a reading speaks of."""
    if "receptor-positive cells" in reading.endpoints():
        return set(model.receptors)
    texts = [*reading.endpoints(), reading.state or ""]
    names = [*model.factors, *model.receptors]
    return {name for name in names for text in texts if name in text} | {t for t in texts if COLLAGEN in t}
