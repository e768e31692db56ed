"""Concurrency groups: runs that replace one another, or wait for one another."""

from __future__ import annotations

import msgspec
import pytest
from tests.unit.engine.scenes import CHANGE, Scene, after, job, plan_of, takes

from praktika.engine.admission import next_in_line, standing
from praktika.engine.run import Stage
from praktika.model.commands import Conclude, Dispatch, Enter, Leave
from praktika.model.events import Admitted, PlanFailed, Planned
from praktika.model.facts import Facts
from praktika.model.result import Status
from praktika.model.task import Ticket

OLD = Ticket(run="old", inbox="old.events", at=1.0)
MINE = Ticket(run="mine", inbox="mine.events", at=2.0)
NEW = Ticket(run="new", inbox="new.events", at=3.0)
QUEUE = {"facts": CHANGE, "concurrency": "deploys", "concurrency_policy": "queue"}
GROUP = "o/r/deploys"


def test_the_runs_of_a_change_are_a_group_in_which_the_newest_goes_on() -> None:
    scene = Scene(job("a"), facts=CHANGE, event="pull_request")
    assert scene.told(Enter) == [Enter(group="o/r/w/pr/7", policy="cancel")]
    assert scene.dispatched == ["a"]

    scene.finish("a")
    assert scene.commands[-2:] == [
        Leave(group="o/r/w/pr/7", policy="cancel"),
        Conclude(status=Status.OK),
    ]


def test_a_push_or_a_run_by_hand_is_in_no_group_unless_one_is_named() -> None:
    assert Scene(job("a"), facts=CHANGE).run.group == ""
    by_hand = Facts(repository="o/r", local=True)
    assert Scene(job("a"), facts=by_hand, concurrency="deploys").run.group == ""
    assert Scene(job("a"), facts=CHANGE, concurrency="deploys").run.group == GROUP


def test_fault_37_a_group_is_one_of_its_repository() -> None:
    other = Facts(repository="o/other", pr_number=7, local=False)
    groups = {Scene(facts=facts, event="pull_request").run.group for facts in (CHANGE, other)}

    assert groups == {"o/r/w/pr/7", "o/other/w/pr/7"}


@pytest.mark.parametrize("policy", ["cancel", "queue"])
def test_security_1_runs_of_strangers_are_in_no_group_with_ours(policy: str) -> None:
    """Otherwise whoever opens a pull request could cancel a deployment, or keep it waiting."""
    strange = msgspec.structs.replace(CHANGE, trust="untrusted")
    named = {"concurrency": "deploys", "concurrency_policy": policy}
    theirs, ours = Scene(facts=strange, **named).run, Scene(facts=CHANGE, **named).run
    assert theirs.group == "o/r untrusted/deploys"
    assert ours.group == GROUP


def test_fault_37_a_late_request_of_an_older_run_does_not_cancel_the_newer() -> None:
    """It is the time of the request that counts, and not when it arrived."""
    late = standing([NEW, MINE], MINE)
    assert late.older == ()
    assert late.newer == NEW

    assert standing([MINE, NEW], NEW).older == (MINE,)
    assert standing([MINE, NEW], NEW).newer is None


def test_fault_37_of_two_requests_at_the_same_time_one_gives_way() -> None:
    twin = Ticket(run="twin", inbox="", at=MINE.at)

    assert standing([MINE, twin], MINE).newer == twin
    assert standing([MINE, twin], twin).newer is None


def test_all_older_runs_give_way_to_the_newest() -> None:
    assert standing([NEW, OLD, MINE], NEW).older == (OLD, MINE)
    assert standing([NEW, OLD, MINE], OLD).newer == NEW


def test_alone_in_its_group_a_run_goes_on() -> None:
    assert standing([MINE], MINE).newer is None
    assert standing([], MINE).older == ()


def test_the_oldest_is_next_in_line() -> None:
    assert next_in_line([NEW, OLD, MINE]) == OLD
    assert next_in_line([NEW, MINE]) == MINE
    assert next_in_line([]) is None


def test_a_queued_run_does_nothing_before_it_is_admitted() -> None:
    scene = Scene(job("a"), job("s", decision="skip"), job("b", after("s")), **QUEUE)
    assert scene.commands[-1] == Enter(group=GROUP, policy="queue")
    assert scene.why("a") == (f"waits for another run of the concurrency group '{GROUP}' to end")
    assert scene.dispatched == []

    scene.tell(Admitted(at=9.0))
    assert scene.dispatched == ["a", "b"]


def test_a_second_admission_changes_nothing() -> None:
    scene = Scene(job("a"), **QUEUE)
    scene.tell(Admitted(at=9.0))
    before = scene.run

    assert scene.tell(Admitted(at=10.0)).commands == ()
    assert scene.run is before


def test_a_cancel_of_a_run_that_waits_ends_it_and_begins_nothing() -> None:
    """Once, what the plan leaves out set free what was then dispatched and stopped."""
    scene = Scene(
        job("s", decision="skip", reason="no file of it changed"),
        job("a", after("s")),
        job("last", after("a"), always_run=True),
        **QUEUE,
    )
    decision = scene.cancel("ann")

    assert decision.commands == (
        Leave(group=GROUP, policy="queue"),
        Conclude(status=Status.DROPPED),
    )
    assert scene.reason("s") == "no file of it changed"
    assert scene.statuses["last"] is Status.DROPPED


