"""The jobs of a run, a line each, the worst first."""

from __future__ import annotations

from dataclasses import dataclass

from praktika.engine.explain import explain
from praktika.engine.outcome import CANCELLED, Outcome
from praktika.engine.reused import is_reused
from praktika.engine.run import JobState, Phase, Run
from praktika.model.plan import Job
from praktika.model.result import Status

_MARKS = {
    Status.OK: "✅",
    Status.SKIPPED: "⏭️",
    Status.XFAIL: "✅",
    Status.FAIL: "❌",
    Status.XPASS: "❌",
    Status.UNKNOWN: "❌",
    Status.ERROR: "⚠️",
    Status.DROPPED: "🚫",
    Status.PENDING: "⏳",
    Status.RUNNING: "🔵",
}
_WHOSE = {
    "author": "author",
    "infrastructure": "infrastructure",
    "timeout": "timeout",
    CANCELLED: "cancelled",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One job, and how it stands."""

    job: Job
    state: JobState

    @property
    def is_settled(self) -> bool:
        """Whether its outcome is known."""
        return self.state.phase is Phase.SETTLED

    @property
    def has_failed(self) -> bool:
        """Whether it ran, or was to run, and did not end well; a dropped one has not failed."""
        good = self.state.status.is_ok or self.state.status is Status.DROPPED
        return self.is_settled and not good

    @property
    def is_required(self) -> bool:
        """Whether its failure is one of the run."""
        return not self.job.allow_failure

    @property
    def counts(self) -> bool:
        """Whether it makes the run fail (fault 29)."""
        weight = Outcome.of(self.job, self.state).weight
        return self.is_settled and weight in {Status.FAIL, Status.ERROR}

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody has stopped it."""
        return self.state.status is Status.DROPPED and self.state.verdict == CANCELLED

    @property
    def seconds(self) -> float:
        """How long its last attempt took; 0 while that is not known."""
        is_timed = self.is_settled and self.state.started > 0
        return max(0.0, self.state.since - self.state.started) if is_timed else 0.0

    @property
    def whose(self) -> str:
        """Whose its failure is, or ""."""
        if not self.is_settled or self.state.status.is_ok:
            return ""
        default = "author" if self.has_failed else ""
        default = "infrastructure" if self.state.status is Status.ERROR else default
        return _WHOSE.get(self.state.verdict, default)

    @property
    def word(self) -> str:
        """Its status, with a mark."""
        status = f"{_MARKS[self.state.status]} {self.state.status}"
        if is_reused(self.job, self.state) and self.state.status is Status.OK:
            return f"{status} (reused)"
        return status if self.is_required or not self.has_failed else f"{status} (allowed)"

    @property
    def turn(self) -> int:
        """Which of its attempts is shown; it grows when the job is run again."""
        return self.state.attempt + self.state.is_retired

    @property
    def rank(self) -> int:
        """How much it matters to whoever looks for what is broken: 0 is the most."""
        if self.has_failed:
            return 0 if self.is_required else 1
        return _RANKS[self.state.status]

    def reason(self, run: Run) -> str:
        """Why it stands so, in the words of the engine."""
        match self.state.phase:
            case Phase.SETTLED:
                return self.state.reason or ("" if self.has_failed else self.job.reason)
            case Phase.QUEUED:
                # Its place in the queue changes all the time; that is not worth a write.
                pool = f" of '{self.job.runs_on[0]}'" if self.job.runs_on else ""
                kind = " for untrusted code" if run.trust == "untrusted" else ""
                again = f"; {self.state.reason}" if self.state.reason else ""
                return f"waits for a free runner{kind}{pool}{again}"
            case _:
                return explain(run, self.job.key)


_RANKS = {
    Status.FAIL: 0,
    Status.ERROR: 0,
    Status.XPASS: 0,
    Status.UNKNOWN: 0,
    Status.DROPPED: 2,
    Status.RUNNING: 3,
    Status.PENDING: 4,
    Status.OK: 5,
    Status.XFAIL: 5,
    Status.SKIPPED: 6,
}


def lines_of(run: Run) -> list[Line]:
    """The jobs of a run, the worst first, then in the order of the plan."""
    lines = [Line(job, run.jobs[job.key]) for job in run.graph.jobs.values()]
    return sorted(lines, key=lambda line: line.rank)
