"""Fitted numbers reach the files, nothing else changes, and a catalog that was changed since is noticed."""

import json
import shutil
from dataclasses import replace

import pytest

from paget.analysis.baseline.fit import DRUGS, BaselineFit, freeze_into
from paget.analysis.baseline.freezing import differences
from paget.analysis.baseline.targets import read_baseline
from paget.analysis.baseline.writing import Fitted, write_numbers
from paget.cli import main
from paget.errors import PagetError
from paget.model import load_catalog
from paget.model.catalog import BUILT_IN

SHEDDING = "tumours/lm2-4/behaviours/shedding/base"
ALPHA = "tumours/lm2-4/crowding/alpha"
FIBROBLASTS = "cell-types/fibroblast/behaviours/recruitment/base"


@pytest.fixture(scope="module")
def catalog():
    return load_catalog(built_in_only=True)


def fitted(catalog, path, fold, **more):
    kind = {"tumours": "tumour", "cell-types": "cell-type"}[path.split("/")[0]]
    item = catalog.get(kind, path.split("/")[1])
    from paget.model.walking import numbers

    quantity = dict(numbers(item, item.path))[path]
    return Fitted(path, quantity.value, quantity.value * fold, quantity.unit, **more)


def test_a_written_number_is_read_back(catalog, tmp_path):
    number = fitted(catalog, SHEDDING, 2.0)
    files = write_numbers([number], catalog, tmp_path)
    assert [file.name for file in files] == ["lm2-4.toml"]
    tumour = load_catalog(tmp_path).tumours["lm2-4"].behaviours["shedding"]
    before = catalog.tumours["lm2-4"].behaviours["shedding"]
    for limit in ("base", "minimum", "maximum"):
        assert getattr(tumour, limit).value == pytest.approx(2 * getattr(before, limit).value), limit
    assert tumour.base.range == pytest.approx([2 * end for end in before.base.range], rel=5e-3)  # 3 digits
    old = (BUILT_IN / "tumours" / "lm2-4.toml").read_text().splitlines()
    new = files[0].read_text().splitlines()
    changed = [line for line, was in zip(new, old, strict=True) if line != was]
    assert 1 <= len(changed) <= 3


def test_rows_kind_and_spread_are_written(catalog, tmp_path):
    number = fitted(catalog, ALPHA, 1.1, rows=("lm2-growth",), source="vaghi2020", sd=0.3)
    cells = fitted(catalog, FIBROBLASTS, 0.5, rows=("pymt-composition",), source="pmc4157098")
    write_numbers([number, cells], catalog, tmp_path)
    read = load_catalog(tmp_path)
    alpha = read.tumours["lm2-4"].crowding.alpha
    assert (alpha.kind, alpha.rows, alpha.source, alpha.between.sd) == (
        "fitted", ["lm2-growth"], "vaghi2020", 0.3,
    )  # fmt: skip
    assert read.cell_types["fibroblast"].behaviours["recruitment"].base.rows == ["pymt-composition"]


def test_a_number_over_several_lines_is_refused(catalog, tmp_path):
    shutil.copytree(BUILT_IN / "tumours", tmp_path / "tumours")
    file = tmp_path / "tumours" / "lm2-4.toml"
    text = file.read_text()
    line = next(line for line in text.splitlines() if line.startswith("alpha = "))
    table = (
        '[crowding.alpha]\nvalue = 0.5\nunit = "1/day"\nsource = "assumed"\nkind = "assumed"\n'
        "[crowding.alpha.between]\nsd = 0.2\n"
    )
    text = text.replace(line + "\n", "").replace("[[correlations]]", table + "[[correlations]]", 1)
    file.write_text(text)
    own = load_catalog(tmp_path)
    with pytest.raises(PagetError, match="one line"):
        write_numbers([fitted(catalog, ALPHA, 1.1)], own, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_change_after_freezing_is_noticed(catalog, tmp_path):
    """Planted changes: a fitted number by hand, then a rule that was added."""
    baseline = read_baseline(catalog)
    found = BaselineFit(baseline, [], [], [fitted(catalog, SHEDDING, 1.5)], {}, {})
    freeze_into(tmp_path, found, catalog)
    frozen = load_catalog(tmp_path)
    assert differences(baseline, frozen, DRUGS) == []

    by_hand = tmp_path / "by-hand"
    shutil.copytree(tmp_path, by_hand)
    wrong = replace(fitted(catalog, SHEDDING, 1.5), before=fitted(catalog, SHEDDING, 1.5).value)
    write_numbers([replace(wrong, value=wrong.before * 1.01)], frozen, by_hand)
    assert SHEDDING in differences(baseline, load_catalog(by_hand), DRUGS)[0]

    (tmp_path / "mechanisms").mkdir(exist_ok=True)
    text = (BUILT_IN / "mechanisms" / "growth.toml").read_text()
    rule = (
        text[text.index("[[rules]]") :]
        .replace('"decreases"', '"increases"')
        .replace('"cycle entry"', '"death"')
    )
    (tmp_path / "mechanisms" / "growth.toml").write_text(text + "\n" + rule)
    assert "rules or numbers" in differences(baseline, load_catalog(tmp_path), DRUGS)[0]


def test_the_shipped_catalog_is_the_frozen_one(capsys):
    assert main(["fit", "baseline", "--check"]) == 0
    assert "frozen one" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('readout = "share of fibroblast"', 'readout = "part of fibroblast"', "unknown readout"),
        ('readout = "share of fibroblast"', 'readout = "share of fibroblasts"', "Did you mean 'fibroblast'"),
        ('place = "lung"', 'place = "spleen"', "cannot be read there"),
        ('tumour = "lm2-4"\nplace', 'tumour = "lm2"\nplace', "Did you mean 'lm2-4'"),
        ("behaviours/shedding/base", "behaviours/sheding/base", "no number of the reference animals"),
        ('unit = "event/day"', 'unit = "mm^3"', "wrong unit"),
        ('source = "pmc4157098"', 'source = "pmc0"', "no key of references.bib"),
        ("elasticity = -3", "elasticity = 0", "cannot be 0"),
    ],
)
def test_bad_baselines(old, new, message, tmp_path, capsys):
    text = (BUILT_IN / "baseline.toml").read_text()
    assert old in text
    (tmp_path / "baseline.toml").write_text(text.replace(old, new, 1))
    assert main(["fit", "baseline", "--project", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert "baseline.toml:" in error


def test_missing_data(capsys):
    assert main(["fit", "baseline", "--data", "nowhere.tsv"]) == 2
    assert "nowhere.tsv" in capsys.readouterr().err


def test_json_of_a_fit(tmp_path, catalog):
    from paget.report.baseline_terminal import as_json, terminal_baseline

    baseline = read_baseline(catalog)
    found = BaselineFit(
        baseline, [], [], [fitted(catalog, SHEDDING, 1.5)], {10.0: (0.8, 0.81)}, {"lm2-4": (0.9, 1.1)}
    )
    data = json.loads(json.dumps(as_json(found)))
    assert data["numbers"][0]["path"] == SHEDDING
    text = terminal_baseline(found)
    assert SHEDDING in text
    assert "0.81" in text
