"""Capturing what Python code prints, while it is still shown."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import IO, Any, TextIO

from praktika.sdk.shell.output import echo


@contextmanager
def captured(log_file: str | os.PathLike[str]) -> Iterator[None]:
    """Add to a file what is printed to stdout and stderr meanwhile, and show it all the same."""
    with Path(log_file).open("ab", buffering=0) as log:
        text = Tee(sys.stdout, log)
        with redirect_stdout(text), redirect_stderr(text):
            yield


class Tee(io.TextIOWrapper):
    """A text stream that writes to another one and to a file; once that is closed, to the first."""

    def __init__(self, shown: TextIO, log: IO[bytes]) -> None:
        both: Any = _Both(shown, log)
        super().__init__(both, "utf-8", "backslashreplace", write_through=True)


class _Both(io.BufferedIOBase):
    def __init__(self, shown: TextIO, log: IO[bytes]) -> None:
        super().__init__()
        self._shown = shown
        self._log = log

    @property
    def name(self) -> str:
        return "<captured>"

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        chunk = bytes(data)
        echo(chunk, self._shown)
        if not self._log.closed:
            self._log.write(chunk)
        return len(chunk)

    def fileno(self) -> int:
        return self._shown.fileno()

    def isatty(self) -> bool:
        return False
