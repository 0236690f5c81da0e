"""Genotypes: knock-out, knock-down and over-expression in tumour or host."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from paget.errors import did_you_mean
from paget.model.biology import CellType
from paget.model.names import OneOf
from paget.model.quantity import BadValue, Entry
from paget.model.tumour import TUMOUR_CELL
from paget.model.vocabulary import Vocabulary

TARGETS = ("receptor", "secretion", "behaviour", "adhesion", "recruitment")

_BEHAVIOUR = {"secretion": "secretion of {}", "behaviour": "{}", "adhesion": "adhesion to {}"}


class Edit(Entry):
    """A change of genotype, from birth on. Exactly one of the five targets is named.

    Organs of an edited host hold fewer or more resident cells and less or more collagen before any tumour, by what
    their cells recruit, lay and digest relative to the wild type.
    """

    in_: Annotated[str, OneOf("tumour", "host")] = Field(alias="in")
    """Whose cells are changed."""
    kind: Literal["knock-out", "knock-down", "over-expression"]
    """`knock-out` means none at all; the others need `fold`."""
    receptor: str | None = None
    """A receptor: its number per cell."""
    secretion: str | None = None
    """A factor: its secretion."""
    behaviour: str | None = None
    """A behaviour, by name in the vocabulary."""
    adhesion: str | None = None
    """A cell type: adhesion to it."""
    recruitment: str | None = None
    """A cell type: its recruitment."""
    cell_type: str | None = None
    """Only in these cells. Default: in all cells of the tumour or host that have the target."""
    fold: Annotated[float, Field(ge=0)] | None = None
    """New level relative to the old: below 1 for a knock-down, above 1 for an over-expression [1]."""

    @model_validator(mode="after")
    def _complete(self) -> Edit:
        named = [key for key in TARGETS if getattr(self, key) is not None]
        if len(named) != 1:
            found = ", ".join(named) or "none"
            raise BadValue("an edit names exactly one target", found=found, allowed=TARGETS)
        if self.kind == "knock-out" and self.fold not in (None, 0):
            raise BadValue("a knock-out leaves nothing; use knock-down", at=("fold",), found=self.fold)
        if self.kind != "knock-out" and self.fold is None:
            raise BadValue(f"a {self.kind} needs fold")
        if self.kind == "knock-down" and not 0 < (self.fold or 0) < 1:
            raise BadValue("fold of a knock-down lies between 0 and 1", at=("fold",), found=self.fold)
        if self.kind == "over-expression" and (self.fold or 0) <= 1:
            raise BadValue("fold of an over-expression lies above 1", at=("fold",), found=self.fold)
        return self

    @property
    def target(self) -> tuple[str, str]:
        """Kind and name of what is changed: ('receptor', 'IGF1R')."""
        key = next(key for key in TARGETS if getattr(self, key) is not None)
        return key, getattr(self, key)

    @property
    def level(self) -> float:
        """New level relative to the old [1]."""
        return 0.0 if self.kind == "knock-out" else float(self.fold or 0.0)

    def describe(self) -> str:
        """The edit in words: 'knock-down of receptor IGF1R to 20 % in tumour cells'."""
        key, name = self.target
        thing = {
            "receptor": f"receptor {name}",
            "secretion": f"the secretion of {name}",
            "behaviour": name,
            "adhesion": f"adhesion to {name}s",
            "recruitment": f"the recruitment of {name}s",
        }[key]
        level = "" if self.kind == "knock-out" else f" to {self.level * 100:g} %"
        where = f"{self.cell_type}s of the {self.in_}" if self.cell_type else f"the {self.in_}"
        return f"{self.kind} of {thing}{level} in {where}"


def apply_edit(edit: Edit, cell_types: dict[str, CellType], vocabulary: Vocabulary) -> dict[str, CellType]:
    """Cell types after an edit; BadValue (with the key in `at`) where there is nothing to edit."""
    key, name = edit.target
    group = _group(edit, cell_types)
    changed = {n: _receptor_scaled(edit, c) if key == "receptor" else _behaviour_scaled(edit, c, vocabulary)
               for n, c in group.items()}  # fmt: skip
    done = {n: c for n, c in changed.items() if c is not None}
    if not done:
        section = "receptors" if key == "receptor" else "behaviours"
        have = sorted({own for cell_type in group.values() for own in getattr(cell_type, section)})
        raise BadValue(
            f"no cell of the {edit.in_} has this",
            at=(key,),
            found=name,
            allowed=have or "nothing",
            suggestion=did_you_mean(_behaviour_name(edit) if key != "receptor" else name, have),
        )
    return {**cell_types, **done}


def _group(edit: Edit, cell_types: dict[str, CellType]) -> dict[str, CellType]:
    """Cell types that the edit may concern."""
    if edit.recruitment is not None:
        # Recruitment is stated for the cell that comes, whoever calls it.
        return {n: c for n, c in cell_types.items() if n == edit.recruitment}
    own = {n: c for n, c in cell_types.items() if (n == TUMOUR_CELL) == (edit.in_ == "tumour")}
    if edit.cell_type is None:
        return own
    if edit.cell_type not in own:
        near = did_you_mean(edit.cell_type, own)
        what = f"no such cell in this {edit.in_}"
        raise BadValue(what, at=("cell_type",), found=edit.cell_type, allowed=sorted(own), suggestion=near)
    return {edit.cell_type: own[edit.cell_type]}


def _behaviour_name(edit: Edit) -> str:
    key, name = edit.target
    return "recruitment" if key == "recruitment" else _BEHAVIOUR[key].format(name)


def _receptor_scaled(edit: Edit, cell_type: CellType) -> CellType | None:
    name = edit.receptor or ""
    if name not in cell_type.receptors:
        return None
    receptor = cell_type.receptors[name].scaled(edit.level, edit.describe())
    return cell_type.model_copy(update={"receptors": {**cell_type.receptors, name: receptor}})


def _behaviour_scaled(edit: Edit, cell_type: CellType, vocabulary: Vocabulary) -> CellType | None:
    name = _behaviour_name(edit)
    match = vocabulary.behaviour(name)
    if name not in cell_type.behaviours or match is None:
        return None
    at_most = match.term.at_most
    old = cell_type.behaviours[name]
    if at_most is not None and old.base.canonical * edit.level > at_most:
        raise BadValue(
            f"takes {name} above {at_most:g}",
            at=("fold",),
            found=edit.level,
            allowed=f"up to {at_most / old.base.canonical:.3g}",
        )
    behaviour = old.scaled(edit.level, edit.describe(), at_most)
    return cell_type.model_copy(update={"behaviours": {**cell_type.behaviours, name: behaviour}})
