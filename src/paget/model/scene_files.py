"""Reading scene files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from paget.model.reading import check_file_name, check_schema, named_or_file, parse, read_toml
from paget.model.scene import Scene
from paget.model.scene_checks import check_scene
from paget.model.walking import name_numbers

if TYPE_CHECKING:
    from paget.model.catalog import Catalog


def load_scene_file(name_or_path: str | Path, catalog: Catalog) -> Scene:
    """A scene of the catalog by name, or a scene file; read and checked against the catalog."""
    found = named_or_file(name_or_path, "scene", catalog.scenes)
    if isinstance(found, Scene):
        return found
    scene = _read(found)
    check_scene(scene, catalog)
    return scene


def read_catalog_scenes(folder: Path, catalog: Catalog) -> None:
    """Read the scenes of a catalog folder into the catalog."""
    for path in sorted(folder.glob("*.toml")):
        scene = _read(path)
        check_file_name(scene, path)
        check_scene(scene, catalog)
        catalog.scenes[scene.name] = scene


def _read(path: Path) -> Scene:
    origin = read_toml(path)
    check_schema(origin, "scene")
    scene = parse(Scene, origin)
    scene._origin = origin
    name_numbers(scene, scene.path)
    return scene
