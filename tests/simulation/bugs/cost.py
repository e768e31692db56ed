"""Deliberate bugs in how much an event costs."""

from __future__ import annotations

from tests.simulation.bugs.broken import Bug

BUGS = (
    Bug(
        "reasons grow along a chain",
        "cost_is_local",
        "cause = self.cause or self.reason",
        "cause = self.reason",
        "outcome",
    ),
    Bug(
        "every event looks at all jobs",
        "cost_is_local",
        "        if self.open == 0 and run.stage",
        "        self.open = sum(s.phase is not Phase.SETTLED for s in jobs.values())\n"
        "        if self.open == 0 and run.stage",
        "moves",
    ),
    Bug(
        "every event copies the map",
        "cost_is_local",
        "jobs = self.run.jobs.update(self.states) if self.states else self.run.jobs",
        "jobs = self.run.jobs.update({**dict(self.run.jobs.items()), **self.states})",
        "moves",
    ),
    Bug(
        "a rerun looks at all needs for each need",
        "cost_is_local",
        "    state = run.jobs[need.job]\n    if state",
        "    state = run.jobs[[each.job for each in job.needs if each == need][0]]\n    if state",
        "rerun",
    ),
    Bug(
        "a rerun looks at all jobs for each job",
        "cost_is_local",
        "if key in able and _is_asked_for(",
        "if key in _able(run) and _is_asked_for(",
        "rerun",
    ),
    Bug(
        "a timer looks at all jobs for each job",
        "cost_is_local",
        "        state = moves.state(key)\n        if state.deadline and",
        "        state = {each: moves.state(each) for each in run.graph.jobs}[key]\n"
        "        if state.deadline and",
        "timers",
    ),
    Bug(
        "a cancel looks at all jobs for each job",
        "cost_is_local",
        "            moves.revoke(key, _by(by))\n",
        "            moves.revoke([each for each in run.graph.jobs if each == key][0], _by(by))\n",
    ),
    Bug(
        "what is due looks at all jobs for each job",
        "cost_is_local",
        "commands += remembering(run.plan, run.graph.jobs[key], state)",
        "commands += remembering(run.plan, {j.key: j for j in run.graph.jobs.values()}[key], state)",
        "due",
    ),
    Bug(
        "an end looks at all attempts before",
        "cost_is_local",
        "        job = self.run.graph.jobs[key]\n        if state.phase in {Phase.QUEUED",
        "        job = self.run.graph.jobs[key]\n        [past for past in state.past]\n"
        "        if state.phase in {Phase.QUEUED",
        "moves",
    ),
)
