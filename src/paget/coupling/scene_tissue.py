"""A scene as a tissue: definition, cells and biology.

The catalog's part (cell types, factors, rules, receptors, drugs of a tumour in a host) comes from `tissue_model`;
what the scene adds is laid over it. Factors and cell types of the catalog stand first, in their order.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from paget.coupling.scene_cells import ReadCells, scene_population
from paget.coupling.scene_rules import scene_rules
from paget.coupling.scene_types import as_vessel, extended, new_type, volume_of
from paget.coupling.scene_words import Words
from paget.coupling.tissue_model import PlannedDose, TissueModel, tissue_model
from paget.model import Model, model_hash, model_of_scene
from paget.model.dose import per_weight
from paget.model.quantity import Quantity, Setting
from paget.model.resolved import Ignored
from paget.model.scene import FACES, Scene, SceneCellType, SceneFactor
from paget.provenance import content_hash
from paget.tissue.definition import (
    Definition,
    Domain,
    Factor,
    Population,
    Steps,
)
from paget.units import to_canonical

if TYPE_CHECKING:
    from paget.model import Catalog

MINUTES_PER_DAY = 1440.0


@dataclass(frozen=True)
class SceneTissue:
    """A scene, ready for the engine."""

    definition: Definition
    population: Population
    biology: Any
    """For one `Simulation`; None where there is no tumour in a host."""
    biology_hash: str
    """Hash of what the biology was made from."""
    ignored: tuple[Ignored, ...]
    """What the tissue does not have of the catalog, and why."""


def scene_tissue(scene: Scene, catalog: Catalog, seed: int, read: ReadCells) -> SceneTissue:
    """Build the tissue of a scene. `read` gives the cells of a file. PagetError for what does not fit together."""
    model = model_of_scene(scene, catalog)
    domain = scene_domain(scene)
    _check_steps(scene)
    built = _catalog_part(scene, model, domain) if model is not None else None
    words = _words(scene, model, built)
    definition = _definition(scene, domain, built, words)
    population = scene_population(scene, definition, seed, read)
    if built is None:
        return SceneTissue(definition, population, None, "", ())
    assert model is not None
    doses = [(dose.minute, dose.drug, dose.route, dose.amount) for dose in _doses(scene, model)]
    drawn = content_hash([model_hash(model), _values(scene, model), doses, scene.recruitment])
    return SceneTissue(definition, population, built.biology(), drawn, (*model.ignored, *built.ignored))


def _check_steps(scene: Scene) -> None:
    """Each step must be a whole multiple of the shorter one, or steps would drift apart."""
    steps = scene.steps
    for key, shorter in (("mechanics", steps.diffusion), ("phenotype", steps.mechanics)):
        given: Setting = getattr(steps, key)
        ratio = round(given / shorter)
        if ratio < 1 or abs(ratio * shorter - given) > 1e-9 * given:
            raise scene.error(
                "must be a whole multiple of the shorter step", "steps", key, found=given.text,
                allowed=f"multiples of {shorter.text}",
            )  # fmt: skip


def scene_domain(scene: Scene) -> Domain:
    """The box, its middle at the origin; PagetError for one of less than a voxel."""
    voxel = float(scene.domain.voxel)
    edges = [float(edge) for edge in scene.domain.size]
    if scene.is_flat:
        edges.append(voxel)
    for number, edge in enumerate(edges):
        if edge < voxel:
            raise scene.error(
                "is shorter than a voxel", "domain", "size", number, found=scene.domain.size[number].text
            )
    x, y, z = edges
    return Domain((-x / 2, -y / 2, -z / 2), (x / 2, y / 2, z / 2), (voxel,) * 3, scene.is_flat)


# ---- the catalog's part ----------------------------------------------------------------------------------------------


def _catalog_part(scene: Scene, model: Model, domain: Domain) -> TissueModel:
    volumes = {
        name: volume_of(cell_type) for name, cell_type in scene.cell_types.items() if name in model.cell_types
    }
    return tissue_model(
        model, domain, values=_values(scene, model), doses=_doses(scene, model), volumes=volumes,
        recruitment=scene.recruitment,
    )  # fmt: skip


def _values(scene: Scene, model: Model) -> dict[str, float]:
    """Numbers of the catalog's factors that the scene states anew, by path, in the catalog's units."""
    values = {}
    for name, factor in scene.factors.items():
        if name in model.factors:
            for key in ("diffusion", "decay", "exchange_with_blood"):
                given: Quantity | None = getattr(factor, key)
                if given is not None:
                    old: Quantity = getattr(model.factors[name], key)
                    values[old.path] = to_canonical(given.canonical, given.canonical_unit, old.canonical_unit)
    return values


def _doses(scene: Scene, model: Model) -> list[PlannedDose]:
    """Doses per body weight of a host of the weight in its file."""
    return [
        PlannedDose((day + later) * MINUTES_PER_DAY, treatment.drug, treatment.route, share * amount)
        for treatment in scene.treatments
        for amount in (per_weight(treatment.dose, model.host.body),)
        for day in treatment.dose_days(float(scene.duration) / MINUTES_PER_DAY)
        for later, share in treatment.parts()
    ]


# ---- the scene's part ------------------------------------------------------------------------------------------------


def _words(scene: Scene, model: Model | None, built: TissueModel | None) -> Words:
    own = {name: factor.level_unit for name, factor in scene.factors.items()}
    known = {factor.name: "nM" for factor in built.definition.factors} if built is not None else {}
    types = [cell_type.name for cell_type in built.definition.cell_types] if built is not None else []
    types += [name for name in scene.cell_types if name not in types]
    receptors = built.definition.receptors if built is not None else ()
    return Words(known | own, types, receptors, model)


def _definition(scene: Scene, domain: Domain, built: TissueModel | None, words: Words) -> Definition:
    base = built.definition if built is not None else Definition(domain, (), ())
    vessels = {group.type for group in scene.vessels}
    cell_types = [
        extended(scene, cell_type, scene.cell_types.get(cell_type.name, SceneCellType()), words)
        for cell_type in base.cell_types
    ]
    for name, given in scene.cell_types.items():
        if name not in [cell_type.name for cell_type in base.cell_types]:
            cell_types.append(extended(scene, new_type(name, len(cell_types), given), given, words))
    cell_types = [as_vessel(scene, t, base) if t.name in vessels else t for t in cell_types]
    rules = [*base.rules, *scene_rules(scene, base, words)]
    ruled = {rule.cell_type for rule in rules if rule.behaviour == "migration speed"}
    steps = scene.steps
    return replace(
        base,
        factors=tuple(_factors(scene, base)),
        cell_types=tuple(replace(t, motile=t.motile or t.name in ruled) for t in cell_types),
        rules=tuple(rules),
        steps=Steps(float(steps.diffusion), float(steps.mechanics), float(steps.phenotype)),
        walls=scene.domain.walls,
    )


def _factors(scene: Scene, base: Definition) -> list[Factor]:
    factors = [_bounded(factor, scene.factors.get(factor.name)) for factor in base.factors]
    for name, given in scene.factors.items():
        if name not in [factor.name for factor in base.factors]:
            assert given.diffusion is not None
            assert given.decay is not None
            plain = Factor(name, given.diffusion.canonical, given.decay.canonical, unit=given.level_unit)
            factors.append(_bounded(plain, given))
    return factors


def _bounded(factor: Factor, given: SceneFactor | None) -> Factor:
    """A factor with the levels that the scene states: at the start, and at the faces."""
    if given is None:
        return factor
    held: list[float | None] = [None] * len(FACES)
    for boundary in given.boundary:
        for face in boundary.faces or FACES:
            held[FACES.index(face)] = boundary.level.canonical
    initial = factor.initial
    if given.initial is not None:
        initial = given.initial.canonical
    elif len(given.boundary) == 1:
        initial = given.boundary[0].level.canonical
    return replace(factor, boundary=tuple(held), initial=initial)
