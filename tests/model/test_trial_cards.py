"""Cards of trials: every trial of the catalog has one, and `describe` tells it."""

from __future__ import annotations

import pytest

from paget.model import Catalog, describe, load_catalog
from paget.model.catalog import BUILT_IN

TRIALS = sorted(path.stem for path in (BUILT_IN / "trials").glob("*.toml"))


@pytest.mark.parametrize("name", TRIALS)
def test_every_trial_has_a_card(name: str, catalog: Catalog) -> None:
    card = catalog.trials[name].card
    assert card is not None
    assert [entry for entry, _ in card.entries()] == [
        "strain", "line", "inoculum", "route", "dose", "schedule", "readout day", "animals per arm", "endpoint"
    ]  # fmt: skip
    assert card.comes_out


@pytest.mark.parametrize("name", TRIALS)
def test_a_card_says_what_the_trial_does(name: str, catalog: Catalog) -> None:
    """The number of animals, and every dose."""
    design = catalog.trials[name]
    card = design.card
    assert card is not None
    assert card.animals_per_arm.value == str(design.animals)
    told = " ".join(entry.value for _, entry in card.entries())
    doses = {treatment.dose.text for arm in design.arms for treatment in arm.treatments}
    assert all(dose in told for dose in doses), doses


@pytest.mark.parametrize("name", TRIALS)
def test_describe_tells_the_card(name: str, catalog: Catalog) -> None:
    text = describe(catalog, f"trial/{name}")
    card = catalog.trials[name].card
    assert card is not None
    for _, entry in card.entries():
        assert entry.value.rstrip(".") in text
    for assumption in card.assumed:
        assert assumption.rstrip(".") in text


def test_a_card_tells_what_was_not_seen() -> None:
    text = describe(load_catalog(), "cluster-potency")
    assert "- Route: tail vein (seen in the paper)." in text
    assert "- Readout day: day 35 (not seen, chosen here)." in text
    assert "serves the published results aceto2014-potency" in text


def test_a_card_is_inherited_entry_by_entry(catalog: Catalog) -> None:
    own, base = (catalog.trials[name].card for name in ("igf-paclitaxel-lm2", "igf-paclitaxel"))
    assert own is not None
    assert base is not None
    assert own.strain != base.strain
    assert own.dose == base.dose
