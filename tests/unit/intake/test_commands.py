"""Buttons and comments: who may, of which run, at which commit."""

from __future__ import annotations

import pytest
from tests.unit.intake.scene import SHOP, Scene, sha

from praktika.engine.run import Stage
from praktika.model.events import (
    Approved,
    CancelRequested,
    PlanFailed,
    Planned,
    RerunRequested,
    RunRequested,
)
from praktika.model.notices import ButtonPressed, Commented, PullChanged
from praktika.model.plan import Job, Plan


@pytest.fixture
def scene():
    return Scene()


def begun(scene, *, outside=False, number=1, head="a"):
    scene.pull(number, head, is_outside=outside)
    scene.intake.take(
        PullChanged(delivery=f"{number}{head}", repository=SHOP, number=number, action="opened")
    )
    fresh = scene.deal()
    (run,) = (run for run, events in fresh.items() if isinstance(events[0], RunRequested))
    return run


def press(scene, run, button, *, by="ann", head="a", delivery="press", repository=SHOP):
    scene.intake.take(
        ButtonPressed(
            delivery=delivery, repository=repository, sender=by, button=button, external_id=run,
            sha=sha(head),
        )
    )  # fmt: skip
    return scene.deal().get(run.partition("/")[0], [])


def comment(scene, *words, by="ann", number=1, delivery="comment"):
    scene.intake.take(
        Commented(delivery=delivery, repository=SHOP, sender=by, number=number, words=words)
    )
    return [event for events in scene.deal().values() for event in events]


def test_an_approval_lets_a_stranger_s_change_run(scene):
    run = begun(scene, outside=True)
    (event,) = press(scene, run, "approve")
    assert isinstance(event, Approved)
    assert (event.by, event.sha) == ("ann", sha("a"))
    assert scene.run(run).stage is Stage.PLANNING


def test_an_approval_of_what_is_not_the_head_any_more_security_2(scene):
    run = begun(scene, outside=True)
    scene.pull(1, "b", is_outside=True)
    assert press(scene, run, "approve") == []
    assert "approval.refused" in scene.logged


def test_an_old_button_after_a_push_security_2(scene):
    old = begun(scene, outside=True)
    new = begun(scene, outside=True, head="b")
    assert press(scene, old, "approve") == []
    # Nor does the old run's button approve of the new commit.
    assert press(scene, old, "approve", head="b", delivery="other") == []
    assert scene.run(new).stage is Stage.AWAITING
    assert "button.refused" in scene.logged


@pytest.mark.parametrize("button", ["approve", "cancel", "rerun", "rerun-all"])
@pytest.mark.parametrize("by", ["eve", "nobody", ""])
def test_who_may_not_write_may_not_press_security_23(scene, button, by):
    run = begun(scene, outside=True)
    assert press(scene, run, button, by=by) == []
    assert scene.run(run).stage is Stage.AWAITING
    assert "command.refused" in scene.logged


def test_a_button_of_a_run_of_another_repository_does_nothing(scene):
    run = begun(scene)
    scene.tell(
        "foreign",
        RunRequested(at=1.0, workflow="W", needs_approval=True),
    )
    assert press(scene, "foreign", "cancel") == []
    assert press(scene, "unknown", "cancel") == []
    assert scene.run(run).stage is Stage.PLANNING


def test_cancel_is_of_a_run_or_of_a_job(scene):
    run = begun(scene)
    (event,) = press(scene, f"{run}/some-job", "cancel")
    assert isinstance(event, CancelRequested)
    assert (event.by, event.job) == ("ann", "some-job")
    (event,) = press(scene, run, "cancel", delivery="2")
    assert isinstance(event, CancelRequested)
    assert event.job == ""


def test_a_button_that_is_none_is_told(scene):
    run = begun(scene)
    assert press(scene, run, "format-disk") == []
    assert "button.refused" in scene.logged


