"""Plans whose run would never end are refused; fault 28: no cycle reaches the engine."""

from __future__ import annotations

import pytest
from tests.unit.engine.scenes import after, job, key, plan_of

from praktika.engine.run import Run, Stage
from praktika.engine.sound import flaw
from praktika.engine.step import due, step
from praktika.model.commands import Conclude
from praktika.model.events import Planned, RunRequested
from praktika.model.plan import Plan
from praktika.model.result import Status

CYCLE = plan_of(job("a", after("c")), job("b", after("a")), job("c", after("b")))
UNSOUND = {
    "cycle": CYCLE,
    "itself": plan_of(job("a", after("a"))),
    "cycle behind a job": plan_of(job("a"), job("b", after("a", "c")), job("c", after("b"))),
    "unknown": plan_of(job("a", after("nobody"))),
    "twice": plan_of(job("a"), job("a")),
    "out of order": plan_of(job("b", after("a")), job("a")),
}


@pytest.mark.parametrize("plan", UNSOUND.values(), ids=UNSOUND)
def test_fault_28_a_run_with_such_a_plan_ends_at_once_in_an_error(plan: Plan) -> None:
    run = step(Run(), RunRequested(at=0.0, workflow="w")).run
    decision = step(run, Planned(at=1.0, plan=plan))

    assert decision.commands == (Conclude(status=Status.ERROR),)
    assert decision.run.stage is Stage.CONCLUDED
    assert decision.run.failure == flaw(plan) != ""
    assert due(decision.run) == decision.commands


def test_fault_28_the_sentence_names_the_jobs() -> None:
    assert flaw(CYCLE) == (
        "'a' needs 'c', which does not come before it in the plan:"
        " they wait for one another, or the plan is out of order"
    )
    assert flaw(UNSOUND["unknown"]) == f"'a' needs '{key('nobody')}', which is not in the plan"
    assert flaw(UNSOUND["twice"]) == f"the plan has two jobs with the key '{key('a')}'"


def test_a_plan_with_needs_before_dependents_has_no_flaw() -> None:
    assert flaw(plan_of(job("a"), job("b", after("a")), job("c", after("a", "b")))) == ""
    assert flaw(plan_of()) == ""
