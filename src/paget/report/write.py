"""Everything a reader gets from a finished trial, written into its folder.

figures/NAME.png (200 dpi) and NAME.svg, report.html, methods.md, references.bib, tables.xlsx. The tables, summary.json
and provenance.json are written by the run itself.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from paget.errors import PagetError
from paget.formats.atomic import write_text
from paget.report.material import Material, gather

FIGURES = "figures"
PAGE = "report.html"


def write_report(
    result: Any,
    folder: Path | str,
    *,
    model_text: str | None = None,
    parameters: Sequence[Mapping[str, Any]] | None = None,
    references: Sequence[Any] | None = None,
    bibtex: str | None = None,
) -> Path:
    """Write figures, report.html, methods.md, references.bib and tables.xlsx into `folder`; returns the page.

    model_text: the model in English (Markdown). parameters: rows with path, value, unit, source, kind, range, note.
    references: BibEntry objects or mappings of BibTeX fields with `key`. bibtex: their BibTeX. What is not given is
    taken from `result.model`. Raises PagetError if the folder cannot be written.
    """
    folder = Path(folder)
    material = gather(result, model_text, parameters, references, bibtex)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _without_garbage_collection():
            return _write(result, folder, material)
    except OSError as error:
        raise PagetError(
            f"cannot write the report: {error.strerror or error}", file=error.filename or folder
        ) from error


def _write(result: Any, folder: Path, material: Material) -> Path:
    from paget.formats.workbook import write_workbook
    from paget.report.methods import methods
    from paget.report.page import page
    from paget.report.render import FigureFiles, inline

    inlined = {}
    with FigureFiles(folder / FIGURES) as files:
        for name, (draw, description) in _figures(result).items():
            inlined[name] = inline(files.save(draw(result), name), name, description)
        write_workbook(result, folder)
        write_text(folder / "methods.md", methods(result, material))
        write_text(folder / "references.bib", material.bibtex)
        return write_text(folder / PAGE, page(result, material, inlined))


def _figures(result: Any) -> dict[str, tuple[Callable[[Any], Any], str]]:
    """Name -> (function, what it shows in words), for the figures that this result has data for."""
    from paget.report.figures.composition import composition, is_composition
    from paget.report.figures.contrasts import contrast_forest
    from paget.report.figures.funnel import funnel_figure
    from paget.report.figures.growth import VOLUME, growth_curves, growth_panels
    from paget.report.figures.strips import endpoint_strips
    from paget.report.figures.survival import survival_curves
    from paget.report.figures.tolerability import ENDPOINTS, tolerability

    read = set(result.endpoints["endpoint"].unique())
    measured = set(result.measurements["endpoint"].unique())
    wanted: dict[str, tuple[Callable[[Any], Any], str, bool]] = {
        "growth": (growth_curves, "Growth curves of all animals and medians of arms", VOLUME in measured),
        "growth-bands": (
            growth_panels,
            "Growth by arm with bands between animals and from parameters",
            VOLUME in measured,
        ),
        "endpoints": (endpoint_strips, "Strip plots of all endpoints by arm", len(result.endpoints) > 0),
        "composition": (composition, "Composition of the primary by arm", any(map(is_composition, read))),
        "survival": (survival_curves, "Kaplan-Meier curves by arm", len(result.survival) > 0),
        "funnel": (
            funnel_figure,
            "Cascade funnel by arm, from shedding to macrometastasis",
            len(result.funnel) > 0,
        ),
        "contrasts": (
            contrast_forest,
            "Declared contrasts with intervals",
            result.contrasts["declared"].astype(bool).any(),
        ),
        "tolerability": (
            tolerability,
            "Body weight and blood neutrophils over time",
            bool(measured & set(ENDPOINTS)),
        ),
    }
    return {name: (draw, text) for name, (draw, text, there) in wanted.items() if there}


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Drawing makes many small objects with cycles; collecting them meanwhile costs a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
