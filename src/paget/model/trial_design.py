"""The design of a trial: animals, arms, assays and the contrasts that were declared before it ran.

Every dose, day and volume is a `Setting`: a plain float in canonical units (day, mm^3, mg/kg, shares) that keeps the
text of the file.
"""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from paget.model.edits import Edit
from paget.model.host import LARGEST_AGGREGATE
from paget.model.names import Item, Name, OneOf
from paget.model.quantity import BadValue, Entry, In, Setting, as_pair
from paget.model.treatment import Day, Surgery, Treatment
from paget.model.trial_card import Card

INOCULUM_ROUTES = ("fat pad", "tail vein", "intracardiac", "portal vein")
"""Where tumour cells are given."""

ROUTE_WORDS = {
    "fat pad": "into the fat pad",
    "tail vein": "by tail vein",
    "intracardiac": "into the left heart",
    "portal vein": "into the portal vein",
}
"""The same in a sentence."""

EQUIVALENCE = "equivalence"
"""Test of a negative control: two arms differ by less than a margin."""

TESTS = (
    "auto",
    "welch",
    "log-welch",
    "mann-whitney",
    "negative-binomial",
    "poisson",
    "fisher",
    "log-rank",
    EQUIVALENCE,
)
"""Tests that a contrast may ask for; `auto` chooses by the kind of the endpoint."""

SURVIVAL = "survival"


class Inoculum(Entry):
    """How tumour cells are given. What is left out is taken from the tumour."""

    route: Annotated[str, OneOf(*INOCULUM_ROUTES)] = "fat pad"
    """Where the cells are given. Default: fat pad."""
    day: Day = Setting(0.0, "0 day", "day")
    """Day [day]. Default: 0."""
    cells: Annotated[Setting, In("cell", above=0)] | None = None
    """Tumour cells given [cell]. Default: the tumour's."""
    aggregate_size: Annotated[int, Field(ge=1, le=LARGEST_AGGREGATE)] = 1
    """Tumour cells per aggregate given; 1 for a suspension of single cells. Default: 1."""
    partner: str | None = None
    """Cell type that travels with each aggregate given into blood. Default: none."""
    engrafted_share: Annotated[Setting, In("1", above=0, at_most=1)] | None = None
    """Share of cells in the fat pad that found the tumour [1]. Default: the tumour's."""
    take_rate: Annotated[Setting, In("1", at_most=1)] | None = None
    """Share of animals in which a tumour grows [1]. Default: the tumour's."""

    @property
    def makes_primary(self) -> bool:
        """Whether there is a primary tumour (cells given into blood make metastases only)."""
        return self.route == "fat pad"


class ArmInoculum(Entry):
    """What an arm is given other than the trial's inoculum. What is left out is that of the trial."""

    route: Annotated[str, OneOf(*INOCULUM_ROUTES)] | None = None
    """Where the cells are given. Default: the trial's."""
    cells: Annotated[Setting, In("cell", above=0)] | None = None
    """Tumour cells given [cell]. Default: the trial's."""
    aggregate_size: Annotated[int, Field(ge=1, le=LARGEST_AGGREGATE)] | None = None
    """Tumour cells per aggregate given. Default: the trial's."""
    partner: str | None = None
    """Cell type that travels with each aggregate given into blood. Default: the trial's."""

    def describe(self) -> str:
        """'8e5 tumour cells by tail vein in clusters of 4'."""
        number = f"{self.cells.text.removesuffix('cell').strip()} " if self.cells is not None else ""
        way = f" {ROUTE_WORDS[self.route]}" if self.route is not None else ""
        size = f" {aggregate_text(self.aggregate_size)}" if self.aggregate_size is not None else ""
        escort = f", each with a {self.partner}" if self.partner is not None else ""
        return f"{number}tumour cells{way}{size}{escort}"


def aggregate_text(size: int) -> str:
    """'as single cells', 'in clusters of 4'."""
    return "as single cells" if size == 1 else f"in clusters of {size}"


class Enrolment(Entry):
    """When an animal enters treatment."""

    volume: Annotated[Setting, In("mm^3", above=0)]
    """Caliper volume of the primary [mm^3]."""
    latest: Day | None = None
    """Animals later than this are not enrolled [day]. Default: the end of the trial."""


class Randomisation(Entry):
    """How enrolled animals are spread over arms."""

    stratify_by: Literal["time to enrolment", "nothing"] = "nothing"
    """Stratification. Default: nothing."""
    strata: Annotated[int, Field(ge=1)] = 1
    """Number of strata. Default: 1."""


