"""The one place that calls Numba: how laws and kernels are wrapped, and where their machine code is kept.

Three decorators are all that the engines see.

`law`     a plain scalar function (a rate, a probability, a response). It takes and gives numbers or tuples of
          numbers, calls no NumPy and holds no object, so that the same text can later be wrapped for the GPU.
`kernel`  a function with loops over arrays. It releases the GIL, so that subjects run in a thread pool.
`parallel_kernel`  a kernel with a `prange` loop (tissue engine only: in the host engine subjects are the threads).

None uses fastmath: the same seed gives the same bits whatever the compiler would like to reorder.
None counts references: Numba otherwise adds two atomic operations per array argument and call, which
made the samplers two to five times slower. The price: a kernel makes no array (it does not compile if it
tries) and returns none but its own arguments; workspaces are allocated outside and passed in. Views inside
a kernel are fine; copy arrays element by element, since `a[:] = b` may allocate. For the rare kernel that
must allocate there is `allocating_kernel`; do not call one from a `kernel`.

Machine code is cached on disk. Numba looks only at the file that holds the outer function and does not see
an edited callee in another file, so the folder is named by a hash of *all* kernel sources of an engine
and of the versions of Numba, NumPy and Python. The folder lies in PAGET_CACHE_DIR if that is set, otherwise
in the user's cache directory, otherwise (read-only machine) in a temporary folder. Folders of other hashes
are pruned.

Only paget's own functions are sent there: `numba.config.CACHE_DIR` is set while a function is being wrapped
and restored afterwards, so other packages that use Numba in the same process keep their own place.
"""

from __future__ import annotations

import functools
import hashlib
import logging
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

# A thread that waits for the others sleeps after a while. On a machine with other work to do, threads that spin
# until the last one is back make parallel kernels tens of times slower. OpenMP reads this when it is loaded.
os.environ.setdefault("GOMP_SPINCOUNT", "30000")

import numba
import numpy
import platformdirs

__all__ = [
    "allocating_kernel",
    "kernel",
    "kernel_cache_folder",
    "kernels_are_cached",
    "law",
    "mark_kernels_cached",
    "parallel_kernel",
    "prange",
    "source_hash",
    "thread_count",
]

prange = numba.prange
"""`range` of the loops of a `parallel_kernel` that run on several threads."""

Function = TypeVar("Function", bound=Callable[..., Any])

logger = logging.getLogger("paget")

PACKAGE = Path(__file__).resolve().parent
SHARED_SOURCES = ("compiled.py", "keyed_random.py", "rules", "pharmacology")
"""Files and folders of the package whose text decides what is compiled, for either engine (`host`, `tissue`)."""

FOLDERS_KEPT = 6
"""Cache folders of other hashes that are kept, newest first."""
GRACE_SECONDS = 2 * 3600.0
"""A folder used more recently than this is never pruned: another process may be writing into it."""

STAMP = "complete"
"""Name of the file that says: one whole run has been compiled into this folder."""


def law(function: Function) -> Function:
    """Wrap a plain scalar function: callable from Python, inlined by the compiler into the kernels that call it."""
    return _wrap(function)


def kernel(function: Function) -> Function:
    """Wrap a function with loops over arrays: compiled, cached, releases the GIL, IEEE arithmetic, no allocation."""
    return _wrap(function)


def allocating_kernel(function: Function) -> Function:
    """Wrap a kernel that makes arrays of its own (slower calls: references are counted)."""
    return _wrap(function, _nrt=True)


def parallel_kernel(function: Function) -> Function:
    """Wrap a kernel whose `numba.prange` loops run on several threads. One launch at a time in a process."""
    return _wrap(function, parallel=True)


@contextmanager
def thread_count(threads: int | None) -> Iterator[None]:
    """Let parallel kernels use so many threads inside the block; None: as many as the machine has."""
    before = numba.get_num_threads()
    numba.set_num_threads(min(threads or numba.config.NUMBA_NUM_THREADS, numba.config.NUMBA_NUM_THREADS))
    try:
        yield
    finally:
        numba.set_num_threads(before)


