"""Systems with a bug in what becomes of outcomes that travel between runs; see `bugs`."""

from __future__ import annotations

from tests.simulation.system.bugs import Bug, Change

from praktika.engine import due as engine_due
from praktika.engine import moves
from praktika.orchestrator import hands, tasks
from praktika.orchestrator.hands import Hands


def _bug(
    title: str, noticed_by: str, *changes: Change, near: int = 0, everywhere: bool = False
) -> Bug:
    return Bug(title, noticed_by, changes, near, everywhere, reuse=True)


def _of_remembering(old: str) -> tuple[Change, ...]:
    return tuple(Change(owner, "remembering", old, "") for owner in (moves, engine_due, hands))


BUGS = (
    _bug(
        "nothing is kept",
        "good_work_is_kept",
        Change(hands, "remember", instead=lambda *_: None),
    ),
    _bug(
        "what a dead one may not have kept is kept by nobody",
        "good_work_is_kept",
        Change(
            engine_due,
            "_under_way",
            "commands += remembering(run.plan, run.graph.jobs[key], state)",
            "pass",
        ),
    ),
    _bug(
        "it is kept by whom it was asked of once, and not if that fails",
        "good_work_is_kept",
        Change(
            hands,
            "remember",
            "patiently(partial(blobs.put, place, data), _PATIENCE)",
            "blobs.put(place, data)",
        ),
        near=285,
    ),
    _bug(
        "what the run has got past is kept as something else",
        "good_work_is_kept",
        Change(
            Hands,
            "_remember",
            "command not in remembering(run.plan, job, state)",
            "state.attempt != command.attempt",
        ),
        near=910,
    ),
    _bug(
        "what was forced is kept",
        "good_work_is_kept",
        *_of_remembering("        and not state.is_forced\n"),
    ),
    _bug(
        "a run without a cache keeps its outcomes",
        "good_work_is_kept",
        *_of_remembering("        plan.caches\n        and "),
    ),
    _bug(
        "all is kept in one scope",
        "good_work_is_kept",
        Change(hands, "remember", "repository, plan.scope, key", 'repository, "", key'),
    ),
    _bug(
        "a record does not say what was left",
        "good_work_is_kept",
        Change(hands, "remember", "        stored=state.stored,\n", ""),
    ),
    _bug(
        "a task names what was left earlier though it was made anew",
        "inputs_are_there",
        Change(tasks, "_stored", "need.job not in inputs and ", ""),
    ),
)
