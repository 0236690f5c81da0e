"""The command line itself: help, version, mistakes in the arguments, exit codes."""

import os
import subprocess
import sys
import time

import pytest

import paget
from paget.cli import main

COMMANDS = ("trial", "report", "tissue", "resume", "physicell", "new", "check", "describe", "list")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `paget` as a user does, in a process of its own."""
    return subprocess.run([sys.executable, "-m", "paget", *arguments], capture_output=True, text=True)


def test_version():
    done = run("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"paget {paget.__version__}\n", "")


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_answer_at_once(option):
    """The best of three is taken: the machine may be busy."""
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        assert run(option).returncode == 0
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 0.4


def test_help_loads_no_numerics():
    script = "import sys; from paget.cli import main; main(['trial', '--help']); print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout.split()
    assert not {"numpy", "pandas", "numba", "pint", "matplotlib"} & set(loaded)


def test_no_arguments_show_the_help(capsys):
    assert main([]) == 0
    shown = capsys.readouterr().out
    assert all(command in shown for command in COMMANDS)


def test_a_terminal_without_superscripts_does_not_fail():
    done = subprocess.run(
        [sys.executable, "-m", "paget", "describe", "igf-paclitaxel"],
        capture_output=True, env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()


def test_a_reader_that_has_seen_enough_gets_no_complaint():
    """`paget describe | head -1`."""
    command = f"{sys.executable} -m paget describe | head -1"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True)
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command, capsys):
    assert main([command, "--help"]) == 0
    assert f"Usage: paget {command}" in capsys.readouterr().out


MISTAKES = [
    (["tral", "igf-paclitaxel"], "tral"),
    (["trial"], "NAME|FILE"),
    (["trial", "igf-paclitaxel", "--sed", "1"], "--seed"),
    (["trial", "igf-paclitaxel", "--seed", "one"], "--seed"),
    (["trial", "igf-paclitaxel", "--seed", "-1"], "--seed"),
    (["trial", "igf-paclitaxel", "--animals", "0"], "--animals"),
    (["tissue"], "NAME|FILE"),
    (["tissue", "flat-tumour", "--threads", "0"], "--threads"),
    (["tissue", "flat-tumour", "--seed", "-1"], "--seed"),
    (["resume"], "DIR"),
    (["trial", "igf-paclitaxel", "--animals", "2.5"], "--animals"),
    (["trial", "igf-paclitaxel", "--draws", "-2"], "--draws"),
    (["trial", "igf-paclitaxel", "--workers", "0"], "--workers"),
    (["trial", "igf-paclitaxel", "extra"], "extra"),
    (["new"], "paget new --help"),
    (["new", "tumour", "x.toml"], "tumour"),
    (["new", "trial"], "FILE"),
    (["check"], "NAME|FILE"),
    (["report"], "DIR"),
    (["physicell"], "paget physicell --help"),
    (["physicell", "run"], "SETTINGS.xml"),
    (["physicell", "run", "nothing.xml"], "nothing.xml: no such file"),
    (["physicell", "run", "nothing.xml", "--scheme", "physicel"], "Did you mean 'physicell'?"),
    (["physicell", "run", "nothing.xml", "--until", "-5"], "--until"),
    (["physicell", "check", "nothing.xml"], "nothing.xml: no such file"),
    (["list", "drgus"], "drug"),
]


@pytest.mark.parametrize(
    "arguments, named", MISTAKES, ids=lambda value: " ".join(value) if isinstance(value, list) else ""
)
def test_a_mistake_gives_one_message_and_exit_code_2(arguments, named, capsys):
    assert main(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("paget: error: ")
    assert shown.err.count("\n") == 1
    assert named in shown.err
    assert "Traceback" not in shown.err
