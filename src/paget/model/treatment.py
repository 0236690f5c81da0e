"""What is done to the animals of an arm: doses by day or by trigger, and surgery."""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import Field, model_validator

from paget.model.dose import AsDose
from paget.model.drug import RouteName
from paget.model.names import OneOf
from paget.model.quantity import BadValue, Entry, In, Setting

TRIGGER_UNITS = {"primary volume": "mm^3", "lung burden": "mm^3", "weight loss": "1"}
"""Variables that a trigger can watch, and their units."""

DAY_ZERO = "day 0"
"""The first day of a trial: what treatment before a later inoculation counts from."""

ANCHORS = ("inoculation", "enrolment", "surgery", DAY_ZERO)
"""What days count from."""

Anchor = Annotated[str, OneOf(*ANCHORS)]
Day = Annotated[Setting, In("day")]


class Trigger(Entry):
    """When a variable of the animal first exceeds a threshold."""

    variable: Annotated[str, OneOf(*TRIGGER_UNITS)]
    """What is watched: primary volume [mm^3], lung burden [mm^3] or weight loss [share of body weight]."""
    above: Setting
    """The threshold, with unit."""

    @model_validator(mode="before")
    @classmethod
    def _read_threshold(cls, data: Any) -> Any:
        """The unit of the threshold is that of the variable."""
        if isinstance(data, dict) and data.get("variable") in TRIGGER_UNITS and "above" in data:
            try:
                return {
                    **data,
                    "above": Setting.read(data["above"], In(TRIGGER_UNITS[data["variable"]], above=0)),
                }
            except BadValue as bad:
                bad.parts["at"] = ("above",)
                raise
        return data

    def describe(self) -> str:
        """'when the primary volume first exceeds 800 mm^3'."""
        return f"when the {self.variable} first exceeds {self.above.text}"


class Regimen(Entry):
    """Doses of one drug. Days are given one by one, or as `every` with `until` or `doses`."""

    drug: str
    """Drug, by name in the catalog."""
    dose: Annotated[Setting, AsDose()]
    """Each dose: per body weight [mg/kg], per body surface [mg/m^2], or flat for the animal [mg, ug]."""
    route: RouteName
    """Way into the body."""
    over: Annotated[Setting, In("day", above=0, at_most=7)] | None = None
    """Length of an infusion [day], intravenous only; it is given in hourly parts. Default: at once."""
    days: Annotated[list[Day], Field(min_length=1)] | None = None
    """Days of the doses [day]. Default with a trigger: one dose, at once."""
    every: Annotated[Setting, In("day", above=0)] | None = None
    """Interval of repeated doses [day]."""
    start: Day = Setting(0.0, "0 day", "day")
    """Day of the first of the repeated doses [day]. Default: 0."""
    until: Day | None = None
    """Last day on which a repeated dose may be given [day]. Default: to the end of the trial."""
    doses: Annotated[int, Field(ge=1)] | None = None
    """Number of repeated doses. Default: as many as fit."""

    def parts(self) -> list[tuple[float, float]]:
        """Each dose as parts: time after its beginning [day] and share; an infusion is given hour by hour."""
        count = 1 if self.over is None else max(1, round(24.0 * self.over))
        return [(part / 24.0, 1.0 / count) for part in range(count)]

    def check_days(self, needed: bool) -> None:
        """BadValue unless days and interval fit together; `needed`: without a trigger there must be one of them."""
        if self.over is not None and self.route != "i.v.":
            raise BadValue("an infusion is intravenous", at=("over",), found=self.route, allowed="i.v.")
        if (self.days is not None) and (self.every is not None):
            raise BadValue("gives days and every; use one of them", at=("every",))
        if self.days is None and self.every is None and needed:
            raise BadValue("says no day; give days = [...] or every = ...")
        if self.every is None:
            for key in ("until", "doses"):
                if getattr(self, key) is not None:
                    raise BadValue(f"{key} needs every", at=(key,))
        if self.until is not None and self.until < self.start:
            raise BadValue("ends before it starts", at=("until",), found=self.until.text)

    def dose_days(self, horizon: float) -> list[float]:
        """Days of the doses after the anchor [day], none later than `horizon`."""
        if self.days is not None:
            return sorted(float(day) for day in self.days if day <= horizon)
        if self.every is None:
            return [0.0]
        last = min(float(horizon), math.inf if self.until is None else float(self.until))
        # A dose that rounding puts a hair after the last day is on it.
        fitting = math.floor((last - self.start) / self.every + 1e-9) + 1
        count = fitting if self.doses is None else min(fitting, self.doses)
        return [float(self.start) + index * float(self.every) for index in range(count)]

    def last_day(self) -> float | None:
        """Latest day that the file names for a dose, counted from the anchor; None if there is none."""
        if self.days is not None:
            return float(max(self.days))
        if self.until is not None:
            return float(self.until)
        if self.every is not None and self.doses is not None:
            return float(self.start) + (self.doses - 1) * float(self.every)
        return None

    def describe_after(self, start: str) -> str:
        """'15 mg/kg paclitaxel i.v. on days 0, 7 and 14 after enrolment'; `start` tells what days count from."""
        over = f" over {self.over.text}" if self.over is not None else ""
        what = f"{self.dose.text} {self.drug} {self.route}{over}"
        if self.days is not None:
            days = [f"{day:g}" for day in sorted(self.days)]
            listed = f"day {days[0]}" if len(days) == 1 else f"days {', '.join(days[:-1])} and {days[-1]}"
            return f"{what} on {listed} {start}"
        if self.every is None:
            return f"{what} once {start}"
        times = f", {self.doses} times" if self.doses else ""
        until = f" until day {self.until:g}" if self.until is not None else ""
        return f"{what} every {self.every.text} from day {self.start:g}{until} {start}{times}"