class HumaneEndpoint(Entry):
    """When an animal is killed early. Default: never."""

    volume: Annotated[Setting, In("mm^3", above=0)] | None = None
    """Volume of the primary [mm^3]."""
    weight_loss: Annotated[Setting, In("1", above=0, at_most=1)] | None = None
    """Loss of body weight [1]."""
    lung_burden: Annotated[Setting, In("mm^3", above=0)] | None = None
    """Volume of all lung metastases [mm^3]."""


class EarlyExit(Entry):
    """What becomes of the endpoints of animals that leave early."""

    rule: Literal["observed at exit", "excluded"] = "observed at exit"
    """Their reading at exit counts, or they have none. Default: observed at exit."""


class Arm(Entry):
    """A group of animals treated alike."""

    name: Name
    """Name, unique in the trial."""
    treatments: list[Treatment] = Field(default_factory=list)
    """Drugs given. Default: none."""
    surgery: Annotated[list[Surgery], Field(max_length=1)] = Field(default_factory=list)
    """Removal of the primary. Default: none."""
    edits: list[Edit] = Field(default_factory=list)
    """Genotype. Default: unchanged."""
    inoculum: ArmInoculum | None = None
    """How this arm's tumour cells are given. Default: as in the whole trial."""
    animals: Annotated[int, Field(ge=1)] | None = None
    """Animals in this arm. Default: the trial's."""

    def describe(self) -> str:
        """The arm in words; 'no treatment' for a control."""
        parts = [self.inoculum.describe()] if self.inoculum is not None else []
        parts += [edit.describe() for edit in self.edits]
        parts += [surgery.describe() for surgery in self.surgery]
        parts += [treatment.describe() for treatment in self.treatments]
        return "; ".join(parts) if parts else "no treatment"


class AssayRequest(Entry):
    """A measurement: which endpoint, when, and what differs from the usual assay."""

    endpoint: str
    """Endpoint by name, for example `lung foci`, `primary volume`, `lung foci, size-matched`."""
    days: Annotated[list[Annotated[Setting, In("day", end=True)]], Field(min_length=1)] | None = None
    """Days from inoculation's day 0 [day]; `"end"` is the last day of the trial."""
    every: Annotated[Setting, In("day", above=0)] | None = None
    """Interval of repeated readings, from day 0 to the end [day]."""
    at_volume: Annotated[Setting, In("mm^3", above=0)] | None = None
    """For size-matched endpoints: volume of the primary at whose first passage the animal is read [mm^3]."""
    site: str | None = None
    """Organ that is read. Default: that of the endpoint."""
    receptors: list[str] = Field(default_factory=list)
    """Receptors to stain for. Default: all that the tumour cells carry."""
    threshold: Annotated[Setting, In("1", at_most=1)] | None = None
    """Activity above which a cell counts as positive [1]. Default: the assay's."""
    error: Annotated[Setting, In("1", at_most=3)] | None = None
    """Relative error of a reading (SD of the log) [1]. Default: the assay's."""
    draw_volume: Annotated[Setting, In("mL", above=0)] | None = None
    """Blood drawn [mL]. Default: the assay's."""
    sections: Annotated[int, Field(ge=1)] | None = None
    """Sections read. Default: the assay's."""
    hours_after_last_dose: Annotated[float, Field(ge=0)] | None = None
    """Hours between the last dose and the reading. Default: whatever the days give."""

    @model_validator(mode="after")
    def _complete(self) -> AssayRequest:
        timed = [key for key in ("days", "every", "at_volume") if getattr(self, key) is not None]
        if self.endpoint == SURVIVAL:
            if timed:
                raise BadValue("survival is watched all the time and has no days", at=(timed[0],))
        elif len(timed) != 1:
            found = ", ".join(timed) or "none of them"
            raise BadValue("needs one of days, every and at_volume", found=found)
        return self

    def reading_days(self, duration: float) -> list[float]:
        """Days of the readings [day] in a trial of this duration; none for size-matched readings and survival."""
        if self.days is not None:
            return sorted(
                {min(float(day), float(duration)) if math.isinf(day) else float(day) for day in self.days}
            )
        if self.every is None:
            return []
        count = math.floor(duration / self.every + 1e-9) + 1
        return sorted({*(index * float(self.every) for index in range(count)), float(duration)})

    def describe(self) -> str:
        """'lung foci at the end', 'primary volume every 3 day'."""
        if self.endpoint == SURVIVAL:
            return SURVIVAL
        if self.at_volume is not None:
            return f"{self.endpoint}, when the primary first reaches {self.at_volume.text}"
        if self.every is not None:
            return f"{self.endpoint}, every {self.every.text}"
        days = ["the end" if math.isinf(day) else f"day {day:g}" for day in sorted(self.days or [])]
        return (
            f"{self.endpoint}, at {', '.join(days)}"
            if days == ["the end"]
            else f"{self.endpoint}, on {', '.join(days)}"
        )


