"""Run the comparisons of the page "IGF blockade and paclitaxel" and print its tables.

    python docs/studies/igf_paclitaxel.py > docs/studies/igf_paclitaxel.tables

Nothing in the model was fitted to any of these contrasts. Three tables: the contrasts of Ireland 2018 in both
reference mice, order and timing of the two drugs, and receptor-positive cells against macrophages in untreated tumours.
"""

from __future__ import annotations

import argparse

import pandas as pd
from scipy import stats

import paget

COMBINATION, ALONE = "paclitaxel + xentuzumab", "paclitaxel"
MICE = {"py230 in C57BL/6": "igf-paclitaxel", "LM2-4 in SCID": "igf-paclitaxel-lm2"}
ENDPOINTS = ("Ki-67 index", "lung foci", "metastatic area", "primary volume")


def contrast_rows(mouse: str, trial: str, seed: int, animals: int) -> tuple[list[dict[str, object]], pd.DataFrame]:
    """Declared contrasts of one trial, and its endpoints."""
    result = paget.load_trial(trial).run(seed=seed, animals=animals)
    declared = result.contrasts[result.contrasts["declared"]]
    rows = [
        {"mouse": mouse, "seed": seed, **line}
        for line in declared[
            ["endpoint", "arm", "reference", "effect_name", "effect", "low", "high", "p"]
        ].to_dict("records")
    ]
    return rows, result.endpoints


def markdown(table: pd.DataFrame) -> str:
    """A Markdown table with three figures a number."""
    cells = table.map(lambda value: f"{value:.3g}" if isinstance(value, float) else str(value))
    lines = [cells.columns.tolist(), ["---"] * cells.shape[1], *cells.values.tolist()]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def macrophages_and_receptor(endpoints: pd.DataFrame) -> tuple[float, float, int]:
    """Spearman correlation, its p value and the animals: receptor-positive cells against all macrophages, controls."""
    control = endpoints[endpoints["arm"] == "control"]
    wide = control.pivot_table(index="animal", columns="endpoint", values="value")
    macrophages = wide["composition: macrophage"] + wide["composition: tumour-associated macrophage"]
    test = stats.spearmanr(macrophages, wide["receptor-positive cells"])
    return float(test.statistic), float(test.pvalue), len(wide)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--animals", type=int, default=40)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    rows, correlations = [], []
    for mouse, trial in MICE.items():
        for seed in range(1, options.seeds + 1):
            found, endpoints = contrast_rows(mouse, trial, seed, options.animals)
            rows += found
            rho, p, animals = macrophages_and_receptor(endpoints)
            correlations.append({"mouse": mouse, "seed": seed, "n": animals, "Spearman rho": rho, "p": p})
    print("### Combination against paclitaxel alone\n")
    print(markdown(pd.DataFrame(rows).drop(columns=["arm", "reference"])))
    print("\n### Order and timing (py230 in C57BL/6)\n")
    timing: list[dict[str, object]] = []
    for seed in range(1, options.seeds + 1):
        timing += contrast_rows("py230 in C57BL/6", "igf-paclitaxel-timing", seed, options.animals)[0]
    print(markdown(pd.DataFrame(timing).drop(columns=["mouse"])))
    print("\n### Receptor-positive cells against macrophages, untreated tumours\n")
    print(markdown(pd.DataFrame(correlations)))


if __name__ == "__main__":
    main()
