"""The README's test command is what CI runs, word for word."""

import re
import subprocess
from pathlib import Path


def readme_commands(root: Path) -> list[str]:
    """Commands of the README that set up their own environment: first the main job, then the tests."""
    return re.findall(
        r"^```sh\n(python3 -m venv .*)\n```$", (root / "README.md").read_text(), flags=re.MULTILINE
    )


def test_the_readme_has_two_commands(pytestconfig):
    main_job, tests = readme_commands(pytestconfig.rootpath)
    assert main_job.endswith("paget trial igf-paclitaxel")
    assert "pytest" in tests


def test_ci_ends_with_the_test_command_of_the_readme(pytestconfig):
    last_line = (pytestconfig.rootpath / ".ci" / "run").read_text().rstrip().splitlines()[-1]
    assert last_line == readme_commands(pytestconfig.rootpath)[1]


def test_ci_is_an_executable_script_without_syntax_errors(pytestconfig):
    script = pytestconfig.rootpath / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", script], check=True)
