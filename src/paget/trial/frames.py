"""From the outcomes of all animals to tidy tables, in the order of arm, animal and draw, whoever was finished first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from paget.host.record import AGGREGATE_KINDS, CASCADE_STEPS, PASSAGE_STEPS, SITES
from paget.trial.outcome import MATCHINGS, Outcome, Seat

if TYPE_CHECKING:
    import pandas as pd


class Outcomes:
    """All animals of a trial, and the tables made of them. Each table is made when asked for.

    Names are plain text in the short tables (one row per animal or readout) and categories in the long ones.
    """

    def __init__(
        self,
        arms: Sequence[str],
        endpoints: Sequence[tuple[str, str]],
        seated: Sequence[tuple[Seat, Outcome]],
    ) -> None:
        """arms: names. endpoints: (name, unit) in the order of the assays. seated: in any order."""
        self.arms, self.endpoints = list(arms), list(endpoints)
        ordered = sorted(seated, key=lambda pair: pair[0])
        self.seats = [seat for seat, _ in ordered]
        self.outcomes = [outcome for _, outcome in ordered]

    def measurements(self) -> pd.DataFrame:
        """Every reading of every assay."""
        parts = [outcome.measurements for outcome in self.outcomes]
        rows = np.concatenate(parts)
        return self._frame(
            [part.size for part in parts],
            endpoint=_category(rows["endpoint"], [name for name, _ in self.endpoints]),
            day=rows["day"],
            matching=_category(rows["by_size"].astype(np.int8), ["day", "size"]),
            value=rows["value"],
            unit=self._unit_of(rows["endpoint"]),
        )

    def readouts(self) -> pd.DataFrame:
        """One row per animal and endpoint."""
        rows = np.concatenate([outcome.readouts for outcome in self.outcomes])
        index = np.tile(np.arange(len(self.endpoints)), len(self.outcomes))
        return self._short(
            [len(self.endpoints)] * len(self.outcomes),
            endpoint=_category(index, [name for name, _ in self.endpoints]),
            day=rows["day"],
            value=rows["value"],
            unit=self._unit_of(index),
            note=[note for outcome in self.outcomes for note in outcome.facts["notes"]],
        )

    def survival(self) -> pd.DataFrame:
        """When and why each animal left; an animal that was not enrolled has no day and no event."""
        facts = [outcome.facts for outcome in self.outcomes]
        enrolled = [fact["exit_cause"] != "not enrolled" for fact in facts]
        days = [fact["exit_day"] if inside else np.nan for fact, inside in zip(facts, enrolled, strict=True)]
        return self._short(
            [1] * len(facts),
            day=np.array(days, dtype=np.float64),
            event=np.array([fact["died"] for fact in facts], dtype=bool),
            cause=[fact["exit_cause"] for fact in facts],
        )

    def screening(self) -> dict[str, dict[str, int]]:
        """Per arm, in the central run: animals, candidates screened for their places, and animals never enrolled."""
        counts = {arm: {"animals": 0, "candidates": 0, "not enrolled": 0} for arm in self.arms}
        for seat, outcome in zip(self.seats, self.outcomes, strict=True):
            if seat.draw == 0:
                row = counts[self.arms[seat.arm]]
                row["animals"] += 1
                row["candidates"] += outcome.facts["candidate"] + 1
                row["not enrolled"] += outcome.facts["exit_cause"] == "not enrolled"
        return counts

    def funnel(self) -> pd.DataFrame:
        """The cascade: counts by site, step and kind of aggregate."""
        counts = np.concatenate([outcome.funnel.ravel() for outcome in self.outcomes])
        shape = self.outcomes[0].funnel.shape
        site, step, kind = (np.tile(grid.ravel(), len(self.outcomes)) for grid in np.indices(shape))
        return self._frame(
            [int(np.prod(shape))] * len(self.outcomes),
            site=_category(site, SITES),
            step=_category(step, CASCADE_STEPS),
            aggregate=_category(kind, AGGREGATE_KINDS),
            count=counts,
        )

    def series(self) -> pd.DataFrame:
        """The engine's own daily state, without errors of measurement."""
        units: dict[str, str] = {}
        for outcome in self.outcomes:
            units.update(zip(outcome.facts["fields"], outcome.facts["units"], strict=True))
        names = list(units)
        place = {name: index for index, name in enumerate(names)}
        columns = [
            np.array([place[name] for name in o.facts["fields"]], dtype=np.int16) for o in self.outcomes
        ]
        variable = np.concatenate(
            [np.tile(c, o.days.size) for c, o in zip(columns, self.outcomes, strict=True)]
        )
        levels = sorted(set(units.values()))
        unit = np.array([levels.index(units[name]) for name in names], dtype=np.int16)
        return self._frame(
            [outcome.series.size for outcome in self.outcomes],
            day=np.concatenate([np.repeat(o.days, o.series.shape[1]) for o in self.outcomes]),
            variable=_category(variable, names),
            value=np.concatenate([outcome.series.ravel() for outcome in self.outcomes]),
            unit=_category(unit[variable], levels),
        )

    def lesions(self) -> pd.DataFrame:
        """Every lesion outside the primary at the listed times; volume in mm3, diameter in um."""
        parts = [outcome.lesions for outcome in self.outcomes]
        rows = np.concatenate(parts)
        return self._frame(
            [part.size for part in parts],
            day=rows["day"],
            matching=_category(rows["matching"], MATCHINGS),
            site=_category(rows["site"], SITES),
            tumour_cells=rows["tumour_cells"],
            volume=rows["volume"],
            diameter=1000.0 * np.cbrt(6.0 * rows["volume"] / np.pi),
            founder_cells=rows["founder_cells"].astype(np.int64),
            aggregate=_category(rows["kind"], AGGREGATE_KINDS),
            partner=self._partners([part["partner"] for part in parts]),
        )

    def passages(self) -> pd.DataFrame:
        """What aggregates of each kind met in blood, first pass and later ones, up to the exit."""
        counts = np.concatenate([outcome.passages.ravel() for outcome in self.outcomes])
        shape = self.outcomes[0].passages.shape
        kind, step = (np.tile(grid.ravel(), len(self.outcomes)) for grid in np.indices(shape))
        return self._frame(
            [int(np.prod(shape))] * len(self.outcomes),
            aggregate=_category(kind, AGGREGATE_KINDS),
            step=_category(step, PASSAGE_STEPS),
            count=counts,
        )

    def blood(self) -> pd.DataFrame:
        """Aggregates in the whole blood at exit by tumour cells and partner; those that are not there have no row."""
        places = [np.nonzero(outcome.circulating) for outcome in self.outcomes]
        counts = [o.circulating[place] for o, place in zip(self.outcomes, places, strict=True)]
        return self._frame(
            [count.size for count in counts],
            cells=np.concatenate([place[0] for place in places]) + 1,
            partner=self._partners([place[1] for place in places]),
            count=np.concatenate(counts),
        )

    def _partners(self, places: Sequence[np.ndarray]) -> Any:
        """Names of partner types; 0 is none, other places count through the types of the animal's model."""
        names = sorted({name for outcome in self.outcomes for name in outcome.facts["partners"]})
        codes = [
            np.array([0, *(1 + names.index(name) for name in outcome.facts["partners"])])[place]
            for outcome, place in zip(self.outcomes, places, strict=True)
        ]
        return _category(np.concatenate(codes), ["none", *names])

    def _unit_of(self, endpoint: np.ndarray) -> Any:
        levels = sorted({unit for _, unit in self.endpoints})
        codes = np.array([levels.index(unit) for _, unit in self.endpoints], dtype=np.int16)
        return _category(codes[endpoint], levels)

    def _short(self, sizes: Sequence[int], **columns: Any) -> pd.DataFrame:
        """`_frame` with plain text."""
        frame = self._frame(sizes, **columns)
        coded = [name for name in frame.columns if frame[name].dtype == "category"]
        return frame.astype(dict.fromkeys(coded, object))

    def _frame(self, sizes: Sequence[int], **columns: Any) -> pd.DataFrame:
        """A table whose first columns say which animal; sizes: rows of each animal."""
        import pandas as pd

        who = np.repeat(np.array(self.seats, dtype=np.int64).reshape(-1, 3), sizes, axis=0)
        first = {"arm": _category(who[:, 0], self.arms), "animal": who[:, 1], "draw": who[:, 2]}
        return pd.DataFrame({**first, **columns})


def _category(codes: np.ndarray, names: Sequence[str]) -> Any:
    import pandas as pd

    return pd.Categorical.from_codes(codes, categories=list(names))
