"""A number with its unit, source and uncertainty, and the annotation that says in which unit a field is kept."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    PrivateAttr,
    model_validator,
)
from pydantic_core import core_schema

from paget.errors import PagetError, did_you_mean
from paget.units import split_setting, to_canonical


class BadValue(ValueError):
    """A complaint of a validator; the reader of the file adds file, line and key."""

    def __init__(self, what: str, **parts: Any) -> None:
        super().__init__(what)
        self.what = what
        self.parts = parts


class Entry(BaseModel):
    """Base of everything read from a file: unknown keys are refused, nothing is guessed, nothing changes later."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        str_min_length=1,
    )

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown_keys(cls, data: Any) -> Any:
        """Name the unknown key and the one that was probably meant."""
        if isinstance(data, dict):
            allowed = [field.alias or name for name, field in cls.model_fields.items()]
            for key in data:
                if key not in allowed:
                    raise BadValue(
                        "unknown key", at=(key,), allowed=allowed, suggestion=did_you_mean(key, allowed)
                    )
        return data


def as_pair(value: Any) -> Any:
    """A list of two as a tuple; BadValue for lists of another length."""
    if isinstance(value, list):
        if len(value) != 2:
            raise BadValue("must be a list of two", found=value)
        return tuple(value)
    return value


class Between(Entry):
    """How a number differs between animals."""

    distribution: Literal["lognormal"] = "lognormal"
    """Law of the number over animals; its median is the value."""
    sd: Annotated[float, Field(gt=0, le=3)]
    """Standard deviation of the natural logarithm [1]."""


_note: ContextVar[Callable[[str], object] | None] = ContextVar("_note", default=None)


@contextmanager
def reads_noted(note: Callable[[str], object]) -> Iterator[None]:
    """Tell `note` the path of each number whose canonical value is read meanwhile, in this thread."""
    before = _note.set(note)
    try:
        yield
    finally:
        _note.reset(before)


class Quantity(Entry):
    """A number of the model: value, unit, source, and how well it is known.

    `canonical`, `canonical_range` and `canonical_unit` are set when the file is read; `path` names the number in the
    whole model, for example `tumours/lm2-4/behaviours/death/base`.
    """

    value: float
    """The number, in `unit`."""
    unit: str
    """Unit of value and range, for example `1/day`; `1` for a plain number."""
    source: str
    """Key of references.bib (several with commas), or `assumed`."""
    kind: Literal["measured", "derived", "fitted", "assumed"]
    """How the number came about."""
    range: Annotated[tuple[float, float], BeforeValidator(as_pair)] | None = None
    """Uncertainty: lowest and highest plausible value, in `unit`. Default: none stated."""
    between: Between | None = None
    """Differences between animals. Default: the same in all."""
    rows: list[str] | None = None
    """Published results (ids) that a fitted number was fitted to. Default: none stated."""
    note: str | None = None
    """Why this number. Default: none."""

    _canonical: float = PrivateAttr(default=math.nan)
    _canonical_range: tuple[float, float] | None = PrivateAttr(default=None)
    _canonical_unit: str = PrivateAttr(default="")
    _path: str = PrivateAttr(default="")

    @property
    def canonical(self) -> float:
        """The number in `canonical_unit`. What is asked for here is used by somebody: see `reads_noted`."""
        note = _note.get()
        if note is not None:
            note(self._path)
        return self._canonical

    @property
    def canonical_range(self) -> tuple[float, float] | None:
        """The range in `canonical_unit`, or None."""
        return self._canonical_range

    @property
    def canonical_unit(self) -> str:
        """The unit in which the model keeps this number."""
        return self._canonical_unit

    @property
    def path(self) -> str:
        """Name of this number in the whole model; the same in every model that uses it."""
        return self._path

    @property
    def sources(self) -> tuple[str, ...]:
        """The keys in `source`."""
        return tuple(key.strip() for key in self.source.split(","))

    def model_post_init(self, context: Any, /) -> None:
        """Check what needs no unit: source against kind, range around value."""
        super().model_post_init(context)
        if self.kind in ("measured", "fitted") and "assumed" in self.sources:
            raise BadValue(f"a {self.kind} number needs the key of its source", found=self.source)
        if self.rows is not None and self.kind != "fitted":
            raise BadValue(f"a {self.kind} number was fitted to nothing", at=("rows",), found=self.rows)
        if self.range is not None:
            self._check_range(*self.range)
        if self.between is not None and self.value <= 0:
            raise BadValue("a number that is lognormal between animals must be above 0", found=self.value)

    def _check_range(self, low: float, high: float) -> None:
        if low >= high:
            raise BadValue("range must run from low to high", found=[low, high])
        if not low <= self.value <= high:
            raise BadValue(f"range must contain the value {self.value:g}", found=[low, high])

    def in_unit(self, limits: In) -> Quantity:
        """This number kept in the unit of `limits`, and within them; BadValue otherwise."""
        self._canonical = self._converted(self.value, limits)
        self._canonical_unit = limits.unit
        self._canonical_range = None
        if self.range is not None:
            self._canonical_range = (
                self._converted(self.range[0], limits),
                self._converted(self.range[1], limits),
            )
        return self

    def _converted(self, value: float, limits: In) -> float:
        try:
            canonical = to_canonical(value, self.unit, limits.unit)
        except PagetError as error:
            raise bad_value(error) from None
        limits.check(canonical, f"{value:g} {self.unit}")
        return canonical

    def scaled(self, fold: float, reason: str, at_most: float | None = None) -> Quantity:
        """This number times `fold` (an edit), with its range; the same path. Nothing exceeds `at_most` (canonical)."""
        ceiling = (
            math.inf if at_most is None else at_most / (self._canonical / self.value if self.value else 1)
        )
        low, high = (min(limit * fold, ceiling) for limit in self.range or (0.0, 0.0))
        note = f"{self.note}; {reason}" if self.note else reason
        changed = {
            "value": min(self.value * fold, ceiling),
            "note": note,
            "range": (low, high) if low < high else None,
        }
        if fold == 0:
            changed["between"] = None
        copy = self.model_copy(update=changed)
        return copy.in_unit(In(self._canonical_unit, at_least=None))


