"""The figure and the tables of the study page on sensitivity.

    python docs/studies/sensitivity.py [TRAJECTORIES ANIMALS]

About a quarter of an hour on two cores. A run that was stopped goes on: its folder is below results/.
"""

import sys
from pathlib import Path

from PIL import Image

from paget import load_catalog
from paget.analysis.sensitivity.study import ANIMALS, TRAJECTORIES, run_sensitivity, untreated
from paget.report.sensitivity import sensitivity_markdown, write_sensitivity

HERE = Path(__file__).parent
FIGURE = "![The unknown numbers that matter most, and mechanisms together](../images/sensitivity.png)"


def main(trajectories: int = TRAJECTORIES, animals: int = ANIMALS) -> None:
    """Run, then write docs/images/sensitivity.png and docs/studies/sensitivity.tables."""
    run = Path(f"results/sensitivity-study-{trajectories}-{animals}")
    found = run_sensitivity(
        untreated("py230", "c57bl6", 42.0), load_catalog(), trajectories=trajectories, animals=animals, out=run,
        finish=lambda tables, notes, where: write_sensitivity(tables, notes, where),
    )  # fmt: skip
    tables = f"{FIGURE}\n\n{sensitivity_markdown(found.tables, found.notes)}"
    (HERE / "sensitivity.tables").write_text(tables, encoding="utf-8")
    # A palette of 256 colours is a quarter of the size, and looks the same.
    picture = Image.open(run / "figures" / "sensitivity.png").convert("RGB").quantize(256)
    picture.save(HERE.parent / "images" / "sensitivity.png", optimize=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
