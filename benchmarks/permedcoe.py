"""The unit tests of the PerMedCoE benchmark of cell-based simulators, run by Paget.

    python benchmarks/permedcoe.py [--out DIR]

The tests are those of the hackathon of September 2022 (PerMedCoE/observatory_benchmark, appendix 1 of its report), in
which BioDynaMo, Chaste, PhysiCell and TiSim took part. Each number stands beside a closed form or an independent
solution of the same equations, and beside what the tools gave. `DIR/permedcoe.png` shows the curves.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from comparison import Case, print_case, save_figure
from permedcoe_cycle import fixed_phases, gaussian_phases
from permedcoe_mechanics import pushed_once, pushing
from permedcoe_transport import chemotaxis, many_sinks, one_sink, refinement

CASES: dict[str, Callable[[], Case]] = {
    "cycle": fixed_phases,
    "gaussian": gaussian_phases,
    "sink": one_sink,
    "sinks": many_sinks,
    "cube": refinement,
    "friction": pushed_once,
    "pushing": pushing,
    "chemotaxis": chemotaxis,
}


def main() -> None:
    """Print the tables and draw the figure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path("results/benchmarks"), help="folder of the figure")
    parser.add_argument("--only", nargs="+", choices=CASES, default=list(CASES))
    options = parser.parse_args()
    cases = [CASES[name]() for name in options.only]
    for case in cases:
        print_case(case)
    save_figure(cases, options.out / "permedcoe.png")


if __name__ == "__main__":
    main()
