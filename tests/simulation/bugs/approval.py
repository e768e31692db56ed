"""Deliberate bugs in how an approval is asked for, given and remembered."""

from __future__ import annotations

from tests.simulation.bugs.broken import Bug

BUGS = (
    Bug(
        "code that needs an approval runs without",
        "nothing_unapproved",
        "if run.requested.needs_approval and not run.approved_by:",
        "if False:",
        "approval",
    ),
    Bug(
        "security 2: an approval of any commit counts",
        "nothing_unapproved",
        "not event.sha or event.sha != awaited(run)",
        "not event.sha",
        "step",
    ),
    Bug(
        "what is approved is the merge, and not what was pushed",
        "nothing_unapproved",
        "request.subject.sha if request.subject is not None else request.facts.sha",
        "request.facts.sha",
        "approval",
    ),
    Bug(
        "security 23: nobody approves",
        "approved_once",
        "not event.by or not event.sha or",
        "not event.sha or",
        "step",
    ),
    Bug(
        "a plan that comes before the approval is taken",
        "nothing_unapproved",
        "    if run.stage is not Stage.PLANNING:\n        return Decision(run)\n    plan = event.plan",
        "    if run.stage not in {Stage.PLANNING, Stage.AWAITING}:\n"
        "        return Decision(run)\n    plan = event.plan",
        "step",
    ),
    Bug(
        "a successor does not wait for the approval",
        "nothing_unapproved",
        "        case Stage.NEW | Stage.AWAITING:\n            return ()\n        case Stage.PLANNING:",
        "        case Stage.NEW:\n            return ()\n        case Stage.PLANNING | Stage.AWAITING:",
        "due",
    ),
    Bug(
        "whoever runs it again has approved of it",
        "nothing_unapproved",
        "approved_by=run.approved_by,",
        "approved_by=run.approved_by or event.by,",
        "rerun",
    ),
    Bug(
        "a rerun asks for the approval again",
        "approved_once",
        "            approved_by=run.approved_by,\n",
        "",
        "rerun",
    ),
    Bug(
        "an approval is not enough",
        "approved_once",
        "run.requested.needs_approval and not run.approved_by",
        "run.requested.needs_approval",
        "approval",
    ),
    Bug(
        "it is not told who has approved",
        "approved_once",
        "planning(replace(run, approved_by=event.by, heard=heard))",
        'planning(replace(run, approved_by="somebody", heard=heard))',
        "step",
    ),
    Bug(
        "an approval counts again and again",
        "stale_is_silent",
        "if run.stage is not Stage.AWAITING or event.id in run.heard:",
        "if run.stage is Stage.NEW or event.id in run.heard:",
        "step",
    ),
    Bug(
        "a run that waits for an approval cannot be cancelled",
        "as_the_oracle_says",
        "repeated or run.stage in {Stage.NEW, Stage.CONCLUDED}",
        "repeated or run.stage in {Stage.NEW, Stage.AWAITING, Stage.CONCLUDED}",
        "step",
    ),
    Bug(
        "an approval is not a request that was heard",
        "heard_once",
        "replace(run, approved_by=event.by, heard=heard)",
        "replace(run, approved_by=event.by)",
        "step",
    ),
    Bug(
        "a request that was heard approves",
        "approved_once",
        "if run.stage is not Stage.AWAITING or event.id in run.heard:",
        "if run.stage is not Stage.AWAITING:",
        "step",
    ),
)
