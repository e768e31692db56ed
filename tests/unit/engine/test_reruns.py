"""Jobs that are run again at somebody's request, with the same inputs."""

from __future__ import annotations

import pytest
from tests.unit.engine.scenes import Scene, after, job, key, plan_of, reads, takes

from praktika.engine.run import Phase, Run, Stage
from praktika.model.commands import Conclude, Dispatch, MakePlan, Revoke, SetTimer
from praktika.model.events import PlanFailed, Planned, RerunRequested
from praktika.model.result import Status


def ended(*jobs, bad: str = "", **policies: object) -> Scene:
    """A run that is over; these jobs failed, and what could run beside them ended well."""
    scene = Scene(*jobs, **policies)
    while scene.run.open:
        for each in jobs:
            if scene.state(each.name).phase is Phase.QUEUED:
                fails = each.name in bad.split()
                scene.finish(
                    each.name,
                    Status.FAIL if fails else Status.OK,
                    provided=() if fails else each.provides,
                )
    scene.commands.clear()
    return scene


def test_what_failed_is_run_again_with_what_was_dropped_for_it() -> None:
    scene = ended(job("a"), job("b"), job("c", after("b")), bad="b")
    scene.rerun(by="eve")
    assert scene.dispatched == ["b"]
    assert scene.reason("b") == "run again by eve"
    assert scene.state("c").phase is Phase.WAITING
    assert scene.state("a").attempt == 1

    scene.finish("b")
    scene.finish("c")
    assert scene.dispatched == ["b", "c"]
    assert scene.verdict is Status.OK


def test_all_is_run_again_in_order() -> None:
    scene = ended(job("a"), job("b", after("a")), bad="a")
    scene.rerun(scope="all")

    assert scene.dispatched == ["a"]
    assert scene.state("b").phase is Phase.WAITING


def test_what_was_made_from_a_job_is_run_again_after_it() -> None:
    scene = ended(
        job("build", provides=("bin",)),
        job("unit", takes("build", "bin")),
        job("summary", reads("unit")),
        job("lint"),
    )
    scene.rerun("build")

    assert scene.dispatched == ["build"]
    assert [each for each in scene.statuses if scene.statuses[each] is Status.PENDING] == [
        "build",
        "unit",
        "summary",
    ]


def test_what_only_had_to_come_later_stays() -> None:
    scene = ended(job("a"), job("b", after("a")), job("last", after("a"), always_run=True))
    scene.rerun("a")

    assert scene.statuses["b"] is Status.OK
    assert scene.statuses["last"] is Status.PENDING


def test_what_it_cannot_do_without_is_run_again_first() -> None:
    scene = ended(job("a"), job("b", after("a")), job("c", after("b")), bad="a")
    scene.rerun("c")

    assert scene.dispatched == ["a"]
    assert scene.reason("b") == "run again, as 'c' needs it"


def test_finished_work_is_not_repeated_for_what_needs_it() -> None:
    scene = ended(job("a", provides=("bin",)), job("b", takes("a", "bin")), bad="b")
    scene.rerun("b")

    assert scene.dispatched == ["b"]
    assert scene.state("a").attempt == 1


def test_an_artifact_that_is_missing_is_made_again() -> None:
    scene = Scene(job("a", provides=("bin",)), job("b", takes("a", "bin")))
    scene.finish("a", provided=())
    scene.rerun("b")

    assert scene.dispatched == ["a", "a"]


def test_what_the_plan_leaves_out_stays_out_and_so_does_what_needs_its_output() -> None:
    """Once, it was dispatched without its artifact."""
    scene = ended(
        job("a", decision="skip", provides=("bin",)),
        job("b", takes("a", "bin")),
        job("c", after("b")),
        job("d"),
        bad="d",
    )
    scene.rerun()
    assert scene.dispatched == ["d"]
    scene.finish("d")

    before = scene.run
    scene.rerun("a", "c")
    assert scene.run is before


def test_the_verdict_is_that_of_the_latest_attempts() -> None:
    scene = ended(job("a"), job("b"), bad="a b")
    scene.rerun("a")
    scene.finish("a")
    assert scene.verdict is Status.FAIL

    scene.rerun("b")
    scene.finish("b")
    assert scene.verdict is Status.OK


def test_attempts_go_on_counting_and_are_remembered() -> None:
    scene = ended(job("a"), bad="a")
    for _ in range(3):
        scene.rerun("a")
        scene.finish("a", Status.FAIL, reason="again")

    assert scene.state("a").attempt == 4
    assert [past.attempt for past in scene.state("a").past] == [1, 2, 3]


def test_losses_are_counted_anew() -> None:
    scene = Scene(job("a"))
    for _ in range(3):
        scene.lose("a")
    scene.rerun("a")
    scene.lose("a")

    assert scene.dispatched == ["a"] * 5


def test_a_request_that_arrives_again_changes_nothing() -> None:
    scene = ended(job("a"), bad="a")
    scene.rerun("a", id="request-1")
    scene.finish("a")
    before = scene.run

    assert scene.rerun("a", id="request-1").commands == ()
    assert scene.run is before


def test_a_request_that_asks_for_nothing_changes_nothing() -> None:
    scene = ended(job("a"))
    before = scene.run

    scene.rerun()
    scene.rerun("nobody")
    assert scene.run is before


def test_only_failed_tests_are_run_again_where_that_can_be_done() -> None:
    scene = ended(job("unit", rerun_command="pytest"), job("slow"), bad="unit slow")
    scene.rerun(failed_tests=True)

    assert scene.state("unit").tests_of == 1
    assert scene.state("slow").tests_of == 0


