"""The catalog: everything Paget knows, read from TOML and checked as a whole."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paget.errors import PagetError, did_you_mean
from paget.model.biology import CellType, Factor, Receptor
from paget.model.drug import Drug
from paget.model.host import Host
from paget.model.mechanism import Mechanism
from paget.model.names import FOLDERS, Item, attribute, slug
from paget.model.origin import Origin, displayed
from paget.model.population import Population
from paget.model.published import PublishedResult
from paget.model.reading import check_file_name, check_schema, parse, read_toml
from paget.model.references import BibEntry, read_references
from paget.model.tumour import Tumour
from paget.model.vocabulary import Vocabulary
from paget.model.walking import name_numbers

if TYPE_CHECKING:
    from paget.model.scene import Scene
    from paget.model.trial_design import TrialDesign

BUILT_IN = Path(__file__).resolve().parent.parent / "catalog"

_MODELS: dict[str, type[Item]] = {
    "cell-type": CellType,
    "factor": Factor,
    "receptor": Receptor,
    "mechanism": Mechanism,
    "drug": Drug,
    "tumour": Tumour,
    "host": Host,
    "population": Population,
}


@dataclass(frozen=True)
class Catalog:
    """All items by kind and name. Shared by all who load it: treat it as read-only."""

    cell_types: dict[str, CellType] = field(default_factory=dict)
    factors: dict[str, Factor] = field(default_factory=dict)
    receptors: dict[str, Receptor] = field(default_factory=dict)
    mechanisms: dict[str, Mechanism] = field(default_factory=dict)
    drugs: dict[str, Drug] = field(default_factory=dict)
    tumours: dict[str, Tumour] = field(default_factory=dict)
    hosts: dict[str, Host] = field(default_factory=dict)
    trials: dict[str, TrialDesign] = field(default_factory=dict)
    scenes: dict[str, Scene] = field(default_factory=dict)
    results: dict[str, PublishedResult] = field(default_factory=dict)
    populations: dict[str, Population] = field(default_factory=dict)
    vocabulary: Vocabulary = field(default_factory=lambda: Vocabulary(schema="vocabulary/1"))
    references: dict[str, BibEntry] = field(default_factory=dict)
    project: Path | None = None

    def of_kind(self, kind: str) -> dict[str, Any]:
        """Items of a kind (`cell-type`, `factor`, ...) by name."""
        items: dict[str, Any] = getattr(self, attribute(kind))
        return items

    def names(self) -> dict[str, list[str]]:
        """Names of the items of each kind."""
        return {kind: list(self.of_kind(kind)) for kind in FOLDERS}

    def items(self) -> Iterator[Item]:
        """All items, kind by kind."""
        for kind in FOLDERS:
            yield from self.of_kind(kind).values()

    def get(self, kind: str, name: str) -> Any:
        """The item of that kind and name; PagetError (did you mean) if there is none."""
        items = self.of_kind(kind)
        if name not in items:
            label = kind.replace("-", " ")
            raise PagetError(
                f"unknown {label}", found=name, allowed=sorted(items), suggestion=did_you_mean(name, items)
            )
        return items[name]

    def find(self, name: str) -> list[Item]:
        """Items of that name, of whatever kind; also `kind/name` and the names of files."""
        kind, _, rest = name.partition("/")
        if rest:
            kinds = [k for k in FOLDERS if slug(kind) in (k, FOLDERS[k])]
            return [item for k in kinds for item in self.of_kind(k).values() if _is_called(item, rest)]
        exact = [item for item in self.items() if item.name == name]
        return exact or [item for item in self.items() if _is_called(item, name)]


def load_catalog(project: Path | str | None = None, *, built_in_only: bool = False) -> Catalog:
    """Read and check the whole catalog, with a project folder that extends or overrides it.

    Without `project` the folder named by PAGET_PROJECT is taken, or ./paget-project if there is one, unless
    `built_in_only`. The catalog is kept in memory until a file changes.
    """
    folder = None if built_in_only else _project_folder(project)
    folders = (BUILT_IN,) if folder is None else (BUILT_IN, folder)
    key = tuple(_fingerprint(path) for path in folders)
    if key not in _loaded:
        catalog = _read(folders)
        _loaded.clear()
        _loaded[key] = catalog
    return _loaded[key]


_loaded: dict[tuple[Any, ...], Catalog] = {}


def _project_folder(given: Path | str | None) -> Path | None:
    if given is None and os.environ.get("PAGET_PROJECT"):
        given = os.environ["PAGET_PROJECT"]
    if given is None:
        default = Path("paget-project")
        return default if default.is_dir() else None
    folder = Path(given)
    if not folder.is_dir():
        raise PagetError("no such project folder", file=given)
    return folder


def _fingerprint(folder: Path) -> tuple[Any, ...]:
    files = sorted([*folder.glob("*/*.toml"), *folder.glob("*.toml"), *folder.glob("*.bib")])
    stats = [(str(path), path.stat()) for path in files]
    return (str(folder.resolve()), tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats))


def _read(folders: tuple[Path, ...]) -> Catalog:
    from paget.model.cross_checks import check_catalog
    from paget.model.published_checks import check_published
    from paget.model.scene_files import read_catalog_scenes
    from paget.model.trial_files import read_catalog_trials

    _check_folder_names(folders[-1])
    catalog = Catalog(vocabulary=_read_vocabulary(folders), project=folders[1] if len(folders) > 1 else None)
    for folder in folders:
        catalog.references.update(read_references(folder / "references.bib"))
        for kind, model in _MODELS.items():
            for item in _read_kind(folder, kind, model):
                catalog.of_kind(kind)[item.name] = item
    check_catalog(catalog)
    for folder in folders:
        read_catalog_trials(folder / FOLDERS["trial"], catalog)
        read_catalog_scenes(folder / FOLDERS["scene"], catalog)
        for item in _read_kind(folder, "result", PublishedResult):
            check_published(item, catalog)
            catalog.of_kind("result")[item.name] = item
    return catalog


def _read_kind(folder: Path, kind: str, model: type[Item]) -> Iterator[Item]:
    for path in sorted((folder / FOLDERS[kind]).glob("*.toml")):
        yield read_item(path, kind, model)


def read_item(path: Path, kind: str, model: type[Item]) -> Item:
    """One item from its file, its numbers named."""
    origin = read_toml(path)
    check_schema(origin, kind)
    item = parse(model, origin)
    item._origin = origin
    check_file_name(item, path)
    name_numbers(item, item.path)
    return item


def _read_vocabulary(folders: tuple[Path, ...]) -> Vocabulary:
    """The vocabulary; that of a project adds terms and overrides them."""
    merged: dict[str, Any] = {"schema": "vocabulary/1", "signals": {}, "behaviours": {}}
    origin = Origin("", "", {})
    for folder in folders:
        path = folder / "vocabulary.toml"
        if not path.exists():
            continue
        origin = read_toml(path)
        check_schema(origin, "vocabulary")
        own = parse(Vocabulary, origin)
        merged["signals"].update(own.signals)
        merged["behaviours"].update(own.behaviours)
    vocabulary = Vocabulary(**merged)
    vocabulary._origin = origin
    return vocabulary


def _check_folder_names(folder: Path) -> None:
    """A folder `tumors/` with TOML files in it would be passed over in silence."""
    known = set(FOLDERS.values())
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name not in known and any(path.glob("*.toml")):
            near = did_you_mean(path.name, known)
            if near:
                raise PagetError(
                    "unknown folder of catalog files",
                    file=displayed(path),
                    allowed=sorted(known),
                    suggestion=near,
                )


def _is_called(item: Item, name: str) -> bool:
    return item.name.casefold() == name.casefold() or slug(item.name) == slug(name)


def references_of(catalog: Catalog, keys: Mapping[str, Any] | list[str]) -> dict[str, BibEntry]:
    """Entries of references.bib for these keys."""
    return {key: catalog.references[key] for key in sorted(keys) if key in catalog.references}
