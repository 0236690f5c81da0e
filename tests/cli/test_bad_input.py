"""Bad input at the command line: one clear message, exit code 2, nothing written, no traceback.

Each row of TRIALS changes one thing in the template of a trial; each row of ITEMS changes one thing in a catalog file in
a project folder. The message must name the file, the line in which `at` stands, and every one of `says`.
"""

# ruff: noqa: E501  (a table reads best with a row to a line)

from dataclasses import dataclass
from pathlib import Path

import pytest

import paget
from paget.cli import main
from paget.cli.new import template

CATALOG = Path(paget.__file__).parent / "catalog"


@dataclass(frozen=True)
class Bad:
    """One thing wrong: `old` becomes `new`."""

    name: str
    old: str
    new: str
    says: tuple[str, ...]
    at: str | None = None
    """Text of the line that the message must name; `new` if not given, "" for no line."""

    def __str__(self) -> str:
        return self.name


TRIALS = [
    Bad("unknown key", "animals = 10 ", "animal = 10 ", ("animal", "animals")),
    Bad("unknown key of an arm", 'name = "control"', 'name = "control"\ndrugs = []', ("drugs",), "drugs = []"),
    Bad("missing key", 'host = "c57bl6"', "", ("host", "missing"), ""),
    Bad("unknown tumour", '"py230"', '"py320"', ("py320", "Did you mean 'py230'?")),
    Bad("unknown host", '"c57bl6"', '"c57b6"', ("c57b6", "Did you mean 'c57bl6'?")),
    Bad("unknown mechanism", "without = []", 'without = ["IGF axes"]', ("IGF axes", "Did you mean 'IGF axis'?")),
    Bad("unknown drug", 'drug = "paclitaxel"', 'drug = "placitaxel"', ("placitaxel", "Did you mean 'paclitaxel'?")),
    Bad("unknown route of a drug", 'route = "i.v."', 'route = "intravenous"', ("intravenous", "i.v.")),
    Bad("route without kinetics", 'route = "i.v."', 'route = "oral"', ("oral",)),
    Bad("unknown endpoint", 'endpoint = "lung foci"', 'endpoint = "lungfoci"', ("lungfoci", "Did you mean 'lung foci'?")),
    Bad("unknown test", 'test = "auto"', 'test = "t-test"', ("t-test", "welch")),
    Bad("missing unit of a dose", 'dose = "15 mg/kg"', "dose = 15", ("dose", "mg/kg")),
    Bad("wrong unit of a dose", 'dose = "15 mg/kg"', 'dose = "15 nM"', ("nM", "mg/kg")),
    Bad("no unit at all", 'dose = "15 mg/kg"', 'dose = "15 qubits"', ("qubits",)),
    Bad("wrong unit of a duration", 'duration = "42 day"', 'duration = "42 mm"', ("mm", "day")),
    Bad("wrong unit of a volume", 'volume = "100 mm^3"', 'volume = "100 mg"', ("mg", "mm^3")),
    Bad("negative dose", 'dose = "15 mg/kg"', 'dose = "-15 mg/kg"', ("-15",)),
    Bad("negative duration", 'duration = "42 day"', 'duration = "-42 day"', ("-42",)),
    Bad("NaN", 'duration = "42 day"', "duration = nan", ("duration",)),
    Bad("infinite dose", 'dose = "15 mg/kg"', 'dose = "inf mg/kg"', ("dose",)),
    Bad("text for a number", "animals = 10 ", 'animals = "ten" ', ("animals", "ten")),
    Bad("a fraction of an animal", "animals = 10 ", "animals = 2.5 ", ("animals", "2.5")),
    Bad("no animals", "animals = 10 ", "animals = 0 ", ("animals",)),
    Bad("negative seed", "seed = 1 ", "seed = -1 ", ("seed",)),
    Bad("a list for text", 'route = "fat pad"', 'route = ["fat pad"]', ("route",)),
    Bad("share above one", 'weight_loss = "20 %"', 'weight_loss = "120 %"', ("weight_loss",)),
    Bad("a dose after the end", "days = [0, 7, 14] ", "days = [0, 7, 70] ", ("70", "42 day")),
    Bad("doses that end after the end", 'until = "21 day"', 'until = "210 day"', ("210", "42 day")),
    Bad("two ways to give days", 'every = "3.5 day"', 'every = "3.5 day"\ndays = [1]', ("days", "every"), ""),
    Bad("days that count from nothing", 'from = "enrolment"\n', "", ("from", "enrolment"), ""),
    Bad("a contrast that names no arm", '["paclitaxel + xentuzumab", "paclitaxel"]', '["paclitaxel", "vehicle"]', ("vehicle",)),
    Bad("a contrast of an arm with itself", '"paclitaxel + xentuzumab", "paclitaxel"]', '"paclitaxel", "paclitaxel"]', ("itself",)),
    Bad("a contrast without assay", '[[contrasts]]\nendpoint = "lung foci"', '[[contrasts]]\nendpoint = "lung burden"', ("lung burden",), 'endpoint = "lung burden"'),
    Bad("two arms of one name", 'name = "paclitaxel"', 'name = "control"', ("twice", "control"), ""),
    Bad("an assay twice", 'endpoint = "body weight"', 'endpoint = "primary volume"', ("twice", "primary volume"), ""),
    Bad("an assay without days", 'endpoint = "metastatic area"\ndays = ["end"]', 'endpoint = "metastatic area"', ("days",), ""),
    Bad("an assay after the end", 'endpoint = "metastatic area"\ndays = ["end"]', 'endpoint = "metastatic area"\ndays = [50]', ("50", "42 day"), "days = [50]"),
    Bad("a human tumour in a competent host", '"py230"', '"lm2-4"', ("human",), ""),
    Bad("no arms", "[[arms", "[[wings", ("wings",), ""),
    Bad("enrolled after the humane limit", 'volume = "100 mm^3"', 'volume = "3000 mm^3"', ("2500",)),
    Bad("a newer schema", '"trial/1"', '"trial/9"', ("trial/9", "newer")),
    Bad("another kind of file", '"trial/1"', '"trail/1"', ("trail/1", "trial")),
    Bad("no schema", 'schema = "trial/1"', "", ("schema",), ""),
    Bad("not TOML", "animals = 10 ", "animals = = 10 ", ("TOML",)),
]  # fmt: skip

