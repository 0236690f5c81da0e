"""Wrapping and the kernel cache: where machine code goes, when it is thrown away."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numba
import numpy as np
import pytest

from paget import compiled


@compiled.law
def _hill(x, half):
    return x / (half + x)


@compiled.kernel
def _total(values):
    total = 0.0
    for value in values:
        total += _hill(value, 1.0)
    return total


@compiled.allocating_kernel
def _fresh(length):
    return np.ones(length)


def test_a_law_is_called_from_python_and_from_a_kernel() -> None:
    assert _hill(1.0, 1.0) == 0.5
    assert _total(np.array([1.0, 3.0])) == 0.5 + 0.75


def test_ieee_arithmetic_without_exceptions() -> None:
    assert np.isinf(_hill(1.0, -1.0))


def test_only_an_allocating_kernel_makes_arrays() -> None:
    assert _fresh(3).sum() == 3.0

    def makes(length):
        return np.ones(length)

    with pytest.raises(numba.core.errors.TypingError):
        compiled.kernel(makes)(3)


def test_wrapping_leaves_the_global_cache_directory_alone() -> None:
    before = numba.config.CACHE_DIR
    compiled.kernel(lambda x: x)
    assert before == numba.config.CACHE_DIR
    assert str(compiled.kernel_cache_folder()) in str(_total._cache.cache_path)


def test_a_kernel_without_a_file_is_compiled_but_not_cached() -> None:
    space: dict = {}
    exec(compile("def twice(x):\n    return 2 * x\n", "<prompt>", "exec"), space)
    assert compiled.kernel(space["twice"])(2) == 4


def test_the_hash_sees_every_kernel_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("compiled.py", "keyed_random.py", "host/deep/step.py", "report/page.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x = 1\n")
    monkeypatch.setattr(compiled, "PACKAGE", tmp_path)
    hash_now = compiled.source_hash.__wrapped__
    first = hash_now()
    assert hash_now() == first
    (tmp_path / "report/page.py").write_text("x = 2\n")
    assert hash_now() == first, "the report compiles nothing"
    (tmp_path / "tissue").mkdir()
    (tmp_path / "tissue/cells.py").write_text("x = 1\n")
    assert hash_now() == first, "the tissue engine compiles nothing of the host engine"
    assert hash_now("tissue") != first
    (tmp_path / "host/deep/step.py").write_text("x = 2\n")
    assert hash_now() != first


def test_a_read_only_cache_falls_back_to_a_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "a-file-where-a-folder-should-be"
    blocked.write_text("")
    monkeypatch.setenv("PAGET_CACHE_DIR", str(blocked))
    monkeypatch.setattr(compiled.tempfile, "tempdir", str(tmp_path))
    folder = compiled.kernel_cache_folder.__wrapped__()
    assert folder.is_dir()
    assert folder.parent.parent == tmp_path


def test_old_folders_are_pruned_and_young_ones_kept(tmp_path: Path) -> None:
    long_ago = time.time() - 10 * compiled.GRACE_SECONDS
    for number in range(compiled.FOLDERS_KEPT + 3):
        folder = tmp_path / f"kernels-{number}"
        folder.mkdir()
        os.utime(folder, (long_ago + number, long_ago + number))
    (tmp_path / "kernels-now").mkdir()
    (tmp_path / "something-else").mkdir()
    compiled._prune(tmp_path, keep=tmp_path / "kernels-0")
    left = sorted(folder.name for folder in tmp_path.iterdir())
    kept = [f"kernels-{number}" for number in (0, 4, 5, 6, 7, 8)]
    assert left == [*kept, "kernels-now", "something-else"]


def test_the_stamp_says_that_a_run_was_compiled(tmp_path: Path) -> None:
    code = (
        "from paget import compiled as c; import sys\n"
        "assert not c.kernels_are_cached(); c.mark_kernels_cached(); assert c.kernels_are_cached()\n"
        "sys.stdout.write(str(c.kernel_cache_folder()))"
    )
    environment = {**os.environ, "PAGET_CACHE_DIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout).parent == tmp_path
