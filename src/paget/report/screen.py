"""A screen for readers: page, figures, text for the terminal, JSON."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from paget.report.attribution import fixed, interval_text, ratio_words, records, text_table
from paget.report.numbers import p_value, short
from paget.report.study_page import Section, write_study
from paget.report.words import listed

SCHEMA = "screen/1"
SHOWN = 10
"""Arms and pairs in the printed tables."""
_SCALE_SAYS = (
    "Effects are ratios of means to the control, which has the same surgery. Foci are expected numbers, without the "
    "chance of where the sections cut. Interactions are on the logarithm of that "
    "ratio: Bliss independence expects the logs of two drugs to add up, and the excess is what is found beyond; the "
    "highest-single-agent excess compares with the better of the two. Negative is more than expected. Intervals are "
    "95 % over twins. The mice are the same in all arms, so that small effects are seen that no real trial of this "
    "size would see."
)
_COST_SAYS = (
    "An arm counts as not tolerated where the mean of the largest weight losses is 15 % or more, or where more than "
    "10 % of the animals beyond the control's share died or were killed early. Such arms are ranked last: animals that "
    "leave early have had less time for metastases."
)
_STEPS_SAY = (
    "The log ratio of each arm to the control, taken apart over the steps of the cascade. The contributions of an arm "
    "add up to its effect."
)
_RANKED = (
    "Arm",
    "Ratio",
    "95 % interval",
    "Weight loss",
    "Neutrophils",
    "Extra deaths",
    "Best in draws",
    "Acts at",
)
_PAIRS = ("Pair", "Ratio", "Bliss excess", "95 % interval", "q", "Against the better one", "95 % interval")
_Tables = Mapping[str, pd.DataFrame]


def write_screen(tables: _Tables, notes: dict[str, Any], folder: Path) -> Path:
    """Figures and page into `folder`."""
    from paget.report.figures import screen as draw

    effects, pairs, steps = tables["effects"], tables["interactions"], tables["steps"]
    figures: dict[str, tuple[Callable[[], Any], str]] = {
        "heat-map": (
            lambda: draw.heat_map(effects, pairs, notes),
            "Effects and interactions of all drugs and pairs",
        ),
        "ranking": (
            lambda: draw.ranking_figure(tables["ranking"], tables["draws"], notes),
            "The best arms with their intervals, costs, and how often each is the best",
        ),
    }
    if (effects["fraction"] != 1.0).any():
        figures["dose-response"] = (
            lambda: draw.dose_response(effects, notes),
            "Dose response of single drugs",
        )
    if len(steps):
        what = "Steps of the cascade at which the best arms act"
        figures["steps"] = (lambda: draw.steps_figure(steps, notes), what)
    return write_study(
        folder, _title(notes), _question(notes), _sections(tables, notes, set(figures)), figures
    )


def _title(notes: dict[str, Any]) -> str:
    return f"Screen: {notes['endpoint']}, {notes['tumour']} in {notes['host']}"


def _question(notes: dict[str, Any]) -> str:
    return (
        f"{len(notes['drugs'])} drugs alone and in pairs, {listed(notes['timings'])}; surgery {notes['surgery']:g} "
        f"days after enrolment, {notes['days']:g} days in all, {notes['animals']} twins an arm."
    )


def _sections(tables: _Tables, notes: dict[str, Any], figures: set[str]) -> list[Section]:
    pairs = tables["interactions"]
    found = [
        Section("Effects and interactions", [_SCALE_SAYS, *left_out(notes)], ["heat-map"]),
        Section("Ranking", [_COST_SAYS, draws_sentence(notes)], ["ranking"], _RANKED, ranking_rows(tables)),
        Section("Pairs", [alarms_sentence(pairs)], [], _PAIRS, pair_rows(pairs)),
    ]
    if "dose-response" in figures:
        found.append(Section("Dose response", [], ["dose-response"]))
    if "steps" in figures:
        found.append(Section("Steps of the cascade", [_STEPS_SAY], ["steps"]))
    return found


def left_out(notes: dict[str, Any]) -> list[str]:
    """Which drugs were not screened and which arms not simulated, with reasons."""
    lines = []
    for words, which in (("Not screened", "idle"), ("Could not be simulated", "failed")):
        if notes[which]:
            lines.append(
                f"{words}: " + "; ".join(f"{name} ({why})" for name, why in notes[which].items()) + "."
            )
    return lines


def draws_sentence(notes: dict[str, Any]) -> str:
    """How the short list was compared over parameter draws."""
    if not notes["draws"]:
        return "Without parameter draws: how far the order rests on assumed numbers is not known."
    return (
        f"The best arms were compared again in {notes['draws compared']} of {notes['draws']} parameter draws (in any "
        "other the control had no metastasis, or an arm could not be simulated): how often is each the best of these?"
    )


def alarms_sentence(pairs: pd.DataFrame) -> str:
    """How many pairs stand out, and how many would by chance."""
    known = pairs[pairs["bliss_low"].notna()]
    clear = int(((known["bliss_low"] > 0) | (known["bliss_high"] < 0)).sum())
    kept = int((known["q"] < 0.05).sum())
    return (
        f"Of {len(known)} pairs, {clear} have a Bliss excess whose 95 % interval excludes zero; about "
        f"{0.05 * len(known):.0f} would by chance alone. {kept} remain at a false discovery rate of 5 %."
    )


def ranking_rows(tables: _Tables, most: int | None = None) -> list[list[str]]:
    """Rows of the ranking, best first; untolerated arms are marked."""
    best = tables["draws"].set_index("arm")["best"].to_dict() if len(tables["draws"]) else {}
    where = main_steps(tables["steps"])
    rows = []
    for row in tables["ranking"].head(most or len(tables["ranking"])).to_dict("records"):
        low, high = math.exp(row["low"]), math.exp(row["high"])
        often = best.get(row["arm"], math.nan)
        rows.append([
            row["arm"] + ("" if row["tolerated"] else " (not tolerated)"), short(math.exp(row["effect"]), 2),
            "–" if math.isnan(low) else f"{short(low, 2)} to {short(high, 2)}", _percent(row["weight_loss"]),
            _percent(row["neutrophils"]), _percent(row["extra_deaths"]), "" if math.isnan(often) else _percent(often),
            where.get(row["arm"], ""),
        ])  # fmt: skip
    return rows


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def main_steps(steps: pd.DataFrame) -> dict[str, str]:
    """For each arm of the short list, the steps that carry at least a quarter of its effect, with their shares."""
    found = {}
    for arm, rows in steps.groupby("arm", sort=False) if len(steps) else ():
        whole = rows[rows["aggregate"] == "all"].set_index("link")["contribution"]
        shares = (whole.drop("total") / whole["total"]).sort_values(ascending=False)
        found[str(arm)] = ", ".join(
            f"{link} {_percent(share)}" for link, share in shares.items() if share >= 0.25
        )
    return found


def pair_rows(pairs: pd.DataFrame, most: int | None = None) -> list[list[str]]:
    """Rows of the interactions, most synergistic first."""
    ordered = pairs.sort_values("bliss", kind="stable")
    rows = []
    for row in ordered.head(most or len(ordered)).to_dict("records"):
        rows.append([
            row["arm"], short(math.exp(row["effect"]), 2),
            fixed(row["bliss"]), interval_text(row["bliss_low"], row["bliss_high"]),
            p_value(row["q"]).removeprefix("= "),
            fixed(row["hsa"]), interval_text(row["hsa_low"], row["hsa_high"]),
        ])  # fmt: skip
    return rows


def screen_text(tables: _Tables, notes: dict[str, Any]) -> str:
    """What the command prints."""
    first = tables["ranking"].iloc[0]
    lines = [_title(notes), _question(notes), ""]
    lines += text_table([name.lower() for name in _RANKED], ranking_rows(tables, SHOWN))
    ratio = ratio_words(first["effect"], first["low"], first["high"])
    lines += ["", f"Lowest: {first['arm']}, ratio {ratio}.", draws_sentence(notes)]
    if len(tables["interactions"]):
        lines += [
            "",
            *text_table([name.lower() for name in _PAIRS], pair_rows(tables["interactions"], SHOWN)),
        ]
        lines += ["", alarms_sentence(tables["interactions"])]
    return "\n".join([*lines, *left_out(notes)])


def screen_json(tables: _Tables, notes: dict[str, Any]) -> dict[str, Any]:
    """All tables as one JSON value; missing numbers are null."""
    return {"schema": SCHEMA, **notes, **{name: records(table) for name, table in tables.items()}}
