"""Pull requests, pushes and merge queues: what is asked for, by how things are now."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from tests.unit.intake.scene import SHOP, Scene, sha

from praktika.engine.run import Stage
from praktika.errors import Unavailable
from praktika.intake.asking.changes import CLOSED, RETARGETED
from praktika.model.events import CancelRequested, JobStarted, Planned, RerunRequested, RunRequested
from praktika.model.notices import ButtonPressed, PullChanged, Pushed, Queued
from praktika.model.plan import Job, Plan

LONG = Plan(workflow="PR", event="pull_request", jobs=(Job(key="a", name="a", command="sleep"),))


@pytest.fixture
def scene():
    return Scene()


def changed(number=1, action="synchronize", delivery="d", commit="", repository=SHOP):
    return PullChanged(
        delivery=delivery, repository=repository, sender="bob", number=number, action=action,
        sha=commit,
    )  # fmt: skip


def requested(events):
    return {
        event.workflow: event
        for one in events.values()
        for event in one
        if isinstance(event, RunRequested)
    }


def test_a_pull_request_asks_for_its_workflows(scene):
    scene.pull(1, "a")
    scene.intake.take(changed(action="opened"))
    assert requested(scene.deal()).keys() == {"PR"}
    scene.pull(2, "b", base_branch="release/1.0")
    scene.forge.put_branch(SHOP, "release/1.0", sha("main"))
    scene.intake.take(changed(2, "opened"))
    assert requested(scene.deal()).keys() == {"PR", "Release PR"}


def test_a_run_knows_its_own_address_fault_41(scene):
    scene.pull(1, "a")
    scene.intake.take(changed())
    (run,) = scene.deal()
    request = scene.run(run).requested
    assert request is not None
    assert request.facts.environment["RUN_URL"] == f"https://ci.example/runs/{run}"


def test_the_head_that_counts_is_the_one_of_now_fault_37(scene):
    """Fault 37: a late webhook must not cancel the run of the true head."""
    scene.pull(1, "new")
    scene.intake.take(changed(commit=sha("old"), delivery="late"))
    (request,) = requested(scene.deal()).values()
    assert request.facts.sha == sha("new")


def test_whatever_comes_twice_begins_once_security_4(scene):
    scene.pull(1, "a")
    for delivery in ("one", "two", "one"):
        scene.intake.take(changed(delivery=delivery))
    scene.deal()
    assert len(scene.journal.runs()) == 1


def test_a_push_stops_what_still_waits_for_an_older_head(scene):
    scene.pull(1, "a", is_outside=True)
    scene.intake.take(changed())
    (old,) = scene.deal()
    assert scene.run(old).stage is Stage.AWAITING
    scene.pull(1, "b", is_outside=True)
    scene.intake.take(changed(delivery="next"))
    scene.deal()
    assert scene.run(old).stage is Stage.CONCLUDED
    assert scene.run(old).cancelled_by == "a newer push"
    (new,) = set(scene.journal.runs()) - {old}
    assert scene.run(new).stage is Stage.AWAITING


def test_closing_cancels_and_reopening_runs_again(scene):
    scene.pull(1, "a")
    scene.intake.take(changed())
    (run,) = scene.deal()
    scene.pull(1, "a", is_open=False)
    scene.intake.take(changed(action="closed", delivery="c"))
    (event,) = scene.deal()[run]
    assert isinstance(event, CancelRequested)
    assert scene.run(run).stage is Stage.CONCLUDED
    scene.pull(1, "a")
    scene.clock.advance(1.0)
    scene.intake.take(changed(action="reopened", delivery="r"))
    events = scene.deal()[run]
    assert any(isinstance(event, RerunRequested) for event in events)
    assert scene.run(run).stage is Stage.PLANNING


def test_what_gave_way_runs_again_when_its_commit_is_the_head_once_more(scene):
    """A push that is taken back, or a pull request that is retargeted and back again."""
    scene.pull(1, "a")
    scene.intake.take(changed())
    (run,) = scene.deal()
    going = Planned(at=scene.clock.now(), plan=LONG)
    scene.tell(run, going, CancelRequested(at=going.at, by="run pr-0, which is newer", id="x"))
    scene.clock.advance(1.0)
    for delivery in ("late", "twice", "twice"):
        scene.intake.take(changed(delivery=delivery))
        scene.deal()
    assert sum(isinstance(event, RerunRequested) for _, event in scene.asked) == 1
    assert scene.run(run).stage is Stage.GOING


def two_heads(scene):
    """The runs of two heads; the first one was over, and is run again."""
    found = []
    for head in ("a", "b"):
        scene.clock.advance(1.0)
        scene.pull(1, head)
        scene.intake.take(changed(delivery=head))
        (run,) = scene.deal()
        now = scene.clock.now()
        scene.tell(run, Planned(at=now, plan=LONG))
        found.append(run)
        if head == "a":
            scene.tell(run, CancelRequested(at=now, by="ann", id="c"))
    button = ButtonPressed(
        delivery="r", repository=SHOP, sender="ann", button="rerun-all",
        sha=sha("a"), external_id=found[0],
    )  # fmt: skip
    scene.intake.take(button)
    scene.deal()
    assert [scene.run(run).stage for run in found] == [Stage.GOING, Stage.GOING]
    return found


def test_a_newer_push_stops_what_was_run_again_an_edit_does_not(scene):
    """What runs again is in no concurrency group; whoever wants an old run has it until then."""
    old, _ = two_heads(scene)
    scene.clock.advance(1.0)
    scene.intake.take(changed(action="edited", delivery="e"))
    scene.deal()
    assert not scene.run(old).cancelled_by
    scene.pull(1, "c")
    scene.intake.take(changed(delivery="c"))
    scene.deal()
    assert scene.run(old).cancelled_by == "a newer push"


def test_back_and_forth_each_time_anew(scene):
    """What waits for approval is stopped every time that something else is pushed."""
    stages = []
    for number, head in enumerate("ababa"):
        scene.clock.advance(1.0)
        scene.pull(1, head, is_outside=True)
        scene.intake.take(changed(delivery=f"d{number}"))
        scene.deal()
        stages.append(sorted(scene.run(run).stage.value for run in scene.journal.runs()))
    assert stages == [["awaiting"], *[["awaiting", "concluded"]] * 4]


def test_a_push_that_is_taken_back_stops_too(scene):
    old, new = two_heads(scene)
    scene.tell(old, CancelRequested(at=scene.clock.now(), by=f"run {new}, which is newer", id="g"))
    scene.clock.advance(1.0)
    scene.pull(1, "a")
    scene.intake.take(changed(delivery="back"))
    scene.deal()
    assert scene.run(new).cancelled_by == "a newer push"
    assert scene.run(old).stage is Stage.GOING


def test_what_a_person_stopped_stays_so(scene):
    scene.pull(1, "a")
    scene.intake.take(changed())
    (run,) = scene.deal()
    scene.tell(run, CancelRequested(at=scene.clock.now(), by="ann", id="x"))
    scene.clock.advance(1.0)
    scene.intake.take(changed(action="edited", delivery="e"))
    scene.deal()
    assert scene.run(run).stage is Stage.CONCLUDED


def test_what_is_still_being_stopped_is_waited_for(scene):
    scene.pull(1, "a")
    scene.intake.take(changed())
    (run,) = scene.deal()
    scene.tell(
        run,
        Planned(at=1.0, plan=LONG),
        JobStarted(at=1.0, job="a", attempt=1, runner="r"),
        CancelRequested(at=scene.clock.now(), by=CLOSED, id="x"),
    )
    assert scene.run(run).stage is Stage.GOING
    scene.clock.advance(1.0)
    with pytest.raises(Unavailable, match="still being stopped"):
        scene.intake.take(changed(action="reopened", delivery="e"))


def test_an_approval_is_needed_again_after_all_security_2(scene):
    """Security 2: what waits for approval when it is stopped waits again when it is resumed."""
    scene.pull(1, "a", is_outside=True)
    scene.intake.take(changed())
    (run,) = scene.deal()
    scene.pull(1, "a", is_outside=True, is_open=False)
    scene.intake.take(changed(action="closed", delivery="c"))
    scene.deal()
    assert scene.run(run).stage is Stage.CONCLUDED
    scene.clock.advance(1.0)
    scene.pull(1, "a", is_outside=True)
    scene.intake.take(changed(action="reopened", delivery="r"))
    scene.deal()
    assert scene.run(run).stage is Stage.AWAITING


def test_closing_cancels_what_was_run_again_by_whatever_means(scene):
    scene.pull(1, "a")
    scene.intake.take(changed())
    (run,) = scene.deal()
    now = scene.clock.now()
    scene.tell(run, Planned(at=now, plan=LONG), CancelRequested(at=now, by="ann", id="c"))
    scene.intake.take(changed(action="edited", delivery="e"))
    scene.tell(run, RerunRequested(at=now, by="ann", id="r"))
    scene.pull(1, "a", is_open=False)
    scene.intake.take(changed(action="closed", delivery="c"))
    scene.deal()
    assert scene.run(run).cancelled_by == CLOSED


def test_merging_does_not_cancel(scene):
    scene.pull(1, "a")
    scene.intake.take(changed())
    (run,) = scene.deal()
    scene.pull(1, "a", is_open=False, is_merged=True)
    scene.intake.take(changed(action="closed", delivery="c"))
    scene.deal()
    assert scene.run(run).stage is not Stage.CONCLUDED


def test_another_base_is_another_run(scene):
    scene.forge.put_branch(SHOP, "next", sha("next"))
    scene.pull(1, "a")
    scene.intake.take(changed())
    scene.deal()
    scene.pull(1, "a", base_branch="next")
    scene.intake.take(changed(action="edited", delivery="e"))
    scene.deal()
    assert len(scene.journal.runs()) == 2


def test_what_goes_on_for_an_earlier_base_is_stopped_if_nothing_takes_its_place(scene):
    scene.forge.put_branch(SHOP, "release/1", sha("main"))
    scene.pull(1, "a", base_branch="release/1")
    scene.intake.take(changed())
    runs = {event.workflow: run for run, (event,) in scene.deal().items()}
    for run in runs.values():
        scene.tell(run, Planned(at=1.0, plan=LONG))
    scene.clock.advance(1.0)
    scene.pull(1, "a")
    scene.intake.take(changed(action="edited", delivery="e"))
    scene.deal()
    assert scene.run(runs["Release PR"]).cancelled_by == RETARGETED
    assert scene.run(runs["PR"]).stage is Stage.GOING  # gives way to its like by itself
    assert not scene.run(runs["PR"]).cancelled_by


def test_a_late_look_does_not_stop_what_was_asked_for_since(scene):
    """Fault 37."""
    scene.forge.put_branch(SHOP, "release/1", sha("main"))
    around = scene.desk.circumstances(scene.forge.repository(SHOP), "late")
    before = scene.pull(1, "a")
    scene.clock.advance(1.0)
    scene.pull(1, "a", base_branch="release/1")
    scene.intake.take(changed())
    runs = {event.workflow: run for run, (event,) in scene.deal().items()}
    scene.tell(runs["Release PR"], Planned(at=1.0, plan=LONG))
    scene.intake.changes.head_of_pull(around, before)
    scene.deal()
    assert scene.run(runs["Release PR"]).stage is Stage.GOING


def test_strangers_wait_and_their_base_declares_security_1(scene):
    scene.pull(1, "a", is_outside=True, head_repository="eve/shop", head_branch="main")
    scene.intake.take(changed())
    (request,) = requested(scene.deal()).values()
    assert (request.needs_approval, request.declared) == (True, sha("main"))
    assert request.facts.trust == "untrusted"


def test_a_push_runs_the_tip_and_renews_the_routes(scene):
    scene.forge.put_branch(SHOP, "main", sha("two"))
    scene.intake.take(
        Pushed(delivery="1", repository=SHOP, sender="ann", branch="main", sha=sha("two"),
               before=sha("main"))
    )  # fmt: skip
    (request,) = requested(scene.deal()).values()
    assert (request.facts.sha, request.facts.base_sha) == (sha("two"), sha("main"))
    assert scene.compiled == [sha("two")]


def test_an_overtaken_push_runs_the_tip_which_came_from_who_knows_where(scene):
    scene.forge.put_branch(SHOP, "main", sha("three"))
    scene.intake.take(
        Pushed(delivery="1", repository=SHOP, branch="main", sha=sha("two"), before=sha("main"))
    )
    (request,) = requested(scene.deal()).values()
    assert (request.facts.sha, request.facts.base_sha) == (sha("three"), "")


def test_a_branch_that_no_workflow_is_for_or_that_is_gone(scene):
    scene.forge.put_branch(SHOP, "side", sha("side"))
    scene.intake.take(Pushed(delivery="1", repository=SHOP, branch="side", sha=sha("side")))
    scene.intake.take(Pushed(delivery="2", repository=SHOP, branch="gone", sha=sha("x")))
    scene.intake.take(Pushed(delivery="3", repository=SHOP, branch="side", sha=""))
    assert scene.deal() == {}
    assert "notice.outdated" in scene.logged
    assert scene.logged.count("nothing.starts") == 1


def test_routes_that_cannot_be_compiled_stay_as_they_were_fault_23(scene):
    """Fault 23: a broken declaration fails what it starts, and shows; it does not stop it."""
    scene.intake.take(Pushed(delivery="1", repository=SHOP, branch="main", sha=sha("main")))
    scene.deal()
    scene.problems = "ci/workflows/x.py:1: broken"
    scene.forge.put_branch(SHOP, "main", sha("broken"))
    scene.intake.take(Pushed(delivery="2", repository=SHOP, branch="main", sha=sha("broken")))
    (request,) = requested(scene.deal()).values()
    assert request.facts.sha == sha("broken")
    table = scene.desk.table(SHOP)
    assert table is not None
    assert (table.sha, table.problems) == (sha("broken"), scene.problems)


def test_a_merge_queue_asks_and_changes_its_mind(scene):
    branch = f"gh-readonly-queue/main/pr-3-{sha('main')}"
    notice = Queued(
        delivery="1", repository=SHOP, action="checks_requested", sha=sha("group"),
        branch=branch, base_branch="main", base_sha=sha("main"),
    )  # fmt: skip
    scene.intake.take(notice)
    (run,) = scene.deal()
    request = scene.run(run).requested
    assert request is not None
    assert request.facts.linked_pr == 3
    scene.intake.take(replace(notice, action="destroyed", delivery="2"))
    (event,) = scene.deal()[run]
    assert isinstance(event, CancelRequested)


def test_who_is_not_served_gets_nothing_fault_10(scene):
    scene.intake.take(changed(repository="eve/shop"))
    assert scene.deal() == {}
    assert scene.logged == ["notice.refused"]


def test_a_forge_that_does_not_answer_is_asked_again(scene):
    scene.forge.failure = Unavailable("not now")
    with pytest.raises(Unavailable):
        scene.intake.take(changed())
