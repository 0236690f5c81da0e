"""Diffusing molecules ("substrates") of a settings file: numbers, start, and levels held at the faces of the domain.

As in release 1.14: a face that is not mentioned does as `Dirichlet_boundary_condition` does, and no face holds anything
unless that element is enabled for at least one substrate. In two dimensions the faces in z hold nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from paget.formats.physicell.carried_over import DIFFERENT, OFF, UNREAD
from paget.formats.physicell.element import Element
from paget.tissue.definition import FACES, Factor


@dataclass
class Microenvironment:
    """What `microenvironment_setup` says."""

    factors: tuple[Factor, ...] = ()
    tracks_internalised: bool = False
    initial: Element | None = None
    """The element that names a file of initial levels, where it is enabled."""
    names: list[str] = field(default_factory=list)


def read_microenvironment(root: Element, two_dimensional: bool) -> Microenvironment:
    """All factors in the order of the file, and the options."""
    node = root.child("microenvironment_setup")
    if node is None:
        return Microenvironment()
    variables = node.all("variable")
    factors = [_factor(variable, two_dimensional) for variable in variables]
    names = [factor.name for factor in factors]
    for variable, name in zip(variables, names, strict=True):
        if names.count(name) > 1:
            raise variable.error("the same substrate twice", found=name)
    if not any(_held(variable) for variable in variables):
        factors = [_without_boundary(v, factor) for v, factor in zip(variables, factors, strict=True)]
    found = Microenvironment(tuple(factors), names=names)
    options = node.child("options")
    if options is not None:
        _options(options, found)
    return found


def _factor(node: Element, two_dimensional: bool) -> Factor:
    name = node.attribute("name")
    if not name:
        raise node.error("a substrate needs a name")
    node.asked.add("ID")  # the order counts, not this number
    numbers = node.need("physical_parameter_set")
    initial = node.child("initial_condition")
    return Factor(
        name,
        numbers.need("diffusion_coefficient").number(0.0),
        numbers.need("decay_rate").number(0.0),
        0.0 if initial is None else initial.number(),
        _boundary(node, two_dimensional),
        node.attribute("units") or "dimensionless",
    )


def _held(node: Element) -> bool:
    single = node.child("Dirichlet_boundary_condition")
    return single is not None and single.flag_attribute("enabled")


def _boundary(node: Element, two_dimensional: bool) -> tuple[float | None, ...]:
    single = node.child("Dirichlet_boundary_condition")
    common = single.number() if single is not None and _held(node) else None
    if single is not None and common is None:
        single.mark(OFF)
    faces: dict[str, float | None] = dict.fromkeys(FACES, common)
    options = node.child("Dirichlet_options")
    for face in options.all("boundary_value") if options is not None else ():
        name = face.name_among("ID", FACES, "face")
        held = face.flag_attribute("enabled")
        if not held:
            face.mark(OFF)
        faces[name] = face.number() if held else None
        if two_dimensional and name.startswith("z"):
            face.mark(OFF, "two dimensions: faces in z hold nothing, as in PhysiCell")
    if two_dimensional:
        faces["zmin"] = faces["zmax"] = None
    return tuple(faces[name] for name in FACES)


def _without_boundary(node: Element, factor: Factor) -> Factor:
    if all(level is None for level in factor.boundary):
        return factor
    single = node.child("Dirichlet_boundary_condition") or node
    single.warn(
        "faces are enabled, but PhysiCell holds none while Dirichlet_boundary_condition is enabled for no "
        "substrate; neither does Paget"
    )
    return replace(factor, boundary=(None,) * 6)


def _options(options: Element, found: Microenvironment) -> None:
    gradients = options.child("calculate_gradients")
    if gradients is not None:
        on = gradients.flag()
        stale = "" if on else "; switched off, PhysiCell keeps those of a cell's first look at a voxel"
        gradients.mark(DIFFERENT, f"gradients are computed where and when a cell needs one{stale}")
    tracks = options.child("track_internalized_substrates_in_each_agent")
    found.tracks_internalised = tracks is not None and tracks.flag()
    initial = options.child("initial_condition")
    if initial is not None:
        if initial.flag_attribute("enabled"):
            found.initial = initial
        else:
            initial.mark(OFF)
    nodes = options.child("dirichlet_nodes")
    if nodes is not None:
        nodes.mark(UNREAD, "the code that would read it is commented out in release 1.14")
