"""A PhysiCell project as the tissue engine sees it: definition, cells, run settings, and a report of what became of it.

    project = read_project("my_project")             # or a settings file
    simulation = Simulation(project.definition, project.population, seed=project.seed)

Files that the settings name are looked for where PhysiCell would run (the folder above `config`), then beside the
settings file, then in the working folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from paget.errors import PagetError
from paget.formats.physicell.carried_over import DIFFERENT, UNSUPPORTED, WARNING, CarriedOver
from paget.formats.physicell.cell_definitions import CellDefinitions, read_cell_definitions
from paget.formats.physicell.cells_at_start import CellsAtStart
from paget.formats.physicell.custom_code import CustomCode, look_at_custom_code
from paget.formats.physicell.dictionary import dictionary_of
from paget.formats.physicell.domain import read_domain, read_steps
from paget.formats.physicell.element import Element, rows_of
from paget.formats.physicell.factors import Microenvironment, read_microenvironment
from paget.formats.physicell.initial_field import read_initial_field
from paget.formats.physicell.rates import note_overwritten, warn_of_fast_rates
from paget.formats.physicell.rules_csv import RuleReader
from paget.formats.physicell.rulesets import read_rulesets
from paget.formats.physicell.safe_xml import read_xml
from paget.formats.physicell.settings import RunSettings, read_run_settings
from paget.tissue.definition import Definition, Population
from paget.tissue.vocabulary import vocabulary_of

ROOT = "PhysiCell_settings"
SETTINGS = "PhysiCell_settings.xml"
CUSTOM = "custom_modules"
"""Folder with the C++ of a project."""
COPIES = "files"
"""Folder for copies of files that lie outside of the project."""


@dataclass(frozen=True)
class Project:
    """All that was read of one project."""

    settings: Path
    """The settings file."""
    definition: Definition
    population: Population
    run: RunSettings
    seed: int
    """Seed of what was drawn here, and of the run."""
    levels: npt.NDArray[np.float64] | None
    """Levels at the start from a file, shape (m, nz, ny, nx); None: those of the factors everywhere."""
    custom: CustomCode | None
    """What its C++ does, None where there is none to look at."""
    files: Mapping[str, Path]
    """What was read, by the path below the folder in which copies of these files make the same project."""
    intracellular: Mapping[str, str]
    """Kind of intracellular model by cell type, where there is one."""
    report: CarriedOver

    @property
    def needs(self) -> list[str]:
        """Custom C++ and intracellular models that the project has and that do not run here."""
        needs = list(self.custom.needed) if self.custom is not None else []
        return needs + [
            f"intracellular model of {name} ({kind})" for name, kind in self.intracellular.items()
        ]


def read_project(path: Path | str, *, seed: int | None = None) -> Project:
    """Read a settings file, or the folder of a project.

    `seed` replaces the project's own (0 where that is the clock's). Raises PagetError with file, line and element for
    the first thing that cannot be read.
    """
    settings = find_settings(Path(path))
    return _Reader(settings, seed).read()


def find_settings(path: Path) -> Path:
    """The settings file of a project folder, or the file itself. Raises PagetError if there is none."""
    if not path.is_dir():
        return path
    for candidate in (path / "config" / SETTINGS, path / SETTINGS):
        if candidate.is_file():
            return candidate
    raise PagetError("no settings in this folder", file=str(path), allowed=f"config/{SETTINGS} or {SETTINGS}")


def _folder_of_run(beside: Path) -> Path:
    """The folder in which PhysiCell would run: the one that holds `config`, else that of the settings."""
    for folder in (beside, *list(beside.parents)[:3]):
        if folder.name == "config":
            return folder.parent
    return beside


class _Reader:
    """Reads the parts of one project in their order."""

    def __init__(self, settings: Path, seed: int | None) -> None:
        self.settings, self.given_seed = settings, seed
        self.report = CarriedOver()
        beside = settings.resolve().parent
        self.folder = _folder_of_run(beside)
        self.files = {settings.resolve().relative_to(self.folder).as_posix(): settings}
        self.root = read_xml(settings)
        if self.root.tag != ROOT:
            raise self.root.error(
                "is no PhysiCell settings file", found=f"<{self.root.tag}>", allowed=f"<{ROOT}>"
            )
        self.root.asked.add("version")

    def read(self) -> Project:
        """Everything."""
        root = self.root
        domain, steps, run = read_domain(root), read_steps(root), read_run_settings(root)
        seed = self.given_seed if self.given_seed is not None else run.seed or 0
        medium = read_microenvironment(root, domain.two_dimensional)
        names = tuple(factor.name for factor in medium.factors)
        cells = read_cell_definitions(root, names, domain.two_dimensional, run.walls, run.legacy_defaults)
        dictionary = dictionary_of(names, [(t.name, t.code) for t in cells.types], tuple(cells.custom))
        vocabulary = vocabulary_of(names, [t.name for t in cells.types], tuple(cells.custom))
        defaults = dict(zip(vocabulary.behaviours, vocabulary.defaults, strict=True))
        rules = RuleReader(cells.types, defaults, dictionary, self.report)
        read_rulesets(root, self._file, rules)
        definition = Definition(
            domain, medium.factors, cells.types, tuple(rules.rules), custom=cells.custom, steps=steps,
            walls=run.walls, springs=run.springs, tracks_internalised=medium.tracks_internalised,
        )  # fmt: skip
        custom = look_at_custom_code(self.folder / CUSTOM)
        for file in custom.files if custom is not None else ():
            self.files[f"{CUSTOM}/{file.name}"] = file
        start = CellsAtStart(self.settings, definition, dictionary, defaults, custom, self.report)
        population = start.population(root, run, cells.distributions, self._file, seed)
        self._warn(definition, population, cells)
        levels = self._levels(definition, medium)
        self._custom_rows(custom)
        xml = CarriedOver()
        rows_of(root, xml)
        self.report.rows[:0] = xml.rows
        return Project(
            self.settings,
            definition,
            population,
            run,
            seed,
            levels,
            custom,
            self.files,
            cells.intracellular,
            self.report,
        )

    # ---- files -----------------------------------------------------------------------------------------------------

    def _file(self, node: Element) -> Path:
        """The file that an element names by `folder` and `filename`."""
        folder = node.child("folder")
        name = node.need("filename")
        if not name.text:
            raise name.error("is empty: the name of a file is expected")
        relative = Path(folder.text if folder is not None else "") / name.text
        return self._find(name, relative)

    def _find(self, node: Element, relative: Path) -> Path:
        places = dict.fromkeys((self.folder, self.settings.resolve().parent, Path.cwd()))
        for candidate in (*(place / relative for place in places), self.folder / COPIES / relative.name):
            if candidate.is_file():
                inside = not relative.is_absolute() and ".." not in relative.parts
                self.files[relative.as_posix() if inside else f"{COPIES}/{relative.name}"] = candidate
                here = candidate.is_relative_to(Path.cwd())
                return candidate.relative_to(Path.cwd()) if here else candidate
        allowed = f"a file below {' or '.join(map(str, places))}"
        raise node.error("no such file", found=str(relative), allowed=allowed)

    # ---- the rest --------------------------------------------------------------------------------------------------

    def _levels(self, definition: Definition, medium: Microenvironment) -> npt.NDArray[np.float64] | None:
        node = medium.initial
        if node is None:
            return None
        path = self._file(node)
        return read_initial_field(path, node.attribute("type") or "", definition.domain, definition.factors)

    def _warn(self, definition: Definition, population: Population, cells: CellDefinitions) -> None:
        file = str(self.settings)
        warn_of_fast_rates(definition.cell_types, definition.rules, definition.steps, file, self.report)
        note_overwritten(population.behaviours, definition.rules, file, self.report)
        for rule in definition.rules:
            asymmetric = rule.behaviour.startswith("asymmetric division to ")
            if asymmetric and rule.cell_type not in cells.asymmetric:
                note = f"{rule.behaviour} follows its rule in {rule.cell_type}; PhysiCell needs "
                note += "standard_asymmetric_division enabled and does nothing otherwise"
                self.report.add(DIFFERENT, file, None, "rule", note)
        if len(population.kind) == 0:
            self.report.add(WARNING, file, None, "cells", "there are none at the start")

    def _custom_rows(self, custom: CustomCode | None) -> None:
        for need in custom.needed if custom is not None else ():
            self.report.add(UNSUPPORTED, str(self.folder / CUSTOM), None, "custom C++", need)
