"""What the C++ of a PhysiCell project does beside its settings: a light look, for the report. None of it can run here.

The look finds functions that are assigned to cells (`cell_defaults.functions.update_phenotype = f;`) and are neither
PhysiCell's standard ones nor empty, numbers that `create_cell_types` changes, cells that `setup_tissue` places
otherwise than the template does, and changes of the medium in `setup_microenvironment`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from paget.formats.physicell.carried_over import counted
from paget.formats.physicell.safe_xml import read_bytes

LARGEST = 8 * 1024 * 1024

STANDARD = (
    "NULL",
    "nullptr",
    "empty_function",
    "standard_volume_update_function",
    "standard_update_cell_velocity",
    "up_orientation",
)
"""Functions that the engine does the work of, or that only draw."""
OXYGEN_DEFAULT = "update_cell_and_death_parameters_O2_based"
"""What cells do in each phenotype step unless C++ says otherwise."""
_DRAWING = ("plot_agent_SVG", "plot_agent_legend")
_ASSIGNED = re.compile(r"(?:\.|->)functions\.(\w+)\s*=\s*&?\s*(\w+)\s*;")
_NUMBER = re.compile(r"([\w>()\"\[\]-]+(?:\.|->)phenotype\.[\w.\[\]()\" ]+?)\s*[*+/-]?=[^=]")
_LOOP = re.compile(r"for\s*\([^)]*cell_definitions_by_index[^)]*\)")
_MEDIUM = re.compile(
    r"\b(add_dirichlet_node|update_dirichlet_node|set_substrate_dirichlet_activation|density_vector)\b"
)
_DEFINITION = re.compile(r"^[\w:<>*&\s]*?\b(\w+)\s*\([^;{}]*\)\s*\{", re.MULTILINE)


@dataclass
class CustomCode:
    """What was found."""

    files: list[Path] = field(default_factory=list)
    functions: list[str] = field(default_factory=list)
    """`update_phenotype = tumour_rule (cell_defaults)`, each once."""
    numbers: list[str] = field(default_factory=list)
    """Numbers of cell definitions that are changed in C++."""
    places_cells: bool = False
    """`setup_tissue` places cells otherwise than the template."""
    standard_placement: bool = False
    """`setup_tissue` places `number_of_cells` of each type, as the template."""
    medium: list[str] = field(default_factory=list)
    draws_parameters: bool = True
    """`set_parameters_from_distributions` is called."""
    loads_cells: bool = True
    """`load_cells_from_pugixml` is called."""

    @property
    def needed(self) -> list[str]:
        """What cannot run here, each as a phrase; empty where the settings are all there is."""
        needs = list(self.functions)
        if self.numbers:
            needs.append(f"numbers changed in create_cell_types ({counted(self.numbers)})")
        if self.places_cells:
            needs.append("cells placed by setup_tissue")
        if self.medium:
            needs.append(f"medium changed in setup_microenvironment ({', '.join(self.medium)})")
        return needs


def look_at_custom_code(folder: Path) -> CustomCode | None:
    """Look at all C++ files of a folder; None if there are none."""
    files = sorted(folder.glob("*.cpp")) if folder.is_dir() else []
    if not files:
        return None
    text = "\n".join(read_bytes(file, LARGEST).decode("utf-8", "replace") for file in files)
    found = scan(text)
    found.files = files
    return found


def scan(text: str) -> CustomCode:
    """Look at the text of C++ files."""
    code = _without_comments(text)
    bodies = dict(_bodies(code))
    found = CustomCode()
    for slot, function in _ASSIGNED.findall(code):
        phrase = f"{slot} = {function}"
        ours = function in STANDARD or slot in _DRAWING or _is_empty(bodies.get(function))
        if not ours and phrase not in found.functions:
            found.functions.append(phrase)
    if not re.search(r"cell_defaults\.functions\.update_phenotype\s*=", code):
        found.functions.append(f"update_phenotype = {OXYGEN_DEFAULT}")
    create = bodies.get("create_cell_types", "")
    found.numbers = list(dict.fromkeys(re.sub(r"\s+", "", name) for name in _NUMBER.findall(create)))
    _tissue(found, bodies, code)
    found.medium = sorted(set(_MEDIUM.findall(bodies.get("setup_microenvironment", ""))))
    return found


def _tissue(found: CustomCode, bodies: dict[str, str], code: str) -> None:
    tissue = bodies.get("setup_tissue")
    if tissue is None:
        return
    creations = len(re.findall(r"\bcreate_cell\s*\(", tissue))
    template = bool(_LOOP.search(tissue)) and "number_of_cells" in tissue
    found.standard_placement = template and creations > 0
    found.places_cells = creations > (1 if template else 0) or bool(
        re.search(r"\b(fill_\w+|draw_line)\s*\(", tissue)
    )
    found.loads_cells = "load_cells_from_pugixml" in code or "load_cells_csv" in code
    found.draws_parameters = "set_parameters_from_distributions" in code


def _is_empty(body: str | None) -> bool:
    """Whether a function that is defined here does nothing."""
    return body is not None and re.sub(r"\s+|return\s*;", "", body) == ""


def _without_comments(text: str) -> str:
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.DOTALL)
    return re.sub(r"//[^\n]*", "", text)


def _bodies(code: str) -> Iterator[tuple[str, str]]:
    """Name and body of each function that is defined at the outermost level."""
    at = 0
    while (match := _DEFINITION.search(code, at)) is not None:
        depth, end = 1, match.end()
        while depth and end < len(code):
            depth += {"{": 1, "}": -1}.get(code[end], 0)
            end += 1
        yield match.group(1), code[match.end() : end - 1]
        at = end
