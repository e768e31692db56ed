"""Approval: code of strangers waits until somebody who may do so has looked at this very commit."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from tests.unit.engine.scenes import Scene, job, plan_of

from praktika.engine.run import Stage
from praktika.model.commands import Conclude, Dispatch, MakePlan
from praktika.model.events import Admitted, PlanFailed, Planned
from praktika.model.facts import Facts
from praktika.model.forge import Subject
from praktika.model.result import Status

HEAD, MERGED = "a" * 40, "b" * 40
STRANGERS: Mapping[str, object] = {
    "needs_approval": True,
    "subject": Subject(repository="o/r", sha=HEAD, number=7),
}
FACTS = Facts(repository="o/r", sha=MERGED, pr_number=7, local=False, trust="untrusted")


def scene(**request: object) -> Scene:
    """A run of a stranger's change, which has been asked for."""
    return Scene(is_planned=False, facts=FACTS, request={**STRANGERS, **request})


def plan(a_scene: Scene) -> None:
    a_scene.tell(Planned(at=5.0, plan=plan_of(job("a"))))


def test_security_1_nothing_begins_before_somebody_approves() -> None:
    run = scene()

    assert run.run.stage is Stage.AWAITING
    assert run.commands == []
    assert run.crash() == ()
    assert run.run.stage is Stage.AWAITING


def test_security_2_the_approved_commit_is_planned_and_run() -> None:
    run = scene()
    run.approve(HEAD)

    assert run.commands == [MakePlan(workflow="w")]
    assert run.run.approved_by == "eve"
    assert run.crash() == (MakePlan(workflow="w"),)
    plan(run)
    assert run.dispatched == ["a"]


@pytest.mark.parametrize("sha", ["", MERGED, HEAD[:-1], HEAD.upper(), "c" * 40])
def test_security_2_an_approval_of_another_commit_does_not_count(sha: str) -> None:
    run = scene()
    run.approve(sha)

    assert run.run.stage is Stage.AWAITING
    assert len(run.journal) == 1
    assert run.commands == []


def test_without_a_subject_it_is_the_commit_of_the_run() -> None:
    run = scene(subject=None)
    run.approve(HEAD)
    assert run.run.stage is Stage.AWAITING

    run.approve(MERGED)
    assert run.run.stage is Stage.PLANNING


def test_security_2_where_no_commit_is_known_nothing_can_be_approved() -> None:
    run = scene(subject=Subject(repository="o/r", sha=""))
    run.approve("")

    assert run.run.stage is Stage.AWAITING


def test_security_23_nobody_cannot_approve() -> None:
    run = scene()
    run.approve(HEAD, by="")

    assert run.run.stage is Stage.AWAITING
    assert run.run.approved_by == ""


def test_a_plan_that_comes_before_the_approval_is_not_taken() -> None:
    run = scene()
    plan(run)
    run.tell(PlanFailed(at=5.0, reason="?"))
    run.tell(Admitted(at=5.0))

    assert run.run.stage is Stage.AWAITING
    assert run.run.plan is None
    assert run.told(Dispatch) == []


def test_a_second_approval_changes_nothing() -> None:
    run = scene()
    run.approve(HEAD, by="eve", id="one")
    run.approve(HEAD, by="bob", id="two")
    run.approve(HEAD, by="eve", id="one")
    plan(run)
    run.approve(HEAD, by="bob", id="three")

    assert run.run.approved_by == "eve"
    assert len(run.told(MakePlan)) == 1
    assert run.dispatched == ["a"]


def test_code_that_needs_no_approval_goes_on_at_once() -> None:
    run = scene(needs_approval=False)
    assert run.commands == [MakePlan(workflow="w")]

    run.approve(HEAD)
    assert run.run.approved_by == ""


def test_what_awaits_an_approval_can_be_cancelled() -> None:
    run = scene()
    run.cancel()

    assert run.commands == [Conclude(status=Status.DROPPED)]
    run.approve(HEAD)
    assert run.run.stage is Stage.CONCLUDED
    assert run.told(MakePlan) == []


def test_a_rerun_of_what_was_never_approved_waits_again() -> None:
    run = scene()
    run.cancel()
    run.rerun(by="mallory")
    assert run.run.stage is Stage.AWAITING
    assert run.told(MakePlan) == []

    run.approve(HEAD)
    assert run.run.stage is Stage.PLANNING


def test_a_rerun_while_an_approval_is_awaited_is_nothing() -> None:
    run = scene()
    run.rerun(scope="all")

    assert run.run.stage is Stage.AWAITING
    assert len(run.journal) == 1


def test_a_rerun_does_not_ask_for_the_approval_again() -> None:
    run = scene()
    run.approve(HEAD)
    run.tell(PlanFailed(at=5.0, reason="it does not compile"))
    run.rerun(scope="all")

    assert run.run.stage is Stage.PLANNING
    plan(run)
    run.finish("a", Status.FAIL)
    run.rerun()
    assert run.run.approved_by == "eve"
    assert run.dispatched == ["a", "a"]
    run.crash()
    assert run.run.approved_by == "eve"
