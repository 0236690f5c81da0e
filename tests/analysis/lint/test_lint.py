"""The linter: the shipped catalog passes, and each check catches a fault planted for it, at its line."""

# ruff: noqa: E501

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from paget.analysis.lint import CHECKS, Finding, lint
from paget.cli import main
from paget.model import load_catalog
from paget.model.quantity import reads_noted


def test_the_shipped_catalog_passes() -> None:
    findings = lint(load_catalog(built_in_only=True))
    assert not findings, "\n" + "\n".join(map(str, findings))


class Fault(NamedTuple):
    """A file of the catalog with a fault, and what the linter must say about it."""

    check: str
    file: str
    changes: tuple[tuple[str, str], ...]
    says: str
    to: str | None = None
    at: str = ""
    """Text in the line that is named; '' for any line."""


NUMBER = 'value = {value}, unit = "1", source = "assumed", kind = "assumed"'


def mechanism(signal: str, direction: str, half: float, minimum: float = 0.0, maximum: float = 0.5) -> str:
    """A mechanism of one rule on a behaviour of NK cells with a base of 0.1 per day."""

    def per_day(value: float) -> str:
        return f'{{ value = {value}, unit = "1/day", source = "assumed", kind = "assumed" }}'

    return f'''schema = "mechanism/1"
name = "planted"
summary = "A rule."
[cell_types."NK cell".behaviours."collagen digestion"]
base = {per_day(0.1)}
minimum = {per_day(minimum)}
maximum = {per_day(maximum)}
[[rules]]
cell_type = "NK cell"
signal = "{signal}"
direction = "{direction}"
behaviour = "collagen digestion"
half_maximum = {{ {NUMBER.format(value=half)} }}
power = {{ {NUMBER.format(value=4.0)} }}
'''


PACLITAXEL = "drugs/paclitaxel.toml"
DIGOXIN, TNF, CSF1 = "drugs/digoxin.toml", "factors/tnf.toml", "receptors/csf1r.toml"
MACROPHAGES, NK = "mechanisms/macrophages.toml", "cell-types/nk-cell.toml"
NEW_TYPE = ((r'name = "NK cell"', 'name = "mast cell"'), (r"title = [^\n]*", 'title = "mast cell"'))
PLAIN_TYPE = (r"\[behaviours.*", "")

