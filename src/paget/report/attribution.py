"""An attribution for readers: page, figures, text for the terminal, JSON."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from paget.report.numbers import short
from paget.report.study_page import Section, write_study

SCHEMA = "attribution/1"
STEPS_SAY = (
    "The log ratio of the two arms is taken apart exactly: the contributions of all steps and kinds add up to it. A "
    "step is booked with the change of its own conversion, counted from the step before. Counts are those at the end "
    "of the trial: what was shed late had less time to arrive, and that too shows as a lower conversion. Intervals "
    "are 95 % over animals (twins resampled together). Foci are expected numbers, without the chance of where the "
    "sections cut."
)
MECHANISMS_SAY = (
    "Leaving a mechanism out of both arms changes the mouse in which they are compared. What is gone without it is the "
    "part of the effect that needs it. These parts do not add up to the effect: two mechanisms may stand in for each "
    "other, or need each other. The interaction of a pair, what is gone without both minus what is gone without each, "
    "says by how much. Where the reference arm itself becomes a quite different mouse, the comparison says little."
)
_STEP_COLUMNS = ("Step", "Aggregates", "Adds", "95 % interval", "Over draws")
_MECHANISM_COLUMNS = (
    "Left out", "Effect then", "Gone", "95 % interval", "Interaction", "95 % interval", "Reference arm then", "Note",
)  # fmt: skip


def write_attribution(
    steps: pd.DataFrame, mechanisms: pd.DataFrame, notes: dict[str, Any], folder: Path
) -> Path:
    """Figures and page into `folder`."""
    from paget.report.figures.attribution import attribution_figure, interactions_figure

    figures: dict[str, tuple[Callable[[], Any], str]] = {
        "attribution": (
            lambda: attribution_figure(steps, mechanisms, notes),
            "What each step of the cascade and each mechanism adds to the effect",
        )
    }
    pairs = mechanisms[(mechanisms["second"] != "") & (mechanisms["draw"] == 0)]
    if len(pairs):
        figures["interactions"] = (
            lambda: interactions_figure(mechanisms),
            "Interactions of pairs of mechanisms",
        )
    sections = [
        Section("Where the effect comes from", [headline(mechanisms, notes)], ["attribution"]),
        Section("Steps of the cascade", [STEPS_SAY], [], _STEP_COLUMNS, step_rows(steps)),
        Section(
            "Mechanisms", [MECHANISMS_SAY, *_idle(notes)], [name for name in figures if name == "interactions"],
            _MECHANISM_COLUMNS, mechanism_rows(mechanisms),
        ),
    ]  # fmt: skip
    title = f"{notes['arm']} against {notes['reference']}: {notes['endpoint']}"
    return write_study(
        folder, title, f"Trial {notes['trial']}, {notes['animals']} twins an arm.", sections, figures
    )


def headline(mechanisms: pd.DataFrame, notes: dict[str, Any]) -> str:
    """The whole effect in a sentence."""
    row = mechanisms[(mechanisms["without"] == "") & (mechanisms["draw"] == 0)].iloc[0]
    ratio = ratio_words(row["effect"], row["effect_low"], row["effect_high"])
    endpoint = f"{notes['endpoint'][:1].upper()}{notes['endpoint'][1:]}"
    what = f"{endpoint}, {notes['arm']} against {notes['reference']}"
    return f"{what}: ratio of means {ratio}; log ratio {fixed(row['effect'])}."


def ratio_words(log_ratio: float, low: float, high: float) -> str:
    """'0.33 (95 % interval 0.31 to 0.35)' of a log ratio and its interval."""
    value, ends = math.exp(log_ratio), [math.exp(end) for end in (low, high)]
    return f"{short(value, 2)} (95 % interval {short(ends[0], 2)} to {short(ends[1], 2)})"


def _idle(notes: dict[str, Any]) -> list[str]:
    idle = notes["idle"]
    return [f"Without any part in this mouse, and so not left out: {', '.join(idle)}."] if idle else []


def fixed(value: float) -> str:
    """A log ratio, with two decimals."""
    if math.isnan(value):
        return "–"
    text = short(value) if math.isinf(value) else f"{value:.2f}"
    return "0.00" if text == "-0.00" else text.replace("-", "−")


def interval_text(low: float, high: float) -> str:
    """'−0.71 to −0.66', or a dash."""
    return "–" if math.isnan(low) or math.isnan(high) else f"{fixed(low)} to {fixed(high)}"


def step_rows(steps: pd.DataFrame) -> list[list[str]]:
    """Rows of the table of steps: step, aggregates, contribution, interval, range over parameter draws."""
    rows = []
    for row in steps[steps["draw"] == 0].to_dict("records"):
        same = (steps["link"] == row["link"]) & (steps["aggregate"] == row["aggregate"]) & (steps["draw"] > 0)
        drawn = steps.loc[same, "contribution"].dropna()
        ends = (
            drawn.quantile([0.025, 0.975], interpolation="nearest").tolist()
            if len(drawn) > 1
            else [math.nan] * 2
        )
        rows.append(
            [
                row["link"],
                row["aggregate"],
                fixed(row["contribution"]),
                interval_text(row["low"], row["high"]),
                interval_text(*ends),
            ]
        )
    return rows


def mechanism_rows(mechanisms: pd.DataFrame) -> list[list[str]]:
    """Rows of the table of mechanisms, of the central parameters."""
    rows = []
    for row in mechanisms[(mechanisms["draw"] == 0) & (mechanisms["without"] != "")].to_dict("records"):
        name = " and ".join(filter(None, (row["without"], row["second"])))
        rows.append([
            name, fixed(row["effect"]), fixed(row["drop"]), interval_text(row["drop_low"], row["drop_high"]),
            fixed(row["interaction"]), interval_text(row["interaction_low"], row["interaction_high"]),
            f"× {short(row['reference_ratio'], 2)}", row["note"],
        ])  # fmt: skip
    return rows


def attribution_text(steps: pd.DataFrame, mechanisms: pd.DataFrame, notes: dict[str, Any]) -> str:
    """What the command prints."""
    lines = [headline(mechanisms, notes), ""]
    whole = [row for row in step_rows(steps) if row[1] == "all"]
    lines += text_table(["step", "adds", "95 % interval"], [[row[0], row[2], row[3]] for row in whole])
    central = mechanisms[(mechanisms["draw"] == 0) & (mechanisms["without"] != "")]
    if len(central):
        singles = mechanism_rows(central[central["second"] == ""])
        lines += [
            "",
            *text_table(
                ["left out", "effect then", "gone", "95 % interval", "reference arm"],
                [[*row[:4], row[6]] for row in singles],
            ),
        ]
        pairs = central[central["second"] != ""]
        pairs = pairs[(pairs["interaction_low"] > 0) | (pairs["interaction_high"] < 0)]
        if len(pairs):
            rows = [[row[0], row[4], row[5]] for row in mechanism_rows(pairs)]
            lines += [
                "",
                *text_table(
                    ["pair that is more, or less, than its parts", "interaction", "95 % interval"], rows
                ),
            ]
    return "\n".join(lines)


def text_table(columns: list[str], rows: list[list[str]]) -> list[str]:
    """Lines of a table in plain text, the first column to the left."""
    table = [columns, *rows]
    widths = [max(len(row[i]) for row in table) for i in range(len(columns))]
    return [
        "  ".join(
            cell.ljust(w) if i == 0 else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    ]


def attribution_json(steps: pd.DataFrame, mechanisms: pd.DataFrame, notes: dict[str, Any]) -> dict[str, Any]:
    """The tables as one JSON value; missing numbers are null."""
    return {"schema": SCHEMA, **notes, "steps": records(steps), "mechanisms": records(mechanisms)}


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table for JSON; NaN and infinities are null."""
    return [
        {
            name: None if isinstance(value, float) and not math.isfinite(value) else value
            for name, value in row.items()
        }
        for row in table.to_dict("records")
    ]
