"""Duration, saving, options and user parameters: the settings around the model.

Read as in release 1.14 (its `modules/PhysiCell_settings.cpp`); where an element is absent PhysiCell's default counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from paget.errors import did_you_mean
from paget.formats.physicell.carried_over import DIFFERENT, OFF, UNREAD, UNSUPPORTED
from paget.formats.physicell.element import Element, as_number

CLOCK = ("", "random", "system_clock")
"""Words for a seed taken from the clock."""

_KINDS = ("bool", "int", "double", "string")
_READ_HERE = ("random_seed", "number_of_cells")


@dataclass(frozen=True)
class UserParameter:
    """A number, word or switch that only custom C++ reads."""

    name: str
    kind: str
    """`bool`, `int`, `double` or `string`."""
    value: bool | int | float | str
    unit: str = "dimensionless"


@dataclass(frozen=True)
class RunSettings:
    """How long a project runs, what it saves, and its other switches."""

    max_time: float
    """(min)"""
    folder: str
    """Where the project wants its output, as the file says it."""
    full_interval: float | None
    """Time between snapshots (min), None for none."""
    svg_interval: float | None
    """Time between pictures (min), None for none."""
    svg_factor: str | None
    """Factor behind the cells in the pictures, None for none."""
    threads: int
    seed: int | None
    """None: PhysiCell takes it from the clock."""
    walls: bool
    springs: bool
    legacy_defaults: bool
    """Types without a stated parent inherit all of the default type, rates and motility included."""
    user_parameters: Mapping[str, UserParameter]


def read_run_settings(root: Element) -> RunSettings:
    """Duration, output, threads, seed, switches and user parameters."""
    parameters = read_user_parameters(root)
    options = root.child("options")
    full, svg = _saving(root)
    return RunSettings(
        max_time=root.need("overall").need("max_time").number(0.0),
        folder=_folder(root),
        full_interval=full,
        svg_interval=svg,
        svg_factor=_factor_in_pictures(root),
        threads=_threads(root),
        seed=_seed(options, parameters),
        walls=_switch(options, "virtual_wall_at_domain_edge"),
        springs=not _switch(options, "disable_automated_spring_adhesions"),
        legacy_defaults=_switch(options, "legacy_cell_defaults_copy"),
        user_parameters=parameters,
    )


def _folder(root: Element) -> str:
    save = root.child("save")
    folder = save.child("folder") if save is not None else None
    if folder is not None:
        folder.mark(DIFFERENT, "a run has a folder of its own; `output` in it is what PhysiCell would write")
    return folder.text if folder is not None and folder.text else "output"


def _saving(root: Element) -> tuple[float | None, float | None]:
    """Intervals of snapshots and pictures; marks what is not saved here."""
    save = root.child("save")
    if save is None:
        return None, None
    legacy, intracellular = save.child("legacy_data"), save.child("intracellular_data")
    if legacy is not None:
        on = _enabled(legacy)
        legacy.mark(UNSUPPORTED if on else OFF, "output in the format of before 2017" if on else "")
    if intracellular is not None:
        on = _enabled(intracellular)
        intracellular.mark(UNSUPPORTED if on else OFF, "no intracellular models" if on else "")
    return _interval(save.child("full_data")), _interval(save.child("SVG"))


def _enabled(node: Element) -> bool:
    child = node.child("enable")
    return child is not None and child.flag()


def _interval(node: Element | None) -> float | None:
    if node is None:
        return None
    interval = node.child("interval")
    if not _enabled(node):
        node.mark(OFF)
        return None
    return 60.0 if interval is None else interval.above(0.0)


def _factor_in_pictures(root: Element) -> str | None:
    save = root.child("save")
    svg = save.child("SVG") if save is not None else None
    if svg is None or svg.status == OFF:
        return None
    svg.mark(DIFFERENT, "pictures are PNG, in Paget's colours")
    plot = svg.child("plot_substrate")
    if plot is None or not plot.flag_attribute("enabled"):
        return None
    factor = plot.need("substrate")
    medium = root.child("microenvironment_setup")
    known = [node.attributes.get("name", "") for node in medium.all("variable")] if medium is not None else []
    if factor.text not in known:
        near = did_you_mean(factor.text, known)
        raise factor.error("unknown substrate", found=factor.text, allowed=known, suggestion=near)
    return factor.text


def _threads(root: Element) -> int:
    parallel = root.child("parallel")
    node = parallel.child("omp_num_threads") if parallel is not None else None
    if node is None:
        return 1
    threads = node.whole(1)
    node.mark(DIFFERENT, "threads are a matter of the machine: the result does not depend on their number")
    return threads


def _switch(options: Element | None, tag: str) -> bool:
    node = options.child(tag) if options is not None else None
    return node is not None and node.flag()


def _seed(options: Element | None, parameters: Mapping[str, UserParameter]) -> int | None:
    """Seed of the options; one among the user parameters wins, because custom code sets it last."""
    seed = None
    node = options.child("random_seed") if options is not None else None
    if node is not None and node.text not in CLOCK:
        if not re.fullmatch(r"\d{1,18}", node.text):
            raise node.error(
                "is not a seed", found=node.text, allowed="a whole number from 0, or system_clock"
            )
        seed = int(node.text)
    elif node is not None:
        node.mark(DIFFERENT, "no clock: the run has seed 0 unless another is given")
    own = parameters.get("random_seed")
    if own is not None and own.kind == "int":
        if node is not None and seed != own.value:
            node.mark(DIFFERENT, "overridden by random_seed of the user parameters, as in PhysiCell")
        seed = max(int(own.value), 0)
    if options is not None:
        legacy = options.child("legacy_random_points_on_sphere_in_divide")
        if legacy is not None and legacy.flag():
            legacy.mark(
                UNSUPPORTED, "daughters part in uniform directions, without the old bias to the poles"
            )
    return seed


def read_user_parameters(root: Element) -> dict[str, UserParameter]:
    """All user parameters by name."""
    node = root.child("user_parameters")
    found: dict[str, UserParameter] = {}
    for child in node.every() if node is not None else ():
        kind = child.attribute("type") or "double"
        if kind not in _KINDS and as_number(child.text) is None:
            child.mark(UNREAD, "a heading, not a parameter")
            continue
        value = _value(child, kind)
        if child.tag not in _READ_HERE:
            child.note = "kept with the run settings; only custom C++ reads it"
        if child.tag in found:
            raise child.error("the same user parameter twice")
        kept = kind if kind in _KINDS else "double"
        found[child.tag] = UserParameter(
            child.tag, kept, value, child.attributes.get("units") or "dimensionless"
        )
    return found


def _value(node: Element, kind: str) -> bool | int | float | str:
    if kind == "bool":
        return node.flag()
    if kind == "string":
        return node.text
    value = node.number()
    return int(value) if kind == "int" else value
