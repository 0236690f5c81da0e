"""A scene in English."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from paget.model.english.words import bullets, listed, plural, say, section, sentence, source_lines
from paget.model.quantity import Quantity
from paget.model.scene import FACES, Scene, SceneFactor
from paget.model.scene_checks import model_of_scene
from paget.model.scene_shapes import Ball, Box, CellGroup, Disc, Filling, FromFile, Layer, Points
from paget.model.walking import numbers

if TYPE_CHECKING:
    from paget.model.catalog import Catalog


def describe_scene(scene: Scene, catalog: Catalog) -> list[str]:
    """Question, tissue, factors, cells, rules, treatment, what is written, and sources of its own numbers."""
    model = model_of_scene(scene, catalog)
    own: list[Quantity] = [quantity for _, quantity in numbers(scene, "")]
    notes = (
        [sentence(note) for note in [*model.notes, *(str(item) for item in model.ignored)]] if model else []
    )
    return [
        *([sentence(scene.question), ""] if scene.question else []),
        *section("Tissue", bullets(_tissue(scene))),
        *section("Factors of the scene", bullets(_factors(scene, catalog))),
        *section("Cells at the start", bullets(_cells(scene))),
        *section("What cells do here besides what the catalog says", bullets(_cell_types(scene, catalog))),
        *section("Rules of the scene", bullets(_rules(scene, catalog))),
        *section("Treatment", bullets(sentence(treatment.describe()) for treatment in scene.treatments)),
        *section("What is written", bullets(_outputs(scene))),
        *section("What of the catalog does not apply here", bullets(notes)),
        *source_lines(own, catalog.references),
    ]


def _tissue(scene: Scene) -> Iterator[str]:
    size = " × ".join(edge.text for edge in scene.domain.size)
    kind = "A flat tissue" if scene.is_flat else "A block of tissue"
    yield f"{kind} of {size} with voxels of {scene.domain.voxel.text}, for {scene.duration.text}."
    if not scene.domain.walls:
        yield "Cells that cross a face take part no more."
    if scene.tumour is not None:
        left_out = f" without {listed(scene.without)}" if scene.without else ""
        yield f"Cell types, factors and rules are those of {scene.tumour} in {scene.host}{left_out}."
        yield from (sentence(edit.describe()) for edit in scene.edits)
        if not scene.recruitment:
            yield "No cell enters from blood or stroma."
    yield f"Seed {scene.seed}, numerical scheme {scene.scheme}."


def _factors(scene: Scene, catalog: Catalog) -> Iterator[str]:
    for name, factor in scene.factors.items():
        facts = [
            f"{key.replace('_', ' ')} {say(getattr(factor, key), catalog.references)}"
            for key in ("diffusion", "decay", "initial", "plasma", "exchange_with_blood")
            if getattr(factor, key) is not None
        ]
        facts += list(_boundaries(factor, catalog))
        yield f"{name}: {'; '.join(facts) or 'as in the catalog'}."


def _boundaries(factor: SceneFactor, catalog: Catalog) -> Iterator[str]:
    for boundary in factor.boundary:
        faces = boundary.faces
        where = "all faces" if faces is None or len(faces) == len(FACES) else listed(faces)
        yield f"held at {say(boundary.level, catalog.references)} at {where}"


def _cells(scene: Scene) -> Iterator[str]:
    for group in scene.cells:
        yield f"{_who(group)} {_where(group)}."
    for vessels in scene.vessels:
        yield f"Vessels ({plural(vessels.type)}) {_where(vessels)}; they stay in place."


def _who(group: CellGroup) -> str:
    if group.mixture is not None:
        return "A mixture of " + listed(f"{100 * share:g} % {name}" for name, share in group.mixture.items())
    return plural(group.type).capitalize() if group.type is not None else "Cells"


def _where(group: Filling) -> str:
    shape = group.shape
    if isinstance(shape, FromFile):
        return f"from {shape.file}"
    if isinstance(shape, Points):
        return f"at {len(shape.at)} places"
    if group.packing is not None:
        how = "packed hexagonally" + (f" at {group.spacing.text}" if group.spacing is not None else "")
    elif group.count is not None:
        how = f"{group.count} of them at random places"
    else:
        density = group.density or group.areal_density
        how = f"at random places, {density.text}" if density is not None else "in a row"
    return f"in {_shape(group)}, {how}"


def _shape(group: Filling) -> str:
    shape = group.shape
    if isinstance(shape, Ball | Disc):
        name = "ball" if isinstance(shape, Ball) else "disc"
        inner = f" outside {shape.inner_radius.text}" if shape.inner_radius > 0 else ""
        return f"a {name} of radius {shape.radius.text}{inner}"
    if isinstance(shape, Layer):
        return f"a layer from {shape.begin.text} to {shape.end.text} along {shape.axis}"
    if isinstance(shape, Box):
        return "the whole domain" if shape.low is None and shape.high is None else "a box"
    return "a line"


def _cell_types(scene: Scene, catalog: Catalog) -> Iterator[str]:
    for name, given in scene.cell_types.items():
        facts = [f"cycle {given.cycle}"] if given.cycle is not None else []
        for key in ("volume", "nuclear_volume"):
            if getattr(given, key) is not None:
                facts.append(f"{key.replace('_', ' ')} {say(getattr(given, key), catalog.references)}")
        facts += [f"{text} {say(q, catalog.references)}" for text, q in given.behaviours.items()]
        if given.chemotaxis is not None:
            facts.append(f"crawls {given.chemotaxis.direction} {given.chemotaxis.factor}")
        yield f"{name}: {'; '.join(facts)}."


def _rules(scene: Scene, catalog: Catalog) -> Iterator[str]:
    for rule in scene.rules:
        half, power = say(rule.half_maximum, catalog.references), say(rule.power, catalog.references)
        limit = (
            f", {say(rule.saturation, catalog.references)} at saturation"
            if rule.saturation is not None
            else ""
        )
        note = f" {sentence(rule.note)}" if rule.note else ""
        yield (
            f"In {plural(rule.cell_type)} {rule.signal} {rule.direction} {rule.behaviour}: half-maximum {half}, "
            f"power {power}{limit}.{note}"
        )


def _outputs(scene: Scene) -> Iterator[str]:
    outputs = scene.outputs
    yield f"Numbers of cells and levels every {outputs.table.text}, a checkpoint every {outputs.checkpoint.text}."
    for snapshots in outputs.snapshots:
        yield f"Snapshots as {snapshots.format} every {snapshots.every.text}."
