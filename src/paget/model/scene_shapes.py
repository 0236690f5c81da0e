"""Where the cells of a scene are at the start: shapes, and how they are filled.

Lengths are settings in micrometres; the origin is the middle of the domain. In a scene of two dimensions z is 0.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from paget.model.names import OneOf
from paget.model.quantity import BadValue, Entry, In, Setting

Length = Annotated[Setting, In("um", above=0)]
Coordinate = Annotated[Setting, In("um", at_least=None)]


def _two_or_three(value: Any) -> Any:
    if isinstance(value, list) and len(value) not in (2, 3):
        raise BadValue("must be two or three lengths", found=value)
    return value


Point = Annotated[list[Coordinate], BeforeValidator(_two_or_three)]
ORIGIN = [Setting(0.0, "0 um", "um")] * 3


class Ball(Entry):
    """A ball, or the shell between two; needs three dimensions."""

    kind: Literal["ball"]
    """A ball."""
    centre: Point = ORIGIN
    """Centre [um]. Default: the middle of the domain."""
    radius: Length
    """Radius [um]."""
    inner_radius: Annotated[Setting, In("um")] = Setting(0.0, "0 um", "um")
    """Nothing is placed nearer to the centre [um]. Default: 0."""


class Disc(Entry):
    """A disc in the plane z = constant, or the ring between two circles."""

    kind: Literal["disc"]
    """A disc."""
    centre: Point = ORIGIN
    """Centre [um]. Default: the middle of the domain."""
    radius: Length
    """Radius [um]."""
    inner_radius: Annotated[Setting, In("um")] = Setting(0.0, "0 um", "um")
    """Nothing is placed nearer to the centre [um]. Default: 0."""


class Layer(Entry):
    """All of the domain between two planes."""

    kind: Literal["layer"]
    """A layer."""
    axis: Annotated[str, OneOf("x", "y", "z")]
    """Axis that stands upright on the layer."""
    begin: Coordinate = Field(alias="from")
    """Lower plane [um]."""
    end: Coordinate = Field(alias="to")
    """Upper plane [um]."""


class Box(Entry):
    """A box, or all of the domain."""

    kind: Literal["box"]
    """A box."""
    low: Point | None = None
    """Lower corner [um]. Default: that of the domain."""
    high: Point | None = None
    """Upper corner [um]. Default: that of the domain."""


class Points(Entry):
    """Single places."""

    kind: Literal["points"]
    """Single places."""
    at: Annotated[list[Point], Field(min_length=1)]
    """The places [um]."""


class Line(Entry):
    """Cells in a row, for example a vessel."""

    kind: Literal["line"]
    """A line."""
    begin: Point = Field(alias="from")
    """One end [um]."""
    end: Point = Field(alias="to")
    """The other end [um]."""


class FromFile(Entry):
    """Cells from a CSV file with the columns x, y, z (um), type and, if wanted, volume (um3) and behaviours."""

    kind: Literal["csv"]
    """A CSV file."""
    file: str
    """Path of the file, in the folder of the scene or below."""


Shape = Annotated[Ball | Disc | Layer | Box | Points | Line | FromFile, Field(discriminator="kind")]

FILLINGS = ("count", "density", "areal_density", "packing")


class Filling(Entry):
    """A shape and how it is filled. Points and files bring their own places."""

    shape: Shape
    """Where."""
    count: Annotated[int, Field(ge=1)] | None = None
    """Number of cells at random places; along a line at equal distances."""
    density: Annotated[Setting, In("cell/mm^3", above=0)] | None = None
    """Cells per volume, at random places [cell/mm^3]."""
    areal_density: Annotated[Setting, In("cell/mm^2", above=0)] | None = None
    """Cells per area, at random places, in two dimensions or a disc [cell/mm^2]."""
    packing: Annotated[str, OneOf("hexagonal")] | None = None
    """Densest packing, cell by cell."""
    spacing: Length | None = None
    """Distance of neighbours in a packing or along a line [um]. Default: 0.95 diameters of the cell."""

    @model_validator(mode="after")
    def _complete(self) -> Filling:
        given = [key for key in FILLINGS if getattr(self, key) is not None]
        kind = self.shape.kind
        if kind in ("points", "csv"):
            if given:
                raise BadValue(f"{kind} bring their own places", at=(given[0],))
        elif kind == "line":
            if set(given) - {"count"} or (given and self.spacing is not None):
                raise BadValue("a line takes count or spacing", found=", ".join(given))
        elif len(given) != 1:
            found = ", ".join(given) or "none of them"
            raise BadValue("needs one of the ways to fill a shape", found=found, allowed=FILLINGS)
        if self.spacing is not None and self.packing is None and kind != "line":
            raise BadValue("spacing needs packing", at=("spacing",))
        return self


class CellGroup(Filling):
    """Cells of one type, or a mixture, in a shape."""

    type: str | None = None
    """Cell type. Required unless there is a mixture or a file, whose rows name theirs."""
    mixture: dict[str, Annotated[Setting, In("1", above=0, at_most=1)]] | None = None
    """Shares of several types; each cell draws its own [1]."""

    @model_validator(mode="after")
    def _typed(self) -> CellGroup:
        given = [key for key in ("type", "mixture") if getattr(self, key) is not None]
        if self.shape.kind == "csv" and given:
            raise BadValue("a file names its types itself", at=(given[0],))
        if len(given) > 1:
            raise BadValue("gives type and mixture; use one of them", at=("mixture",))
        if not given and self.shape.kind != "csv":
            raise BadValue("says neither type nor mixture")
        if self.mixture is not None and abs(sum(self.mixture.values()) - 1.0) > 1e-9:
            raise BadValue(
                "the shares must add up to 1", at=("mixture",), found=f"{sum(self.mixture.values()):g}"
            )
        return self

    @property
    def types(self) -> list[str]:
        """Types that are named here."""
        return [self.type] if self.type is not None else list(self.mixture or {})


class Vessels(Filling):
    """Blood vessels: cells that stay in place, exchange factors and drugs with plasma, and let leukocytes in."""

    type: str = "endothelial cell"
    """Cell type. Default: endothelial cell."""

    @model_validator(mode="after")
    def _placed(self) -> Vessels:
        if self.shape.kind == "csv":
            raise BadValue(
                "vessels are placed by shapes; cells of a file stand under cells", at=("shape", "kind")
            )
        return self
