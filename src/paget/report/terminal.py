"""The summary of a trial for a terminal: endpoints by arm, then the declared contrasts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from paget.report.console import console_text
from paget.report.numbers import common_scale, p_value, scaled_unit, short, unit_text
from paget.report.style import arm_names
from paget.report.words import RESEARCH_ONLY, difference_unit

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_NARROWEST = 80


def terminal_summary(result: Any, width: int | None = None, colour: bool | None = None) -> str:
    """Text with two tables. width: columns [default: the terminal's]; colour: [default: only on a terminal]."""

    def write(console: Console) -> None:
        for part in tables(result):
            console.print(part)
        words = f"In these simulated mice, under these assumptions. {RESEARCH_ONLY}"
        console.print(words, style="dim", markup=False)

    return console_text(write, usual=110, narrowest=_NARROWEST, width=width, colour=colour)


def tables(result: Any) -> list[Table]:
    """The two tables, for a rich console."""
    return [
        _endpoints(result),
        *([_contrasts(result)] if result.contrasts["declared"].astype(bool).any() else []),
    ]


def _new_table(title: str, columns: list[str]) -> Table:
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    table = Table(
        title=escape(title), title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False
    )
    for place, name in enumerate(columns):
        table.add_column(escape(name), justify="left" if place == 0 else "right", overflow="fold")
    return table


def _endpoints(result: Any) -> Table:
    from rich.markup import escape

    names = arm_names(result)
    title = (
        f"{getattr(result.design, 'title', '') or result.design.name}: median [quartiles] of simulated mice"
    )
    table = _new_table(title, ["endpoint", *names])
    central = result.endpoints[result.endpoints["draw"] == 0]
    for endpoint, rows in central.groupby("endpoint", sort=False, observed=True):
        scale, power = common_scale(rows["value"].to_numpy(dtype=float))
        unit = scaled_unit(str(rows["unit"].iloc[0]), power)
        by_arm = {
            str(arm): part["value"].to_numpy(dtype=float) for arm, part in rows.groupby("arm", observed=True)
        }
        cells = [quartiles(by_arm.get(name, np.empty(0)) / scale) for name in names]
        table.add_row(escape(f"{endpoint}{f' ({unit})' if unit else ''}"), *cells_escaped(cells))
    return table


def cells_escaped(cells: list[str]) -> list[str]:
    """Brackets of a cell are not rich's markup."""
    from rich.markup import escape

    return [escape(cell) for cell in cells]


def quartiles(values: np.ndarray) -> str:
    """ "12 [8–17]"; with the number of animals that have a value where some are lost; "–" for none."""
    known = values[np.isfinite(values)]
    if not known.size:
        return "–"
    low, middle, high = np.quantile(known, [0.25, 0.5, 0.75])
    lost = f" n={known.size}" if known.size < values.size else ""
    return f"{short(middle)} [{short(low)}–{short(high)}]{lost}"


def _contrasts(result: Any) -> Table:
    table = _new_table(
        "Declared contrasts", ["endpoint", "arm vs reference", "effect", "95 % interval", "p (Holm)", "test"]
    )
    units = result.endpoints.drop_duplicates("endpoint").set_index("endpoint")["unit"].to_dict()
    declared = result.contrasts[result.contrasts["declared"].astype(bool)]
    for row in declared.to_dict("records"):
        star = "*" if row["family"] == "primary" else ""
        unit = difference_unit(row["effect_name"], units.get(row["endpoint"], ""))
        unit = {"percentage points": "pp"}.get(unit, unit_text(unit))
        sign = "× " if "ratio" in row["effect_name"] else ""
        if np.isfinite(row["p"]):
            cells = [
                f"{sign}{short(row['effect'], 2)}{f' {unit}' if unit else ''}",
                f"{short(row['low'], 2)} to {short(row['high'], 2)}",
                p_value(row["p_holm"]).removeprefix("= "),
            ]
        else:
            cells = ["–", "–", "–"]
        against = f"{row['arm']} vs {row['reference']}"
        table.add_row(*cells_escaped([f"{row['endpoint']}{star}", against, *cells, row["test"]]))
    if (declared["family"] == "primary").any():
        table.caption = "* primary. p describes a simulated experiment of this size."
        table.caption_justify = "left"
    return table
