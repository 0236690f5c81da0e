"""Finished figures to files and to SVG that sits inside a page.

The layout of a figure is solved once, while the PNG is drawn, and kept for the SVG. The SVG is the same bytes for the
same numbers: no date, and identifiers that derive from the figure's name, which also keeps them apart when several
figures share a page.
"""

from __future__ import annotations

import io
import re
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from paget.formats.atomic import write_bytes, writing_to
from paget.report.style import ARM_COLOURS, FAINT, GRID, INK, PAPER, drawing

PNG_DPI = 200

# What the page's style sheet may re-colour: ink, grid, paper and the colours of arms.
_VARIABLES = {
    INK: "var(--ink)",
    FAINT: "var(--faint)",
    GRID: "var(--grid)",
    **{colour: f"var(--arm-{number})" for number, colour in enumerate(ARM_COLOURS)},
}


def figure_of(axes: Any) -> Any:
    """The figure that an axes, or an array of axes, belongs to."""
    return np.ravel(axes)[0].figure


class FigureFiles:
    """Writes figures as `NAME.png` (200 dpi) and `NAME.svg` into a folder; compresses PNGs while the next is drawn.

    Use it as a context manager: on leaving, all files are there.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._encoder = ThreadPoolExecutor(max_workers=1)
        self._pending: list[Future[Path]] = []

    def __enter__(self) -> FigureFiles:
        return self

    def __exit__(self, *_: object) -> None:
        self._encoder.shutdown(wait=True)
        for pending in self._pending:
            pending.result()  # raise here what went wrong there

    def save(self, axes: Any, name: str) -> str:
        """Write one figure; returns its SVG text."""
        figure = figure_of(axes)
        with drawing():
            pixels = _pixels(figure)
            figure.set_layout_engine("none")
            svg = svg_text(figure, name)
        self._pending.append(self._encoder.submit(_write_png, self.folder / f"{name}.png", pixels))
        write_bytes(self.folder / f"{name}.svg", svg.encode("utf-8"))
        return svg


def write_png(axes: Any, path: Path) -> Path:
    """Write one figure as PNG alone; PagetError if the system refuses, and an earlier file then stays."""
    with drawing():
        pixels = _pixels(figure_of(axes))
    with writing_to(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        return _write_png(path, pixels)


def _pixels(figure: Any) -> np.ndarray:
    """The figure as an image, shape (height, width, 4); solves the layout on the way."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure.set_dpi(PNG_DPI)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.array(canvas.buffer_rgba())


def _write_png(path: Path, pixels: np.ndarray) -> Path:
    from PIL import Image

    target = io.BytesIO()
    Image.fromarray(pixels).save(target, "png", dpi=(PNG_DPI, PNG_DPI), compress_level=3)
    return write_bytes(path, target.getvalue())


def svg_text(figure: Any, name: str) -> str:
    """The figure as SVG with real text, without date."""
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    target = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": name}):
        # Not figure.savefig, which draws everything a second time only to measure it.
        FigureCanvasSVG(figure).print_svg(target, metadata={"Date": None})
    return target.getvalue()


def inline(svg: str, name: str, description: str) -> str:
    """SVG for the inside of a page: scales with it, follows its colours, and says what it shows to a screen reader."""
    body = svg[svg.index("<svg") :]
    size = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', body)
    width = float(size.group(1)) if size else 600.0
    head = f'<svg role="img" aria-label="{_escaped(description)}" style="max-width:{width * 4 / 3:.0f}px" '
    view = size.group(0) if size else ""
    body = re.sub(r"<svg[^>]*>", f'{head}{view} xmlns:xlink="http://www.w3.org/1999/xlink">', body, count=1)
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = _without_paper(body)
    body = re.sub(r'\bid="', f'id="{name}-', body)
    body = body.replace('xlink:href="#', f'xlink:href="#{name}-').replace("url(#", f"url(#{name}-")
    body = re.sub(r"font: ([^;\"]*?)(\d[\d.]*px) [^;\"]*", r"font: \1\2 var(--sans)", body)
    for colour, variable in _VARIABLES.items():
        body = body.replace(colour, variable)
    return body


def _without_paper(body: str) -> str:
    """Drop the white rectangle behind the figure (the first patch), so that the page shows through."""
    return body.replace(f"fill: {PAPER}", "fill: none", 1)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
