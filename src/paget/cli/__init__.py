"""The command line: `paget COMMAND ...`, one small file per command.

Nothing heavy is imported before a command runs, so that `--help` and `--version` answer at once. Exit codes:

    0    done
    1    a fault in Paget itself (with a traceback, to be reported)
    2    something wrong in the input: one message on standard error
    130  interrupted
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

FAULT = 1
INPUT_ERROR = 2
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; `arguments` are those of the process unless given."""
    _write_what_the_terminal_can()
    try:
        return _run(list(sys.argv[1:] if arguments is None else arguments) or ["--help"])
    except KeyboardInterrupt:
        return _interrupted()
    except BrokenPipeError:
        # The reader of a pipe (`paget list | head`) has seen enough. Python would complain again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception:
        return _fault()


def _write_what_the_terminal_can() -> None:
    """Where the encoding of a stream has no "³" or "×", a question mark is better than a failure."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _run(arguments: list[str]) -> int:
    import typer

    from paget.cli.app import build_app
    from paget.errors import PagetError

    try:
        # `obj` reaches the commands as the context's object: they keep the command line in the provenance of a run.
        code = typer.main.get_command(build_app()).main(
            args=list(arguments), prog_name="paget", standalone_mode=False, obj=["paget", *arguments]
        )
        sys.stdout.flush()
    except PagetError as error:
        return _input_error(str(error))
    except typer.Abort:
        return _interrupted()
    except BrokenPipeError:
        raise
    except OSError as error:
        if error.filename is None:
            raise
        return _input_error(f"{error.filename}: {error.strerror}")
    except Exception as error:
        if not hasattr(error, "format_message"):  # every usage error of the command-line parser has it
            raise
        return _input_error(f"{error.format_message()} (see `{_command_path(error)} --help`)")
    return code if isinstance(code, int) else 0


def _command_path(usage_error: Exception) -> str:
    context = getattr(usage_error, "ctx", None)
    return context.command_path if context is not None else "paget"


def _input_error(message: str) -> int:
    sys.stderr.write(f"paget: error: {message}\n")
    return INPUT_ERROR


def _fault() -> int:
    import traceback

    traceback.print_exc()
    sys.stderr.write(
        "paget: this is a fault in Paget, not in your input; please report it with the text above\n"
    )
    return FAULT


def _interrupted() -> int:
    sys.stderr.write("\npaget: interrupted\n")
    return INTERRUPTED
