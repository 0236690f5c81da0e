"""Scenes: a tissue in a box, with factors, cells, vessels, treatment and what is to be written.

Biology is stated as quantities with sources; choices of who plans the run (sizes, places, doses, intervals) are
settings.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from paget.model.edits import Edit
from paget.model.names import Item, Name, OneOf
from paget.model.quantity import BadValue, Entry, In, Quantity, Setting
from paget.model.scene_shapes import CellGroup, Vessels
from paget.model.treatment import Regimen

LARGEST_SEED = 2**63 - 1
FACES = ("xmin", "xmax", "ymin", "ymax", "zmin", "zmax")
FORMATS = ("multicellds", "anndata", "zarr", "vtk", "png")
"""Formats of snapshots."""
CYCLES = (
    "live",
    "Ki-67",
    "Ki-67 advanced",
    "flow cytometry",
    "flow cytometry separated",
    "cycling-quiescent",
)
"""Models of the cell cycle that a cell type of a scene may have."""

Interval = Annotated[Setting, In("minute", above=0)]


def _hours(value: float) -> Setting:
    return Setting(60.0 * value, f"{value:g} hour", "minute")


def _two_or_three(value: Any) -> Any:
    if isinstance(value, list) and len(value) not in (2, 3):
        raise BadValue("must be two lengths (a flat tissue) or three", found=value)
    return value


class Domain(Entry):
    """The box of tissue. Its middle is the origin."""

    size: Annotated[list[Annotated[Setting, In("um", above=0)]], BeforeValidator(_two_or_three)]
    """Lengths of the edges [um]; two of them make a flat tissue, one cell thick."""
    voxel: Annotated[Setting, In("um", above=0)] = Setting(20.0, "20 um", "um")
    """Edge of the voxels of the factors [um]. Default: 20 um."""
    walls: bool = True
    """Whether cells are kept in; otherwise those that cross a face take part no more. Default: true."""


class Steps(Entry):
    """Time steps. Each must be a whole multiple of the one before."""

    diffusion: Annotated[Setting, In("minute", above=0)] = Setting(0.01, "0.01 minute", "minute")
    """Step of the split scheme `physicell`; the default scheme does not read it [minute]. Default: 0.01 minute."""
    mechanics: Annotated[Setting, In("minute", above=0)] = Setting(0.1, "0.1 minute", "minute")
    """Forces, motion and contacts [minute]. Default: 0.1 minute."""
    phenotype: Annotated[Setting, In("minute", above=0)] = Setting(6.0, "6 minute", "minute")
    """Rules, growth, death and division [minute]. Default: 6 minute."""


class Boundary(Entry):
    """A level that is held at faces of the domain."""

    level: Quantity
    """The level, in the unit of the factor."""
    faces: Annotated[list[Annotated[str, OneOf(*FACES)]], Field(min_length=1)] | None = None
    """The faces. Default: all."""


class SceneFactor(Entry):
    """A factor: of the catalog, with what is different here, or one of this scene only, with all its numbers."""

    unit: Annotated[str, OneOf("nM", "mmHg", "1")] | None = None
    """Unit of its level; a factor of the catalog has nM."""
    diffusion: Annotated[Quantity, In("um^2/minute", above=0)] | None = None
    """Diffusion coefficient [um^2/minute]. Default: the catalog's."""
    decay: Annotated[Quantity, In("1/minute")] | None = None
    """Rate of decay [1/minute]. Default: the catalog's."""
    initial: Quantity | None = None
    """Level at the start, in the unit of the factor. Default: 0, or the level at the boundary if there is one."""
    boundary: list[Boundary] = Field(default_factory=list)
    """Levels held at faces; through all others nothing flows. Default: none."""
    plasma: Quantity | None = None
    """Free level in plasma, in the unit of the factor; vessels exchange with it. Default: the host's, or none."""
    exchange_with_blood: Annotated[Quantity, In("1/minute")] | None = None
    """Rate of exchange with plasma at the vessel density of a mature tumour, 1.5e3 per mm3 [1/minute]."""

    @property
    def level_unit(self) -> str:
        """Unit of its levels."""
        return self.unit or "nM"

    @model_validator(mode="after")
    def _bind_levels(self) -> SceneFactor:
        limits = In(self.level_unit)
        for at, quantity in self._levels():
            try:
                quantity.in_unit(limits)
            except BadValue as bad:
                bad.parts["at"] = at
                raise
        faces = [face for boundary in self.boundary for face in boundary.faces or FACES]
        for face in faces:
            if faces.count(face) > 1:
                raise BadValue("two levels at one face", at=("boundary",), found=face)
        return self

    def _levels(self) -> list[tuple[tuple[str | int, ...], Quantity]]:
        levels = [(("boundary", i, "level"), boundary.level) for i, boundary in enumerate(self.boundary)]
        given = [((key,), getattr(self, key)) for key in ("initial", "plasma")]
        return [*levels, *((at, quantity) for at, quantity in given if quantity is not None)]


class SceneChemotaxis(Entry):
    """Where a crawling cell is drawn. With several factors use the behaviours `chemotactic response to FACTOR`."""

    factor: str
    """The factor whose gradient it follows."""
    direction: Annotated[str, OneOf("towards", "away")] = "towards"
    """Up or down the gradient. Default: towards."""