FAULTS = [
    Fault("fitted numbers", PACLITAXEL, ((r", rows = \[[^\]]*\]", ""),), "names no rows", at="maximum_rate"),
    Fault("fitted numbers", PACLITAXEL, ((r"rows = \[[^\]]*\]", 'rows = ["nobody2020"]'),),
          "'nobody2020' is no published result", at="nobody2020"),
    Fault("sources", DIGOXIN, ((r'note = "chance per circuit', 'kind = "derived", note = "chance per circuit'),
                               (r'source = "assumed", kind = "assumed", range = \[3, 60\], kind', 'source = "assumed", range = [3, 60], kind'),
                               (r', note = "chance per circuit[^"]*"', "")),
          "no note says from what", at="fold"),
    Fault("sources", DIGOXIN, ((r'source = "definition", kind = "derived"', 'source = "definition", kind = "measured"'),),
          "a definition is not measured", at="bioavailability"),
    Fault("unused numbers", "hosts/scid.toml", ((r'(?=\n\[sites."axillary node"\])', '\n"CD8 T cell" = { value = 5, unit = "cell/mm^3", source = "assumed", kind = "assumed" }\n'),),
          "nothing reads this number", at="CD8 T cell"),
    Fault("unread behaviours", NK, ((r"\Z", '\n[behaviours."cohesion"]\n' + "".join(f"{k} = {{ {NUMBER.format(value=0.5)} }}\n" for k in ("base", "minimum", "maximum"))),),
          "no engine reads 'cohesion' of NK cell", at="cohesion"),
    Fault("rules", MACROPHAGES, ((r".*", mechanism("pressure", "increases", 1.0, maximum=0.1)),),
          "'NK cell: pressure increases collagen digestion' changes nothing", to="mechanisms/planted.toml"),
    Fault("rules", MACROPHAGES, ((r".*", mechanism("collagen alignment", "increases", 1000.0)),),
          "'NK cell: collagen alignment increases collagen digestion' changes nothing", to="mechanisms/planted.toml"),
    Fault("rules", MACROPHAGES, ((r".*", mechanism("pressure", "decreases", 1.0, minimum=0.1)),),
          "'NK cell: pressure decreases collagen digestion' changes nothing", to="mechanisms/planted.toml"),
    Fault("drugs", DIGOXIN, ((r"\n\[kinetics.human\].*?(?=\n# It blocks)", "\n"),), "has no kinetics in the human"),
    Fault("drugs", DIGOXIN, ((r"\n\[actions.affinity.mouse\]\n[^\n]*\n", "\n"),), "does not say whether it modifies", at="actions"),
    Fault("drugs", DIGOXIN, ((r'(?<=affinity.human\]\n)[^\n]*', "bound = false"), (r'(?<=affinity.mouse\]\n)[^\n]*', "bound = false")),
          "acts in no tumour and host"),
    Fault("orphans", NK, (*NEW_TYPE, PLAIN_TYPE), "mast cell is in no organ", to="cell-types/mast-cell.toml", at="mast cell"),
    Fault("orphans", TNF, ((r'name = "TNF"', 'name = "IL-6"'), (r"title = [^\n]*", 'title = "interleukin 6"')),
          "no cell secretes IL-6", to="factors/il-6.toml"),
    Fault("orphans", TNF, ((r'name = "TNF"', 'name = "IL-6"'), (r"title = [^\n]*", 'title = "interleukin 6"')),
          "no receptor binds IL-6", to="factors/il-6.toml"),
    Fault("orphans", CSF1, ((r'name = "CSF1R"', 'name = "KIT"'), (r"title = [^\n]*", 'title = "stem cell factor receptor"')),
          "no cell carries KIT", to="receptors/kit.toml"),
    Fault("names", TNF, ((r'name = "TNF"', 'name = "cd8-t-cell"'), (r"title = [^\n]*", 'title = "a factor"')),
          "the cell-type 'CD8 T cell' has this name too", to="factors/cd8-t-cell.toml"),
    Fault("names", TNF, ((r'name = "TNF"', 'name = "TNF 2"'),), "'TNF' has the same title", to="factors/tnf-2.toml"),
    Fault("trial cards", "trials/adhesion-loss.toml", ((r"\[card\].*?(?=\n\[(?!card))", ""),), "has no [card]"),
    Fault("citations", DIGOXIN, ((r"# It blocks", "# It blocks (Nobody 2020)"),), "cites 'Nobody 2020'", at="Nobody 2020"),
]  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.check}: {fault.says}")
def test_planted_fault_is_caught(fault: Fault, planted: Callable[..., Path]) -> None:
    folder = planted(fault.file, *fault.changes, to=fault.to)
    findings = list(CHECKS[fault.check](load_catalog(folder)))
    path = folder / (fault.to or fault.file)
    mine = [one for one in findings if fault.says in one.what and Path(one.file).resolve() == path]
    assert mine, f"not found among {findings}"
    for one in mine:
        line = path.read_text(encoding="utf-8").splitlines()[one.line - 1]
        assert fault.at in line, line


BIB = [
    ("@article{nobody2020,\n  author = {Nobody, A.},\n  title = {T},\n  year = {2020},\n  doi = {10.1000/x}\n}", "has no journal"),
    ("@article{nobody2020,\n  author = {Nobody, A.},\n  title = {T},\n  journal = {J},\n  year = {2020},\n  doi = {https://doi.org/10.1000/x}\n}", "is not of the form 10.1234/abc"),
    ("@article{nobody2020,\n  author = {Nobody, A.},\n  title = {T},\n  journal = {J},\n  year = {2020}\n}", "has no doi"),
    ("@misc{nobody2020,\n  title = {T},\n  howpublished = {H}\n}", "has no author"),
    ("@book{nobody2020,\n  title = {T}\n}", "an entry of type @book"),
]  # fmt: skip