class Treatment(Regimen):
    """Doses of one drug to the animals of an arm."""

    counted_from: Anchor | None = Field(default=None, alias="from")
    """What the days count from. Required unless a trigger (`when`) starts the treatment."""
    when: Trigger | None = None
    """Trigger that starts the treatment; days then count from it. Default: none."""

    @model_validator(mode="after")
    def _complete(self) -> Treatment:
        check_start(self.counted_from, self.when)
        self.check_days(needed=self.when is None)
        return self

    def describe(self) -> str:
        """'15 mg/kg paclitaxel i.v. on days 0, 7 and 14 after enrolment'."""
        return self.describe_after(
            self.when.describe() if self.when is not None else f"after {self.counted_from}"
        )


class Surgery(Entry):
    """Removal of the primary."""

    day: Day | None = None
    """Day [day]."""
    counted_from: Annotated[str, OneOf("inoculation", "enrolment", DAY_ZERO)] | None = Field(
        default=None, alias="from"
    )
    """What the day counts from. Required unless a trigger (`when`) is given."""
    when: Trigger | None = None
    """Trigger. Default: none."""
    residual_share: Annotated[Setting, In("1", at_most=1)] = Setting(0.0, "0", "1")
    """Share of the primary's cells that stay behind [1]. Default: 0."""

    @model_validator(mode="after")
    def _complete(self) -> Surgery:
        check_start(self.counted_from, self.when)
        if (self.day is None) == (self.when is None):
            raise BadValue("surgery needs a day, or a trigger (when = ...)")
        return self

    def describe(self) -> str:
        """'removal of the primary on day 21 after inoculation, 1 % of its cells left behind'."""
        when = (
            self.when.describe()
            if self.when is not None
            else f"on day {self.day:g} after {self.counted_from}"
        )
        left = f", {self.residual_share.text} of its cells left behind" if self.residual_share > 0 else ""
        return f"removal of the primary {when}{left}"


def check_start(counted_from: str | None, when: Trigger | None) -> None:
    """BadValue unless exactly one of anchor and trigger is given."""
    if counted_from is None and when is None:
        raise BadValue("from is missing: what do the days count from?", allowed=ANCHORS)
    if counted_from is not None and when is not None:
        raise BadValue("gives from and when; days count from the trigger", at=("from",))
