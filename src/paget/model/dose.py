"""Doses as the field writes them: per body weight, per body surface, or flat for a whole animal.

    per surface:  dose x k W^(2/3) / W        (Meeh: the surface of a body of weight W is k W^(2/3))
    flat:         dose / W

Engines know doses per body weight only. They convert with the weight of the animal on the day of the dose; what is
shown to a reader (`per_weight`) is converted with the weight in the file of the host.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import core_schema

from paget.errors import PagetError
from paget.model.quantity import BadValue, In, Setting, bad_value
from paget.units import conversion_factor, split_setting

if TYPE_CHECKING:
    from paget.model.host import Body

PER_WEIGHT, PER_SURFACE, FLAT = "mg/kg", "mg/m^2", "mg"
"""Canonical units of a dose."""

BASES = {PER_WEIGHT: "per body weight", PER_SURFACE: "per body surface", FLAT: "per animal"}
"""What each of them is counted per."""

_PER_ANIMAL = re.compile(r"\s*(?:/|per )\s*(?:animal|mouse|patient)\s*$")


def read_dose(given: Any) -> Setting:
    """A dose: text such as '20 mg/kg', '175 mg/m^2', '200 ug' or '200 ug per animal'; BadValue otherwise.

    `unit` of the result is the canonical unit of its kind, one of BASES.
    """
    if isinstance(given, Setting):
        given = given.text
    if not isinstance(given, str):
        return Setting.read(given, In(PER_WEIGHT))
    text = _PER_ANIMAL.sub("", given)
    try:
        _, unit = split_setting(text)
    except PagetError as error:
        raise bad_value(error) from None
    fitting = [basis for basis in BASES if unit != "1" and _is_like(unit, basis)]
    if not fitting:
        return _refuse(given, unit)
    if text != given and fitting[0] != FLAT:
        raise BadValue(
            "a dose per animal has a unit of mass", found=given, allowed="such as '200 ug per animal'"
        )
    read = Setting.read(text, In(fitting[0]))
    return Setting(float(read), given, read.unit)


def _is_like(unit: str, basis: str) -> bool:
    try:
        conversion_factor(unit, basis)
    except PagetError:
        return False
    return True


def _refuse(given: str, unit: str) -> Setting:
    allowed = "; ".join(f"{basis} ({what})" for basis, what in BASES.items())
    if unit == "1":
        raise BadValue("has no unit", found=given, allowed=f"text such as '{given.strip()} mg/kg'")
    try:
        conversion_factor(unit, unit)
    except PagetError as error:
        raise bad_value(error) from None
    raise BadValue(
        "wrong unit for a dose", found=unit, allowed=f"{allowed}; or another unit of the same kind"
    )


class AsDose:
    """Annotation of a `Setting` that is a dose."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            read_dose,
            serialization=core_schema.plain_serializer_function_ser_schema(lambda value: value.text),
        )

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        return {
            "type": "string",
            "examples": ["20 mg/kg", "175 mg/m^2", "200 ug per animal"],
            "x-unit": PER_WEIGHT,
        }


def surface(body: Body) -> float:
    """Body surface of a host of the weight in its file (m2); BadValue where the file does not say how to find it."""
    if body.surface_constant is None:
        raise BadValue("the file of the host states no surface_constant, which doses per body surface need")
    return body.surface_constant.canonical * (body.weight.canonical / 1000.0) ** (2.0 / 3.0)


def per_weight(dose: Setting, body: Body) -> float:
    """A dose in mg/kg, for a host of the weight in its file."""
    weight = body.weight.canonical / 1000.0
    if dose.unit == PER_SURFACE:
        return float(dose) * surface(body) / weight
    return float(dose) / weight if dose.unit == FLAT else float(dose)


def in_this_host(dose: Setting, body: Body, name: str) -> str | None:
    """'200 ug per animal are 9.5 mg/kg in scid of 21 g'; None for a dose that is per weight already."""
    if dose.unit == PER_WEIGHT:
        return None
    return f"{dose.text} are {per_weight(dose, body):.3g} mg/kg in {name} of {body.weight.canonical:g} g"
