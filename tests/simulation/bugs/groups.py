"""Deliberate bugs in cancels of one job, and in concurrency groups."""

from __future__ import annotations

from tests.simulation.bugs.broken import Bug

BUGS = (
    Bug(
        "the cancel of one job cancels the run",
        "as_the_oracle_says",
        "    if event.job:\n",
        "    if False:\n",
        "step",
    ),
    Bug(
        "what the plan leaves out can be cancelled",
        "as_the_oracle_says",
        '    if run.graph.jobs[event.job].decision == "skip":\n',
        "    if False:\n",
        "step",
    ),
    Bug(
        "a job that was cancelled alone fails the run",
        "as_the_oracle_says",
        "return CANCELLED if state.revoked and event.status is Status.DROPPED else event.verdict",
        "return event.verdict",
        "step",
    ),
    Bug(
        "what needs a cancelled job fails the run",
        "as_the_oracle_says",
        "verdict=self._of_cancel)",
        'verdict="")',
        "outcome",
    ),
    Bug(
        "what is dropped after a cancel is a failure",
        "as_the_oracle_says",
        "if outcome.status is Status.DROPPED and self.run.cancelled_by:",
        "if False:",
        "moves",
    ),
    Bug(
        "a held run begins",
        "waits_its_turn",
        "    if not is_held:\n        moves.begin()\n",
        "    moves.begin()\n",
        "step",
    ),
    Bug(
        "a queued run does not wait",
        "waits_its_turn",
        'is_held = bool(run.group) and plan.concurrency_policy == "queue"',
        "is_held = False",
        "step",
    ),
    Bug(
        "no run joins its group",
        "waits_its_turn",
        "    if run.group:\n        moves.commands",
        "    if False:\n        moves.commands",
        "step",
    ),
    Bug(
        "a rerun does not wait for its turn",
        "waits_its_turn",
        "is_queued = run.stage is Stage.CONCLUDED and _waits_for_group(run)",
        "is_queued = False",
        "rerun",
    ),
    Bug(
        "a held run dispatches what a cancel sets free",
        "waits_its_turn",
        " and self.run.stage is Stage.GOING:",
        ":",
        "moves",
    ),
    Bug(
        "no run leaves its group",
        "waits_its_turn",
        "                self.commands.append(Leave(group=run.group))\n",
        "                pass\n",
        "moves",
    ),
    Bug(
        "a successor does not leave the group",
        "waits_its_turn",
        "return (Leave(group=run.group),)",
        "return ()",
        "due",
    ),
    Bug(
        "a successor does not join the group",
        "waits_its_turn",
        "    return (Enter(group=run.group, policy=run.plan.concurrency_policy),)",
        "    return ()",
        "due",
    ),
    Bug(
        "an old run that is run again gives way",
        "waits_its_turn",
        "if run.round and run.plan.concurrency_policy",
        "if False and run.plan.concurrency_policy",
        "due",
    ),
    Bug(
        "a second admission begins the run again",
        "stale_is_silent",
        "    if run.stage is not Stage.HELD:\n        return Decision(run)\n",
        "    if run.stage is Stage.NEW:\n        return Decision(run)\n",
        "step",
    ),
    Bug(
        "an admitted run does not begin",
        "due_is_enough",
        "    moves = Moves(replace(run, stage=Stage.GOING), event.at)\n    moves.begin()\n",
        "    moves = Moves(replace(run, stage=Stage.GOING), event.at)\n",
        "step",
    ),
    Bug(
        "a cancel of a held run drops what is left out",
        "as_the_oracle_says",
        "    if run.stage is Stage.HELD:\n        moves.skip()\n",
        "",
        "step",
    ),
    Bug(
        "the deadline of a held run spares what always runs",
        "cancel_is_final",
        "if not run.graph.jobs[key].always_run or run.stage is Stage.HELD:",
        "if not run.graph.jobs[key].always_run:",
        "timers",
    ),
)
