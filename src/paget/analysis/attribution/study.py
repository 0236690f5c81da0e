"""Run an attribution: twins of two arms in the whole model and in every reduced one, then the two tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paget.analysis.attribution.funnel import step_table
from paget.analysis.attribution.mechanisms import Left, mechanism_table
from paget.analysis.attribution.question import Question, question_of, reduced
from paget.analysis.batches import Batch, Failed, Kept, Results, run_batches
from paget.analysis.folder import Finish, Frames, Notes, in_folder, provenance_of
from paget.errors import PagetError
from paget.model import Catalog
from paget.model.trial_design import TrialDesign
from paget.trial.cohort import Cohort
from paget.trial.execution import Progress, settle

if TYPE_CHECKING:
    import pandas as pd

    from paget.formats.parts import PartStore

TABLES = ("steps", "mechanisms")
WHOLE: Left = ()
ANIMALS = 40
"""Twins per arm, unless the user says otherwise."""


@dataclass(frozen=True)
class Attribution:
    """A finished attribution."""

    steps: pd.DataFrame
    """What each link of the cascade adds to the log ratio: see `funnel.step_table`."""
    mechanisms: pd.DataFrame
    """What leaving mechanisms out does to it: see `mechanisms.mechanism_table`."""
    notes: Notes
    """`trial`, `arm`, `reference`, `endpoint`, `animals`, `draws`, `seed`, `idle` mechanisms."""


def run_attribution(
    design: TrialDesign,
    catalog: Catalog,
    arms: Sequence[str],
    endpoint: str,
    *,
    animals: int | None = None,
    draws: int | None = None,
    seed: int | None = None,
    mechanisms: Iterable[str] | None = None,
    pairs: bool = True,
    out: Path | str | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    command: str | None = None,
    finish: Finish | None = None,
) -> Attribution:
    """Take the effect of arms[0] against arms[1] on an endpoint apart.

    mechanisms: to leave out [default: all that have a part in this mouse]; an empty list leaves only the steps.
    Parameter draws are made for the whole model and for single mechanisms. Other options as in `paget.trial.run_trial`.
    """
    settled = settle(design, seed=seed, animals=animals or ANIMALS, draws=draws)
    question = question_of(settled, catalog, arms, endpoint, mechanisms, pairs)
    tell = progress or (lambda event: None)

    def work(store: PartStore | None) -> tuple[Frames, Notes]:
        designs = {name_of(left): reduced(question.design, left, catalog) for left in question.left_out}
        results = run_batches(designs, list(batches_of(question)), catalog, store, workers, tell)
        tell({"phase": "analysis"})
        return tables_of(question, results), notes_of(question)

    settings = {"endpoint": endpoint, "left out": [list(left) for left in question.left_out]}
    provenance = provenance_of("attribution", Cohort(question.design, catalog), catalog, settings, command)
    frames, notes = in_folder(out, provenance, TABLES, work, finish)
    return Attribution(frames["steps"], frames["mechanisms"], notes)


def name_of(left: Left) -> str:
    """Name of a reduced model among the designs of the study."""
    return " and ".join(left) if left else "whole model"


def batches_of(question: Question) -> Iterable[Batch]:
    """Both arms in every model, the whole one first; parameter draws for at most one mechanism left out."""
    for left in question.left_out:
        for draw in range(question.design.draws + 1 if len(left) < 2 else 1):
            yield Batch(name_of(left), 0, draw)
            yield Batch(name_of(left), 1, draw)


def tables_of(question: Question, results: Results) -> Frames:
    """Both tables, all draws."""
    import pandas as pd

    seed = question.design.seed
    steps, mechanisms = [], []
    for draw in range(question.design.draws + 1):
        pairs = {left: _pair(results, left, draw) for left in question.left_out if draw == 0 or len(left) < 2}
        arm, reference = pairs[WHOLE]
        if isinstance(arm, Failed) or isinstance(reference, Failed):
            if draw == 0:
                _refuse(arm, reference)
            continue
        if draw == 0:
            _check_animals(question, arm, reference)
        if question.chain is not None:
            steps.append(step_table(question.chain, arm, reference, seed, draw))
        mechanisms.append(mechanism_table(pairs, seed, draw))
    return {"steps": pd.concat(steps) if steps else _no_steps(), "mechanisms": pd.concat(mechanisms)}


def _pair(results: Results, left: Left, draw: int) -> tuple[Kept | Failed, Kept | Failed]:
    name = name_of(left)
    return results[Batch(name, 0, draw)], results[Batch(name, 1, draw)]


def _refuse(*pair: Kept | Failed) -> None:
    for kept in pair:
        if isinstance(kept, Failed):
            raise PagetError(kept.reason)


def _check_animals(question: Question, *pair: Kept) -> None:
    """PagetError where an arm has nothing to take the logarithm of."""
    for kept, arm in zip(pair, question.design.arms, strict=True):
        values = kept.values[:, 0] if question.chain is None or question.chain.read else _last(question, kept)
        if not (values > 0).any():
            raise PagetError(
                f"no animal of this arm has any {question.endpoint}: there is no ratio to take apart",
                key="--arms", found=arm.name, allowed="more --animals, or another endpoint",
            )  # fmt: skip


def _last(question: Question, kept: Kept) -> Any:
    assert question.chain is not None
    return question.chain.counts(kept.funnel)[:, :, -1].sum(axis=1)


def _no_steps() -> pd.DataFrame:
    import pandas as pd

    columns = {"link": str, "aggregate": str, "contribution": float, "low": float, "high": float}
    return pd.DataFrame(
        {name: pd.Series(dtype=kind) for name, kind in {**columns, "animals": int, "draw": int}.items()}
    )


def notes_of(question: Question) -> Notes:
    """What was asked, for the reader of the tables."""
    design = question.design
    return {
        "study": "attribution",
        "trial": design.name,
        "arm": design.arms[0].name,
        "reference": design.arms[1].name,
        "endpoint": question.endpoint,
        "animals": design.animals_in(design.arms[0]),
        "draws": design.draws,
        "seed": design.seed,
        "idle": list(question.idle),
    }
