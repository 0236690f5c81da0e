"""Whether a scene can be built: names, species, doses and numbers against the catalog.

What needs the dictionary of the tissue engine (names and units of behaviours and signals, the room in the domain) is
checked where the tissue is put together, in `paget.coupling`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from paget.errors import PagetError, did_you_mean
from paget.model.cross_checks import check_sources
from paget.model.drug_checks import check_drug
from paget.model.quantity import BadValue
from paget.model.resolved import Model
from paget.model.resolving import resolve
from paget.model.scene import Scene, SceneFactor

if TYPE_CHECKING:
    from paget.model.catalog import Catalog


def check_scene(scene: Scene, catalog: Catalog) -> None:
    """PagetError, with file and line, for the first thing that makes the scene impossible."""
    check_sources(scene, catalog)
    model = model_of_scene(scene, catalog)
    _check_factors(scene, model)
    types = [*(model.cell_types if model else ()), *scene.cell_types]
    _check_cell_types(scene, model, types)
    for index, group in enumerate(scene.cells):
        key = "type" if group.type is not None else "mixture"
        for name in group.types:
            where: tuple[str | int, ...] = ("cells", index, key)
            where = where if key == "type" else (*where, name)
            _known(scene, where, "cell type", name, types, model)
    for index, vessels in enumerate(scene.vessels):
        _known(scene, ("vessels", index, "type"), "cell type", vessels.type, types, model)
    _check_rules(scene, types, model)
    _check_treatments(scene, model, catalog)
    for index, snapshots in enumerate(scene.outputs.snapshots):
        if snapshots.factor is not None:
            where = ("outputs", "snapshots", index, "factor")
            _known(scene, where, "factor", snapshots.factor, _factors(scene, model))


def model_of_scene(scene: Scene, catalog: Catalog) -> Model | None:
    """The model of the scene's tumour in its host; None for a scene that takes nothing from the catalog."""
    if scene.tumour is None and scene.host is None:
        for key in ("without", "edits", "treatments"):
            if getattr(scene, key):
                raise scene.error(f"{key} needs a tumour and a host", key)
        return None
    for key, kind in (("tumour", "tumour"), ("host", "host")):
        name = getattr(scene, key)
        if name is None:
            other = "host" if key == "tumour" else "tumour"
            raise scene.error(f"a {other} needs a {key}", other, allowed=sorted(catalog.of_kind(kind)))
        _known(scene, (key,), kind, name, catalog.of_kind(kind))
    for index, name in enumerate(scene.without):
        _known(scene, ("without", index), "mechanism", name, catalog.mechanisms)
    drugs = list(dict.fromkeys(treatment.drug for treatment in scene.treatments))
    for index, treatment in enumerate(scene.treatments):
        _known(scene, ("treatments", index, "drug"), "drug", treatment.drug, catalog.drugs)
    assert scene.tumour is not None
    assert scene.host is not None
    try:
        return resolve(catalog, scene.tumour, scene.host, scene.without, scene.edits, drugs)
    except PagetError as error:
        key = "edits" if (error.key or "").startswith("edits") else "host"
        raise scene.error(error.what, key, found=error.found, allowed=error.allowed) from None


def _known(
    scene: Scene,
    location: tuple[str | int, ...],
    what: str,
    name: str,
    names: Iterable[str],
    model: Model | None = None,
) -> None:
    if name in names:
        return
    absent = model.why_absent(name) if model is not None else None
    if absent is not None:
        raise scene.error(absent, *location, found=name)
    raise scene.error(
        f"unknown {what}", *location, found=name, allowed=sorted(names), suggestion=did_you_mean(name, names)
    )


def _check_factors(scene: Scene, model: Model | None) -> None:
    for name, factor in scene.factors.items():
        if model is not None and name in model.factors:
            if factor.unit not in (None, "nM"):
                raise scene.error(
                    "a factor of the catalog keeps its unit",
                    "factors",
                    name,
                    "unit",
                    found=factor.unit,
                    allowed="nM",
                )
        else:
            _check_own_factor(scene, name, factor, model)
        if factor.exchange_with_blood is not None and not scene.vessels:
            raise scene.error("there are no vessels to exchange with", "factors", name, "exchange_with_blood")


def _factors(scene: Scene, model: Model | None) -> list[str]:
    """Names of all factors."""
    return [*(model.factors if model else ()), *scene.factors]


def _check_own_factor(scene: Scene, name: str, factor: SceneFactor, model: Model | None) -> None:
    catalog_names = list(model.factors) if model is not None else []
    what = "is no factor of the catalog; one" if catalog_names else "a factor"
    for key in ("unit", "diffusion", "decay"):
        if getattr(factor, key) is None:
            raise scene.error(
                f"{what} of this scene alone needs {key}", "factors", name,
                allowed=catalog_names or None, suggestion=did_you_mean(name, catalog_names),
            )  # fmt: skip
    if factor.exchange_with_blood is not None and factor.plasma is None:
        raise scene.error("exchange_with_blood needs plasma", "factors", name)


def _check_cell_types(scene: Scene, model: Model | None, types: list[str]) -> None:
    factors = _factors(scene, model)
    for name, cell_type in scene.cell_types.items():
        if model is not None and name in model.cell_types and cell_type.cycle is not None:
            raise scene.error("a cell type of the catalog keeps its cycle", "cell_types", name, "cycle")
        if cell_type.chemotaxis is not None:
            where = ("cell_types", name, "chemotaxis", "factor")
            _known(scene, where, "factor", cell_type.chemotaxis.factor, factors)
        nucleus, volume = cell_type.nuclear_volume, cell_type.volume
        if nucleus is not None and nucleus.canonical >= (volume.canonical if volume is not None else 2494.0):
            raise scene.error("the nucleus is as large as the cell", "cell_types", name, "nuclear_volume")


def _check_rules(scene: Scene, types: list[str], model: Model | None) -> None:
    seen = []
    for index, rule in enumerate(scene.rules):
        _known(scene, ("rules", index, "cell_type"), "cell type", rule.cell_type, types, model)
        if rule.identity in seen:
            raise scene.error("the same rule stands twice", "rules", index, found=rule.path_key)
        seen.append(rule.identity)


def _check_treatments(scene: Scene, model: Model | None, catalog: Catalog) -> None:
    for index, treatment in enumerate(scene.treatments):
        assert model is not None
        try:
            check_drug(catalog.drugs[treatment.drug], treatment.route, model, treatment.dose)
        except BadValue as bad:
            where = bad.parts.pop("at", ("drug",))
            raise scene.error(bad.what, "treatments", index, *where, **bad.parts) from None
        last = treatment.last_day()
        if last is not None and last * 1440.0 > scene.duration:
            key = next(key for key in ("days", "until", "doses") if getattr(treatment, key) is not None)
            raise scene.error(
                f"after the end of the scene ({scene.duration.text})",
                "treatments",
                index,
                key,
                found=f"day {last:g}",
            )