def _wrap(function: Function, **options: bool) -> Function:
    in_a_file = Path(function.__code__.co_filename).is_file()  # typed at a prompt: nothing to look up again
    options = {"cache": in_a_file, "nogil": True, "_nrt": False, "no_cfunc_wrapper": True} | options
    with _cache_directory(kernel_cache_folder(_engine_of(function.__module__ or ""))):
        return numba.njit(error_model="numpy", **options)(function)


def _engine_of(module: str) -> str:
    """The engine that a function belongs to; `host` for what both share."""
    return "tissue" if module.startswith("paget.tissue") else "host"


@contextmanager
def _cache_directory(folder: Path) -> Iterator[None]:
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(folder)
    try:
        yield
    finally:
        numba.config.CACHE_DIR = before


def kernels_are_cached(engine: str = "host") -> bool:
    """Whether a whole run has been compiled before with these sources and versions (else: say "compiling")."""
    return (kernel_cache_folder(engine) / STAMP).exists()


def mark_kernels_cached(engine: str = "host") -> None:
    """Leave the stamp that `kernels_are_cached` looks for; called after the first run that finished."""
    try:
        (kernel_cache_folder(engine) / STAMP).touch()
    except OSError as error:  # a full or read-only disk costs the next start some seconds, not this run
        logger.debug("kernel cache not stamped: %s", error)


@functools.cache
def kernel_cache_folder(engine: str = "host") -> Path:
    """The folder of an engine's machine code for the present sources and versions; made on first call."""
    name = f"kernels-{engine}-{source_hash(engine)}"
    for base in _candidate_bases():
        folder = base / name
        if _is_writable(folder):
            _prune(base, keep=folder)
            return folder
    return Path(tempfile.mkdtemp(prefix="paget-kernels-"))


@functools.cache
def source_hash(engine: str = "host") -> str:
    """Sixteen hexadecimal digits over an engine's kernel source files and the versions of Numba, NumPy and Python."""
    digest = hashlib.blake2b(digest_size=8)
    versions = (numba.__version__, numpy.__version__, platform.python_version())
    digest.update("\n".join(versions).encode())
    for path in _kernel_source_files(PACKAGE, engine):
        digest.update(f"\n{path.relative_to(PACKAGE).as_posix()}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _kernel_source_files(package: Path, engine: str) -> list[Path]:
    files: list[Path] = []
    for name in (*SHARED_SOURCES, engine):
        place = package / name
        files += place.rglob("*.py") if place.is_dir() else [place] if place.exists() else []
    return sorted(files)


def _candidate_bases() -> list[Path]:
    own = os.environ.get("PAGET_CACHE_DIR")
    users = platformdirs.user_cache_dir("paget", appauthor=False)
    owner = os.getuid() if hasattr(os, "getuid") else "user"
    return [Path(own or users).expanduser(), Path(tempfile.gettempdir()) / f"paget-cache-{owner}"]


def _is_writable(folder: Path) -> bool:
    """Make the folder, touch it (pruning goes by age of use) and say whether files can be written there."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if hasattr(os, "getuid") and folder.stat().st_uid != os.getuid():
            return False  # machine code of another user is not ours to run
        with tempfile.TemporaryFile(dir=folder):
            pass
        os.utime(folder)
    except OSError:
        return False
    return True


def _prune(base: Path, keep: Path) -> None:
    others = [folder for folder in base.glob("kernels-*") if folder != keep]
    try:
        others.sort(key=lambda folder: folder.stat().st_mtime, reverse=True)
        for folder in others[FOLDERS_KEPT:]:
            if time.time() - folder.stat().st_mtime > GRACE_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:  # another process pruned at the same moment
        logger.debug("kernel cache not pruned: %s", error)
