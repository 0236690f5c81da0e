"""Reading scene files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from paget.errors import PagetError, did_you_mean
from paget.model.names import slug
from paget.model.reading import check_schema, parse, read_toml
from paget.model.scene import Scene
from paget.model.scene_checks import check_scene
from paget.model.walking import name_numbers

if TYPE_CHECKING:
    from paget.model.catalog import Catalog


def load_scene_file(name_or_path: str | Path, catalog: Catalog) -> Scene:
    """A scene of the catalog by name, or a scene file; read and checked against the catalog."""
    name = str(name_or_path)
    if name in catalog.scenes:
        return catalog.scenes[name]
    path = Path(name_or_path)
    if not path.exists() and path.suffix != ".toml" and len(path.parts) == 1:
        near = did_you_mean(name, catalog.scenes)
        raise PagetError(
            "no such scene, nor such a file", found=name, allowed=sorted(catalog.scenes), suggestion=near
        )
    scene = _read(path)
    check_scene(scene, catalog)
    return scene


def read_catalog_scenes(folder: Path, catalog: Catalog) -> None:
    """Read the scenes of a catalog folder into the catalog."""
    for path in sorted(folder.glob("*.toml")):
        scene = _read(path)
        if slug(scene.name) != path.stem:
            allowed = f"{slug(scene.name)}.toml"
            raise scene.error(
                "the file must be named like the item", "name", found=scene.name, allowed=allowed
            )
        check_scene(scene, catalog)
        catalog.scenes[scene.name] = scene


def _read(path: Path) -> Scene:
    origin = read_toml(path)
    check_schema(origin, "scene")
    scene = parse(Scene, origin)
    scene._origin = origin
    name_numbers(scene, scene.path)
    return scene
