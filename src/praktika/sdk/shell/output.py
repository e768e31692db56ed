"""What a job's script prints: text of ours, and the bytes of its commands."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TextIO


def say(text: str) -> None:
    """Print a line, whatever the encoding of the output can show."""
    echo(f"{text}\n".encode("utf-8", "replace"))


def complain(text: str) -> None:
    """Print a line on stderr."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def echo(data: bytes, stream: TextIO | None = None) -> None:
    """Pass bytes on to stdout (or another text stream), in order with what was printed there."""
    stream = sys.stdout if stream is None else stream
    buffer = getattr(stream, "buffer", None)
    if buffer is None:
        stream.write(data.decode("utf-8", "replace"))
    else:
        stream.flush()
        buffer.write(data)
    stream.flush()


def echo_late(data: bytes) -> None:
    """Pass bytes on to the process's stdout itself; safe while the interpreter shuts down."""
    view = memoryview(data)
    with suppress(OSError):  # nobody reads any more, and the writer must not suffer from it
        while view:
            view = view[os.write(1, view) :]
