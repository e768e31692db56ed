"""The changes that one event makes, gathered. Used by `step` and its neighbours only."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from praktika.engine.decision import Decision
from praktika.engine.outcome import CANCELLED, Outcome, worse
from praktika.engine.retry import another, given_up
from praktika.engine.reused import is_reused, remembering, with_doubt, with_input
from praktika.engine.run import JobState, Phase, Run, Stage
from praktika.model.commands import AnyCommand, Conclude, Dispatch, Leave, Revoke, SetTimer
from praktika.model.plan import Need, Plan
from praktika.model.result import Status


class Moves:
    """What one event changes; `decision` seals it.

    It lives for one step only: the dictionary of changed states is merged into the persistent
    map at the end, so that a step costs what it touches.

    Args:
        run: before.
        at: when the event happened.
    """

    def __init__(self, run: Run, at: float) -> None:
        self.run = run
        self.at = at
        self.states: dict[str, JobState] = {}
        self.open = run.open
        self.worst = run.worst
        self.alarm = run.alarm
        self.commands: list[AnyCommand] = []

    @property
    def plan(self) -> Plan:
        """The run's; there is one whenever a job moves."""
        assert self.run.plan is not None
        return self.run.plan

    def state(self, key: str) -> JobState:
        """The job's state as it is by now."""
        return self.states[key] if key in self.states else self.run.jobs[key]

    def put(self, key: str, state: JobState) -> None:
        """Set a job's state, and the alarm for its deadline."""
        self.states[key] = state
        self.arm(state.deadline)

    def arm(self, deadline: float) -> None:
        """See to it that the run is woken at that time, if it is one."""
        if deadline and (not self.alarm or deadline < self.alarm):
            self.alarm = deadline

    def skip(self) -> None:
        """Settle what the plan leaves out."""
        for job in self.plan.jobs:
            if job.decision == "skip":
                self.settle(Outcome(job, Status.SKIPPED, job.reason or "skipped by the plan"))

    def begin(self) -> None:
        """Settle what the plan leaves out, and dispatch what waits for nothing."""
        for key, job in self.run.graph.jobs.items():
            state = self.state(key)
            if job.decision == "skip":
                self.settle(Outcome(job, Status.SKIPPED, job.reason or "skipped by the plan"))
            elif state.phase is Phase.WAITING and is_reused(job, state):
                self.settle(Outcome.reused(job))
            elif state.phase is Phase.WAITING and state.unmet == 0:
                self.dispatch(key, state.reason)

    def dispatch(self, key: str, reason: str = "") -> None:
        """Give the job's next attempt to a runner."""
        state = self.state(key)
        pickup = self.plan.pickup_timeout
        queued = replace(
            state,
            phase=Phase.QUEUED,
            status=Status.PENDING,
            attempt=state.attempt + 1,
            unmet=0,
            reason=reason,
            revoked=False,
            runner="",
            control="",
            verdict="",
            since=self.at,
            started=0.0,
            deadline=self.at + pickup if pickup else 0.0,
        )
        self.put(key, queued)
        self.commands.append(Dispatch(job=key, attempt=queued.attempt))

    def close(self, key: str, outcome: Outcome, *, is_lost: bool = False) -> None:
        """End the job's attempt: with another one to come, or for good.

        Args:
            key: of the job.
            outcome: how the attempt ended.
            is_lost: whether it ended with its runner.
        """
        state = self.state(key)
        again = another(self.plan, outcome.job, state, outcome.status, outcome.verdict)
        if again is None:
            self.settle(given_up(outcome, state))
            return
        past = state.retired(outcome.status, outcome.verdict, outcome.reason)
        self.states[key] = replace(again.state, past=past)
        ended = "was lost" if is_lost else f"ended with {outcome.status}"
        told = f"attempt {state.attempt} {ended}" + (
            f": {outcome.reason}" if outcome.reason else ""
        )
        if again.pause:
            self.pause(key, told, again.pause)
        else:
            self.go_on(key, told)

    def go_on(self, key: str, reason: str) -> None:
        """Dispatch a job again, unless something that it needs is run again, or was and failed."""
        job = self.run.graph.jobs[key]
        unmet = 0
        for need in job.needs:
            needed = self.state(need.job)
            if needed.phase is not Phase.SETTLED:
                unmet += 1
                continue
            outcome = Outcome.of(self.run.graph.jobs[need.job], needed)
            consequence = outcome.consequence(need, job)
            if consequence and not job.always_run:
                self.settle(consequence)
                return
        if unmet:
            self.wait(key, reason, unmet)
        else:
            self.dispatch(key, reason)

    def wait(self, key: str, reason: str, unmet: int) -> None:
        """Let a job wait for so many of its needs before its next attempt."""
        self.states[key] = replace(
            self.state(key),
            phase=Phase.WAITING,
            status=Status.PENDING,
            reason=reason,
            unmet=unmet,
            since=self.at,
            deadline=0.0,
        )

    def pause(self, key: str, reason: str, seconds: float) -> None:
        """Let some time pass before the job's next attempt."""
        paused = replace(
            self.state(key),
            phase=Phase.PAUSED,
            status=Status.PENDING,
            reason=reason,
            since=self.at,
            deadline=self.at + seconds,
        )
        self.put(key, paused)

    def revoke(self, key: str, reason: str) -> None:
        """Stop what is under way for a job, and drop what is not."""
        state = self.state(key)
        if state.phase is Phase.SETTLED or state.revoked:
            return
        job = self.run.graph.jobs[key]
        if state.phase in {Phase.QUEUED, Phase.RUNNING}:
            self.ask_to_stop(key, reason)
        if state.phase is Phase.RUNNING:
            overtime = self.plan.overtime
            deadline = self.at + overtime if overtime else 0.0
            self.put(key, replace(self.state(key), deadline=deadline))
        else:
            self.settle(Outcome(job, Status.DROPPED, reason, verdict=CANCELLED))

    def ask_to_stop(self, key: str, reason: str) -> None:
        """Tell whoever has the current attempt, or will take it, to stop."""
        state = self.state(key)
        self.commands.append(Revoke(job=key, attempt=state.attempt, reason=reason))
        self.states[key] = replace(state, revoked=True, reason=reason)

    def settle(self, first: Outcome) -> None:
        """Settle a job, and drop or dispatch what waited for it, and so on."""
        queue = deque([first])
        while queue:
            outcome = queue.popleft()
            if self._settle_one(outcome):
                queue.extend(self._tell_dependents(outcome))

    def _settle_one(self, outcome: Outcome) -> bool:
        state = self.state(outcome.job.key)
        if state.phase is Phase.SETTLED:
            return False
        if outcome.status is Status.DROPPED and self.run.cancelled_by:
            outcome = replace(outcome, verdict=CANCELLED)
        self.states[outcome.job.key] = replace(
            state,
            phase=Phase.SETTLED,
            status=outcome.status,
            reason=outcome.reason,
            # Who has not answered yet may still be at it, or take it from the queue.
            revoked=state.revoked and not outcome.answered,
            provided=outcome.provided,
            stored=outcome.stored,
            is_forced=outcome.is_forced,
            blocks=outcome.blocks,
            verdict=outcome.verdict,
            since=self.at,
            deadline=0.0,
        )
        self.open -= 1
        self.worst = worse(self.worst, outcome.weight)
        self.commands += remembering(self.plan, outcome.job, self.states[outcome.job.key])
        return True

    def _tell_dependents(self, outcome: Outcome) -> list[Outcome]:
        """Dispatch those whose last need this was; those that cannot run any more."""
        dropped = []
        for key, need in self.run.graph.dependents[outcome.job.key]:
            state = self.state(key)
            job = self.run.graph.jobs[key]
            if state.phase is not Phase.WAITING or job.decision == "skip":
                continue
            if is_reused(job, state):
                continue  # it waits for nothing
            consequence = outcome.consequence(need, job)
            if consequence and not job.always_run:
                dropped.append(consequence)
                continue
            unmet = state.unmet - 1
            self.states[key] = replace(state, unmet=unmet)
            self._note_input(key, need)
            if unmet == 0 and self.run.stage is Stage.GOING:
                self.dispatch(key, state.reason)
        return dropped

    def _note_input(self, key: str, need: Need) -> None:
        """Keep which attempt of what a job reads from counts for it, and whether it is sound."""
        state, provider = self.state(key), self.run.graph.jobs[need.job]
        settled = self.state(need.job)
        inputs = with_input(state.inputs, need, provider, settled)
        doubts = with_doubt(state.doubts, need, provider, settled)
        if inputs is not state.inputs or doubts is not state.doubts:
            self.states[key] = replace(state, inputs=inputs, doubts=doubts)

    def decision(self) -> Decision:
        """The new state of the run, and everything to do."""
        jobs = self.run.jobs.update(self.states) if self.states else self.run.jobs
        run = replace(self.run, jobs=jobs, open=self.open, worst=self.worst, alarm=self.alarm)
        if self.open == 0 and run.stage in {Stage.GOING, Stage.HELD}:
            run = replace(run, stage=Stage.CONCLUDED, alarm=0.0)
            if run.group:
                policy = self.plan.concurrency_policy
                self.commands.append(Leave(group=run.group, policy=policy, stay=run.stay))
            self.commands.append(Conclude(status=run.worst))
        elif self.alarm and self.alarm != self.run.alarm:
            self.commands.append(SetTimer(at=self.alarm, after=max(0.0, self.alarm - self.at)))
        return Decision(run, tuple(self.commands))
