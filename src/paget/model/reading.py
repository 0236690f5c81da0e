"""From a TOML file to a checked object, or to one message that says where and what is wrong."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from paget.errors import PagetError, did_you_mean
from paget.model.names import Item, slug
from paget.model.origin import Origin, displayed, known_part
from paget.model.quantity import BadValue

Model = TypeVar("Model", bound=BaseModel)
Named = TypeVar("Named", bound=Item)

SCHEMA_VERSIONS = {
    "cell-type": 1,
    "factor": 1,
    "receptor": 1,
    "mechanism": 1,
    "drug": 1,
    "tumour": 1,
    "host": 1,
    "trial": 1,
    "scene": 1,
    "result": 1,
    "population": 1,
    "vocabulary": 1,
    "baseline": 1,
    "frozen-baseline": 1,
}


def read_toml(path: Path) -> Origin:
    """Text and data of a TOML file; PagetError if it cannot be read, is empty or is not TOML."""
    file = displayed(path)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise PagetError("no such file", file=file) from None
    except UnicodeDecodeError as error:
        raise PagetError("is not UTF-8 text", file=file, found=f"byte {error.start}") from None
    except OSError as error:
        raise PagetError(f"cannot be read: {error.strerror}", file=file) from None
    if not text.strip():
        raise PagetError("is empty", file=file)
    try:
        return Origin(file, text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(file, str(error), text) from None


def _syntax_error(file: str, message: str, text: str) -> PagetError:
    match = re.search(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$", message)
    line = None
    if match:
        line = int(match.group(1)) if match.group(1) else text.count("\n") + 1
        message = message[: match.start()]
    return PagetError(f"not valid TOML: {message[:1].lower()}{message[1:]}", file=file, line=line)


def check_schema(origin: Origin, kind: str) -> None:
    """PagetError unless the file says `schema = "KIND/VERSION"` with this kind and a version that is known."""
    given = origin.data.get("schema")
    current = SCHEMA_VERSIONS[kind]
    allowed = f"'{kind}/{current}'"
    if given is None:
        raise origin.error(
            "schema is missing: the first line says what the file is", allowed=f"schema = {allowed}"
        )
    match = re.fullmatch(r"([a-z-]+)/(\d+)", given) if isinstance(given, str) else None
    if match is None:
        raise origin.error("must be text such as kind/1", ("schema",), found=given, allowed=allowed)
    name, version = match.group(1), int(match.group(2))
    if name not in SCHEMA_VERSIONS:
        near = did_you_mean(name, SCHEMA_VERSIONS)
        raise origin.error(
            "unknown kind of file", ("schema",), found=given, allowed=SCHEMA_VERSIONS, suggestion=near
        )
    if name != kind:
        raise origin.error(f"this is the place of a {kind}", ("schema",), found=given, allowed=allowed)
    if version > current:
        what = f"{given} is newer than this Paget reads ({current}); a newer Paget may read it"
        raise origin.error(what, ("schema",))
    if version < 1:
        raise origin.error("unknown version", ("schema",), found=given, allowed=allowed)


def parse(model: type[Model], origin: Origin, data: dict[str, Any] | None = None) -> Model:
    """The object that a file describes; PagetError with file, line, key for the first thing that is wrong."""
    given = origin.data if data is None else data
    try:
        return model.model_validate(given)
    except ValidationError as error:
        complaints = [_complaint(origin, given, detail) for detail in error.errors(include_url=False)]
    raise min(complaints, key=lambda complaint: complaint.line or 0)


def _complaint(origin: Origin, data: dict[str, Any], detail: Any) -> PagetError:
    kind = detail["type"]
    location = known_part(detail["loc"], data, missing=kind == "missing")
    if kind == "missing":
        return origin.error(f"{_last(detail['loc'])} is missing{_advice(detail['loc'])}", location[:-1])
    if kind == "value_error" and isinstance(detail.get("ctx", {}).get("error"), BadValue):
        bad: BadValue = detail["ctx"]["error"]
        inner = bad.parts.get("at", ())
        parts = {name: part for name, part in bad.parts.items() if name != "at"}
        return origin.error(bad.what, (*location, *inner), **parts)
    if kind == "literal_error":
        found = detail["input"]
        allowed = [text.strip("' ") for text in re.findall(r"'[^']*'", detail["ctx"]["expected"])]
        near = did_you_mean(found, allowed) if isinstance(found, str) else None
        return origin.error("unknown choice", location, found=found, allowed=allowed, suggestion=near)
    if kind.startswith("union_tag"):
        return _bad_tag(origin, location, detail)
    return origin.error(_plain(detail), location, found=_short(detail["input"]))


def _bad_tag(origin: Origin, location: tuple[str | int, ...], detail: Any) -> PagetError:
    context = detail["ctx"]
    key = context["discriminator"].strip("'")
    if detail["type"] == "union_tag_not_found":
        return origin.error(f"{key} is missing", location)
    allowed = [text.strip("' ") for text in re.findall(r"'[^']*'", context["expected_tags"])]
    near = did_you_mean(context["tag"], allowed)
    return origin.error(
        "unknown choice", (*location, key), found=context["tag"], allowed=allowed, suggestion=near
    )


_PLAIN = {
    "string_type": "must be text",
    "string_too_short": "must not be empty",
    "float_type": "must be a number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "bool_type": "must be true or false",
    "finite_number": "must be a finite number",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "greater_than": "must be above {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "less_than": "must be below {lt}",
    "too_short": "must have at least {min_length} item(s)",
    "too_long": "must have at most {max_length} item(s)",
}


def _plain(detail: Any) -> str:
    template = _PLAIN.get(detail["type"])
    if template is None:
        return str(detail["msg"][:1].lower() + detail["msg"][1:])
    text = template.format(**detail.get("ctx", {}))
    if detail.get("ctx", {}).get("class_name") == "Quantity":
        text += ' such as { value = 1, unit = "1/day", source = "assumed", kind = "assumed" }'
    return text


def _advice(location: tuple[str | int, ...]) -> str:
    advice = {
        "source": ': every number names a key of references.bib, or says "assumed"',
        "kind": ": measured, derived, fitted or assumed",
        "unit": ': "1" for a plain number',
    }
    return advice.get(_last(location), "")


def _last(location: tuple[str | int, ...]) -> str:
    return str(location[-1])


def _short(value: Any) -> object:
    text = repr(value)
    return value if len(text) <= 120 else text[:117] + "..."


def named_or_file(name_or_path: str | Path, kind: str, known: Mapping[str, Named]) -> Named | Path:
    """The item of the catalog with that name, else the path of a file; PagetError where it looks like neither."""
    name, path = str(name_or_path), Path(name_or_path)
    if name in known:
        return known[name]
    if not path.exists() and path.suffix != ".toml" and len(path.parts) == 1:
        near = did_you_mean(name, known)
        raise PagetError(
            f"no such {kind}, nor such a file", found=name, allowed=sorted(known), suggestion=near
        )
    return path


def check_file_name(item: Item, path: Path) -> None:
    """The error of an item of the catalog whose file has another name."""
    if slug(item.name) != path.stem:
        raise item.error(
            "the file must be named like the item", "name", found=item.name, allowed=f"{slug(item.name)}.toml"
        )
