"""A cell type while it is being read: what it inherits, and then what its own elements change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from paget.formats.physicell.carried_over import OFF
from paget.formats.physicell.element import Element
from paget.tissue.cycles import KI67_ADVANCED, REFERENCE_RATES
from paget.tissue.definition import APOPTOSIS, NECROSIS, CellType, Chemotaxis, Cycle, Death, Volume
from paget.tissue.vocabulary import PHASES

CONSTRUCTED = Death((), (), 0.05, 0.05 / 60.0, 1.0 / 60.0, 0.35 / 60.0)
"""Parameters of a death model that has no parent, of either kind, before its own elements are read."""


@dataclass(frozen=True)
class Names:
    """Names that cell definitions may use."""

    factors: tuple[str, ...]
    types: tuple[str, ...]


@dataclass
class Draft:
    """A cell type that may still change."""

    name: str
    code: int
    cycle: Cycle
    behaviours: dict[str, float]
    apoptosis: Death = APOPTOSIS
    necrosis: Death = NECROSIS
    volume: Volume = field(default_factory=Volume)
    motile: bool = False
    crawls_in_plane: bool = False
    chemotaxis: Chemotaxis = field(default_factory=Chemotaxis)
    divides_asymmetrically: bool = False
    custom: dict[str, float] = field(default_factory=dict)
    conserved: dict[str, bool] = field(default_factory=dict)

    def inherited(self, name: str, code: int) -> Draft:
        """A copy for a type that starts as this one."""
        return replace(
            self,
            name=name,
            code=code,
            behaviours=dict(self.behaviours),
            custom=dict(self.custom),
            conserved=dict(self.conserved),
        )

    def finished(self) -> CellType:
        """The type as the engine knows it."""
        own = {f"custom:{name}": value for name, value in self.custom.items()}
        behaviours = dict(self.behaviours)
        if not self.divides_asymmetrically:
            behaviours = {
                name: value
                for name, value in behaviours.items()
                if not name.startswith("asymmetric division")
            }
        return CellType(
            self.name,
            self.code,
            self.cycle,
            behaviours | own,
            self.apoptosis,
            self.necrosis,
            self.volume,
            self.motile,
            self.crawls_in_plane,
            self.chemotaxis,
        )


def known_name(node: Element, attribute: str, names: Sequence[str], what: str, neutral: float) -> str | None:
    """The name in an attribute; None for an unknown one whose value is without effect.

    PhysiCell ignores all unknown names of this kind; leftovers of renamed types are common, so a neutral value only
    gets a note. PagetError for an unknown name with any other value.
    """
    if node.attribute(attribute) not in names and node.number() == neutral:
        node.mark(OFF, f"unknown {what}: ignored, as PhysiCell does")
        return None
    return node.name_among(attribute, names, what)


def built_in(names: Names, two_dimensional: bool) -> Draft:
    """What PhysiCell's default type is before a file is read. Source: constructors of release 1.14."""
    behaviours = {"apoptosis": 0.00319 / 60.0, "necrosis": 0.0, "attack duration": 30.0}
    behaviours |= {"migration speed": 1.0, "migration persistence time": 1.0, "migration bias": 0.0}
    behaviours |= {"cell-cell adhesion": 0.4, "cell-cell repulsion": 10.0}
    behaviours |= {"cell-BM adhesion": 4.0, "cell-BM repulsion": 100.0}
    behaviours |= {f"{factor} secretion target": 0.0 for factor in names.factors}
    draft = Draft("default", 0, KI67_ADVANCED, behaviours, crawls_in_plane=two_dimensional)
    set_rates(draft, REFERENCE_RATES[KI67_ADVANCED.code])
    return draft


def set_rates(draft: Draft, rates: Sequence[float]) -> None:
    """Rates of leaving the phases of the cycle (1/min); phases beyond them do not exist and get 0."""
    for phase in range(PHASES):
        draft.behaviours[f"exit from cycle phase {phase}"] = rates[phase] if phase < len(rates) else 0.0


def forget(draft: Draft, names: Names) -> None:
    """What a type does not inherit from the default type where it names no parent: rates of acting on others."""
    draft.motile = False
    draft.chemotaxis = Chemotaxis()
    for factor in names.factors:
        for what in ("secretion", "secretion target", "uptake", "export"):
            draft.behaviours[f"{factor} {what}"] = 0.0
        draft.behaviours[f"chemotactic response to {factor}"] = 0.0
    for what in ("apoptotic", "necrotic", "other dead"):
        draft.behaviours[f"phagocytose {what} cell"] = 0.0
    for target in names.types:
        for what in ("phagocytose", "attack", "fuse to", "transform to", "asymmetric division to"):
            draft.behaviours[f"{what} {target}"] = 0.0
    draft.behaviours["attack damage rate"] = 1.0