MECHANISM = """\
schema = "mechanism/1"
name = "ours"
title = "A mechanism of ours"
summary = "For tests."

[cell_types."neutrophil".behaviours."secretion of IGF-1"]
base = { value = 38, unit = "molecule/cell/minute", source = "assumed", kind = "assumed", range = [12, 120] }
minimum = { value = 0, unit = "molecule/cell/minute", source = "assumed", kind = "assumed" }
maximum = { value = 400, unit = "molecule/cell/minute", source = "assumed", kind = "assumed" }

[[rules]]
cell_type = "tumour cell"
signal = "collagen density"
direction = "increases"
behaviour = "shedding"
half_maximum = { value = 2.0, unit = "1", source = "assumed", kind = "assumed" }
power = { value = 1.0, unit = "1", source = "assumed", kind = "assumed" }

[[rules]]
cell_type = "tumour cell"
signal = "pressure"
direction = "increases"
behaviour = "shedding"
half_maximum = { value = 0.5, unit = "1", source = "assumed", kind = "assumed" }
power = { value = 1.0, unit = "1", source = "assumed", kind = "assumed" }
"""

OURS = "mechanisms/ours.toml"
ITEMS = [
    (OURS, Bad("missing source", 'minute", source = "assumed", kind', 'minute", kind', ("source",), "value = 38")),
    (OURS, Bad("unknown source", 'source = "assumed"', 'source = "nobody2020"', ("nobody2020", "references.bib"), "nobody")),
    (OURS, Bad("missing kind", ', kind = "assumed", range', ", range", ("kind",), "value = 38")),
    (OURS, Bad("unknown kind", 'kind = "assumed"', 'kind = "guessed"', ("guessed", "assumed"), "guessed")),
    (OURS, Bad("missing unit of a number", '38, unit = "molecule/cell/minute"', "38", ("unit",), "value = 38")),
    (OURS, Bad("wrong unit of a number", '38, unit = "molecule/cell/minute"', '38, unit = "mm"', ("mm",), "value = 38")),
    (OURS, Bad("negative rate", "value = 38", "value = -38", ("-38",), "value = -38")),
    (OURS, Bad("a value outside its range", "[12, 120]", "[50, 120]", ("range",), "value = 38")),
    (OURS, Bad("a range the wrong way round", "[12, 120]", "[120, 12]", ("range",), "value = 38")),
    (OURS, Bad("a base above its maximum", "value = 400", "value = 30", ("maximum",), "")),
    (OURS, Bad("a number that is none", "value = 38", "value = nan", ("value",), "value = nan")),
    (OURS, Bad("text for a value", "value = 38", 'value = "much"', ("value", "much"), "much")),
    (OURS, Bad("an unknown signal", '"collagen density"', '"collagen densty"', ("Did you mean 'collagen density'?",))),
    (OURS, Bad("an unknown behaviour", 'behaviour = "shedding"', 'behaviour = "sheding"', ("Did you mean 'shedding'?",))),
    (OURS, Bad("unknown cells", 'cell_type = "tumour cell"', 'cell_type = "tumor cell"', ("tumor cell", "tumour cell"))),
    (OURS, Bad("the same rule twice", '"collagen density"', '"pressure"', ("already",), "")),
    (OURS, Bad("an unknown direction", 'direction = "increases"', 'direction = "raises"', ("raises", "increases"))),
    (OURS, Bad("a file that is not named like its item", 'name = "ours"', 'name = "theirs"', ("theirs.toml",))),
    ("drugs/paclitaxel.toml", Bad("a misspelt key", "half_exposure = ", "half_exposition = ", ("half_exposition",))),
    ("drugs/xentuzumab.toml", Bad("an unknown factor", 'factor = "IGF-1"', 'factor = "IGF-11"', ("IGF-11", "IGF-1"))),
    ("hosts/c57bl6.toml", Bad("a misspelt faculty", '"T cells" = true', '"T cell" = true', ("T cell",))),
]  # fmt: skip


