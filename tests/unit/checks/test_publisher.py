"""What the forge shows of a run from its request to its end."""

from __future__ import annotations

import pytest
from tests.unit.checks.board_scene import PAGE, SHA, Scene, failed, job

from praktika.checks.announce import CHECKS, LATER
from praktika.checks.publisher import LEASE, _Hold
from praktika.errors import Absent, Conflict, Denied, Limited, Unavailable
from praktika.model.events import (
    Approved,
    CancelRequested,
    PlanFailed,
    Planned,
    RerunRequested,
    RunRequested,
)
from praktika.model.facts import Facts, Merge
from praktika.model.plan import Plan, Shown
from praktika.model.problem import Problem
from praktika.model.result import Status
from praktika.ports.queue import dead_letters

NONE = Shown(job_checks="none")


def test_a_run_that_goes_well():
    scene = Scene(job("Build"), job("Lint"), shown=NONE)
    scene.settle()
    assert (scene.check.status, scene.check.conclusion) == ("in_progress", "")
    assert [each.identifier for each in scene.check.actions] == ["cancel"]
    scene.start("Build", "Lint")
    scene.finish("Build")
    scene.finish("Lint")
    scene.settle()
    assert (scene.check.status, scene.check.conclusion) == ("completed", "success")
    assert scene.check.title == "2 jobs ended well"
    assert scene.check.external_id == "r"
    assert scene.check.url == PAGE
    assert [each.identifier for each in scene.check.actions] == ["rerun-all"]
    assert scene.trouble == []


def test_the_first_and_the_last_state_go_out_at_once_those_between_now_and_then():
    scene = Scene(*(job(f"J{number}") for number in range(30)), shown=NONE)
    scene.settle()
    assert scene.board.writes == ["create_check"]
    for number in range(29):
        scene.start(f"J{number}")
        scene.settle(0.5, pause=0.5)
        scene.finish(f"J{number}")
        scene.settle(0.5, pause=0.5)
    assert 4 <= len(scene.board.writes) <= 6  # 2, 4, 8, 16 seconds apart
    before = len(scene.board.writes)
    scene.finish("J29")
    scene.settle()
    assert len(scene.board.writes) == before + 1
    assert scene.check.conclusion == "success"
    scene.settle(200)
    assert len(scene.board.writes) == before + 1


def test_a_change_that_came_too_soon_is_shown_later_even_by_a_successor():
    scene = Scene(job("A"), job("B"), shown=NONE)
    scene.settle()
    scene.start("A")
    scene.finish("A")
    scene.settle()
    assert "0 of 2 jobs done" in scene.check.title
    scene.successor()
    scene.settle(3)
    assert "1 of 2 jobs done" in scene.check.title


def test_fault_23_a_plan_that_cannot_be_made_is_a_failed_check():
    scene = Scene()
    scene.ask()
    scene.settle()
    assert scene.check.status == "queued"
    scene.tell(PlanFailed(at=2.0, reason="ci/workflows/pr.py:3: E101: no such job\nsecond line"))
    scene.settle()
    assert scene.check.conclusion == "failure"
    assert scene.check.title == "Nothing ran: ci/workflows/pr.py:3: E101: no such job"
    assert "second line" in scene.check.summary


def test_a_change_that_removes_its_workflow_is_told_so():
    scene = Scene()
    scene.ask()
    text = "There is no workflow 'PR' in 0123456789ab, so nothing runs."
    gone = Problem(file="ci", line=0, code="gone-workflow", text=text, severity="warning")
    plan = Plan(workflow="PR", event="pull_request", jobs=(), warnings=(gone,))
    scene.tell(Planned(at=2.0, plan=plan))
    scene.settle()
    assert (scene.check.conclusion, scene.check.title) == ("skipped", text)


def test_a_failure_before_the_first_job_names_what_was_merged():
    """A declaration that is broken on the base branch is not the fault of who sees the check."""
    scene = Scene()
    scene.ask(merge=Merge(base="b" * 40, head="c" * 40, common="d" * 40))
    scene.tell(PlanFailed(at=2.0, reason="ci/x.py:3: E101: no such job"))
    scene.settle()
    assert f"`{'b' * 12}` of its base branch: the fault may be in either" in scene.check.summary


