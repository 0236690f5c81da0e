"""`paget new trial` and `new scene`: templates pass `paget check`, as they are and with all their possibilities."""

import re
import shlex

import pytest

from paget.cli import main
from paget.cli.new import template

NAMES = ["my-trial.toml", "my trial, second {try}.toml", "quoted'\".toml", "no-ending", "..toml"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["trial", "scene"])
def test_the_template_passes_check(kind, name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["new", kind, name]) == 0
    (written,) = tmp_path.iterdir()
    assert shlex.quote(written.name) in capsys.readouterr().out
    assert main(["check", written.name]) == 0


def test_every_possibility_that_it_shows_passes_check(tmp_path, capsys):
    """Lines that begin with "#" and no space are taken into use."""
    text = re.sub(r"^#(?=[^ \n])", "", template("trial.toml"), flags=re.MULTILINE)
    assert 'receptor = "IGF1R"' in text.splitlines()
    file = tmp_path / "all.toml"
    file.write_text(text.replace("{name}", "all"))
    assert main(["check", str(file)]) == 0, capsys.readouterr().err


def test_every_possibility_of_a_scene_passes_check(tmp_path, capsys):
    """The same for a scene, with the file that it names."""
    text = re.sub(r"^#(?=[^ \n])", "", template("scene.toml"), flags=re.MULTILINE)
    assert 'shape = { kind = "csv", file = "cells.csv" }' in text
    (tmp_path / "all.toml").write_text(text.replace("{name}", "all"))
    (tmp_path / "cells.csv").write_text("x,y,z,type\n0,0,100,my cell\n")
    assert main(["check", str(tmp_path / "all.toml")]) == 0, capsys.readouterr().err
    assert "1 my cell" in capsys.readouterr().out


def test_a_possibility_that_fails_would_be_seen(tmp_path, capsys):
    """Planted fault: a misspelt receptor."""
    text = re.sub(r"^#(?=[^ \n])", "", template("trial.toml"), flags=re.MULTILINE)
    file = tmp_path / "all.toml"
    file.write_text(text.replace("{name}", "all").replace('"IGF1R"', '"IGF1S"'))
    assert main(["check", str(file)]) == 2
    assert "IGF1R" in capsys.readouterr().err


def test_an_existing_file_is_left_as_it_was(tmp_path, capsys):
    file = tmp_path / "mine.toml"
    file.write_text("precious")
    assert main(["new", "trial", str(file)]) == 2
    assert file.read_text() == "precious"
    assert "mine.toml" in capsys.readouterr().err


def test_a_folder_that_does_not_exist(tmp_path, capsys):
    assert main(["new", "trial", str(tmp_path / "nowhere" / "t.toml")]) == 2
    assert "nowhere" in capsys.readouterr().err
