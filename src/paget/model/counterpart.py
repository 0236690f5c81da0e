"""The simulated counterpart of a published result: which trial, which arms, which statistic.

A counterpart is data: it stands in the file of the result. `paget.evidence` computes what it asks for. A *reading* is
one number per animal; a statistic makes one number of the readings of one or more arms.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from paget.model.quantity import BadValue, Entry
from paget.model.readings import Reading

Direction = Literal["lower", "higher"]
Correlated = Literal["positive", "negative"]


class Effect(Reading):
    """An arm against a reference, and the direction that was published."""

    trial: str | None = None
    """Trial of the catalog. Default: that of the counterpart."""
    arm: str
    """Arm of interest."""
    reference: str
    """Arm that it is compared with."""
    direction: Literal["lower", "higher", "equal"]
    """Whether the arm was lower than the reference, higher, or no different."""
    margin: Annotated[float, Field(gt=1)] = 1.5
    """For `equal`: fold within which two arms count as no different. Default: 1.5."""


class Part(Entry):
    """What every statistic on animals says."""

    trial: str
    """Trial of the catalog."""
    animals_per_draw: Annotated[int, Field(ge=1)] | None = None
    """Animals per arm in each parameter draw, where the usual few say too little. Default: the usual few."""


class Contrasts(Part):
    """One or more arms against a reference; all directions must come out (a chain of orderings has several)."""

    statistic: Literal["contrasts"]
    """`contrasts`."""
    effects: Annotated[list[Effect], Field(min_length=1)]
    """The comparisons."""


class Interaction(Part):
    """An effect that is larger on one reading than on another: a ratio of ratios."""

    statistic: Literal["interaction"]
    """`interaction`."""
    arm: str
    """Arm of interest."""
    reference: str
    """Arm that it is compared with."""
    stronger: Reading
    """What the treatment lowers more."""
    weaker: Reading
    """What it lowers less."""
    weaker_arm: str | None = None
    """Arm of the smaller effect. Default: the same arm."""
    weaker_reference: str | None = None
    """Arm that this one is compared with. Default: the same reference."""


class Modification(Part):
    """A treatment effect that depends on a marker read before: animals above the median against those below."""

    statistic: Literal["modification"]
    """`modification`."""
    arm: str
    """Arm of interest."""
    reference: str
    """Arm that it is compared with."""
    marker: Reading
    """What splits the animals of either arm at its median over both."""
    outcome: Reading
    """What the treatment changes."""
    direction: Direction
    """Whether the ratio of arm to reference is lower or higher in animals with much of the marker."""


class Pair(Entry):
    """Two readings of the same animal."""

    x: Reading
    """One reading."""
    y: Reading
    """The other."""
    direction: Correlated = "positive"
    """Sign that was published. Default: positive."""


class Correlation(Part):
    """Rank correlation of two readings over the animals of an arm."""

    statistic: Literal["correlation"]
    """`correlation`."""
    arm: str
    """Arm whose animals are correlated."""
    pairs: Annotated[list[Pair], Field(min_length=1)]
    """Pairs of readings."""


class Discrimination(Part):
    """How well readings of an animal tell what becomes of it: area under the curve, cross-validated."""

    statistic: Literal["discrimination"]
    """`discrimination`."""
    arm: str
    """Arm whose animals are told apart."""
    predictors: Annotated[list[Reading], Field(min_length=1)]
    """What is known of an animal; their logarithms enter a linear score."""
    outcome: Reading
    """What is told: whether an animal lies above the median of this reading."""


class Change(Part):
    """Two readings of the same animals, for example early and late."""

    statistic: Literal["change"]
    """`change`."""
    arm: str
    """Arm whose animals are read."""
    earlier: Reading
    """What is compared with."""
    later: Reading
    """What is compared."""
    direction: Direction
    """Whether the later reading was lower or higher."""


class Level(Entry):
    """A number and the range that was published for it."""

    name: str | None = None
    """In a few words. Default: the reading in words."""
    reading: Reading
    """What is read; its mean over animals is compared."""
    of: Reading | None = None
    """What it is a share of: the ratio of the sums over all animals is compared. Default: nothing."""
    low: float
    """Lower end of the published range."""
    high: float
    """Upper end of the published range."""
    unit: str = "1"
    """Unit. Default: 1."""

    @model_validator(mode="after")
    def _ordered(self) -> Level:
        if self.low >= self.high:
            raise BadValue("low must be below high", at=("low",), found=self.low)
        return self


class Levels(Part):
    """Levels, shares, compositions: numbers that must meet a published range."""

    statistic: Literal["levels"]
    """`levels`."""
    arm: str
    """Arm that is read."""
    levels: Annotated[list[Level], Field(min_length=1)]
    """The numbers."""


class Curve(Part):
    """Volumes of untreated tumours against a Gompertz law that was fitted to real ones."""

    statistic: Literal["curve"]
    """`curve`."""
    arm: str
    """Arm whose primaries grow."""
    days: Annotated[list[Annotated[float, Field(gt=0)]], Field(min_length=1)]
    """Days on which volumes are compared."""
    alpha: Annotated[float, Field(gt=0)]
    """Median over animals of the growth rate at 1 mm^3 [1/day]."""
    beta: Annotated[float, Field(gt=0)]
    """Median over animals of its loss per e-fold of volume [1/day]."""
    alpha_sd: Annotated[float, Field(ge=0)]
    """SD over animals of log alpha."""
    beta_sd: Annotated[float, Field(ge=0)]
    """SD over animals of log beta."""
    correlation: Annotated[float, Field(ge=-1, le=1)]
    """Correlation of the logs."""
    published_animals: Annotated[int, Field(ge=2)]
    """Animals behind the law: their number sets how surely the published median is known."""


class Potency(Part):
    """How many times better an aggregate in blood founds a metastasis as a cluster than as a single cell.

    The odds of clusters among metastases over the odds of clusters in blood.
    """

    statistic: Literal["potency"]
    """`potency`."""
    arm: str
    """Arm that is read."""
    site: str = "lung"
    """Organ of the metastases. Default: lung."""
    low: Annotated[float, Field(gt=0)]
    """Lower end of the published range."""
    high: Annotated[float, Field(gt=0)]
    """Upper end of the published range."""


class Sources(Part):
    """Which share of a factor certain cells make, of all that cells make, in the primary or in a healthy organ."""

    statistic: Literal["sources"]
    """`sources`."""
    arm: str
    """Arm whose primary is read."""
    factors: Annotated[list[str], Field(min_length=1)]
    """Factors, added molecule by molecule."""
    makers: Annotated[list[str], Field(min_length=1)]
    """Cell types whose share is asked for."""
    volume: Annotated[float, Field(gt=0)]
    """Volume of the primary at which its cells are counted [mm^3]."""
    organ: str = "lung"
    """Organ whose resident cells are looked at too. Default: lung."""
    low: float = 0.5
    """Least share that makes them the main source. Default: 0.5."""


class Numbers(Entry):
    """Two numbers of the catalog against each other; nothing is simulated."""

    statistic: Literal["numbers"]
    """`numbers`."""
    tumour: str
    """Tumour of the model."""
    host: str
    """Host of the model."""
    number: str
    """Path of the number of interest, for example `tumours/lm2-4/dissemination/half_life_cluster`."""
    reference: str
    """Path of the number that it is compared with."""
    direction: Direction
    """Whether it was lower or higher."""


class Condition(Entry):
    """What a cell senses in a thought experiment; signals that are not named are at zero."""

    name: str
    """In a few words, for example `direct contact`."""
    signals: dict[str, float]
    """Level of each signal, in the unit of the vocabulary."""


class Comparison(Entry):
    """Two conditions of a response."""

    condition: str
    """Condition of interest."""
    reference: str
    """Condition that it is compared with."""
    direction: Literal["lower", "higher", "equal"]
    """What was published of the condition of interest."""


class Response(Entry):
    """What the rules make of a behaviour under stated signals: cells in a dish. Nothing is simulated."""

    statistic: Literal["response"]
    """`response`."""
    tumour: str
    """Tumour of the model."""
    host: str
    """Host of the model."""
    cell_type: str
    """Cell type that responds."""
    behaviour: str
    """Behaviour that is read."""
    conditions: Annotated[list[Condition], Field(min_length=2)]
    """What the cells sense."""
    comparisons: Annotated[list[Comparison], Field(min_length=1)]
    """Which conditions are compared."""


class PatientLevel(Entry):
    """A quantity of blood draws from patients, and the range that was published for it."""

    quantity: str
    """As `paget draw` names it, for example `positive draws`; or `clusters of 2 tumour cells`."""
    low: float
    """Lower end of the published range."""
    high: float
    """Upper end of the published range."""


class PatientDraws(Entry):
    """Tubes of blood drawn from virtual patients."""

    statistic: Literal["patient draws"]
    """`patient draws`."""
    population: str
    """Population of the catalog."""
    levels: Annotated[list[PatientLevel], Field(min_length=1)]
    """What is counted in the tubes."""


class OrganRatio(Entry):
    """Arrests in one organ over those in another, and the range that was published for it."""

    over: str
    """Organ above the line."""
    under: str
    """Organ below the line."""
    low: float
    """Lower end of the published range."""
    high: float
    """Upper end of the published range."""


class SitePattern(Entry):
    """How often organs are involved in patients, and how much of that flow was said to explain."""

    sites: Annotated[dict[str, float], Field(min_length=3)]
    """Share of patients with metastases there, by organ."""
    low: float
    """Lower end of the published share that flow explains."""
    high: float
    """Upper end."""


class PatientOrgans(Entry):
    """Where cells of virtual patients stop by flow alone."""

    statistic: Literal["patient organs"]
    """`patient organs`."""
    population: str
    """Population of the catalog."""
    ratios: list[OrganRatio] = Field(default_factory=list)
    """Organs that are compared. Default: none."""
    pattern: SitePattern | None = None
    """The pattern of sites that is explained. Default: none."""


Counterpart = Annotated[
    Contrasts
    | Interaction
    | Modification
    | Correlation
    | Discrimination
    | Change
    | Levels
    | Curve
    | Potency
    | Sources
    | Numbers
    | Response
    | PatientDraws
    | PatientOrgans,
    Field(discriminator="statistic"),
]
"""Any statistic; `statistic` says which."""
