"""How a job settled; what that means for the run and for jobs that wait. Changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from praktika.engine.run import JobState
from praktika.model.plan import Job, Need, Stored
from praktika.model.result import Status

CANCELLED = "cancelled"
_SEVERITY = {Status.OK: 0, Status.DROPPED: 1, Status.FAIL: 2, Status.ERROR: 3}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job settled.

    Attributes:
        job: which one.
        status: what became of it.
        reason: why, in words.
        provided: names of the artifacts that it left.
        stored: what it left under those names.
        is_forced: whether it is OK only because the author said so beforehand.
        blocks: False if it said itself that its failure must not stop its dependents.
        cause: what set off the drops that led to this one, or "" if this is no consequence. It
            stays the same along a chain, so that reasons do not grow with the chain's length.
        verdict: whose it is.
        answered: whether whoever ran it has told so itself, and so is not at it any more.
    """

    job: Job
    status: Status
    reason: str
    provided: tuple[str, ...] = ()
    stored: tuple[Stored, ...] = ()
    is_forced: bool = False
    blocks: bool = True
    cause: str = ""
    verdict: str = ""
    answered: bool = False

    @staticmethod
    def of(job: Job, state: JobState) -> Outcome:
        """How a settled job came out."""
        return Outcome(
            job,
            state.status,
            state.reason,
            state.provided,
            blocks=state.blocks,
            verdict=state.verdict,
        )

    @staticmethod
    def reused(job: Job) -> Outcome:
        """How a job comes out whose outcome is taken from an earlier run."""
        stored = job.origin.stored if job.origin else ()
        names = tuple(each.name for each in stored)
        reason = job.reason or "reused from an earlier run"
        return Outcome(job, Status.OK, reason, names, stored)

    @property
    def is_tolerated(self) -> bool:
        """Whether the author has allowed this failure, or the job said that it does not matter."""
        return self.job.allow_failure or not self.blocks

    @property
    def weight(self) -> Status:
        """What it makes of the run's verdict."""
        if self.status is Status.DROPPED and self.verdict == CANCELLED:
            return Status.DROPPED
        if self.status.is_ok or self.job.allow_failure:
            return Status.OK
        return Status.ERROR if self.status is Status.ERROR else Status.FAIL

    def consequence(self, need: Need, job: Job) -> Outcome | None:
        """The drop of a job that has this need, or None if the need is met."""
        name = f"'{self.job.name}'"
        if self.status is Status.DROPPED:
            cause = self.cause or self.reason
            reason = f"needs {name}, which was dropped: {cause}"
            return Outcome(job, Status.DROPPED, reason, cause=cause, verdict=self._of_cancel)
        if not self.status.is_ok and not self.is_tolerated:
            reason = f"needs {name}, which ended with {self.status}"
            return Outcome(job, Status.DROPPED, reason, cause=f"{name} ended with {self.status}")
        for artifact in need.artifacts:
            if artifact not in self.provided:
                reason = (
                    f"needs artifact '{artifact}', which {name} ({self.status}) did not provide"
                )
                cause = f"{name} ({self.status}) did not provide artifact '{artifact}'"
                return Outcome(job, Status.DROPPED, reason, cause=cause)
        return None

    @property
    def _of_cancel(self) -> str:
        """What is dropped because of a cancelled job is cancelled with it, and nobody's failure."""
        return self.verdict if self.verdict == CANCELLED else ""


def worse(one: Status, other: Status) -> Status:
    """The graver of two verdicts on a run."""
    return one if _SEVERITY[one] >= _SEVERITY[other] else other
