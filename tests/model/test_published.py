"""Published results: every row carried over, and one clear message for each thing that can be wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from paget.errors import PagetError
from paget.model import Catalog, load_catalog
from paget.model.published import USES

FILE = "results/ireland2018-lung.toml"


def test_all_uses_are_there_and_every_row_says_what_it_is_worth(catalog: Catalog) -> None:
    counts = Counter(result.use for result in catalog.results.values())
    assert set(counts) == set(USES)
    assert counts["fit"] >= 18
    assert counts["built-in"] >= 19
    assert counts["independent"] >= 9
    for result in catalog.results.values():
        assert result.claim
        assert result.counterpart or result.not_simulated
        assert result.counted is (result.use != "forecast")


def test_results_of_patients_over_years_are_named_and_not_simulated(catalog: Catalog) -> None:
    """They may become simulated; they may not vanish."""
    for name in (
        "tubiana1991-size",
        "brca-er-crossing",
        "keynote522-efs",
        "conklin2011-tacs3",
        "willis2010-dormancy",
    ):
        assert "patients" in (catalog.results[name].not_simulated or "")


def test_sizes_are_told_only_where_they_were_seen(catalog: Catalog) -> None:
    for result in catalog.results.values():
        if result.seen == "ordering":
            assert result.value is None, result.name
            assert result.low is None, result.name


def test_cards_of_trials_name_results_that_are_there(catalog: Catalog) -> None:
    for trial in catalog.trials.values():
        card = getattr(trial, "card", None)
        for name in getattr(card, "results", None) or []:
            assert name in catalog.results, trial.name


@pytest.mark.parametrize(
    "change, says",
    [
        ((r'"built-in"', '"builtin"'), ("use", "builtin", "Did you mean 'built-in'?")),
        ((r'kind = "contrast"', 'kind = "contrasts"'), ("kind", "Did you mean 'contrast'?")),
        ((r'source = "ireland2018"', 'source = "irland2018"'), ("source", "Did you mean 'ireland2018'?")),
        ((r'evidence = "V"', 'evidence = "Z"'), ("evidence", "Z")),
        ((r'seen = "ordering"', 'seen = "orders"'), ("seen", "Did you mean 'ordering'?")),
        ((r'trial = "igf-paclitaxel"', 'trial = "igf-paclitaxl"'), ("trial", "Did you mean 'igf-paclitaxel'?")),
        ((r'statistic = "contrasts"', 'statistic = "contrast"'), ("statistic", "Did you mean 'contrasts'?")),
        ((r'endpoint = "metastatic area"', 'endpoint = "metastatic are"'), ("endpoint", "'metastatic area'?")),
        ((r'reference = "paclitaxel"', 'reference = "paclitaxol"'), ("reference", "Did you mean 'paclitaxel'?")),
        ((r'direction = "lower"\n\n', 'direction = "less"\n\n'), ("direction", "less")),
        ((r'endpoint = "metastatic area"\n', ""), ("needs one of endpoint", "none of them")),
        ((r'endpoint = "metastatic area"', 'endpoint = "metastatic area"\nstate = "TNF"'), ("needs one of", "state")),
        ((r'endpoint = "metastatic area"', 'endpoint = "metastatic area"\nday = 3'), ("day", "means nothing")),
        ((r'endpoint = "metastatic area"', 'state = "TNF"\nday = 3\nvolume = 9'), ("only one of day",)),
        ((r'\n\[\[counterpart\]\].*', ""), ("either a counterpart or the reason", "neither")),
        ((r'caveat', 'not_simulated = "why"\ncaveat'), ("either a counterpart or the reason", "both")),
        ((r'caveat', 'low = 3\nhigh = 2\ncaveat'), ("low is above high",)),
        ((r'caveat', 'caveats'), ("caveats", "Did you mean 'caveat'?")),
        ((r'schema = "result/1"', 'schema = "trial/1"'), ("this is the place of a result",)),
        ((r'name = "ireland2018-lung"', 'name = "ireland2018-lungs"'), ("named like the item",)),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(
    project: Callable[..., Path], change: tuple[str, str], says: tuple[str, ...]
) -> None:
    folder = project(FILE, change)
    with pytest.raises(PagetError) as caught:
        load_catalog(folder)
    message = str(caught.value)
    assert "ireland2018-lung.toml" in message
    for words in says:
        assert words in message


def test_a_project_may_bring_a_row_of_its_own(project: Callable[..., Path]) -> None:
    folder = project(FILE, (r'name = "ireland2018-lung"', 'name = "ours"'), to="results/ours.toml")
    assert load_catalog(folder).results["ours"].use == "built-in"