class SceneCellType(Entry):
    """A cell type: of the catalog, with what it does in a tissue besides, or one of this scene only."""

    cycle: Annotated[str, OneOf(*CYCLES)] | None = None
    """Model of the cell cycle; for types of this scene only. Default: live."""
    volume: Annotated[Quantity, In("um^3", above=0)] | None = None
    """Volume [um^3]. Default: 2494 um^3."""
    nuclear_volume: Annotated[Quantity, In("um^3", above=0)] | None = None
    """Volume of the nucleus [um^3]. Default: 540 um^3."""
    behaviours: dict[str, Quantity] = Field(default_factory=dict)
    """What it does without any signal, by name in the dictionary of the tissue engine."""
    chemotaxis: SceneChemotaxis | None = None
    """Where it is drawn. Default: nowhere."""
    normalised_gradients: bool = False
    """Whether chemotactic responses weigh directions only, not the steepness of gradients. Default: false."""


class SceneRule(Entry):
    """A signal increases or decreases a behaviour of a cell type, in the words of the dictionary of the engine."""

    cell_type: str
    """The cells that sense and respond."""
    signal: str
    """What they sense."""
    direction: Annotated[str, OneOf("increases", "decreases")]
    """Direction of the effect."""
    behaviour: str
    """What changes."""
    half_maximum: Quantity
    """Signal at which this rule alone has half of its full effect, in the unit of the signal."""
    power: Annotated[Quantity, In("1", above=0)]
    """Hill power [1]."""
    saturation: Quantity | None = None
    """The behaviour at saturation. Behaviours of the catalog have limits of their own and need none."""
    applies_to_dead: bool = False
    """Whether dead cells follow it too. Default: false."""
    note: str | None = None
    """Why. Default: none."""

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """What may stand only once."""
        return (self.cell_type, self.signal, self.direction, self.behaviour)

    @property
    def path_key(self) -> str:
        """Name of the rule within paths."""
        return f"{self.cell_type}: {self.signal} {self.direction} {self.behaviour}"


class SceneRegimen(Regimen):
    """Doses of one drug; days count from the start of the scene."""

    @model_validator(mode="after")
    def _complete(self) -> SceneRegimen:
        self.check_days(needed=True)
        return self

    def describe(self) -> str:
        """'15 mg/kg paclitaxel i.v. on days 0, 7 and 14 after the start'."""
        return self.describe_after("after the start")


class Snapshots(Entry):
    """The whole state of the tissue, in files of one format."""

    format: Annotated[str, OneOf(*FORMATS)]
    """Format."""
    every: Interval
    """Interval [minute]; also at the start and at the end."""
    factor: str | None = None
    """Factor that pictures (png) show behind the cells. Default: the first."""

    @model_validator(mode="after")
    def _fits(self) -> Snapshots:
        if self.factor is not None and self.format != "png":
            raise BadValue("factor is for pictures (png); other formats hold all factors", at=("factor",))
        return self


class Outputs(Entry):
    """What is written, and when."""

    table: Interval = _hours(1)
    """Interval of the table of populations [minute]. Default: 1 hour."""
    checkpoint: Interval = _hours(6)
    """Interval of checkpoints [minute]. Default: 6 hour."""
    snapshots: list[Snapshots] = Field(default_factory=list)
    """Snapshots. Default: none."""


class Scene(Item):
    """A tissue in a box."""

    schema_: Literal["scene/1"] = Field(alias="schema")
    """`scene/1`."""
    question: str = ""
    """What the scene shows. Default: none."""
    tumour: str | None = None
    """Tumour, by name in the catalog; with `host` it brings the catalog's cell types, factors and rules."""
    host: str | None = None
    """Host, by name in the catalog."""
    without: list[str] = Field(default_factory=list)
    """Mechanisms that are left out. Default: none."""
    edits: list[Edit] = Field(default_factory=list)
    """Genotype. Default: unchanged."""
    recruitment: bool = True
    """Whether cells of the catalog enter from blood and stroma. Default: true."""
    duration: Annotated[Setting, In("minute", above=0)]
    """Simulated time [minute]."""
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED)] = 1
    """Seed of all random numbers. Default: 1."""
    scheme: Annotated[str, OneOf("default", "physicell")] = "default"
    """Numerical scheme: `default`, or that of PhysiCell. Default: default."""
    domain: Domain
    """The box of tissue."""
    steps: Steps = Steps()
    """Time steps."""
    factors: dict[Name, SceneFactor] = Field(default_factory=dict)
    """Factors, by name: further ones, and what is different here in those of the catalog."""
    cell_types: dict[Name, SceneCellType] = Field(default_factory=dict)
    """Cell types, by name: further ones, and what those of the catalog do in a tissue besides."""
    rules: list[SceneRule] = Field(default_factory=list)
    """Rules besides those of the catalog. Default: none."""
    cells: Annotated[list[CellGroup], Field(min_length=1)]
    """The cells at the start."""
    vessels: list[Vessels] = Field(default_factory=list)
    """Blood vessels. Default: none."""
    treatments: list[SceneRegimen] = Field(default_factory=list)
    """Drugs given. Default: none."""
    outputs: Outputs = Outputs()
    """What is written."""

    @property
    def is_flat(self) -> bool:
        """Whether the tissue has two dimensions."""
        return len(self.domain.size) == 2