@pytest.mark.parametrize("entry, says", BIB, ids=[says for _, says in BIB])
def test_incomplete_and_uncited_entries(entry: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "references.bib").write_text(f"\n{entry}\n", encoding="utf-8")
    catalog = load_catalog(tmp_path)
    faults = [one for one in CHECKS["references"](catalog) if one.key == "nobody2020"]
    assert says in faults[0].what
    assert faults[0].line == 2
    assert "nobody2020" in [one.key for one in CHECKS["unused references"](catalog)]


def test_rule_that_changes_something_is_let_through(planted: Callable[..., Path]) -> None:
    folder = planted(
        MACROPHAGES, (".*", mechanism("pressure", "increases", 1.0)), to="mechanisms/planted.toml"
    )
    assert not [one for one in CHECKS["rules"](load_catalog(folder)) if "planted" in one.file]


def test_every_check_has_a_planted_fault() -> None:
    """Ranges are refused on loading; that check guards against what never should load."""
    planted = {fault.check for fault in FAULTS} | {"references", "unused references", "ranges"}
    assert planted == set(CHECKS)


def test_range_that_does_not_contain_its_value() -> None:
    catalog = load_catalog(built_in_only=True)
    mass = next(iter(catalog.factors.values())).decay
    object.__setattr__(mass, "range", (2 * mass.value, 3 * mass.value))
    try:
        assert [one.check for one in CHECKS["ranges"](catalog)] == ["ranges"]
    finally:
        object.__setattr__(mass, "range", None)
        from paget.model import catalog as loaded

        loaded._loaded.clear()


def test_reads_are_noted_for_as_long_as_somebody_listens() -> None:
    number = load_catalog(built_in_only=True).hosts["scid"].body.weight
    seen: list[str] = []
    with reads_noted(seen.append):
        assert number.canonical == 21
    assert seen == ["hosts/scid/body/weight"]
    assert number.canonical == 21
    assert len(seen) == 1


# ---- the command -----------------------------------------------------------------------------------------------------


FOUND = Finding("drugs/digoxin.toml", 7, "kinetics", "drugs", "digoxin has no kinetics in the human")


def test_command_names_place_and_counts(planted, monkeypatch, capsys) -> None:
    folder = planted(DIGOXIN)
    monkeypatch.setattr("paget.analysis.lint.lint", lambda catalog: [FOUND])
    assert main(["lint", "--project", str(folder), "--json", "found.json"]) == 1
    told = capsys.readouterr().out
    assert told == (
        "drugs/digoxin.toml:7: kinetics: digoxin has no kinetics in the human\n1 found: drugs 1.\n"
    )
    assert json.loads(Path("found.json").read_text(encoding="utf-8")) == [FOUND.as_dict()]


def test_command_on_a_clean_catalog(planted, monkeypatch, capsys) -> None:
    folder = planted(DIGOXIN)
    monkeypatch.setattr("paget.analysis.lint.lint", lambda catalog: [])
    assert main(["lint", "--project", str(folder), "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert main(["lint", "--project", str(folder)]) == 0
    assert capsys.readouterr().out == f"{len(CHECKS)} checks, nothing found.\n"


def test_command_on_bad_input(planted: Callable[..., Path], capsys) -> None:
    folder = planted(DIGOXIN, (r'class = "small molecule"', 'class = "potion"'))
    assert main(["lint", "--project", str(folder)]) == 2
    assert main(["lint", "--project", "nowhere"]) == 2
    assert "potion" in capsys.readouterr().err
