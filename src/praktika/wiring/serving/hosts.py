"""Hosts of runners, each a child process that is started again when it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from praktika.errors import OperatorError
from praktika.model.facts import Trust
from praktika.wiring.github.settings import PRIVATE
from praktika.wiring.serving.loops import Loop, Pulse

_HOST = (sys.executable, "-m", "praktika.cli.host")
_PERIOD = 0.1
_PATIENCE = 20.0


def host_loops(
    root: Path, counts: Mapping[str, int], trust: Trust, more: Mapping[str, str]
) -> list[Loop]:
    """A loop for each label that keeps a host of so many runners.

    Args:
        root: of the checkout whose settings and state count.
        counts: by label, how many jobs run at a time.
        trust: of the code that they serve.
        more: variables for the runners; jobs do not get them.
    """
    kind = "runners" if trust == "trusted" else "untrusted runners"
    return [
        Loop(name=f"{kind} {label}".rstrip(), serve=_Host(root, label, count, trust, more).serve)
        for label, count in counts.items()
        if count > 0
    ]


@dataclass(frozen=True, slots=True)
class _Host:
    root: Path
    label: str
    count: int
    trust: Trust
    more: Mapping[str, str]

    def serve(self, pulse: Pulse) -> None:
        """Keep a host until the end, and end it then: its jobs are given to other runners.

        Raises:
            OperatorError: it has ended by itself.
        """
        process = subprocess.Popen(
            self._command(),
            stdin=subprocess.DEVNULL,
            env={key: text for key, text in os.environ.items() if key not in PRIVATE}
            | dict(self.more),
            # Ctrl-C is for this process alone.
            process_group=0,
        )
        try:
            while pulse.goes_on():
                code = process.poll()
                if code is not None:
                    raise OperatorError(f"the host of its runners ended with {code}")
                pulse.beat()
                pulse.wait(_PERIOD)
        finally:
            _end(process)

    def _command(self) -> list[str]:
        where = ("--root", str(self.root), "--parent", str(os.getpid()))
        kind = ("--label", self.label, "--trust", self.trust)
        return [*_HOST, *where, "--count", str(self.count), *kind]


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
