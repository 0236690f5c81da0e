"""The run folder: whose it is, when it is refused, and that nothing is lost or overwritten."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

from paget.errors import PagetError
from paget.formats import run_folder
from paget.formats.run_folder import RunFolder, is_complete, partial_of
from paget.provenance import collect


def provenance(seed: int = 1, **changes):
    return {**collect(seed=seed, model_hash="abc", design={"name": "test", "animals": 10}), **changes}


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


class TestLife:
    def test_partial_until_finished(self, tmp_path):
        target = tmp_path / "deep" / "results"
        with RunFolder.open(target, provenance()) as folder:
            assert folder.path == partial_of(target)
            (folder.path / "summary.json").write_text("{}")
            folder.parts.put("control/1", {"x": np.arange(3)})
            assert not target.exists()
            assert folder.finish() == target
        assert sorted(p.name for p in target.iterdir()) == ["provenance.json", "summary.json"]
        assert not partial_of(target).exists()
        assert is_complete(target, provenance())
        assert not is_complete(target, provenance(seed=2))

    def test_the_same_run_resumes_with_its_parts(self, tmp_path):
        with RunFolder.open(tmp_path / "r", provenance(command="first")) as folder:
            folder.parts.put("a", {"x": np.array([1.5])})
        with RunFolder.open(tmp_path / "r", provenance(command="second")) as folder:
            assert folder.parts.done() == {"a"}

    def test_the_same_run_may_replace_its_finished_folder(self, tmp_path):
        for word in ("old", "new"):
            with RunFolder.open(tmp_path / "r", provenance()) as folder:
                (folder.path / "word").write_text(word)
                folder.finish()
        assert (tmp_path / "r" / "word").read_text() == "new"
        assert [p.name for p in tmp_path.iterdir()] == ["r"]

    def test_an_empty_folder_is_taken(self, tmp_path):
        (tmp_path / "r").mkdir()
        with RunFolder.open(tmp_path / "r", provenance()) as folder:
            folder.finish()
        assert is_complete(tmp_path / "r", provenance())

    def test_a_kill_between_making_the_folder_and_naming_its_owner_is_no_obstacle(self, tmp_path):
        partial_of(tmp_path / "r").mkdir()
        (partial_of(tmp_path / "r") / ".lock").touch()
        (partial_of(tmp_path / "r") / "provenance.json.77.tmp").touch()
        with RunFolder.open(tmp_path / "r", provenance()) as folder:
            assert folder.parts.done() == set()


def make_foreign(folder):
    (folder / "thesis.docx").write_text("years of work")


def make_other_run(folder):
    (folder / "provenance.json").write_text(json.dumps(provenance(seed=9)))
    (folder / "summary.json").write_text("{}")


def make_newer(folder):
    (folder / "provenance.json").write_text(json.dumps({**provenance(), "schema": "provenance/2"}))


def make_torn(folder):
    (folder / "provenance.json").write_text('{"schema": "prov')


REFUSED = {
    "foreign": (make_foreign, "not results of Paget"),
    "another seed": (make_other_run, "seed differ"),
    "newer": (make_newer, "another format version"),
    "torn": (make_torn, "not results of Paget"),
}


class TestRefusals:
    @pytest.mark.parametrize("place", ["r", "r.partial"])
    @pytest.mark.parametrize("case", sorted(REFUSED))
    def test_refused_and_untouched(self, tmp_path, case, place):
        make, words = REFUSED[case]
        folder = tmp_path / place
        folder.mkdir()
        make(folder)
        before = snapshot(tmp_path)
        with pytest.raises(PagetError, match=words) as error:
            RunFolder.open(tmp_path / "r", provenance())
        assert str(folder) in str(error.value)
        assert snapshot(tmp_path) == before

    @pytest.mark.parametrize(
        "change, words",
        [
            ({"model_hash": "xyz"}, "model"),
            ({"design": {"name": "test", "animals": 11}}, "design"),
            ({"paget": "9.9"}, "version of Paget"),
            ({"numeric_versions": {"numpy": "0"}}, "numeric packages"),
        ],
    )
    def test_the_message_says_what_differs(self, tmp_path, change, words):
        RunFolder.open(tmp_path / "r", provenance()).close()
        with pytest.raises(PagetError, match=words):
            RunFolder.open(tmp_path / "r", provenance(**change))

    def test_a_file_in_the_way(self, tmp_path):
        (tmp_path / "r").write_text("x")
        with pytest.raises(PagetError, match="is a file"):
            RunFolder.open(tmp_path / "r", provenance())
        with pytest.raises(PagetError, match="parent is a file"):
            RunFolder.open(tmp_path / "r" / "deeper", provenance())

    def test_a_name_is_needed(self):
        with pytest.raises(PagetError, match="name of its own"):
            RunFolder.open(Path("/"), provenance())

    def test_unwritable_parent(self, tmp_path):
        (tmp_path / "locked").mkdir(mode=0o500)
        if os.access(tmp_path / "locked", os.W_OK):
            pytest.skip("this user may write everywhere")
        with pytest.raises(PagetError, match="permission denied"):
            RunFolder.open(tmp_path / "locked" / "r", provenance())

    def test_unwritable_parent_whoever_runs_this(self, tmp_path, monkeypatch):
        monkeypatch.setattr(run_folder.os, "access", lambda path, mode: False)
        with pytest.raises(PagetError, match="permission denied"):
            RunFolder.open(tmp_path / "r", provenance())
        assert not any(tmp_path.iterdir())

    def test_a_system_error_becomes_one_message(self, tmp_path, monkeypatch):
        def full(*_):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(run_folder, "write_json", full)
        with pytest.raises(PagetError, match="No space left on device"):
            RunFolder.open(tmp_path / "r", provenance())

    def test_two_processes_do_not_share_a_folder(self, tmp_path):
        pytest.importorskip("fcntl")
        with RunFolder.open(tmp_path / "r", provenance()):
            code = (
                "import sys; from paget.errors import PagetError\n"
                "from paget.formats.run_folder import RunFolder\n"
                "import json\n"
                "try: RunFolder.open(sys.argv[1], json.loads(sys.argv[2]))\n"
                "except PagetError as error: sys.exit(f'refused: {error}')\n"
            )
            words = [sys.executable, "-c", code, str(tmp_path / "r"), json.dumps(provenance())]
            found = subprocess.run(words, capture_output=True, text=True, check=False)
        assert found.returncode == 1
        assert "another process" in found.stderr


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_kill_9_loses_only_the_part_in_flight(tmp_path):
    """A process that stores parts 0, 1, 2 ... is killed at part 5: exactly the finished ones are there, and whole."""
    code = """
        import json, os, signal, sys
        import numpy as np
        from paget.formats.run_folder import RunFolder
        folder = RunFolder.open(sys.argv[1], json.loads(sys.argv[2]))
        for number in range(10):
            if number == 5:
                (folder.parts.folder / "5.part.1.tmp").write_bytes(b"half a p")
                os.kill(os.getpid(), signal.SIGKILL)
            folder.parts.put(str(number), {"x": np.full(100, number)})
    """
    words = [sys.executable, "-c", textwrap.dedent(code), str(tmp_path / "r"), json.dumps(provenance())]
    found = subprocess.run(words, capture_output=True, text=True, check=False)
    assert found.returncode == -signal.SIGKILL, found.stderr
    with RunFolder.open(tmp_path / "r", provenance()) as folder:
        assert folder.parts.done() == set("01234")
        assert all((part.arrays["x"] == int(part.key)).all() for part in folder.parts)
        assert not list(folder.parts.folder.glob("*.tmp"))
