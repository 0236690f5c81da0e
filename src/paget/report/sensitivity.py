"""A sensitivity study for readers: page, figures, text for the terminal, Markdown, JSON."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from paget.report.attribution import fixed, interval_text, records, text_table
from paget.report.numbers import short
from paget.report.study_page import Section, write_study

SCHEMA = "sensitivity/1"
SHOWN = 20
_COLUMNS = ("Number", "Belongs to", "µ", "µ*", "95 % interval", "σ", "Noise", "Effect", "Values used")
_GROUP_COLUMNS = ("Group", "Numbers", "That matter", "Together", "Largest")
_WHAT = (
    "Every fitted or assumed number with a range was moved across the part of its range that is used, one at a time, "
    "from many starting points (Morris). µ* is the mean size of the change of the logarithm of the mean: 1 is a factor "
    "of 2.7. µ keeps the sign. σ is how much the change differs between starting points: zero means that the number "
    "acts alone and the same everywhere, as large as µ* that its effect depends on the others, or is curved."
)
_NOISE = (
    "The same animals stand at all points of a trajectory, and the expected number of foci is read rather than a "
    "count. What noise remains is known for each change from the animals themselves: 'noise' is the µ* that a number "
    "without any effect would have, and σ is given without it. A number whose changes could all be noise (false "
    "discovery rate 5 %) is said to be so; that is no proof that it has no effect."
)
_Tables = Mapping[str, pd.DataFrame]


def write_sensitivity(tables: _Tables, notes: dict[str, Any], folder: Path) -> Path:
    """Figures and page into `folder`."""
    from paget.report.figures.sensitivity import plane, sensitivity_figure

    parameters, groups = tables["parameters"], tables["groups"]
    figures: dict[str, tuple[Callable[[], Any], str]] = {
        "sensitivity": (
            lambda: sensitivity_figure(parameters, groups, notes),
            "The unknown numbers that matter most, and mechanisms together",
        ),
        "plane": (lambda: plane(parameters), "Importance and interaction of all unknown numbers"),
    }
    sections = [
        Section("Unknowns that matter most", [_WHAT, counts_sentence(parameters)], ["sensitivity"]),
        Section("Interaction and noise", [_NOISE, repeat_sentence(notes)], ["plane"]),
        Section("All unknown numbers", [], [], _COLUMNS, parameter_rows(parameters)),
        Section("By mechanism", [], [], _GROUP_COLUMNS, group_rows(groups)),
    ]
    return write_study(folder, title(notes), question(notes), sections, figures)


def title(notes: dict[str, Any]) -> str:
    """'Sensitivity of lung foci: untreated, py230 in c57bl6'."""
    arms = " against ".join(notes["arms"])
    return f"Sensitivity of {notes['endpoint']}: {arms}, {notes['tumour']} in {notes['host']}"


def question(notes: dict[str, Any]) -> str:
    """What was run, in a sentence."""
    return (
        f"{notes['parameters']} unknown numbers, {100 * notes['span']:g} % of each range around its central value; "
        f"{notes['trajectories']} trajectories, {notes['animals']} animals at each of {notes['points']:,} points, read "
        f"on day {notes['days']:g}."
    )


def counts_sentence(parameters: pd.DataFrame) -> str:
    """How many numbers matter, and how."""
    counts = parameters["kind"].value_counts()
    named = {
        kind: int(counts.get(kind, 0))
        for kind in ("linear", "monotonic", "interacting", "noise", "no effect")
    }
    matter = sum(named[kind] for kind in ("linear", "monotonic", "interacting"))
    return (
        f"{matter} of {len(parameters)} numbers matter: {named['linear']} act the same everywhere, "
        f"{named['monotonic']} nearly so, {named['interacting']} depend on the others or are curved. "
        f"{named['noise']} cannot be told from noise, and {named['no effect']} change nothing at all in this mouse."
    )


def repeat_sentence(notes: dict[str, Any]) -> str:
    """How well the stated errors describe what repeating a point with other animals gives."""
    observed, expected = notes["repeat difference"], notes["repeat difference expected"]
    if observed is None or expected is None:
        return ""
    lost = f" {notes['lost points']} points could not be simulated." if notes["lost points"] else ""
    return (
        "The first point of each trajectory was simulated again with other animals: the logs differ by "
        f"{observed:.2f} (root mean square), where the stated errors expect {expected:.2f}. Between trajectories the "
        f"log has a standard deviation of {notes['spread']:.2f}.{lost}"
    )


def parameter_rows(parameters: pd.DataFrame, most: int | None = None) -> list[list[str]]:
    """Rows of the table of numbers, most important first."""
    rows = []
    for row in parameters.head(most or len(parameters)).to_dict("records"):
        used = f"{short(row['lowest'], 2)} to {short(row['highest'], 2)} {row['unit']}".removesuffix(" 1")
        rows.append([
            row["label"], row["group"], fixed(row["mu"]), fixed(row["mu_star"]), interval_text(row["low"], row["high"]),
            fixed(row["sigma"]), fixed(row["noise"]), row["kind"], used,
        ])  # fmt: skip
    return rows


def group_rows(groups: pd.DataFrame) -> list[list[str]]:
    """Rows of the table of groups."""
    return [
        [row["group"], str(row["parameters"]), str(row["matter"]), fixed(row["together"]), row["largest"]]
        for row in groups.to_dict("records")
    ]


def sensitivity_text(tables: _Tables, notes: dict[str, Any]) -> str:
    """What the command prints."""
    rows = [
        [row[0], row[2], row[3], row[5], row[6], row[7]]
        for row in parameter_rows(tables["parameters"], SHOWN)
    ]
    lines = [title(notes), question(notes), ""]
    lines += text_table(["number", "µ", "µ*", "σ", "noise", "effect"], rows)
    groups = [row[:4] for row in group_rows(tables["groups"])]
    lines += ["", *text_table(["group", "numbers", "that matter", "together"], groups)]
    return "\n".join([*lines, "", counts_sentence(tables["parameters"]), repeat_sentence(notes)])


def sensitivity_markdown(tables: _Tables, notes: dict[str, Any]) -> str:
    """The most important numbers and the groups as Markdown, for the documentation."""
    lines = [question(notes), "", counts_sentence(tables["parameters"]), repeat_sentence(notes), ""]
    lines += _markdown_table(_COLUMNS, parameter_rows(tables["parameters"], SHOWN))
    lines += ["", *_markdown_table(_GROUP_COLUMNS, group_rows(tables["groups"]))]
    return "\n".join(lines) + "\n"


def _markdown_table(columns: tuple[str, ...], rows: list[list[str]]) -> list[str]:
    body = [f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows]
    return [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}", *body]


def sensitivity_json(tables: _Tables, notes: dict[str, Any]) -> dict[str, Any]:
    """Numbers and groups as one JSON value; missing numbers are null."""
    whole = {
        key: None if isinstance(value, float) and math.isnan(value) else value for key, value in notes.items()
    }
    return {"schema": SCHEMA, **whole, **{name: records(tables[name]) for name in ("parameters", "groups")}}