def finished(scene, run, *, failed: bool):
    job = Job(key="unit", name="Unit", command="x", decision="skip")
    plan = Plan(workflow="PR", event="pull_request", jobs=(job,))
    if failed:
        scene.tell(run, PlanFailed(at=2.0, reason="a.txt conflicts"))
    else:
        scene.tell(run, Planned(at=2.0, plan=plan))


def test_rerun_of_all_checks_of_a_commit_fault_39(scene):
    """Fault 39: there is a rerun for pull requests of forks, and it need not be a full one."""
    run = begun(scene, outside=True)
    press(scene, run, "approve")
    finished(scene, run, failed=False)
    scene.intake.take(
        ButtonPressed(delivery="s", repository=SHOP, sender="ann", button="rerun", sha=sha("a"))
    )
    (event,) = scene.deal()[run]
    assert isinstance(event, RerunRequested)
    assert event.scope == "all"  # nothing failed


def test_rerun_of_a_conflict_takes_the_base_of_now(scene):
    run = begun(scene)
    finished(scene, run, failed=True)
    scene.forge.put_commit(SHOP, sha("mended"), sha("main"))
    scene.forge.put_branch(SHOP, "main", sha("mended"))
    assert press(scene, run, "rerun") == []
    (new,) = set(scene.journal.runs()) - {run}
    request = scene.run(new).requested
    assert request is not None
    assert request.merge is not None
    assert request.merge.base == sha("mended")
    # The same delivery again is the same run.
    press(scene, run, "rerun")
    assert len(scene.journal.runs()) == 2


def test_a_run_that_began_anew_is_not_taken_for_one_of_an_older_head(scene):
    old = begun(scene, outside=True)
    press(scene, old, "approve")
    scene.tell(old, PlanFailed(at=2.0, reason="conflicts"))
    press(scene, old, "rerun", delivery="again")
    (new,) = (run for run, event in scene.asked[-1:] if isinstance(event, RunRequested))
    assert new != old
    assert scene.run(new).stage is Stage.AWAITING
    for action in ("ready_for_review", "synchronize"):
        scene.intake.take(PullChanged(delivery=action, repository=SHOP, number=1, action=action))
        scene.deal()
    assert scene.run(new).stage is Stage.AWAITING
    begun(scene, outside=True, head="b")
    assert scene.run(new).stage is Stage.CONCLUDED


def test_a_comment_approves_of_the_commit_that_it_names_security_2(scene):
    run = begun(scene, outside=True)
    assert comment(scene, "approve") == []
    assert sha("a") in scene.answers[0]
    assert comment(scene, "approve", sha("b")) == []
    # Who pushes can make another commit that begins like the one that was looked at.
    assert comment(scene, "approve", sha("a")[:12]) == []
    assert comment(scene, "approve", sha("a")[:39]) == []
    assert f"`/praktika approve {sha('a')}`" in scene.answers[-1]
    (event,) = comment(scene, "approve", sha("a").upper())
    assert isinstance(event, Approved)
    assert scene.run(run).stage is Stage.PLANNING


def test_a_comment_on_what_never_ran_is_answered(scene):
    """Who asks for a rerun of nothing, or approves of what does not wait, is told."""
    scene.pull(1, "one")
    assert comment(scene, "rerun") == []
    assert "nothing has run" in scene.answers[-1]
    assert comment(scene, "approve", sha("one"), delivery="2") == []
    assert "nothing waits for approval" in scene.answers[-1]


def test_an_approval_that_is_told_twice_is_not_answered(scene):
    begun(scene, outside=True)
    for _ in range(2):
        comment(scene, "approve", sha("a"), delivery="same")
    assert scene.answers == []


def test_comments_cancel_rerun_and_teach(scene):
    begun(scene)
    (event,) = comment(scene, "cancel")
    assert isinstance(event, CancelRequested)
    assert comment(scene, "make", "coffee", delivery="2") == []
    assert "/praktika rerun" in scene.answers[0]
    assert comment(scene, "cancel", by="eve", delivery="3") == []
