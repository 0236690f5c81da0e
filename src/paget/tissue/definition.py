"""What a tissue is made of, before it is compiled: domain, factors, cell types, rules, steps, and where the cells are.

Plain names and numbers in the units of the engine: micrometres and minutes; levels of a factor in any unit, which the
definition states and the engine does not read. Readers (scenes of Paget, projects of PhysiCell) make a `Definition`
and a `Population`; `paget.tissue.compile` turns them into arrays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

FACES = ("xmin", "xmax", "ymin", "ymax", "zmin", "zmax")
"""Faces of the domain, in the order of `Factor.boundary`."""


@dataclass(frozen=True)
class Domain:
    """The box of tissue and its voxels."""

    low: tuple[float, float, float]
    """Lower corner (um)."""
    high: tuple[float, float, float]
    """Upper corner (um)."""
    spacing: tuple[float, float, float]
    """Edges of a voxel (um). The number of voxels along an axis is the length over the spacing, rounded up."""
    two_dimensional: bool = False
    """One layer of voxels; cells stay at z = 0."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """Voxels along z, y and x: the shape of a field."""
        nx, ny, nz = (
            max(1, int(np.ceil((high - low) / step - 1e-9)))
            for low, high, step in zip(self.low, self.high, self.spacing, strict=True)
        )
        return nz, ny, nx

    @property
    def voxel_volume(self) -> float:
        """Volume of a voxel (um3)."""
        return float(np.prod(self.spacing))


@dataclass(frozen=True)
class Factor:
    """A diffusing molecule."""

    name: str
    diffusion: float
    """Diffusion coefficient (um2/min)."""
    decay: float
    """Decay rate (1/min)."""
    initial: float = 0.0
    """Level at the start."""
    boundary: tuple[float | None, ...] = (None,) * 6
    """Level held at the voxels of each face, in the order of FACES; None: no flux."""
    unit: str = "dimensionless"


@dataclass(frozen=True)
class Phase:
    """One phase of a cycle model. A cell leaves it at the rate of the behaviour `exit from cycle phase k`."""

    name: str
    code: int
    """Code of the phase in MultiCellDS."""
    fixed_duration: bool = False
    """The phase lasts exactly 1/rate instead of an exponential time."""
    divides_at_exit: bool = False
    doubles_at_entry: bool = False
    """The cell aims at twice its solid volume when it enters."""
    next: int | None = None
    """Number of the phase that follows; None: the next of the ring. A phase that none leads to is entered otherwise
    (damage by a drug)."""


@dataclass(frozen=True)
class Cycle:
    """A ring of phases: after the last comes the first, unless a phase says what comes next."""

    name: str
    code: int
    phases: tuple[Phase, ...]


@dataclass(frozen=True)
class Death:
    """One way to die. Apoptosis has one phase, necrosis two (swelling, lysed); at the end the cell is removed."""

    durations: tuple[float, ...]
    """Length of each phase (min)."""
    fixed: tuple[bool, ...]
    """Whether the phase lasts exactly that long."""
    unlysed_fluid_change_rate: float
    """(1/min)"""
    lysed_fluid_change_rate: float
    """(1/min)"""
    cytoplasmic_biomass_change_rate: float
    """(1/min)"""
    nuclear_biomass_change_rate: float
    """(1/min)"""
    calcification_rate: float = 0.0
    """(1/min)"""
    relative_rupture_volume: float = 2.0
    """A swelling necrotic cell bursts at so many times its volume at death."""


APOPTOSIS = Death((516.0,), (True,), 0.05, 0.0, 1.0 / 60.0, 0.35 / 60.0)
"""Reference values of MCF-7 in the published model (Ghaffarizadeh et al., PLoS Comput Biol 2018)."""
NECROSIS = Death(
    (0.0, 86400.0), (True, True), 0.67 / 60.0, 0.05 / 60.0, 0.0032 / 60.0, 0.013 / 60.0, 0.0042 / 60.0
)
"""Reference values, same source."""


@dataclass(frozen=True)
class Volume:
    """Volume of a cell and how fast its parts reach their targets."""

    total: float = 2494.0
    """(um3)"""
    fluid_fraction: float = 0.75
    nuclear: float = 540.0
    """(um3)"""
    fluid_change_rate: float = 0.05
    """(1/min)"""
    cytoplasmic_biomass_change_rate: float = 0.0045
    """(1/min)"""
    nuclear_biomass_change_rate: float = 0.0055
    """(1/min)"""
    calcified_fraction: float = 0.0
    calcification_rate: float = 0.0
    """(1/min)"""
    relative_rupture_volume: float = 2.0


@dataclass(frozen=True)
class Chemotaxis:
    """What biases the direction of a crawling cell."""

    mode: str = "none"
    """`none`; `simple` (one factor); `weighted` (sum of gradients times the behaviours `chemotactic response to ...`);
    `normalised` (the same with unit gradients)."""
    factor: str | None = None
    """Factor of the simple mode."""
    direction: int = 1
    """Simple mode: +1 towards the factor, -1 away."""


@dataclass(frozen=True)
class CellType:
    """A type of cell: constant numbers, and the base value of each behaviour."""

    name: str
    code: int
    """Number by which files know the type."""
    cycle: Cycle
    behaviours: Mapping[str, float] = field(default_factory=dict)
    """Base of each behaviour by its name in `paget.tissue.vocabulary`; others have the default that stands there."""
    apoptosis: Death = APOPTOSIS
    necrosis: Death = NECROSIS
    volume: Volume = Volume()
    motile: bool = False
    crawls_in_plane: bool = False
    """Crawls within z = constant."""
    chemotaxis: Chemotaxis = Chemotaxis()
    released_at_death: Mapping[str, float] = field(default_factory=dict)
    """Share of what it holds of each factor that it releases when removed (default 0)."""
    transferred_when_ingested: Mapping[str, float] = field(default_factory=dict)
    """Share of what it holds of each factor that passes to a cell that ingests it (default 1)."""


@dataclass(frozen=True)
class Rule:
    """A signal increases or decreases a behaviour of a cell type."""

    cell_type: str
    signal: str
    increases: bool
    behaviour: str
    half_maximum: float
    """In the unit of the signal."""
    power: float
    saturation: float
    """Value of the behaviour at saturation. Of several rules of one direction the one furthest from the base counts."""
    applies_to_dead: bool = False


@dataclass(frozen=True)
class Steps:
    """Time steps (min)."""

    diffusion: float = 0.01
    """Step of the explicit splitting; the default solvers do not read it."""
    mechanics: float = 0.1
    phenotype: float = 6.0
    field: float | None = None
    """Step of the default solvers for every factor; None: chosen factor by factor in `paget.tissue.fields`."""


@dataclass(frozen=True)
class Definition:
    """A whole model of a tissue, without its cells."""

    domain: Domain
    factors: tuple[Factor, ...]
    cell_types: tuple[CellType, ...]
    rules: tuple[Rule, ...] = ()
    limits: Mapping[tuple[str, str], tuple[float, float]] = field(default_factory=dict)
    """Value of a behaviour under full inhibition and under full promotion, by cell type and behaviour; where it is not
    given, the saturations of the rules and the base decide."""
    receptors: tuple[str, ...] = ()
    """Receptors whose activity is a signal; `Biology` computes it."""
    custom: Mapping[str, bool] = field(default_factory=dict)
    """Custom variables of cells; True where the amount is halved at division. Values are behaviours, `custom:NAME`."""
    steps: Steps = Steps()
    walls: bool = True
    """Cells are pushed back from the faces of the domain. Without, a cell that crosses a face stops taking part."""
    springs: bool = True
    """Cells form and lose spring attachments at the rates of their behaviours."""
    tracks_internalised: bool = False
    """Cells keep account of what they take up and release of each factor."""


@dataclass
class Population:
    """The cells at the start. n cells."""

    position: npt.NDArray[np.float64]
    """Shape (n, 3) (um)."""
    kind: npt.NDArray[np.int32]
    """Index of the cell type, shape (n,)."""
    volume: npt.NDArray[np.float64] | None = None
    """Total volume (um3), shape (n,); NaN: the volume of the type."""
    behaviours: Mapping[str, npt.NDArray[np.float64]] = field(default_factory=dict)
    """Value of some behaviours in each cell, shape (n,) each; NaN: the base of the type."""
