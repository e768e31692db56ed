"""The pull request: the comment, the status that says ready, the merge."""

from __future__ import annotations

import pytest
from msgspec import structs
from tests.unit.checks.board_scene import FACTS, SHA, SUBJECT, Scene, job, plan_of

from praktika.checks.announce import LATER
from praktika.errors import Conflict, Denied, Unavailable
from praktika.model.events import CancelRequested, Planned, RunRequested
from praktika.model.facts import Facts, Trust
from praktika.model.forge import Subject
from praktika.model.plan import Shown, job_key
from praktika.model.result import Status

MERGES = Shown(job_checks="none", automerge=True)
NEWER = "b" * 40


def over(scene: Scene, status: Status = Status.OK) -> None:
    scene.start("A")
    scene.finish("A", status)
    scene.settle()


def ready(scene: Scene) -> str:
    return scene.memory.statuses("o/r", SHA)["Ready"].state


def test_a_change_that_is_fine_is_merged_once_and_after_its_check_says_so():
    scene = Scene(job("A"), shown=MERGES)
    scene.settle()
    assert scene.memory.merged("o/r") == {}
    over(scene)
    scene.settle(100)
    assert scene.memory.merged("o/r") == {7: SHA}
    assert scene.board.writes == ["create_check", "update_check", "merge"]


def test_a_merge_that_the_forge_refuses_is_told_and_not_tried_again():
    scene = Scene(job("A"), shown=MERGES)
    conflict = Conflict("@you: conflicts in a|b")
    scene.board.fault = lambda name, _: conflict if name == "merge" else None
    over(scene)
    scene.settle(1000, pause=10)
    assert scene.board.writes.count("merge") == 1
    assert "> Not merged: `@you: conflicts in a|b`" in scene.check.summary
    assert scene.check.conclusion == "success"
    assert scene.trouble == []


def test_so_is_one_that_we_may_not_do():
    scene = Scene(job("A"), shown=MERGES)
    scene.board.fault = lambda name, _: Denied("no right to merge") if name == "merge" else None
    over(scene)
    scene.settle(100)
    assert scene.board.writes.count("merge") == 1
    assert "no right to merge" in scene.check.summary


def test_a_merge_that_gets_no_answer_is_tried_again():
    scene = Scene(job("A"), shown=MERGES)
    scene.board.fault = lambda name, _: Unavailable("?") if name == "merge" else None
    over(scene)
    scene.board.fault = None
    scene.settle(60)
    assert scene.memory.merged("o/r") == {7: SHA}


def test_drafts_closed_ones_and_older_commits_are_not_merged():
    for change, told in (
        ({"is_draft": True}, "a draft"),
        ({"is_open": False}, "closed"),
        ({"head": NEWER}, "not the latest commit"),
        ({"base": "release"}, "for another branch by now"),
    ):
        scene = Scene(job("A"), shown=MERGES)
        vars(scene.forge).update(change)
        over(scene)
        assert scene.memory.merged("o/r") == {}
        assert "merge" not in scene.board.writes
        assert told in scene.check.summary
        assert scene.check.conclusion == "success"


def test_a_change_from_outside_that_waits_for_a_runner_says_for_which_kind():
    """Who has approved of it, and has no such runner, sees why nothing happens."""
    scene = Scene()
    scene.ask(facts=structs.replace(FACTS, trust="untrusted"))
    scene.tell(Planned(at=scene.clock.now(), plan=plan_of(job("A"))))
    scene.settle(10)
    assert "waits for a free runner for untrusted code" in scene.check.summary


@pytest.mark.parametrize("trust", ["trusted", "untrusted"])
def test_security_1_what_strangers_write_is_not_merged_by_itself(trust: Trust):
    """Whoever lets it run has not said that it may stay."""
    scene = Scene(shown=MERGES)
    scene.forge.is_outside = True
    scene.ask(facts=structs.replace(FACTS, trust=trust))
    scene.tell(Planned(at=scene.clock.now(), plan=plan_of(job("A"), shown=MERGES)))
    over(scene)
    assert scene.memory.merged("o/r") == {}
    assert "merge" not in scene.board.writes
    assert "Not merged: the change comes from outside" in scene.check.summary
    assert scene.check.conclusion == "success"