def test_a_run_of_nobody_is_not_shown():
    scene = Scene()
    scene.tell(RunRequested(at=1.0, workflow="W", facts=Facts()))
    assert scene.queue.receive(CHECKS) == []
    assert scene.publisher.publish("r") == 0
    assert scene.publisher.publish("unheard-of") == 0
    assert scene.board.writes == []


def test_approval_has_a_button_and_a_check_of_its_own():
    scene = Scene()
    scene.ask(needs_approval=True)
    scene.settle()
    assert scene.check.conclusion == "action_required"
    assert scene.check.actions[0].identifier == "approve"
    scene.tell(Approved(at=3.0, by="ann", sha=SHA))
    scene.settle()
    assert (scene.check.status, scene.check.conclusion) == ("queued", "")
    assert scene.board.writes == ["create_check", "create_check"]


def test_what_nobody_approved_of_ends_in_the_check_that_asked():
    """A later one of the same name would hide the check of the run that took its place."""
    scene = Scene()
    scene.ask(needs_approval=True)
    scene.settle()
    scene.ask(run="newer", needs_approval=True)
    scene.settle()
    scene.tell(CancelRequested(at=scene.clock.now(), by="a newer push", id="c"))
    scene.settle(5)
    shown = scene.memory.shown("o/r", SHA)
    assert len(shown) == 2
    assert [check.conclusion for check in shown.values()] == ["cancelled", "action_required"]


def test_a_cancelled_run_says_by_whom_and_by_what():
    scene = Scene(job("A"), job("B"), shown=NONE)
    scene.start("A")
    scene.tell(CancelRequested(at=4.0, by="run r2, which is newer", force=True))
    scene.settle()
    assert "cancelled by run r2, which is newer" in scene.check.title
    scene.finish("A", Status.DROPPED)
    scene.settle()
    assert scene.check.conclusion == "cancelled"
    assert scene.check.title.startswith("cancelled by run r2, which is newer; 2 jobs did not run")


def test_run_again_gets_a_new_check_in_the_place_of_the_old_one():
    scene = Scene(job("A"), job("B"))
    scene.start("A", "B")
    scene.finish("A", Status.FAIL, failed("test_x", file="a.py", line=3))
    scene.finish("B")
    scene.settle()
    assert [each.identifier for each in scene.check.actions] == ["rerun-failed", "rerun-all"]
    assert scene.checks()["PR / A"].conclusion == "failure"
    scene.tell(RerunRequested(at=10.0, by="eve", id="1"))
    scene.settle()
    assert scene.check.status == "in_progress"
    assert scene.checks()["PR / A"].status == "queued"
    scene.start("A")
    scene.finish("A")
    scene.settle()
    checks = list(scene.memory.shown("o/r", SHA).values())
    assert [(each.name, each.conclusion) for each in checks] == [
        ("PR", "failure"),
        ("PR / A", "failure"),
        ("PR", "success"),
        ("PR / A", "success"),
    ]
    assert checks[-1].annotations == ()


def test_run_again_and_over_before_anybody_looked():
    scene = Scene(job("A"), shown=NONE)
    scene.start("A")
    scene.finish("A", Status.FAIL)
    scene.settle()
    scene.tell(RerunRequested(at=10.0, by="eve", id="1"))
    scene.start("A")
    scene.finish("A")
    scene.settle()
    checks = scene.memory.shown("o/r", SHA).values()
    assert [each.conclusion for each in checks] == ["failure", "success"]


def test_what_the_forge_refuses_is_told_and_blocks_nobody():
    """The app is gone from one repository; another run goes on."""
    scene = Scene(job("A"), shown=NONE)
    scene.board.fault = lambda name, _: Denied("no") if name == "create_check" else None
    scene.settle()
    assert [type(error) for error in scene.trouble] == [Denied]
    assert scene.queue.depth(CHECKS) == 0
    scene.board.fault = None
    scene.start("A")
    scene.settle()
    assert scene.check.status == "in_progress"


def test_a_repository_that_is_gone_is_given_up():
    scene = Scene(job("A"), shown=NONE)
    scene.board.fault = lambda *_: Absent("gone")
    scene.settle()
    scene.finish("A")
    scene.settle(100)
    assert {type(error) for error in scene.trouble} == {Absent}
    assert scene.queue.depth(CHECKS) == scene.queue.depth(LATER) == 0


