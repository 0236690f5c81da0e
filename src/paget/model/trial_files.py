"""Reading trial files, also those that extend another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from paget.errors import did_you_mean
from paget.model.origin import Origin
from paget.model.reading import check_file_name, check_schema, named_or_file, parse, read_toml
from paget.model.trial_checks import check_trial
from paget.model.trial_design import TrialDesign

if TYPE_CHECKING:
    from paget.model.catalog import Catalog


def load_trial_file(name_or_path: str | Path, catalog: Catalog) -> TrialDesign:
    """A trial of the catalog by name, or a trial file; read and checked against the catalog."""
    found = named_or_file(name_or_path, "trial", catalog.trials)
    if isinstance(found, TrialDesign):
        return found
    design = _read(found, catalog)
    check_trial(design, catalog)
    return design


def read_catalog_trials(folder: Path, catalog: Catalog) -> None:
    """Read the trials of a catalog folder into the catalog, those that are extended first."""
    waiting = sorted(folder.glob("*.toml"))
    origins = {path: _read_raw(path) for path in waiting}
    names = [origins[path].data.get("name") for path in waiting]
    while waiting:
        ready = [path for path in waiting if not _waits(origins[path].data, names)]
        if not ready:
            raise origins[waiting[0]].error("trials extend each other in a circle", ("extends",))
        for path in ready:
            design = _read(path, catalog, origins[path])
            check_file_name(design, path)
            check_trial(design, catalog)
            catalog.trials[design.name] = design
            names.remove(design.name)
            waiting.remove(path)


def _waits(data: dict[str, Any], unread: list[Any]) -> bool:
    """Whether a trial extends one that has not been read yet."""
    return data.get("extends") in unread and data.get("extends") != data.get("name")


def _read_raw(path: Path) -> Origin:
    origin = read_toml(path)
    check_schema(origin, "trial")
    return origin


def _read(path: Path, catalog: Catalog, origin: Origin | None = None) -> TrialDesign:
    origin = _read_raw(path) if origin is None else origin
    origin = _extended(origin, path, catalog, (path.resolve(),))
    design = parse(TrialDesign, origin, origin.merged)
    design._origin = origin
    return design


def _extended(origin: Origin, path: Path, catalog: Catalog, seen: tuple[Path, ...]) -> Origin:
    """The origin with the keys of the trial that it extends."""
    base = origin.data.get("extends")
    if base is None:
        return origin
    parent = _parent(base, origin, path, catalog, seen)
    merged = merge(parent.merged or parent.data, origin.data)
    return Origin(origin.file, origin.text, origin.data, parent, merged)


def _parent(base: Any, origin: Origin, path: Path, catalog: Catalog, seen: tuple[Path, ...]) -> Origin:
    if not isinstance(base, str):
        raise origin.error("must be text: the name of a trial, or a file", ("extends",), found=base)
    if base in catalog.trials:
        return catalog.trials[base].origin
    file = path.parent / base
    if not file.is_file():
        near = did_you_mean(base, catalog.trials)
        raise origin.error(
            "extends no trial of the catalog, and no file", ("extends",), found=base, allowed=sorted(catalog.trials),
            suggestion=near,
        )  # fmt: skip
    if file.resolve() in seen:
        raise origin.error("trials extend each other in a circle", ("extends",), found=base)
    return _extended(_read_raw(file), file, catalog, (*seen, file.resolve()))


def merge(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """`own` over `base`: tables merge key by key, lists of named tables by name, everything else is replaced."""
    merged = dict(base)
    for key, value in own.items():
        old = merged.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            merged[key] = merge(old, value)
        elif isinstance(old, list) and _are_named(old) and _are_named(value):
            merged[key] = _merge_named(old, value)
        else:
            merged[key] = value
    return merged


def _are_named(value: Any) -> bool:
    """Whether this is a list of tables with names of their own."""
    if not isinstance(value, list) or not value:
        return False
    names = [item.get("name") if isinstance(item, dict) else None for item in value]
    return all(isinstance(name, str) for name in names) and len(set(names)) == len(names)


def _merge_named(base: list[dict[str, Any]], own: list[dict[str, Any]]) -> list[dict[str, Any]]:
    changed = {item["name"]: item for item in own}
    merged = [merge(item, changed.pop(item["name"])) if item["name"] in changed else item for item in base]
    return [*merged, *changed.values()]
