"""What the API and the pages tell of runs, from the journal and the blobs."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from praktika.adapters.rules import check_key, check_run
from praktika.engine.approval import awaited
from praktika.engine.explain import explain
from praktika.engine.run import Phase, Run, Stage
from praktika.engine.step import step
from praktika.errors import Absent, Conflict, PraktikaError
from praktika.model.events import AnyEvent
from praktika.model.result import Status
from praktika.orchestrator import names
from praktika.orchestrator.summary import summarize
from praktika.report import render
from praktika.web.shapes import JobSummary, RunDetails, RunSummary
from praktika.wiring.runs.history import Archive, Recorded
from praktika.wiring.stores import Stores

T = TypeVar("T")

_STATES, _SUMMARIES = 32, 2000
UNREADABLE = "unreadable"
_REMOTE_FRESH = 10.0
"""Seconds for which a list of runs is shown again where looking costs money."""

_FRESH = 1.0
"""Seconds for which a page of a run that goes on is shown again."""


@dataclass(frozen=True, slots=True)
class _Summed:
    """A run that is over, and how far its journal was read."""

    position: int
    summary: RunSummary


class StoredBooks:
    """The runs of an installation; see `web.surface.Books`.

    Args:
        stores: of the installation.
    """

    def __init__(self, stores: Stores) -> None:
        self.archive = Archive(stores)
        self._stores = stores
        self._states: OrderedDict[str, tuple[int, Recorded]] = OrderedDict()
        self._summaries: OrderedDict[str, _Summed] = OrderedDict()
        self._reports: OrderedDict[str, tuple[float, bytes]] = OrderedDict()
        self._lists: dict[int, tuple[float, list[RunSummary]]] = {}
        self._lock = threading.Lock()
        self._making = threading.Lock()

    def latest(self, limit: int) -> list[RunSummary]:
        """Runs, the newest first."""
        if not self._stores.is_remote:
            return self._latest(limit)
        with self._making:  # each look costs a request for every run
            now = self._stores.clock.monotonic()
            made, rows = self._lists.get(limit, (float("-inf"), []))
            if now - made > _REMOTE_FRESH:
                rows = self._latest(limit)
                self._lists = {limit: (now, rows)}
            return rows

    def details(self, run: str) -> RunDetails:
        """A run with its jobs."""
        recorded = self.state(run)
        state = recorded.run
        jobs = tuple(
            JobSummary(
                key=key,
                name=job.name,
                status=state.jobs[key].status,
                phase=state.jobs[key].phase.value,
                attempt=state.jobs[key].attempt,
                reason=_reason(state, key),
                runner=state.jobs[key].runner,
                since=state.jobs[key].since,
            )
            for key, job in state.graph.jobs.items()
        )
        return RunDetails(
            **self._outline(recorded),
            jobs=jobs,
            failure=state.failure,
            cancelled_by=state.cancelled_by,
            approved_by=state.approved_by,
            awaits=awaited(state) if state.stage is Stage.AWAITING else "",
        )

    def events(self, run: str, start: int) -> list[AnyEvent]:
        """What happened to it from that position on."""
        _checked(run)
        events = self._stores.journal.read(run, start)
        if not events and not (start and self._stores.journal.read(run)):
            raise _no_run(run)
        return events

    def files(self, run: str, prefix: str) -> list[str]:
        """Paths below its folder, sorted."""
        _checked(run)
        folder = f"runs/{run}/"
        where = _checked_path(folder + prefix) if prefix else folder
        found = [key.removeprefix(folder) for key in self._stores.blobs.list(where)]
        if not found:
            self.state(run)  # it must be there
        return found

    def size(self, run: str, path: str) -> int:
        """How many bytes a file below its folder has now."""
        return self._stores.blobs.size(_key(run, path))

    def read(self, run: str, path: str, start: int, end: int) -> bytes:
        """Its bytes `[start:end]`."""
        return self._stores.blobs.get(_key(run, path), start, end)

    def report(self, run: str) -> bytes:
        """The page of the run as it is now."""
        recorded = self.state(run)
        if recorded.run.requested is None:
            raise Conflict(f"run {run} has not begun yet")
        if recorded.run.stage is Stage.CONCLUDED:
            try:
                return self._stores.blobs.get(names.report(run))
            except Absent:
                pass  # it is being written
        with self._making:  # the second of two who ask gets what the first has made
            made, page = self._reports.get(run, (float("-inf"), b""))
            now = self._stores.clock.monotonic()
            if now - made < _FRESH:
                return page
            page = self._rendered(recorded)
            _keep(self._reports, run, (now, page), 8)
            return page

    def state(self, run: str) -> Recorded:
        """The run as its journal tells of it now, without the events.

        Raises:
            Absent: there is no such run.
        """
        return self._known(run)[1]

    def _known(self, run: str) -> tuple[int, Recorded]:
        """The same, and how far its journal was read."""
        _checked(run)
        with self._lock:
            position, known = self._states.get(run, (0, Recorded(id=run, run=Run(), events=[])))
        events = self._stores.journal.read(run, position)
        state = known.run
        for event in events:
            state = step(state, event).run
        position += len(events)
        if not position:
            raise _no_run(run)
        recorded = replace(known, run=state)
        with self._lock:
            if position >= self._states.get(run, (0, recorded))[0]:
                _keep(self._states, run, (position, recorded), _STATES)
        return position, recorded

    def _latest(self, limit: int) -> list[RunSummary]:
        found = []
        for run in self._stores.journal.runs(limit=limit):
            try:
                found.append(self._summary(run))
            except PraktikaError:  # damaged, or of a newer praktika: the others can be read
                found.append(RunSummary(id=run, stage=UNREADABLE, status=UNREADABLE))
        return found

    def _summary(self, run: str) -> RunSummary:
        known = self._summaries.get(run)
        if known is not None and not self._stores.journal.read(run, known.position):
            return known.summary
        position, recorded = self._known(run)
        counts = Counter(str(job.status) for job in recorded.run.jobs.values())
        summary = RunSummary(**self._outline(recorded), jobs=dict(counts))
        if recorded.run.stage is Stage.CONCLUDED:
            with self._lock:
                _keep(self._summaries, run, _Summed(position, summary), _SUMMARIES)
        return summary

    def _outline(self, recorded: Recorded) -> dict[str, Any]:
        run, asked = recorded.run, recorded.run.requested
        facts = asked.facts if asked else None
        end = run.at if run.stage is Stage.CONCLUDED else self._stores.clock.now()
        told = {"id": recorded.id, "stage": run.stage.value}
        told["status"] = str(self.archive.status(recorded))
        if asked is None or facts is None:
            return dict(told)
        subject = asked.subject
        return {
            **told,
            "workflow": asked.workflow,
            "repository": subject.repository if subject else asked.repository,
            "branch": asked.branch or facts.branch,
            "sha": subject.sha if subject else asked.sha,
            "pr_number": subject.number if subject else facts.pr_number,
            "title": facts.title if facts.pr_number else "",
            "url": facts.change_url,
            "by": asked.by,
            "began": run.began,
            "duration": max(0.0, end - run.began),
        }

    def _rendered(self, recorded: Recorded) -> bytes:
        status = self.archive.status(recorded)
        shown = Status(status) if status in set(Status) else Status.UNKNOWN
        return render(summarize(recorded.run, shown, recorded.id, self._stores))


def _reason(run: Run, key: str) -> str:
    """Why a job is as it is; what one waits for that has not ended."""
    job = run.jobs[key]
    if job.phase is not Phase.SETTLED:
        return explain(run, key)
    return job.reason or run.graph.jobs[key].reason


def _keep(kept: OrderedDict[str, T], key: str, value: T, limit: int) -> None:
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > limit:
        kept.popitem(last=False)


def _no_run(run: str) -> Absent:
    return Absent(f"there is no run '{run[:128]}'")


def _checked(run: str) -> str:
    """The id itself; one that cannot be one is of no run."""
    return _tried(check_run, run, f"there is no run '{run[:128]}'")


def _checked_path(key: str) -> str:
    return _tried(check_key, key.removesuffix("/"), "there is no such file")


def _key(run: str, path: str) -> str:
    """The key of a file below the run's folder, and of no other one."""
    return _checked_path(f"runs/{_checked(run)}/{path}")


def _tried(check: Callable[[str], str], text: str, refusal: str) -> str:
    try:
        return check(text)
    except ValueError:
        raise Absent(refusal) from None