def test_a_job_that_ended_in_an_error_is_run_again_as_a_whole() -> None:
    scene = Scene(job("unit", rerun_command="pytest"))
    scene.finish("unit", Status.ERROR)
    scene.rerun(failed_tests=True)

    assert scene.state("unit").tests_of == 0


def test_a_loss_on_the_way_does_not_make_it_forget_the_tests() -> None:
    scene = ended(job("unit", rerun_command="pytest"), bad="unit")
    scene.rerun(failed_tests=True)
    scene.lose("unit")

    assert scene.state("unit").tests_of == 1


def test_a_run_that_goes_on_takes_requests_too() -> None:
    scene = Scene(job("a"), job("b"))
    scene.finish("a", Status.FAIL)
    scene.rerun("a")
    assert scene.dispatched == ["a", "b", "a"]

    scene.finish("a")
    scene.finish("b")
    assert scene.verdict is Status.OK
    assert len(scene.told(Conclude)) == 1


def test_what_waits_waits_for_what_is_run_again() -> None:
    """Once, it began when the job ended again, before its other needs did."""
    scene = Scene(job("a"), job("b"), job("c", after("a", "b")))
    scene.finish("a")
    scene.rerun("a")
    scene.finish("a")
    assert "c" not in scene.dispatched

    scene.finish("b")
    assert scene.dispatched[-1] == "c"


def test_a_retry_waits_for_what_is_run_again() -> None:
    """Once, it began beside the job that it needs."""
    scene = Scene(job("a"), job("b", after("a")))
    scene.finish("a")
    scene.rerun("a")
    scene.lose("b")
    assert scene.state("b").phase is Phase.WAITING
    assert scene.why("b") == "waits for 'a'"

    scene.finish("a")
    assert scene.dispatched == ["a", "b", "a", "b"]
    assert scene.attempt("b") == 2


def test_a_retry_is_dropped_if_what_it_needs_has_failed_meanwhile() -> None:
    scene = Scene(job("a"), job("b", after("a")))
    scene.finish("a")
    scene.rerun("a")
    scene.finish("a", Status.FAIL)
    scene.lose("b")

    assert scene.reason("b") == "needs 'a', which ended with FAIL"
    assert scene.verdict is Status.FAIL


def test_what_is_under_way_is_left_alone() -> None:
    scene = Scene(job("a"), job("b", after("a")))
    scene.finish("a")
    scene.start("b")
    before = scene.state("b")
    scene.rerun(scope="all")

    assert scene.state("b") is before
    assert scene.dispatched == ["a", "b", "a"]


def test_a_cancelled_run_can_be_run_again_when_it_is_over() -> None:
    scene = Scene(job("a"), job("b", after("a")))
    scene.start("a")
    scene.cancel("ann")
    before = scene.run
    scene.rerun()
    assert scene.run is before

    scene.finish("a", Status.DROPPED)
    scene.rerun()
    scene.finish("a")
    scene.finish("b")
    assert scene.run.cancelled_by == ""
    assert scene.verdict is Status.OK


def test_what_was_dropped_by_the_cancel_of_an_earlier_round_is_still_that() -> None:
    """Once, a runner's own drop became a failure in the next round."""
    scene = Scene(job("a"), job("b", always_run=True))
    scene.cancel("ann")
    scene.finish("b", Status.DROPPED)
    assert scene.verdict is Status.DROPPED

    for number in range(2):
        scene.rerun("a", id=f"request-{number}")
        scene.finish("a")
        assert scene.verdict is Status.DROPPED


def test_a_run_that_was_too_slow_has_its_time_again() -> None:
    scene = Scene(job("a"), timeout=60.0)
    scene.fire(61.0)
    assert scene.verdict is Status.ERROR

    assert SetTimer(at=160.0, after=60.0) in scene.rerun("a", at=100.0).commands
    scene.finish("a")
    assert scene.verdict is Status.OK


def test_an_attempt_that_was_given_up_is_stopped_after_a_rerun_too() -> None:
    """Once, a successor did not know of it any more."""
    scene = Scene(job("a"))
    scene.cancel("ann")
    scene.rerun("a")

    assert scene.crash() == (
        Revoke(job=key("a"), attempt=1, reason="cancelled by ann"),
        Dispatch(job=key("a"), attempt=2),
    )
    before = scene.run
    scene.finish("a")
    assert scene.run is not before


def test_a_late_answer_of_an_earlier_round_changes_nothing() -> None:
    scene = ended(job("a"), bad="a")
    late = scene.journal[-1]
    scene.rerun("a")
    before = scene.run

    scene.tell(late)
    assert scene.run is before


@pytest.mark.parametrize("scope", ["failed", "all", "jobs"])
def test_a_run_without_a_plan_is_planned_again(scope) -> None:
    scene = Scene(is_planned=False)
    scene.tell(PlanFailed(at=5.0, reason="the checkout failed"))
    event = RerunRequested(at=4.0, by="eve", id="1", scope=scope)
    assert scene.tell(event).commands == (MakePlan(workflow="w"),)
    assert scene.run.at == 5.0
    assert scene.run.failure == ""

    scene.tell(event)
    scene.tell(Planned(at=6.0, plan=plan_of(job("a"))))
    assert scene.dispatched == ["a"]


def test_before_there_is_a_plan_there_is_nothing_to_run_again() -> None:
    scene = Scene(is_planned=False)
    before = scene.run

    scene.rerun(scope="all")
    assert scene.run is before
    assert scene.run.stage is Stage.PLANNING
    assert Run().stage is Stage.NEW