def test_a_permission_that_is_given_hours_later_brings_the_check():
    """A run that is over does not move on by itself, and its check may be required."""
    scene = Scene(job("A"), shown=NONE)
    scene.board.fault = lambda *_: Denied("no such permission")
    scene.start("A")
    scene.finish("A")
    scene.settle(5 * 3600, pause=60)
    scene.board.fault = None
    scene.settle(1000, pause=60)
    assert scene.check.conclusion == "success"


def test_a_permission_that_nobody_gives_is_not_asked_for_for_ever():
    scene = Scene(job("A"), shown=NONE)
    scene.board.fault = lambda *_: Denied("no such permission")
    scene.finish("A")
    scene.settle(13 * 3600, pause=300)
    assert scene.queue.depth(CHECKS) == scene.queue.depth(LATER) == 0
    assert len(scene.trouble) < 60


def test_a_refused_comment_or_status_does_not_hide_the_check():
    shown = Shown(job_checks="none", summary=True, ready="Ready", job_statuses=("key-A",))
    scene = Scene(job("A"), shown=shown)
    scene.board.fault = lambda name, _: Denied("no") if name.startswith("set_") else None
    scene.start("A")
    scene.finish("A")
    scene.settle()
    assert scene.check.conclusion == "success"
    assert len(scene.trouble) == 2
    assert scene.queue.depth(CHECKS) == scene.queue.depth(LATER) == 0


def test_a_forge_that_wants_to_be_left_alone_is():
    scene = Scene(job("A"), shown=NONE)
    scene.settle()
    until = scene.clock.now() + 1000
    scene.board.fault = lambda *_: Limited("too much", until) if scene.clock.now() < until else None
    scene.start("A")
    scene.finish("A")
    scene.settle(990, pause=5)
    assert len(scene.board.writes) == 2  # one of them was refused
    scene.settle(30)
    assert scene.check.conclusion == "success"


def test_a_forge_that_does_not_answer_for_hours_is_shown_the_end_all_the_same():
    scene = Scene(job("A"), shown=NONE)
    scene.board.fault = lambda *_: Unavailable("no answer")
    scene.start("A")
    scene.finish("A")
    scene.settle(7200, pause=20)
    assert scene.memory.shown("o/r", SHA) == {}
    scene.board.fault = None
    scene.settle(60)
    assert scene.check.conclusion == "success"
    assert scene.queue.depth(dead_letters(CHECKS)) == 0


def test_a_check_that_was_made_although_no_answer_came_is_not_made_again():
    scene = Scene(job("A"), shown=NONE)

    def made_but_unanswered(name, arguments):
        if name == "create_check":
            scene.memory.create_check(*arguments)
            return Unavailable("cut off")
        return None

    scene.board.fault = made_but_unanswered
    scene.settle()
    scene.board.fault = None
    scene.settle(40)
    scene.start("A")
    scene.finish("A")
    scene.settle()
    assert [each.conclusion for each in scene.memory.shown("o/r", SHA).values()] == ["success"]


def test_somebody_who_lost_the_lease_writes_nothing():
    scene = Scene(job("A"), shown=NONE)

    def gone() -> None:
        raise Conflict("somebody else")

    with pytest.raises(Conflict):
        scene.publisher.publish("r", gone)
    assert scene.board.writes == []


def test_a_lease_that_has_lapsed_is_noticed():
    scene = Scene(job("A"), shown=NONE)
    hold = _Hold(scene.queue, scene.queue.receive(CHECKS, limit=10, lease=LEASE), LEASE)
    scene.clock.advance(LEASE - 1)
    hold.extend()
    hold.confirm("r")
    scene.clock.advance(LEASE + 1)
    hold.extend()
    with pytest.raises(Conflict):
        hold.confirm("r")


def test_damaged_announcements_cost_nothing():
    scene = Scene(job("A"), shown=NONE)
    scene.queue.send(CHECKS, [b"\xff"], group="r")
    scene.queue.send(LATER, [b"nonsense"])
    scene.settle()
    assert scene.check.status == "in_progress"
    assert scene.queue.depth(CHECKS) == scene.queue.depth(LATER) == 0
