"""What a child writes becomes lines of the log, as it comes."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import IO

from praktika_controller.logs.journal import Sink

_LONGEST = 64 * 1024
"""Bytes after which a line is broken that does not end by itself."""


def forward(pipe: IO[bytes], sinks: Sequence[Sink]) -> threading.Thread:
    """Read a pipe to its end, in a thread of its own; memory does not grow with it."""

    def read() -> None:
        with pipe:
            while data := pipe.readline(_LONGEST):
                text = data.rstrip(b"\n").decode("utf-8", "replace")
                for sink in sinks:
                    sink.put(text, time.time())

    thread = threading.Thread(target=read, name="output", daemon=True)
    thread.start()
    return thread
