"""Untreated tumours of the engine grow as the catalog says, and as the mice did to which it was fitted.

The data are not part of the project. Where a file of volumes lies at the path in PAGET_DATA, or as
`shared/data/lm2_4luc_volumes.tsv` beside the repository, the last tests read it; elsewhere they are skipped.
"""

import os
from pathlib import Path

import numpy as np
import pytest

from paget.analysis.baseline.crowding import deviation
from paget.analysis.compare_growth import compare
from paget.analysis.gompertz import log_volume
from paget.analysis.growth_data import Volumes, drop_out, read_volumes
from paget.analysis.growth_fit import fit_each, fit_population, summarise_each
from paget.analysis.untreated import Mouse, simulate_growth

MICE = {"py230": "c57bl6", "lm2-4": "scid"}
DAYS = [14, 21, 28, 35]
SCHEDULE = list(range(10, 39, 3))
LIMIT = 1500.0
"""Reading (mm3) after which an animal is taken out."""
ANIMALS = 528
"""Twelve for each animal of the data: the median on day 14 then has a standard error of 3 %."""
FITTED = 176
"""Animals whose readings are fitted."""

DATA = Path(
    os.environ.get("PAGET_DATA", Path(__file__).parents[3] / "shared" / "data" / "lm2_4luc_volumes.tsv")
)
with_data = pytest.mark.skipif(not DATA.is_file(), reason="no file of measured volumes here")


@pytest.fixture(scope="module")
def growth():
    return simulate_growth("lm2-4", "scid", ANIMALS, seed=1)


@pytest.mark.parametrize("tumour", MICE)
def test_median_animal_follows_the_law_of_its_file(tumour):
    """Planted fault: 0.02 per day of further death."""
    mouse = Mouse.of(tumour, MICE[tumour])
    assert np.abs(deviation(mouse, 35)[DAYS] - 1).max() < 0.03
    path = mouse.own("behaviours/death/base")
    dying = mouse.with_values({path: mouse.number(path) + 0.02})
    assert np.abs(deviation(dying, 35)[DAYS] - 1).max() > 0.1


def test_medians_over_animals_follow_the_law_of_the_same_animals(growth):
    """The law at each animal's own alpha and beta: the sampling of animals drops out."""
    logs = log_volume(growth.log_alpha[:, None], growth.log_beta[:, None], np.array(DAYS, dtype=float))
    ratio = np.median(growth.volumes[:, DAYS], axis=0) / np.exp(np.median(logs, axis=0))
    assert np.abs(ratio - 1).max() < 0.05


def test_alpha_and_beta_come_back_from_calipers(growth):
    """Readings with the error of calipers, animals gone when large, fitted as the data were.

    Limits: 0.07 on the logs of the medians, 4 standard errors of 176 animals. Planted fault: days that are written
    down a week late give another beta.
    """
    crowding = Mouse.of("lm2-4", "scid").model.tumour.crowding
    read = drop_out(growth.read_on(SCHEDULE), LIMIT).of_animals(range(FITTED))
    fit = fit_population(read)
    assert abs(np.log(fit.alpha / crowding.alpha.canonical)) < 0.07
    assert abs(np.log(fit.beta / crowding.beta.canonical)) < 0.07
    assert fit.correlation > 0.85
    assert fit.sd_alpha == pytest.approx(crowding.alpha.between.sd, rel=0.35)
    late = Volumes(read.animals, read.days + 7.0, read.volumes)
    assert abs(np.log(fit_population(late).beta / crowding.beta.canonical)) > 0.07


def test_each_animal_by_itself_shows_the_correlation(growth):
    read = drop_out(growth.read_on(SCHEDULE), LIMIT).of_animals(range(FITTED))
    assert summarise_each(fit_each(read))["correlation"] > 0.85


def test_calipers_err_as_the_fit_says(growth):
    """SD of the log of a reading about the truth, 528 animals on 10 days: 4 standard errors are 4 %."""
    truth, read = growth.volumes[:, SCHEDULE], growth.calipers[:, SCHEDULE]
    felt = read > 0
    assert np.log(read[felt] / truth[felt]).std() == pytest.approx(0.18, rel=0.04)


# ---- with the data ---------------------------------------------------------------------------------------------------


@with_data
def test_catalog_holds_the_fit_to_the_data():
    fit = fit_population(read_volumes(DATA))
    tumour = Mouse.of("lm2-4", "scid").model
    crowding = tumour.tumour.crowding
    assert crowding.alpha.canonical == pytest.approx(fit.alpha, rel=0.01)
    assert crowding.beta.canonical == pytest.approx(fit.beta, rel=0.01)
    assert crowding.alpha.between.sd == pytest.approx(fit.sd_alpha, rel=0.01)
    assert crowding.beta.between.sd == pytest.approx(fit.sd_beta, rel=0.01)
    assert tumour.correlations[0][2] == pytest.approx(fit.correlation, abs=0.002)
    assert fit.residual_sd == pytest.approx(0.18, abs=0.005)


@with_data
def test_engine_matches_the_mice(growth):
    """Medians on four days within 10 % of the drop-out-aware estimate; alpha and beta within their intervals."""
    result = compare(read_volumes(DATA), growth, DAYS)
    assert (result.medians["ratio"] - 1).abs().max() < 0.10
    table = result.data.table().set_index("name")
    assert table["low"]["alpha"] < result.engine.alpha < table["high"]["alpha"]
    assert table["low"]["beta"] < result.engine.beta < table["high"]["beta"]
    assert result.engine.correlation > 0.85
    assert (result.each["correlation"] > 0.85).all()
