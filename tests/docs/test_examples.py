"""The code in the documentation runs.

Every fenced block in `sh` or `python` of a page is executed in order, in an empty folder; the Python blocks of a page
share their names. Blocks in other languages (`text`, `toml`) are for reading. In the README the blocks that set up an
environment are left to CI, which runs them as they stand.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
SETS_UP = "python3 -m venv"


def blocks(page: Path) -> list[tuple[str, str]]:
    """Language and text of the blocks of a page that are to be run."""
    return [(language, text) for language, text in BLOCK.findall(page.read_text()) if SETS_UP not in text]


def run_shell(text: str, folder: Path) -> None:
    """Run a block with the `paget` of this environment; the output is shown when it fails."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize(
    "page", [page for page in PAGES if blocks(page)], ids=lambda page: str(page.relative_to(ROOT))
)
def test_the_code_of_a_page_runs(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "__main__"}
    for language, text in blocks(page):
        if language == "sh":
            run_shell(text, tmp_path)
        else:
            exec(compile(text, str(page), "exec"), names)


def test_a_broken_example_is_noticed(tmp_path):
    """Planted fault: a command that does not exist, behind one that works."""
    with pytest.raises(AssertionError, match="no-such-command"):
        run_shell("true\nno-such-command\n", tmp_path)


LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize(
    "page", [*PAGES, ROOT / "ARCHITECTURE.md"], ids=lambda page: str(page.relative_to(ROOT))
)
def test_links_within_the_repository_lead_somewhere(page):
    targets = [target for target in LINK.findall(page.read_text()) if "://" not in target]
    assert [target for target in targets if not (page.parent / target).exists()] == []