def assert_one_message(shown, *says: str) -> None:
    """One line on standard error that holds all of `says`, and nothing else."""
    assert shown.out == ""
    assert shown.err.startswith("paget: error: ")
    assert shown.err.count("\n") == 1
    assert "Traceback" not in shown.err
    for text in says:
        assert text in shown.err


def place(file: Path, text: str, bad: Bad) -> str:
    """`FILE:LINE` of what is wrong, or the file alone where no single line is to blame."""
    at = bad.new if bad.at is None else bad.at
    return f"{file.name}:{text[: text.index(at)].count(chr(10)) + 1}:" if at else file.name


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PAGET_PROJECT", raising=False)


@pytest.mark.parametrize("bad", TRIALS, ids=str)
@pytest.mark.parametrize("command", ["check", "trial"])
def test_a_trial_with_one_thing_wrong(command, bad, tmp_path, capsys):
    text = template("trial.toml").replace("{name}", "mine")
    assert bad.old in text
    text = text.replace(bad.old, bad.new, 1)
    file = tmp_path / "mine.toml"
    file.write_text(text)
    assert main([command, "mine.toml"]) == 2
    assert_one_message(capsys.readouterr(), place(file, text, bad), *bad.says)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.toml"]


@pytest.mark.parametrize("name, bad", ITEMS, ids=lambda value: str(value) if isinstance(value, Bad) else "")
def test_an_item_with_one_thing_wrong(name, bad, tmp_path, capsys):
    text = MECHANISM if name == OURS else (CATALOG / name).read_text()
    assert bad.old in text
    text = text.replace(bad.old, bad.new, 1)
    file = tmp_path / "project" / name
    file.parent.mkdir(parents=True)
    file.write_text(text)
    assert main(["check", "igf-paclitaxel", "--project", "project"]) == 2
    assert_one_message(capsys.readouterr(), place(file, text, bad), *bad.says)


def test_the_item_without_anything_wrong(tmp_path, capsys):
    """The table would otherwise be satisfied by a file that is wrong to begin with."""
    file = tmp_path / "project" / OURS
    file.parent.mkdir(parents=True)
    file.write_text(MECHANISM)
    assert main(["check", "igf-paclitaxel", "--project", "project"]) == 0, capsys.readouterr().err


def test_the_table_has_at_least_forty_rows():
    assert len(TRIALS) + len(ITEMS) >= 40


@pytest.mark.parametrize("content", ["", "  \n\n"], ids=["nothing", "blank lines"])
def test_an_empty_file(content, tmp_path, capsys):
    (tmp_path / "empty.toml").write_text(content)
    assert main(["trial", "empty.toml"]) == 2
    assert_one_message(capsys.readouterr(), "empty.toml", "empty")


def test_a_file_that_is_no_text(tmp_path, capsys):
    (tmp_path / "image.toml").write_bytes(b"\x89PNG\xff\xfe\x00")
    assert main(["check", "image.toml"]) == 2
    assert_one_message(capsys.readouterr(), "image.toml", "UTF-8")


@pytest.mark.parametrize("name", ["nowhere.toml", "igf-paclitaxl", "."])
def test_a_trial_that_is_nowhere(name, capsys):
    assert main(["trial", name]) == 2
    assert_one_message(capsys.readouterr(), name)


def test_a_project_folder_that_is_nowhere(capsys):
    assert main(["list", "--project", "nowhere"]) == 2
    assert_one_message(capsys.readouterr(), "nowhere")


def test_a_misspelt_folder_of_a_project(tmp_path, capsys):
    (tmp_path / "paget-project" / "tumors").mkdir(parents=True)
    (tmp_path / "paget-project" / "tumors" / "mine.toml").write_text('schema = "tumour/1"')
    assert main(["list"]) == 2
    assert_one_message(capsys.readouterr(), "tumors", "tumours")


def test_describe_of_an_unknown_name(capsys):
    assert main(["describe", "paclitaxol"]) == 2
    assert_one_message(capsys.readouterr(), "paclitaxol", "Did you mean 'paclitaxel'?")


@pytest.mark.parametrize("out", ["file", "file/below"], ids=["a file", "below a file"])
def test_a_folder_that_cannot_be_made(out, tmp_path, capsys):
    (tmp_path / "file").write_text("precious")
    assert main(["trial", "igf-paclitaxel", "--out", out]) == 2
    assert_one_message(capsys.readouterr(), "file")
    assert (tmp_path / "file").read_text() == "precious"


def test_a_folder_with_something_else_in_it(tmp_path, capsys):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("precious")
    assert main(["trial", "igf-paclitaxel", "--out", "thesis"]) == 2
    assert_one_message(capsys.readouterr(), "thesis")
    assert [path.name for path in (tmp_path / "thesis").iterdir()] == ["chapter.txt"]
