"""A published result: what was seen, what it is worth, and its simulated counterpart."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from paget.model.counterpart import Counterpart
from paget.model.names import Item, OneOf
from paget.model.quantity import BadValue

USES = ("fit", "built-in", "independent", "forecast")
"""What a comparison is worth, see `PublishedResult.use`."""

KINDS_OF_RESULT = (
    "chain of orderings",
    "composition",
    "contrast",
    "correlation",
    "curve",
    "discrimination",
    "distribution",
    "hazard ratio",
    "level",
    "negative control",
    "ordering",
    "proportion",
    "ratio",
)
"""What kind of statement a result is."""


class PublishedResult(Item):
    """One row of the ledger of evidence."""

    schema_: Literal["result/1"] = Field(alias="schema")
    """`result/1`."""
    source: str
    """Keys of references.bib (several with commas), or `assumed` for a number remembered without its source."""
    claim: str
    """What was found, in a sentence."""
    host: Literal["human", "mouse", "tissue"]
    """In whom: patients, mice, or cells in a dish."""
    statement: Annotated[str, OneOf(*KINDS_OF_RESULT)] = Field(alias="kind")
    """Kind of statement."""
    use: Annotated[str, OneOf(*USES)]
    """`fit`: parameters may be fitted to it; `built-in`: the rule was written from this paper, its direction is an
    input; `independent`: neither; `forecast`: an expectation of the authors, shown and never counted."""
    evidence: Literal["V", "D", "M"]
    """`V` read in the source, `D` derived from data or numbers, `M` remembered and not verified."""
    seen: Literal["ordering", "size"] = "ordering"
    """What was seen of the paper: only which arm was lower, or numbers. A verdict never exceeds it. Default:
    ordering."""
    endpoint: str | None = None
    """What was measured, in the paper's terms. Default: not stated."""
    direction: str | None = None
    """Direction of the effect. Default: none."""
    value: float | None = None
    """Central value, in `unit`. Default: none seen."""
    low: float | None = None
    """Lower end of its interval or range. Default: none seen."""
    high: float | None = None
    """Upper end. Default: none seen."""
    unit: str = "1"
    """Unit of value, low and high. Default: 1."""
    caveat: str | None = None
    """How the counterpart differs from what was published. Default: none stated."""
    likely_missing: str | None = None
    """Biology that is likely missing where the result does not come out. Default: none stated."""
    not_simulated: str | None = None
    """Why there is no counterpart. Default: there is one."""
    counterpart: list[Counterpart] = Field(default_factory=list)
    """What is simulated and compared: one or more statistics, all of which must come out. Default: nothing."""

    @model_validator(mode="after")
    def _told_or_simulated(self) -> PublishedResult:
        if bool(self.counterpart) == (self.not_simulated is not None):
            found = "both" if self.counterpart else "neither"
            raise BadValue("needs either a counterpart or the reason why it is not_simulated", found=found)
        if self.low is not None and self.high is not None and self.low > self.high:
            raise BadValue("low is above high", at=("low",), found=self.low)
        return self

    @property
    def sources(self) -> tuple[str, ...]:
        """The keys in `source`."""
        return tuple(key.strip() for key in self.source.split(","))

    @property
    def counted(self) -> bool:
        """Whether it enters a tally: forecasts do not."""
        return self.use != "forecast"
