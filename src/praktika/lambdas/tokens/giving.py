"""Giving tokens to machines, each what it may have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from praktika.engine.run import Run
from praktika.errors import Absent, Denied
from praktika.intake.allowed import Allowed
from praktika.lambdas.tokens.callers import Caller
from praktika.lambdas.tokens.runs import Runs
from praktika.model.task import Claim
from praktika.model.tokens import Attempt, TokenAsked
from praktika.model.wire import WireError, decode
from praktika.orchestrator import names
from praktika.orchestrator.tokens import AttemptTokens
from praktika.ports.blobs import Blobs
from praktika.ports.tokens import Grant, Token, TokenBroker

ORCHESTRATING = {
    "checks": "write",
    "contents": "write",
    "issues": "write",
    "metadata": "read",
    "pull_requests": "write",
    "statuses": "write",
}
"""The most that an orchestrator's token may have: to read, to show, to merge, to publish pages."""

_LEVELS = {"read": ("read",), "write": ("read", "write")}
"""What may be asked for where so much is allowed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Giver:
    """Gives tokens.

    Attributes:
        broker: mints them.
        runs: what there is to do.
        blobs: has the claims.
        repositories: that are served.
    """

    broker: TokenBroker
    runs: Runs
    blobs: Blobs
    repositories: Allowed

    def give(self, caller: Caller, asked: TokenAsked) -> Token:
        """A token that nobody else has.

        Raises:
            Denied: this machine may not have that.
            PraktikaError: see `TokenBroker`.
        """
        grant = Grant(repository=asked.repository, permissions=asked.permissions)
        if asked.repository not in self.repositories:
            raise Denied(f"{asked.repository} is not a repository of this installation")
        match caller.pool.role:
            case "workflow_orchestrator":
                return self._to_orchestrator(asked, grant)
            case "job_runner":
                self._check_claim(caller, asked)
                attempt = AttemptTokens(self.broker, self._run_for(caller, asked.job), asked)
                return attempt.own_token(grant)

    def _to_orchestrator(self, asked: TokenAsked, grant: Grant) -> Token:
        if asked.run or asked.job or asked.attempt:
            raise Denied("an orchestrator asks in no attempt's name")
        beyond = [
            name
            for name, level in grant.permissions.items()
            if level not in _LEVELS.get(ORCHESTRATING.get(name, ""), ())
        ]
        if beyond or not grant.permissions:
            wish = ", ".join(sorted(beyond)) or "everything"
            raise Denied(f"an orchestrator may not have {wish} of {grant.repository}")
        return self.broker.own_token(grant)

    def _check_claim(self, caller: Caller, attempt: Attempt) -> None:
        """Refuse whoever does not have the attempt.

        Raises:
            Denied: nobody has claimed it, or somebody else.
        """
        if not (attempt.run and attempt.job and attempt.attempt):
            raise Denied("a runner asks in an attempt's name")
        place = names.job(attempt.run, attempt.job, attempt.attempt, "claim")
        try:
            claim = decode(self.blobs.get(place), Claim)
        except (Absent, WireError):
            raise Denied("nobody has claimed this attempt") from None
        if claim.runner != caller.runner:
            raise Denied("this attempt is claimed by another machine")

    def _run_for(self, caller: Caller, key: str) -> Callable[[str], Run]:
        def run_of(run_id: str) -> Run:
            run = self.runs.load(run_id)
            if run.trust != caller.pool.trust:
                raise Denied(f"run {run_id} is not for machines that are {caller.pool.trust}")
            job = run.graph.jobs.get(key)
            label = job.runs_on[0] if job and job.runs_on else ""
            # A claim is a blob, which other pools of this trust could write as well.
            if job and names.tasks(label, run.trust) not in caller.queues:
                raise Denied(f"job {key} of run {run_id} is not for pool {caller.pool.name}")
            return run

        return run_of