def test_the_cancel_of_one_job_of_a_run_that_waits_begins_nothing() -> None:
    """Once, a job that always runs began before the run was admitted."""
    scene = Scene(job("a"), job("b"), job("last", after("a"), always_run=True), **QUEUE)
    assert scene.cancel_one("a").commands == ()

    scene.tell(Admitted(at=9.0))
    assert scene.dispatched == ["b", "last"]


def test_what_the_plan_leaves_out_is_not_cancelled_while_the_run_waits() -> None:
    """Once, it was dropped, and so was what needs it."""
    scene = Scene(job("s", decision="skip"), job("a", after("s")), **QUEUE)
    scene.cancel_one("s")
    scene.tell(Admitted(at=9.0))

    assert scene.statuses["s"] is Status.SKIPPED
    assert scene.dispatched == ["a"]


def test_the_deadline_counts_while_the_run_waits() -> None:
    scene = Scene(job("a"), job("last", always_run=True), timeout=60.0, **QUEUE)
    scene.fire(61.0)

    assert scene.dispatched == []
    assert scene.reason("last") == "cancelled by the run's deadline (60 s)"
    assert scene.verdict is Status.ERROR


def test_fault_24_a_successor_keeps_the_place_in_the_line() -> None:
    scene = Scene(job("a"), **QUEUE)
    assert scene.crash() == (Enter(group=GROUP, policy="queue"),)

    scene.tell(Admitted(at=9.0))
    assert scene.crash()[0] == Enter(group=GROUP, policy="queue")
    scene.finish("a")
    assert scene.crash() == (Leave(group=GROUP, policy="queue"), Conclude(status=Status.OK))


def test_a_successor_leaves_the_group_for_earlier_stays_too() -> None:
    """Once, who died over a conclusion and a rerun left a ticket in the group for ever."""
    scene = Scene(job("a"), facts=CHANGE, event="pull_request")
    group = scene.run.group
    scene.finish("a", Status.FAIL)
    scene.rerun("a")
    assert scene.crash()[:-1] == (Leave(group=group, policy="cancel"),)

    scene.finish("a")
    assert scene.crash()[:-1] == (
        Leave(group=group, policy="cancel"),
        Leave(group=group, policy="cancel", stay=1),
    )


def test_a_rerun_waits_for_its_turn_again() -> None:
    scene = Scene(job("a"), **QUEUE)
    scene.tell(Admitted(at=9.0))
    scene.finish("a", Status.FAIL)
    scene.rerun("a")
    assert scene.run.stage is Stage.HELD
    assert scene.told(Enter) == [
        Enter(group=GROUP, policy="queue"),
        Enter(group=GROUP, policy="queue", stay=1),
    ]

    scene.tell(Admitted(at=20.0, stay=1))
    assert scene.told(Dispatch)[-1].attempt == 2


@pytest.mark.parametrize("stay", [0, 2])
def test_the_turn_of_another_stay_changes_nothing(stay) -> None:
    """A turn of the stay before may be told again, long after; a later one is nobody's."""
    scene = Scene(job("a"), **QUEUE)
    scene.tell(Admitted(at=9.0))
    scene.finish("a", Status.FAIL)
    scene.rerun("a")
    before = scene.run

    assert scene.tell(Admitted(at=20.0, stay=stay)).commands == ()
    assert scene.run is before


def test_a_rerun_of_a_run_that_goes_on_keeps_its_turn() -> None:
    scene = Scene(job("a"), job("b"), **QUEUE)
    scene.tell(Admitted(at=9.0))
    scene.finish("a", Status.FAIL)
    scene.rerun("a")
    scene.finish("a")
    scene.finish("b")

    assert scene.told(Leave) == [Leave(group=GROUP, policy="queue")]


def test_an_old_run_that_is_run_again_does_not_give_way() -> None:
    scene = Scene(job("a"), facts=CHANGE, event="pull_request")
    scene.finish("a", Status.FAIL)
    scene.rerun("a")

    assert len(scene.told(Enter)) == 1
    assert not any(isinstance(each, Enter) for each in scene.crash())


def test_an_old_run_that_is_planned_again_does_not_give_way() -> None:
    scene = Scene(is_planned=False, facts=CHANGE)
    scene.tell(PlanFailed(at=1.0, reason="the checkout failed"))
    scene.rerun()
    scene.tell(Planned(at=12.0, plan=plan_of(job("a"), event="pull_request")))

    assert scene.told(Enter) == []
    assert scene.dispatched == ["a"]


def test_a_run_of_which_every_job_is_dropped_ends_while_it_waits() -> None:
    scene = Scene(job("a", provides=("bin",)), job("b", takes("a", "bin")), **QUEUE)
    scene.cancel_one("a")

    assert scene.verdict is Status.DROPPED
