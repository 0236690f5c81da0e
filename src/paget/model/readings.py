"""A reading: one number per simulated animal that a comparison with a published result is made of."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from paget.model.quantity import BadValue, Entry

When = Literal["end", "highest", "mean"]
Aggregate = Literal["single", "cluster", "mixed"]

KINDS_OF_READING = ("endpoint", "sum_of", "state", "share_of", "funnel", "blood", "enrolment_day")
_TIMED = ("when", "day", "trial_day", "volume")
_SETTINGS = {
    "state": (*_TIMED, "relative"),
    "share_of": _TIMED,
    "funnel": ("site", "aggregate"),
}
"""Which optional keys mean something for which kind of reading."""


class Reading(Entry):
    """One number per animal: an assay, a state of the engine, a count of the cascade or of the blood."""

    endpoint: str | None = None
    """Endpoint of an assay, for example `lung foci`; read as the trial says, or at the end where it does not."""
    sum_of: Annotated[list[str], Field(min_length=1)] | None = None
    """Endpoints whose sum is read, for example the shares of two cell types."""
    state: str | None = None
    """Field of the engine's daily record, without error of measurement, for example `TNF` (level in the primary)."""
    share_of: Annotated[list[str], Field(min_length=1)] | None = None
    """Cell types whose share among all cells of the primary is read, without error of measurement."""
    funnel: str | None = None
    """Step of the cascade, for example `arrested`: aggregates or groups counted over the whole course."""
    blood: Aggregate | None = None
    """Kind of aggregate that is counted in all the blood at the end, without error of measurement."""
    enrolment_day: Literal[True] | None = None
    """The day on which the animal entered treatment: the later, the slower its tumour grew."""
    when: When = "end"
    """For a state or share: at the end, its highest, or its mean over the days after enrolment. Default: end."""
    day: Annotated[float, Field(ge=0)] | None = None
    """For a state or share: so many days after enrolment, instead of `when`. Default: none."""
    trial_day: Annotated[float, Field(ge=0)] | None = None
    """For a state or share: this day of the trial, instead of `when`; an animal that is gone has none. Default:
    none."""
    volume: Annotated[float, Field(gt=0)] | None = None
    """For a state or share: the first day on which the primary has this volume [mm^3]. Default: none."""
    relative: bool = False
    """For a state: divided by its value at enrolment. Default: false."""
    site: str | None = None
    """For a step of the cascade: the organ. Default: all organs."""
    aggregate: Aggregate | None = None
    """For a step of the cascade: the kind of aggregate. Default: all kinds."""

    @model_validator(mode="after")
    def _one_kind(self) -> Reading:
        given = [key for key in KINDS_OF_READING if getattr(self, key) is not None]
        if len(given) != 1:
            what = f"needs one of {', '.join(KINDS_OF_READING)}"
            raise BadValue(what, found=", ".join(given) or "none of them")
        allowed = (given[0], *_SETTINGS.get(given[0], ()))
        for key, field in Reading.model_fields.items():
            if key not in allowed and getattr(self, key) != field.default:
                raise BadValue(f"means nothing for a reading of {given[0].replace('_', ' ')}", at=(key,))
        timed = [key for key in ("day", "trial_day", "volume") if getattr(self, key) is not None]
        if len(timed) > 1:
            raise BadValue("only one of day, trial_day and volume", at=(timed[1],), found=", ".join(timed))
        return self

    @property
    def key(self) -> str:
        """Text that equal readings share, whatever a statistic adds to them."""
        return self.model_dump_json(include=set(Reading.model_fields), exclude_defaults=True)

    def endpoints(self) -> list[str]:
        """Endpoints that must be assayed for it."""
        return [self.endpoint] if self.endpoint is not None else list(self.sum_of or [])

    def describe(self) -> str:
        """In words: 'lung foci', 'TNF (highest)', 'arrested (cluster) in lung'."""
        if self.endpoints():
            return " + ".join(name.removeprefix("composition: ") for name in self.endpoints())
        if self.state is not None:
            fold = ", against enrolment" if self.relative else ""
            return f"{self.state} ({self._moment()}{fold})"
        if self.share_of is not None:
            return f"share of {' + '.join(self.share_of)} ({self._moment()})"
        if self.blood is not None:
            return f"{self.blood} aggregates in blood"
        if self.enrolment_day:
            return "day of enrolment"
        place = f" in {self.site}" if self.site is not None else ""
        return f"{self.funnel}{f' ({self.aggregate})' if self.aggregate else ''}{place}"

    def _moment(self) -> str:
        if self.day is not None:
            return f"day {self.day:g} of treatment"
        if self.trial_day is not None:
            return f"day {self.trial_day:g}"
        return f"at {self.volume:g} mm³" if self.volume is not None else self.when
