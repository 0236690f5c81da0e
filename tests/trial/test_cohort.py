"""Genotypes of a cohort: which are made, and that organs of an edited host stand beside the wild type."""

from __future__ import annotations

import pytest

from paget.host.record import SITES
from paget.trial.cohort import Cohort

LUNG = SITES.index("lung")
FEWER = {"in": "host", "kind": "knock-down", "recruitment": "macrophage", "fold": 0.2}
NO_IGF1R = {"in": "tumour", "kind": "knock-out", "receptor": "IGF1R"}


@pytest.fixture
def cohort(design, catalog):
    """cohort(edits of each arm ...): ready for its central animals and the first two parameter draws."""

    def make(*edits) -> Cohort:
        arms = [{"name": f"arm {place}", "edits": own} for place, own in enumerate(edits)]
        found = Cohort(design(arms=arms, contrasts=[], draws=2, animals=1), catalog)
        for draw in range(3):
            found.prepare(draw)
        return found

    return make


def kept(cohort: Cohort, arm: int, draw: int = 0) -> float:
    """Recruitment of macrophages to the lung at rest, relative to the wild type."""
    compiled = cohort._drawn[cohort._group_of[arm], draw].compiled
    place = compiled.cell_types.index("macrophage")
    return float(compiled.tables["sites"]["kept_recruitment"][LUNG, place])


def test_an_edited_host_stands_beside_its_wild_type(cohort) -> None:
    """The wild type is made though no arm has it, and drawn with the same numbers."""
    alone = cohort([FEWER])
    assert [list(genotype.model.edits) for genotype in alone.genotypes] == [
        [],
        alone.design.arms[0].edits,
    ]
    assert [kept(alone, 0, draw) for draw in range(3)] == pytest.approx([0.2] * 3, rel=0.02)


def test_an_edited_tumour_does_not_change_what_organs_keep(cohort) -> None:
    both = cohort([NO_IGF1R], [NO_IGF1R, FEWER], [])
    assert len(both.genotypes) == 3
    assert kept(both, 0) == kept(both, 2) == 1.0
    assert kept(both, 1) == pytest.approx(0.2, rel=0.02)
