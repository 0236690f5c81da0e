"""The page of a study: sections of text, figures and tables in one self-contained file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from paget.formats.atomic import write_text, writing_to
from paget.report.words import RESEARCH_ONLY

_HERE = Path(__file__).parent
PAGE = "report.html"


@dataclass(frozen=True)
class Section:
    """A part of the page."""

    title: str
    text: Sequence[str] = ()
    """Paragraphs."""
    figures: Sequence[str] = ()
    """Names of figures."""
    columns: Sequence[str] = ()
    """Heads of the table."""
    rows: Sequence[Sequence[str]] = field(default_factory=list)
    """Cells of the table, as text."""


def write_study(
    folder: Path,
    title: str,
    question: str,
    sections: Sequence[Section],
    figures: Mapping[str, tuple[Callable[[], Any], str]],
    kicker: str = "Study of simulated mice",
) -> Path:
    """Write figures (PNG and SVG in `figures/`) and `report.html` into `folder`; returns the page.

    figures: name -> (function that draws it and returns its axes, what it shows in words).
    """
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    from paget.report.render import FigureFiles, inline
    from paget.report.write import FIGURES

    inlined = {}
    with writing_to(folder), FigureFiles(folder / FIGURES) as files:
        for name, (draw, description) in figures.items():
            inlined[name] = Markup(inline(files.save(draw(), name), name, description))
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string((_HERE / "study.html.j2").read_text(encoding="utf-8"))
    text = template.render(
        css=Markup((_HERE / "report.css").read_text(encoding="utf-8")),
        title=title, question=question, kicker=kicker, sections=sections, figures=inlined, research_only=RESEARCH_ONLY,
    )  # fmt: skip
    with writing_to(folder):
        return write_text(folder / PAGE, text)
