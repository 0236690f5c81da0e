"""Every trial of the catalog runs: with two animals per arm here, as it stands where slow tests run.

What is asked is that the experiment can be read: each assay gives numbers, each declared contrast finds both its arms.
Whether an intervention does what was published is no matter for a test.
"""

import numpy as np
import pytest

from paget.model import load_catalog
from paget.model.catalog import BUILT_IN
from paget.trial import run_trial

TRIALS = sorted(path.stem for path in (BUILT_IN / "trials").glob("*.toml"))
MAY_BE_EMPTY = ("CTC cluster size", "size-matched", "metastasis size")
"""Ends of endpoints that have no number where there is no cluster, no metastasis, or a tumour stays small."""


@pytest.fixture(scope="module")
def catalog():
    return load_catalog()


def check(result):
    """Numbers for every assay, and for both arms of every declared contrast."""
    design, table = result.design, result.endpoints
    read = {
        name for name, values in table.groupby("endpoint", observed=True)["value"] if values.notna().any()
    }
    wanted = {name for name in table["endpoint"].unique() if not name.endswith(MAY_BE_EMPTY)}
    assert wanted <= read
    with_value = table[table["value"].notna()]
    for contrast in design.contrasts:
        for arm in contrast.arms:
            if contrast.endpoint != "survival" and not contrast.endpoint.endswith(MAY_BE_EMPTY):
                rows = with_value[(with_value["endpoint"] == contrast.endpoint) & (with_value["arm"] == arm)]
                assert len(rows), f"{contrast.endpoint} of {arm}"
    declared = result.contrasts[result.contrasts["declared"].astype(bool)]
    assert len(declared) == len(design.contrasts)
    assert set(result.survival["arm"].astype(str)) == {arm.name for arm in design.arms}
    assert (result.survival["cause"] != "not enrolled").any()
    assert np.isfinite(result.series["value"]).all()


@pytest.mark.parametrize("name", TRIALS)
def test_it_runs_with_two_animals(name, catalog):
    check(run_trial(catalog.trials[name], catalog, animals=2))


@pytest.mark.slow
@pytest.mark.parametrize("name", TRIALS)
def test_it_runs_as_it_stands(name, catalog):
    result = run_trial(catalog.trials[name], catalog)
    check(result)
    declared = result.contrasts[result.contrasts["declared"].astype(bool)]
    assert declared["p"].notna().any()


def test_every_published_experiment_has_its_trial():
    """Users and the ledger of evidence know them by name."""
    wanted = """igf-paclitaxel cxcr2-chemotherapy macrophage-depletion neutrophil-depletion plxnb2-loss anti-vla4
        cluster-potency adhesion-loss anti-pd1 adjuvant-cxcr2 portal-release ddr2-host established-metastasis"""
    assert set(wanted.split()) <= set(TRIALS)
