"""Deliberate bugs in what the engine decides of jobs, cancels and successors."""

from __future__ import annotations

from tests.simulation.bugs.broken import Bug

BUGS = (
    Bug(
        "an answer about any attempt counts",
        "stale_is_silent",
        "or state.attempt != attempt:",
        "or attempt < 1:",
    ),
    Bug(
        "an answer about a settled job counts",
        "settled_stays",
        "return state if state.phase in {Phase.QUEUED, Phase.RUNNING} else None",
        "return state if state.phase is not Phase.WAITING else None",
    ),
    Bug(
        "a job that waits can be answered for",
        "stale_is_silent",
        "return state if state.phase in {Phase.QUEUED, Phase.RUNNING} else None",
        "return state if state.phase is not Phase.SETTLED else None",
    ),
    Bug(
        "a second start counts",
        "stale_is_silent",
        "if state is None or state.phase is not Phase.QUEUED:",
        "if state is None:",
    ),
    Bug(
        "a second plan counts",
        "stale_is_silent",
        "def _planned(run: Run, event: Planned) -> Decision:\n"
        "    if run.stage is not Stage.PLANNING:",
        "def _planned(run: Run, event: Planned) -> Decision:\n    if run.stage is Stage.NEW:",
    ),
    Bug(
        "a second request begins the run anew",
        "stale_is_silent",
        "if run.stage is not Stage.NEW:",
        "if run.stage is Stage.GOING:",
    ),
    Bug(
        "a second cancel counts",
        "stale_is_silent",
        "repeated = run.cancelled_by and (run.forced or not event.force)",
        "repeated = False",
    ),
    Bug(
        "a cancel without a name is forgotten",
        "stale_is_silent",
        'by = run.cancelled_by or event.by or "somebody"',
        "by = run.cancelled_by or event.by",
    ),
    Bug(
        "needs count twice",
        "needs_first",
        "unmet = state.unmet - 1",
        "unmet = state.unmet - 2",
        "moves",
    ),
    Bug(
        "one need may be open",
        "needs_first",
        "            if unmet == 0",
        "            if unmet <= 1",
        "moves",
    ),
    Bug(
        "needs are not counted down",
        "due_is_enough",
        "self.states[key] = replace(state, unmet=unmet)",
        "pass",
        "moves",
    ),
    Bug(
        "what needs a failed job runs",
        "needs_first",
        "if not self.status.is_ok and not self.is_tolerated:",
        "if False:",
        "outcome",
    ),
    Bug(
        "what needs a dropped job runs",
        "needs_first",
        "if self.status is Status.DROPPED:",
        "if False:",
        "outcome",
    ),
    Bug(
        "a missing artifact is overlooked",
        "needs_first",
        "if artifact not in self.provided:",
        "if False:",
        "outcome",
    ),
    Bug(
        "a skipped job is dispatched",
        "needs_first",
        'if state.phase is not Phase.WAITING or job.decision == "skip":',
        "if state.phase is not Phase.WAITING:",
        "moves",
    ),
    Bug(
        "allow_failure stops dependents",
        "as_the_oracle_says",
        "return self.job.allow_failure or not self.blocks",
        "return not self.blocks",
        "outcome",
    ),
    Bug(
        "blocks=False stops dependents",
        "as_the_oracle_says",
        "return self.job.allow_failure or not self.blocks",
        "return self.job.allow_failure",
        "outcome",
    ),
    Bug(
        "allow_failure fails the run",
        "as_the_oracle_says",
        "if self.status.is_ok or self.job.allow_failure:",
        "if self.status.is_ok:",
        "outcome",
    ),
    Bug(
        "blocks=False makes a failure good",
        "as_the_oracle_says",
        "if self.status.is_ok or self.job.allow_failure:",
        "if self.status.is_ok or self.is_tolerated:",
        "outcome",
    ),
    Bug(
        "fault 29: a red run is green",
        "as_the_oracle_says",
        "return Status.ERROR if self.status is Status.ERROR else Status.FAIL",
        "return Status.OK",
        "outcome",
    ),
    Bug(
        "an error counts as a failure",
        "as_the_oracle_says",
        "return Status.ERROR if self.status is Status.ERROR else Status.FAIL",
        "return Status.FAIL",
        "outcome",
    ),
    Bug(
        "the last outcome wins over the worst",
        "as_the_oracle_says",
        "return one if _SEVERITY[one] >= _SEVERITY[other] else other",
        "return other",
        "outcome",
    ),
    Bug(
        "a cancelled run looks failed",
        "as_the_oracle_says",
        "if self.status is Status.DROPPED and self.verdict == CANCELLED:",
        "if False:",
        "outcome",
    ),
    Bug(
        "the cascade forgets always_run",
        "as_the_oracle_says",
        "if consequence and not job.always_run:\n                dropped",
        "if consequence:\n                dropped",
        "moves",
    ),
    Bug(
        "the cascade ends after one job",
        "due_is_enough",
        "queue.extend(self._tell_dependents(outcome))",
        "self._tell_dependents(outcome)",
        "moves",
    ),
    Bug(
        "it concludes early",
        "concluded_once",
        "if self.open == 0 and",
        "if self.open <= 1 and",
        "moves",
    ),
    Bug(
        "it never concludes",
        "concluded_once",
        "self.commands.append(Conclude(status=run.worst))",
        "pass",
        "moves",
    ),
    Bug(
        "it concludes again and again",
        "concluded_once",
        "            run = replace(run, stage=Stage.CONCLUDED, alarm=0.0)\n",
        "            run = replace(run, alarm=0.0)\n",
        "moves",
    ),
    Bug(
        "a lost attempt is not replaced",
        "due_is_enough",
        "            self.go_on(key, told)\n",
        "            pass\n",
        "moves",
    ),
    Bug(
        "lost attempts are replaced for ever",
        "retries_are_bounded",
        "if state.lost + 1 >= MAX_LOST_ATTEMPTS:",
        "if False:",
        "retry",
    ),
    Bug(
        "a new attempt has the number of the old",
        "one_live_attempt",
        "attempt=state.attempt + 1,",
        "attempt=max(state.attempt, 1),",
        "moves",
    ),
    Bug(
        "an attempt that ended with PENDING is waited for for ever",
        "due_is_enough",
        "    state = _current(run, event.job, event.attempt)\n"
        "    if state is None:\n"
        "        return Decision(run)\n"
        "    moves = Moves(run, event.at)\n"
        "    status, reason",
        "    state = _current(run, event.job, event.attempt)\n"
        "    if state is None or not event.status.is_settled:\n"
        "        return Decision(run)\n"
        "    moves = Moves(run, event.at)\n"
        "    status, reason",
    ),
    Bug(
        "a stopped attempt that is lost is tried again",
        "cancel_is_final",
        "    if state.revoked:\n        moves.settle(Outcome(job,",
        "    if False:\n        moves.settle(Outcome(job,",
    ),
    Bug(
        "a cancel leaves what is queued",
        "cancel_is_final",
        "        if state.phase is Phase.SETTLED or state.revoked:\n"
        "            return\n"
        "        job =",
        "        if state.phase in {Phase.SETTLED, Phase.QUEUED} or state.revoked:\n"
        "            return\n"
        "        job =",
        "moves",
    ),
    Bug(
        "a cancel leaves what runs",
        "cancel_is_final",
        "        if state.phase is Phase.SETTLED or state.revoked:\n"
        "            return\n"
        "        job =",
        "        if state.phase in {Phase.SETTLED, Phase.RUNNING} or state.revoked:\n"
        "            return\n"
        "        job =",
        "moves",
    ),
    Bug(
        "a cancel stops twice",
        "cancel_is_final",
        "        if state.phase is Phase.SETTLED or state.revoked:\n"
        "            return\n"
        "        job =",
        "        if state.phase is Phase.SETTLED:\n            return\n        job =",
        "moves",
    ),
    Bug(
        "a cancel stops what always runs",
        "cancel_is_final",
        "if event.force or not run.graph.jobs[key].always_run or",
        "if True or",
    ),
    Bug(
        "a forced cancel spares what always runs",
        "cancel_is_final",
        "if event.force or not run.graph.jobs[key].always_run or",
        "if not run.graph.jobs[key].always_run or",
    ),
    Bug(
        "a forced cancel dispatches what always runs",
        "cancel_is_final",
        "for key in reversed(list(run.graph.jobs)):",
        "for key in run.graph.jobs:",
    ),
    Bug(
        "nothing is due",
        "due_is_enough",
        "return (*_of_group(run), *_under_way(run))",
        "return ()",
        "due",
    ),
    Bug(
        "what is queued is not due",
        "due_is_enough",
        "            commands.append(Dispatch(job=key, attempt=state.attempt))\n",
        "            pass\n",
        "due",
    ),
    Bug(
        "what runs is due again",
        "due_is_enough",
        "        if state.phase is Phase.QUEUED:\n",
        "        if state.phase in {Phase.QUEUED, Phase.RUNNING}:\n",
        "due",
    ),
    Bug(
        "a successor stops everything",
        "due_is_enough",
        "        if state.revoked:\n",
        "        if True:\n",
        "due",
    ),
    Bug(
        "a stop that was not carried out is not due",
        "due_is_enough",
        "            revoked=state.revoked and not outcome.answered,\n",
        "            revoked=False,\n",
        "moves",
    ),
    Bug(
        "the conclusion is not due",
        "due_is_enough",
        "        commands.append(Conclude(status=run.worst))\n",
        "        pass\n",
        "due",
    ),
    Bug(
        "the plan is not due",
        "due_is_enough",
        "return (MakePlan(workflow=run.requested.workflow),)",
        "return ()",
        "due",
    ),
    Bug(
        "a replay misses an event",
        "due_is_enough",
        "    for event in events:\n",
        "    for event in list(events)[:-1]:\n",
    ),
    Bug(
        "a skip has no reason",
        "reason_always",
        '            if job.decision == "skip":\n'
        '                self.settle(Outcome(job, Status.SKIPPED, job.reason or "skipped by the plan"))\n'
        "            elif",
        '            if job.decision == "skip":\n'
        "                self.settle(Outcome(job, Status.SKIPPED, job.reason))\n"
        "            elif",
        "moves",
    ),
    Bug(
        "a runner's drop has no reason",
        "reason_always",
        "    if event.status is Status.DROPPED and not event.reason:\n",
        "    if False:\n",
    ),
    Bug(
        "a drop names no need",
        "reason_always",
        'reason = f"needs {name}, which ended with {self.status}"',
        'reason = f"a need ended with {self.status}"',
        "outcome",
    ),
    Bug(
        "a plan in which jobs wait for one another is taken",
        "cycles_are_refused",
        "if need.job not in seen:",
        "if False:",
        "sound",
    ),
)
