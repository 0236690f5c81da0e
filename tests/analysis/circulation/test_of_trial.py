"""Tables of the circulation: from frames made by hand, and from a small trial, also when read from its folder."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from paget.analysis.circulation.of_trial import (
    OTHERS,
    circulation_of_trial,
    events,
    foci_by_kind,
    kind_codes,
    partners,
    passages,
    sizes,
)
from paget.cli import INPUT_ERROR, main

BLOOD = pd.DataFrame(
    [
        (1, 1, "none", 90),
        (1, 2, "none", 6),
        (1, 1, "neutrophil", 4),
        (2, 1, "none", 10),
        (2, 3, "macrophage", 2),
    ],
    columns=["animal", "cells", "partner", "count"],
)


def test_kinds() -> None:
    assert kind_codes([1, 2, 1, 4], np.array(["none", "none", "NK cell", "NK cell"])).tolist() == [0, 1, 2, 2]


def test_events_by_hand() -> None:
    table = events(BLOOD, [1, 2, 3], seed=1).set_index(
        "aggregate"
    )  # the third animal has nothing in its blood
    assert table["per_animal"].tolist() == pytest.approx([100 / 3, 2.0, 2.0])
    assert table.loc["cluster", "share"] == pytest.approx(6 / 112)


def test_sizes_by_hand() -> None:
    table = sizes(BLOOD).set_index("cells")
    assert table["without_partner"].tolist() == [100, 6, 0]
    assert table["with_partner"].tolist() == [4, 0, 2]


def test_partners_by_hand() -> None:
    """Neutrophils are two thirds of the partners and half of the leukocytes; macrophages have no density here."""
    table = partners(BLOOD, [1, 2, 3], {"neutrophil": 5e5, "NK cell": 5e5}, seed=1).set_index("partner")
    assert table.loc["neutrophil", "enrichment"] == pytest.approx(4 / 3)
    assert table.loc["NK cell", "count"] == 0
    assert np.isnan(table.loc["macrophage", "enrichment"])


def test_all_leukocytes_are_what_is_compared_with() -> None:
    """Cells of no type of the model count in the whole, and are no partners."""
    table = partners(BLOOD, [1, 2, 3], {"neutrophil": 5e5, OTHERS: 5e6}, seed=1).set_index("partner")
    assert list(table.index) == ["macrophage", "neutrophil"]
    assert table.loc["neutrophil", "in_blood"] == pytest.approx(1 / 11)
    assert table.loc["neutrophil", "enrichment"] == pytest.approx(2 / 3 * 11)


def test_metastases_by_kind() -> None:
    lesions = pd.DataFrame(
        [(1, "exit", "lung", "single"), (1, "exit", "liver", "cluster"), (1, "day", "lung", "mixed")],
        columns=["animal", "matching", "site", "aggregate"],
    )
    assert foci_by_kind(lesions, [1, 2]).tolist() == [[1, 1, 0], [0, 0, 0]]
    assert foci_by_kind(lesions, [1, 2], "liver").tolist() == [[0, 1, 0], [0, 0, 0]]


def test_passages_by_hand() -> None:
    steps = {
        "met first bed": 100,
        "arrested in first bed": 90,
        "passed first bed": 10,
        "formed in blood": 2,
        "died in blood": 6,
    }
    rows = pd.DataFrame(
        [("single", step, n) for step, n in steps.items()], columns=["aggregate", "step", "count"]
    )
    table = passages(rows, [1, 2]).set_index(["aggregate", "step"])
    assert table.loc[("single", "arrested in first bed"), "share"] == pytest.approx(0.9)
    assert table.loc[("single", "died in blood"), "share"] == pytest.approx(0.5)
    assert table.loc[("single", "died in blood"), "per_animal"] == 3.0
    assert np.isnan(table.loc[("mixed", "passed first bed"), "share"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A trial of four mice an arm with tail-vein clusters, written to a folder."""
    out = tmp_path_factory.mktemp("trial") / "run"
    assert (
        main(["trial", "cluster-potency", "--animals", "4", "--workers", "1", "--quiet", "--out", str(out)])
        == 0
    )
    return out


def test_a_trial_in_its_folder(folder, tmp_path, capsys) -> None:
    from paget.trial.result import TrialResult

    result = TrialResult.read(folder)
    tables = circulation_of_trial(result, "lung")
    arms = [arm.name for arm in result.design.arms]
    assert list(dict.fromkeys(tables["passages"]["arm"])) == arms
    met = tables["passages"].query("step == 'met first bed'").groupby("aggregate")["per_animal"].sum()
    assert met["single"] > 0
    assert met["cluster"] > 0
    lives = tables["half_lives"].set_index("aggregate")
    assert (lives["low"] < lives["measured"]).all()
    assert lives.loc["cluster", "measured"] < lives.loc["single", "measured"]
    file = tmp_path / "circulation.json"
    capsys.readouterr()
    assert main(["circulation", str(folder), "--json", str(file)]) == 0
    assert "met first bed" in capsys.readouterr().out
    found = json.loads(file.read_text())
    assert found["schema"] == "circulation/1"
    assert len(found["passages"]) == len(tables["passages"])


def test_refused(folder, tmp_path, capsys) -> None:
    assert main(["circulation", str(folder), "--site", "lungs"]) == INPUT_ERROR
    assert "Did you mean 'lung'" in capsys.readouterr().err
    assert main(["circulation", str(tmp_path)]) == INPUT_ERROR
