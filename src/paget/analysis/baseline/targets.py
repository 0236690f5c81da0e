"""What is wanted of the reference animals: `baseline.toml` of the catalog."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from paget.errors import did_you_mean
from paget.model import Catalog
from paget.model.catalog import BUILT_IN
from paget.model.names import Item
from paget.model.quantity import BadValue, Entry, In, Quantity
from paget.model.reading import check_schema, parse, read_toml

FILE = "baseline.toml"


class Reference(Entry):
    """A reference animal."""

    tumour: str
    """Tumour, by name in the catalog."""
    host: str
    """Host, by name in the catalog."""


class Target(Entry):
    """One number of a reference animal, and the numbers of the catalog that bring it there."""

    tumour: str
    """Which reference animal, by its tumour."""
    place: str
    """`primary` (at the reference volume), or the organ whose niche is read."""
    readout: str
    """What is read there: see `readouts.READOUTS`."""
    value: Quantity
    """What it should be, in the unit of the readout."""
    by: Annotated[list[str], Field(min_length=1)]
    """Paths of the numbers that are scaled together."""
    elasticity: float = 1.0
    """First guess of how strongly the readout follows them (logs on logs). Default: 1."""
    rows: list[str] = Field(default_factory=list)
    """Published results (ids) that the value stands for. Default: none, the value is assumed."""

    @model_validator(mode="after")
    def _complete(self) -> Target:
        if self.elasticity == 0:
            raise BadValue("cannot be 0", at=("elasticity",))
        if self.rows and self.value.kind == "assumed":
            raise BadValue("a value that stands for published results is not assumed", at=("value",))
        return self

    @property
    def path_key(self) -> str:
        """Name of the target within paths and tables."""
        return f"{self.tumour}, {self.place}: {self.readout}"


class Baseline(Item):
    """All targets."""

    schema_: Literal["baseline/1"] = Field(alias="schema")
    """`baseline/1`."""
    reference_volume: Annotated[Quantity, In("mm^3", above=0)]
    """Volume of the primary at which it is read [mm^3]."""
    references: Annotated[list[Reference], Field(min_length=1)]
    """The reference animals; numbers that they share are decided by the first that names them."""
    targets: list[Target] = Field(default_factory=list)
    """The targets."""


def read_baseline(catalog: Catalog) -> Baseline:
    """The baseline of a catalog; that of its project folder, if it has one, replaces the built-in one."""
    folder = catalog.project
    path = BUILT_IN / FILE if folder is None or not (folder / FILE).exists() else Path(folder) / FILE
    origin = read_toml(path)
    check_schema(origin, "baseline")
    baseline = parse(Baseline, origin)
    baseline._origin = origin
    check_baseline(baseline, catalog)
    return baseline


def check_baseline(baseline: Baseline, catalog: Catalog) -> None:
    """PagetError for the first target that names what is not there."""
    from paget.analysis.baseline.readouts import find_readout, names_in

    tumours = [reference.tumour for reference in baseline.references]
    for index, reference in enumerate(baseline.references):
        for kind in ("tumour", "host"):
            _known(baseline, ("references", index, kind), getattr(reference, kind), catalog.of_kind(kind))
    for index, target in enumerate(baseline.targets):
        here = ("targets", index)
        _known(baseline, (*here, "tumour"), target.tumour, tumours)
        try:
            readout = find_readout(target, catalog.vocabulary)
            target.value.in_unit(In(readout.unit, above=0))
        except BadValue as bad:
            raise baseline.error(bad.what, *here, *bad.parts.pop("at", ("value",)), **bad.parts) from None
        for name in names_in(target):
            _known(baseline, (*here, "readout"), name, catalog.cell_types)
        for key in target.value.sources:
            if key != "assumed" and key not in catalog.references:
                raise baseline.error("the source is no key of references.bib", *here, "value", found=key)


def _known(baseline: Baseline, location: tuple[str | int, ...], name: str, known: Iterable[str]) -> None:
    names = sorted(known)
    if name not in names:
        raise baseline.error(
            "unknown name", *location, found=name, allowed=names, suggestion=did_you_mean(name, names)
        )


def check_paths(baseline: Baseline, known: set[str]) -> None:
    """PagetError for a target that would change a number no reference animal has."""
    for index, target in enumerate(baseline.targets):
        for path in target.by:
            if path not in known:
                raise baseline.error(
                    "no number of the reference animals has this path",
                    "targets",
                    index,
                    "by",
                    found=path,
                    suggestion=did_you_mean(path, known),
                )
