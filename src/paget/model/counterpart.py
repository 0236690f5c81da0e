"""The simulated counterpart of a published result: which trial, which arms, which statistic.

A counterpart is data: it stands in the file of the result. `paget.evidence` computes what it asks for. A *reading* is
one number per animal; a statistic makes one number of the readings of one or more arms.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from paget.model.quantity import BadValue, Entry

Direction = Literal["lower", "higher"]
Correlated = Literal["positive", "negative"]
When = Literal["end", "highest", "mean"]

KINDS_OF_READING = ("endpoint", "sum_of", "state", "funnel")


class Reading(Entry):
    """One number per animal: an assay, a state of the engine, or a count of the cascade."""

    endpoint: str | None = None
    """Endpoint of an assay, for example `lung foci`; read as the trial says, or at the end where it does not."""
    sum_of: Annotated[list[str], Field(min_length=1)] | None = None
    """Endpoints whose sum is read, for example the shares of two cell types."""
    state: str | None = None
    """Field of the engine's daily record, without error of measurement, for example `TNF` (level in the primary)."""
    funnel: str | None = None
    """Step of the cascade, for example `arrested`: aggregates or groups counted over the whole course."""
    when: When = "end"
    """For a state: its value at the end, its highest, or its mean over the days after enrolment. Default: end."""
    day: Annotated[float, Field(ge=0)] | None = None
    """For a state: the day after enrolment at which it is read, instead of `when`. Default: none."""
    site: str | None = None
    """For a step of the cascade: the organ. Default: all organs."""
    aggregate: Literal["single", "cluster", "mixed"] | None = None
    """For a step of the cascade: the kind of aggregate. Default: all kinds."""

    @model_validator(mode="after")
    def _one_kind(self) -> Reading:
        given = [key for key in KINDS_OF_READING if getattr(self, key) is not None]
        if len(given) != 1:
            what = f"needs one of {', '.join(KINDS_OF_READING)}"
            raise BadValue(what, found=", ".join(given) or "none of them")
        foreign = {"state": ("site", "aggregate"), "funnel": ("day",)}.get(
            given[0], ("site", "aggregate", "day")
        )
        for key in foreign:
            if getattr(self, key) is not None:
                raise BadValue(f"means nothing for a reading of {given[0].replace('_', ' ')}", at=(key,))
        return self

    @property
    def key(self) -> str:
        """Text that equal readings share, whatever a statistic adds to them."""
        return self.model_dump_json(include=set(Reading.model_fields), exclude_defaults=True)

    def endpoints(self) -> list[str]:
        """Endpoints that must be assayed for it."""
        return [self.endpoint] if self.endpoint is not None else list(self.sum_of or [])

    def describe(self) -> str:
        """In words: 'lung foci', 'TNF (highest)', 'arrested clusters in lung'."""
        if self.endpoint is not None:
            return self.endpoint
        if self.sum_of is not None:
            return " + ".join(self.sum_of)
        if self.state is not None:
            when = f"day {self.day:g} of treatment" if self.day is not None else self.when
            return f"{self.state} ({when})"
        place = f" in {self.site}" if self.site is not None else ""
        return f"{self.funnel} ({self.aggregate or 'all'}){place}"


class Effect(Reading):
    """An arm against a reference, and the direction that was published."""

    trial: str | None = None
    """Trial of the catalog. Default: that of the counterpart."""
    arm: str
    """Arm of interest."""
    reference: str
    """Arm that it is compared with."""
    direction: Direction
    """Whether the arm was lower or higher than the reference."""


class Part(Entry):
    """What every statistic says."""

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


Counterpart = Annotated[Contrasts | Correlation | Change, Field(discriminator="statistic")]
"""Any statistic; `statistic` says which."""