def test_ready_is_not_for_another_branch():
    scene = Scene(job("A"), shown=Shown(job_checks="none", ready="Ready"))
    scene.settle()
    scene.forge.base = "release"
    over(scene)
    assert ready(scene) == "failure"


def test_ready_is_pending_before_and_success_only_on_the_latest_commit():
    shown = Shown(job_checks="none", ready="Ready")
    scene = Scene(job("A"), shown=shown)
    scene.settle()
    assert ready(scene) == "pending"
    scene.forge.head = NEWER
    over(scene)
    assert ready(scene) == "failure"
    fine = Scene(job("A"), shown=shown)
    over(fine)
    assert ready(fine) == "success"
    bad = Scene(job("A"), shown=shown)
    over(bad, Status.FAIL)
    assert ready(bad) == "failure"


def test_while_the_forge_does_not_say_how_the_pull_request_is_nothing_is_claimed():
    scene = Scene(job("A"), shown=Shown(job_checks="none", ready="Ready", automerge=True))
    scene.settle()
    scene.forge.fault = Unavailable("no answer")
    over(scene)
    assert scene.check.conclusion == "success"
    assert ready(scene) == "pending"
    scene.forge.fault = None
    scene.settle(60)
    assert ready(scene) == "success"
    assert scene.memory.merged("o/r") == {7: SHA}
    assert scene.queue.depth(LATER) == 0


def test_fault_53_one_comment_is_kept_up_to_date():
    scene = Scene(job("A"), job("B"), shown=Shown(job_checks="none", summary=True))
    scene.settle()
    (first,) = scene.memory.comments("o/r", 7).values()
    assert "0 of 2 jobs done" in first
    scene.start("A", "B")
    scene.finish("B")
    scene.settle(70)
    assert scene.board.writes.count("set_comment") == 1  # nothing that is worth a write
    scene.finish("A", Status.FAIL)
    scene.settle()
    ((marker, last),) = scene.memory.comments("o/r", 7).items()
    assert marker == f"summary-{job_key('PR')}"  # whatever characters the name has
    assert "1 of 2 jobs failed: A" in last
    assert SHA[:12] in last
    assert scene.board.writes.count("set_comment") == 2


def test_the_run_of_an_older_commit_does_not_overwrite_the_comment():
    scene = Scene(job("A"), shown=Shown(summary=True))
    scene.settle()
    scene.forge.head = NEWER
    newer = Subject(repository="o/r", sha=NEWER, number=7)
    plan = scene.run.plan
    scene.ask("r2", subject=newer)
    scene.tell(Planned(at=2.0, plan=plan), run="r2")
    scene.settle()
    scene.tell(CancelRequested(at=3.0, by="run r2, which is newer"))
    scene.settle()
    (comment,) = scene.memory.comments("o/r", 7).values()
    assert NEWER[:12] in comment
    assert scene.check.conclusion == "cancelled"


def test_the_comment_says_what_is_new_since_the_commit_before():
    scene = Scene(job("A"), job("B"), job("C"), shown=Shown(summary=True))
    scene.start("A", "B", "C")
    scene.finish("A", Status.FAIL)
    scene.finish("B", Status.FAIL)
    scene.finish("C")
    scene.settle()
    scene.forge.head = NEWER
    plan, scene.id = scene.run.plan, "r2"
    scene.ask(subject=Subject(repository="o/r", sha=NEWER, number=7))
    scene.tell(Planned(at=2.0, plan=plan))
    scene.start("A", "B", "C")
    scene.settle()
    scene.finish("A")
    scene.finish("B", Status.FAIL)
    scene.finish("C", Status.FAIL)
    scene.settle()
    scene.settle(60)
    (comment,) = scene.memory.comments("o/r", 7).values()
    since = f"since `{SHA[:12]}`"
    assert f"Failing {since} only: `C`.  \nMended {since}: `A`." in comment


def test_a_push_has_neither_comment_nor_merge():
    scene = Scene()
    scene.tell(
        RunRequested(
            at=1.0, workflow="PR", facts=Facts(), subject=Subject(repository="o/r", sha=SHA)
        )
    )
    request = Scene(job("A"), shown=Shown(summary=True, automerge=True, ready="Ready"))
    scene.tell(Planned(at=2.0, plan=request.run.plan))
    over(scene)
    assert ready(scene) == "success"
    assert scene.memory.comments("o/r", 0) == {}
    assert "merge" not in scene.board.writes
    assert SUBJECT.number == 7
