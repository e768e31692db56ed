"""The process in which the author's code runs.

`python -m praktika.pipeline.child ROOT FD MEMORY [FACTS]` loads and compiles the repository at ROOT
and writes a Compilation as JSON to the file behind the descriptor FD. While a file is being
executed, its path stands there instead, so that the caller knows where a process that vanished was.
Nothing else that happens here reaches the caller.

FACTS is a folder with the `environment.json` of a run: then the filter hooks are called, too.

MEMORY bounds the address space, in bytes. What the author prints goes to standard output, of which
the caller shows a part only when this process vanishes.
"""

from __future__ import annotations

import errno
import gc
import os
import resource
import sys
from contextlib import suppress

from praktika.model.plan import Compilation
from praktika.model.problem import Problem
from praktika.model.wire import encode
from praktika.pipeline import codes
from praktika.pipeline.compile import compile as compile_plans
from praktika.pipeline.filters import filtered
from praktika.pipeline.load.loader import load

FILE_LIMIT = 64 * 1024 * 1024
CPU_LIMIT = 600
"""Seconds of processor time; the wall-clock limit is the caller's."""

NO_CHANNEL = 71
TOO_LARGE = 72


def main(arguments: list[str]) -> None:
    """Do what the module says, and end the process."""
    root, channel, memory = arguments[0], int(arguments[1]), int(arguments[2])
    facts = arguments[3] if len(arguments) > 3 else ""
    pid = os.getpid()
    os.chdir(root)
    _write(channel, os.fsencode(root))
    _limit(resource.RLIMIT_AS, memory)
    _limit(resource.RLIMIT_FSIZE, FILE_LIMIT)
    _limit(resource.RLIMIT_CORE, 0)
    # Should the caller die, nobody else would end a loop.
    _limit(resource.RLIMIT_CPU, CPU_LIMIT)
    gc.disable()  # nearly everything that is built here lives until the end
    sys.dont_write_bytecode = True  # the author's folders stay as they are
    try:
        answer = encode(_compilation(root, channel, facts))
    except MemoryError:
        answer = encode(_failed("It takes more memory than a declaration may have."))
    if os.getpid() != pid:
        os._exit(0)  # the author's code forked; only the first process answers
    _answer(channel, answer)


def _compilation(root: str, channel: int, facts: str) -> Compilation:
    def begin(path: str) -> None:
        _write(channel, os.fsencode(path))

    loaded = load(root, begin)
    try:
        compilation = compile_plans(loaded)
        return filtered(loaded, compilation, facts) if facts else compilation
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - the edge: a bug of ours must not look like the author's
        return _failed(f"Praktika itself failed: {type(error).__name__}: {error}")


def _failed(text: str) -> Compilation:
    problem = Problem(file="ci", line=0, code=codes.INTERNAL_ERROR, text=text)
    return Compilation(plans=(), problems=(problem,))


def _answer(channel: int, answer: bytes) -> None:
    """Write the answer and end at once: no thread or exit handler of the author's runs on."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # closed, full, or replaced
            stream.flush()
    os._exit(_write(channel, answer))


def _write(channel: int, data: bytes) -> int:
    """Replace what the channel holds; the exit code that says how that went."""
    try:
        os.ftruncate(channel, 0)
        done = 0
        while done < len(data):
            done += os.pwrite(channel, data[done:], done)
    except OSError as error:
        return TOO_LARGE if error.errno == errno.EFBIG else NO_CHANNEL
    return 0


def _limit(kind: int, amount: int) -> None:
    with suppress(OSError, ValueError):  # the system has a lower limit, or none of that kind
        resource.setrlimit(kind, (amount, amount))


if __name__ == "__main__":
    main(sys.argv[1:])
