"""Runs and Results, as far as they are needed to be shown."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Generic, TypeVar

from praktika.checks.content.desired import worth_reading
from praktika.checks.content.findings import Findings, findings_of
from praktika.engine.run import Run
from praktika.engine.step import step
from praktika.errors import Absent
from praktika.model.facts import Trust
from praktika.model.result import Result
from praktika.model.wire import WireError, decode
from praktika.patience import patiently
from praktika.ports.blobs import Blobs
from praktika.ports.journal import Journal

LARGEST: dict[Trust, int] = {"trusted": 64 << 20, "untrusted": 8 << 20}
"""Bytes of a Result that is still read (security 22)."""

_RUNS = 64
_FINDINGS = 1000


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Read:
    run: Run
    position: int


class _Recent(Generic[T]):
    """The values that were put last, by name."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[str, T] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, name: str) -> T | None:
        with self._lock:
            return self._values.get(name)

    def put(self, name: str, value: T) -> None:
        with self._lock:
            self._values[name] = value
            self._values.move_to_end(name)
            while len(self._values) > self._most:
                self._values.popitem(last=False)


class Reading:
    """Reads runs from their journals, and what their failed jobs say; what was read is kept.

    Concurrency: any number of threads, one at a time for a run.

    Args:
        journal, blobs: see the ports.
    """

    def __init__(self, journal: Journal, blobs: Blobs) -> None:
        self._journal = journal
        self._blobs = blobs
        self._runs: _Recent[_Read] = _Recent(_RUNS)
        self._findings: _Recent[Findings] = _Recent(_FINDINGS)

    def run(self, run_id: str) -> Run:
        """A run as its journal tells now."""
        read = self._runs.get(run_id) or _Read(Run(), 0)
        news = patiently(lambda: self._journal.read(run_id, read.position))
        run = read.run
        for event in news:
            run = step(run, event).run
        self._runs.put(run_id, _Read(run, read.position + len(news)))
        return run

    def findings(self, run_id: str, run: Run) -> dict[str, Findings]:
        """What the failed jobs of a run say, by key."""
        found = {}
        for key in worth_reading(run):
            blob = f"runs/{run_id}/jobs/{key}/{run.jobs[key].attempt}/result.json"
            known = self._findings.get(blob)
            if known is None:
                known = self._read(blob, LARGEST[run.trust])
                self._findings.put(blob, known)
            found[key] = known
        return found

    def _read(self, blob: str, largest: int) -> Findings:
        try:
            data = patiently(lambda: self._blobs.get(blob, 0, largest + 1))
            return findings_of(decode(data, Result, limit=largest))
        except Absent:
            return Findings()
        except WireError as error:
            return Findings(trouble=str(error))
