"""The one place that writes to the terminal.

- stdout is the product (a list, a summary, JSON, a log); stderr is what is said about it.
- Text from outside (names, reasons, logs) cannot steer the terminal: every control character is
  made visible here, so nobody else has to think of it.
- A closed output loses text, never the outcome: nothing raised by a write leaves this file.
"""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Callable, Mapping
from typing import IO, NamedTuple, TextIO

_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SGR = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "magenta": "35",
    "cyan": "36",
}
_QUIET = {errno.EPIPE, errno.EIO, errno.EBADF}
"""Nobody listens any more: a closed pipe, a terminal that is gone."""

_NO = {"", "0", "false", "no"}


class Ink(NamedTuple):
    """Text with the names of its styles, `bold red`, from those that the console knows."""

    text: str
    style: str


class Console:
    """Standard output and standard error of this process.

    Args:
        out: None if it was closed before we began.
        err: the same.
        env: decides about colours and the live view: NO_COLOR, FORCE_COLOR, TERM, CI.
    """

    def __init__(self, out: TextIO | None, err: TextIO | None, env: Mapping[str, str]) -> None:
        self.out = _tolerant(out)
        self.err = _tolerant(err)
        self.wants_json = False
        self.lost: OSError | None = None
        self._env = env

    @property
    def is_live(self) -> bool:
        """Whether lines on stdout can be written over: a terminal that a person looks at."""
        is_ci = self._env.get("CI", "").lower() not in _NO
        return _is_terminal(self.out) and not self._is_dumb and not is_ci

    @property
    def has_colour(self) -> bool:
        """Whether stdout takes colours."""
        return self._takes_colour(self.out)

    def say(self, *parts: str | Ink) -> None:
        """Write a line to stdout."""
        self._write(self.out, parts)

    def note(self, *parts: str | Ink) -> None:
        """Write a line to stderr."""
        self._write(self.err, parts)

    def raw(self, data: bytes) -> bool:
        """Write bytes to stdout as they are; whether somebody still takes them."""
        if self.out is None or self.lost:
            return False

        def write(out: IO[bytes]) -> None:
            view = memoryview(data)
            while view:
                view = view[out.write(view) or 0 :]
            out.flush()

        out = self.out.buffer
        return self._guarded(lambda: write(out), out)

    def draw(self, text: str) -> None:
        """Write text to stdout as it is, with what it says to the terminal; for the live view."""
        out = self.out
        if out is not None and not self.lost:
            self._guarded(lambda: (out.write(text), out.flush()), out)

    def ask(self, question: str, default: str) -> str:
        """What the person at stdin answers; the default for an empty line, or for nobody."""
        prompt = f"{question} [{default}]: " if default else f"{question}: "
        err = self.err
        if err is not None:
            self._guarded(lambda: (err.write(visible(prompt)), err.flush()), err)
        try:
            answer = sys.stdin.readline() if sys.stdin else ""
        except (OSError, ValueError):
            answer = ""
        if not answer.endswith("\n"):
            self.note("")
        return answer.strip() or default

    def _write(self, stream: TextIO | None, parts: tuple[str | Ink, ...]) -> None:
        if stream is None or (stream is self.out and self.lost):
            return
        colour = self._takes_colour(stream)
        text = "".join(_painted(part, colour=colour) for part in parts)
        self._guarded(lambda: (stream.write(text + "\n"), stream.flush()), stream)

    def _guarded(self, write: Callable[[], object], stream: IO[str] | IO[bytes]) -> bool:
        try:
            write()
        except (OSError, ValueError) as error:
            lost = error if isinstance(error, OSError) else OSError(errno.EBADF, str(error))
            if stream is not self.err:
                self.lost = lost
            _forget(stream)
            return False
        return True

    @property
    def complaint(self) -> str:
        """Why stdout is incomplete although somebody wants it (a full disk), or ""."""
        if self.lost is None or self.lost.errno in _QUIET:
            return ""
        return f"standard output could not be written: {self.lost.strerror}"

    @property
    def _is_dumb(self) -> bool:
        return self._env.get("TERM", "") in {"", "dumb", "unknown"}

    def _takes_colour(self, stream: TextIO | None) -> bool:
        if self._env.get("NO_COLOR"):
            return False
        if self._env.get("FORCE_COLOR", "").lower() not in _NO:
            return True
        return _is_terminal(stream) and not self._is_dumb


def visible(text: str) -> str:
    r"""The text with every control character but newline and tab spelt out, `\x1b`."""
    return _UNSAFE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def one_line(text: str, width: int = 0) -> str:
    """The text on one line, cut to `width` characters if that is not 0."""
    line = " ".join(text.split())
    return line if not width or len(line) <= width else line[: max(width - 3, 1)] + "..."


def open_standard_streams() -> None:
    """Give the numbers 0 to 2 to the null device where they are closed.

    Else the next file that is opened, perhaps a database, would become somebody's stdout.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _painted(part: str | Ink, *, colour: bool) -> str:
    if not isinstance(part, Ink):
        return visible(part)
    text = visible(part.text)
    codes = ";".join(_SGR[name] for name in part.style.split())
    return f"\x1b[{codes}m{text}\x1b[0m" if colour and codes and text else text


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False


def _tolerant(stream: TextIO | None) -> TextIO | None:
    """The stream, which spells out what its encoding does not have instead of refusing it."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")
    return stream


def _forget(stream: IO[str] | IO[bytes]) -> None:
    """Point the stream at the null device, so that nothing complains when the process ends."""
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)
    except (OSError, ValueError):
        return