@dataclass(frozen=True)
class In:
    """Annotation of a field: its canonical unit, and the numbers that make sense (in that unit).

    On a `Quantity` it converts into the unit; on a `Setting` it reads text such as "20 mg/kg".
    """

    unit: str
    at_least: float | None = 0.0
    at_most: float | None = None
    above: float | None = None
    end: bool = False
    """Whether a setting may say "end" (of the trial); its value is then infinite."""

    def check(self, value: float, shown: str) -> None:
        """BadValue if `value` [unit] is outside; `shown` is what the user wrote."""
        unit = "" if self.unit == "1" else f" {self.unit}"
        if self.above is not None and value <= self.above:
            raise BadValue(f"must be above {self.above:g}{unit}", found=shown)
        if self.at_least is not None and value < self.at_least:
            what = (
                "must not be negative" if self.at_least == 0 else f"must be at least {self.at_least:g}{unit}"
            )
            raise BadValue(what, found=shown)
        if self.at_most is not None and value > self.at_most:
            raise BadValue(f"must be at most {self.at_most:g}{unit}", found=shown)

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        if isinstance(source, type) and issubclass(source, Setting):
            return core_schema.no_info_plain_validator_function(
                lambda value: Setting.read(value, self),
                serialization=core_schema.plain_serializer_function_ser_schema(lambda value: value.text),
            )
        keep: Callable[[Any], Any] = lambda quantity: quantity.in_unit(self)  # noqa: E731
        return core_schema.no_info_after_validator_function(keep, handler(source))

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        if schema["type"] == "function-plain":
            example = "20 %" if self.unit == "1" else f"2 {self.unit}"
            return {"type": ["string", "number"], "examples": [example], "x-unit": self.unit}
        return {**handler(schema), "x-unit": self.unit}


class Setting(float):
    """A choice of who plans a trial (dose, day, volume): a number in the unit of its field that keeps its text."""

    text: str
    unit: str

    def __new__(cls, value: float, text: str, unit: str) -> Setting:
        setting = super().__new__(cls, value)
        setting.text, setting.unit = text, unit
        return setting

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """A setting whose unit depends on another key has been read by then (see `Trigger`)."""
        return core_schema.is_instance_schema(
            cls, serialization=core_schema.plain_serializer_function_ser_schema(lambda value: value.text)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> dict[str, Any]:
        return {"type": ["string", "number"], "examples": ["800 mm^3"]}

    def __reduce__(self) -> tuple[type[Setting], tuple[float, str, str]]:
        """Copy and pickle by value: a float alone would lose the text."""
        return type(self), (float(self), self.text, self.unit)

    @classmethod
    def read(cls, given: Any, limits: In) -> Setting:
        """Read "20 mg/kg"; a bare number is taken for plain numbers and, as everywhere in trials, for days."""
        if isinstance(given, Setting):
            given = given.text
        if limits.end and given == "end":
            return cls(math.inf, "end", limits.unit)
        if isinstance(given, bool) or not isinstance(given, (str, int, float)):
            raise BadValue(
                "must be text with a number and a unit", found=given, allowed=f"such as '2 {limits.unit}'"
            )
        if not isinstance(given, str):
            if limits.unit not in ("1", "day"):
                raise BadValue("has no unit", found=given, allowed=f"text such as '{given:g} {limits.unit}'")
            given = f"{given!r} {limits.unit}" if limits.unit != "1" else repr(given)
        try:
            value, unit = split_setting(given)
            if unit == "1" and limits.unit != "1":
                raise BadValue("has no unit", found=given, allowed=f"text such as '{value:g} {limits.unit}'")
            canonical = to_canonical(value, unit, limits.unit)
        except PagetError as error:
            raise bad_value(error) from None
        limits.check(canonical, given)
        return cls(canonical, given, limits.unit)


def bad_value(error: PagetError) -> BadValue:
    """A complaint of the units, for the reader of the file to complete."""
    return BadValue(error.what, found=error.found, allowed=error.allowed, suggestion=error.suggestion)