class Contrast(Entry):
    """A comparison that was declared before the trial."""

    endpoint: str
    """Endpoint, one of the assays."""
    arms: Annotated[tuple[str, str], BeforeValidator(as_pair)]
    """The arm of interest and its reference."""
    test: Annotated[str, OneOf(*TESTS)] = "auto"
    """Test. Default: auto."""
    margin: Annotated[float, Field(gt=1)] | None = None
    """For `equivalence`: the ratio of means, up or down, that still counts as no difference, such as 1.25 [1]."""
    primary: bool = False
    """Whether it is one of the trial's primary contrasts (a family of its own for Holm). Default: false."""

    @property
    def arm(self) -> str:
        """The arm of interest."""
        return self.arms[0]

    @property
    def reference(self) -> str:
        """The arm that it is compared with."""
        return self.arms[1]


class TrialDesign(Item):
    """A trial."""

    schema_: Literal["trial/1"] = Field(alias="schema")
    """`trial/1`."""
    extends: str | None = None
    """Trial (name or file) whose keys hold where this file says nothing. Default: none."""
    question: str = ""
    """What the trial asks. Default: none."""
    published: str | None = None
    """Key of references.bib of the experiment that the trial resembles. Default: none."""
    card: Card | None = None
    """The experiment choice by choice: what was seen in the paper, and what was chosen here. Default: none."""
    tumour: str
    """Tumour, by name in the catalog."""
    host: str
    """Host, by name in the catalog."""
    without: list[str] = Field(default_factory=list)
    """Mechanisms that are left out. Default: none."""
    animals: Annotated[int, Field(ge=1)]
    """Animals per arm."""
    duration: Annotated[Setting, In("day", above=0)]
    """From day 0 (inoculation unless it says otherwise) to the end [day]."""
    seed: Annotated[int, Field(ge=0)] = 1
    """Seed of all random numbers. Default: 1."""
    draws: Annotated[int, Field(ge=0)] = 0
    """Parameter draws beside the central run. Default: 0."""
    twins: bool = False
    """Whether all arms have the same animals (common random numbers). Default: false."""
    inoculum: Inoculum = Inoculum()
    """How tumour cells are given."""
    enrolment: Enrolment | None = None
    """When an animal enters treatment. Default: at inoculation."""
    randomisation: Randomisation = Randomisation()
    """How animals are spread over arms."""
    humane_endpoint: HumaneEndpoint = HumaneEndpoint()
    """When an animal is killed early."""
    early_exit: EarlyExit = EarlyExit()
    """What becomes of the endpoints of animals that leave early."""
    arms: Annotated[list[Arm], Field(min_length=1)]
    """The arms."""
    assays: Annotated[list[AssayRequest], Field(min_length=1)]
    """The measurements."""
    contrasts: list[Contrast] = Field(default_factory=list)
    """Declared contrasts; all others are exploratory. Default: none."""

    @property
    def source_text(self) -> str:
        """Text of the file, and of the files that it extends: what provenance keeps."""
        texts, origin = [self._origin.text], self._origin.parent
        while origin is not None:
            texts.append(origin.text)
            origin = origin.parent
        return "\n".join(texts)

    def arm(self, name: str) -> Arm:
        """The arm of that name (KeyError if there is none)."""
        return {arm.name: arm for arm in self.arms}[name]

    def inoculum_of(self, arm: Arm) -> Inoculum:
        """How the tumour cells of an arm are given."""
        if arm.inoculum is None:
            return self.inoculum
        own = {name: getattr(arm.inoculum, name) for name in type(arm.inoculum).model_fields}
        return self.inoculum.model_copy(update={name: v for name, v in own.items() if v is not None})

    @property
    def makes_primary(self) -> bool:
        """Whether every arm has a primary tumour."""
        return all(self.inoculum_of(arm).makes_primary for arm in self.arms)

    def animals_in(self, arm: Arm) -> int:
        """Animals in an arm."""
        return self.animals if arm.animals is None else arm.animals

    def drugs(self) -> list[str]:
        """Drugs that any arm is given, in the order of the file."""
        return list(dict.fromkeys(t.drug for arm in self.arms for t in arm.treatments))
