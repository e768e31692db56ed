"""Recorded runs with retries, timers, reruns, single cancels and concurrency groups; see `scenarios`."""

from __future__ import annotations

from collections.abc import Callable

from tests.replay.recorder import Recorder
from tests.unit.engine.scenes import CHANGE, after, job, plan_of, reads, takes

from praktika.model.events import Admitted, PlanFailed, Planned
from praktika.model.result import Status


def retries_with_pauses() -> Recorder:
    """The infrastructure fails one job twice, with a pause each time, and another for good."""
    scene = Recorder(job("a"), job("b"), job("c", after("a")), pauses=(30.0, 120.0))
    scene.start("a", "b")
    scene.lose("a", at=10.0)
    scene.finish("b", Status.ERROR, at=12.0, verdict="infrastructure", reason="no space left")
    scene.lose("a", at=13.0)
    scene.fire(40.0)
    scene.fire(42.0)
    scene.start("a", runner="runner-2", at=45.0)
    scene.lose("b", at=50.0)
    scene.lose("a", "runner-2 died", at=55.0)
    scene.fire(170.0)
    scene.fire(175.0)
    scene.finish("a", at=180.0)
    scene.lose("b", at=190.0)
    scene.finish("c", at=200.0)
    return scene


def author_retries() -> Recorder:
    """A job that is tried again fails once, times out once, and comes through; another does not."""
    scene = Recorder(
        job("flaky", retries=2),
        job("after flaky", after("flaky")),
        job("broken", retries=1),
        job("strict"),
        pauses=(30.0,),
    )
    scene.finish("flaky", Status.FAIL, verdict="author", reason="1 of 9 tests failed")
    scene.finish("flaky", Status.ERROR, verdict="timeout", reason="the timeout of 60 s is over")
    scene.finish("broken", Status.FAIL, verdict="author")
    scene.finish("strict", Status.FAIL, verdict="author")
    scene.finish("flaky", Status.OK)
    scene.finish("broken", Status.FAIL, verdict="author", reason="9 of 9 tests failed")
    scene.finish("after flaky")
    return scene


def nobody_takes_it() -> Recorder:
    """Two jobs wait for runners too long, for a known cause and for none; one is taken in time."""
    scene = Recorder(
        job("a", runs_on=("arm",)),
        job("b", runs_on=("amd",)),
        job("c", runs_on=("arm",)),
        job("d", after("a")),
        pickup_timeout=600.0,
    )
    scene.start("c", at=5.0)
    scene.fire(601.0, arm="no runner of pool 'arm' lives")
    scene.start("a", at=605.0)
    scene.finish("c", at=700.0)
    return scene


def run_deadline() -> Recorder:
    """The run takes too long: what runs is stopped, what always runs runs."""
    scene = Recorder(
        job("a"), job("b", after("a")), job("last", after("b"), always_run=True), timeout=3600.0
    )
    scene.start("a", at=10.0)
    scene.fire(1800.0)
    scene.fire(3601.0)
    scene.fire(3601.0)
    scene.finish("a", Status.DROPPED, at=3605.0)
    scene.finish("last", at=3610.0)
    return scene


def silent_runners() -> Recorder:
    """One runner is silent beyond the timeout of its job, another after it was asked to stop."""
    scene = Recorder(job("a", timeout=60.0), job("b", timeout=600.0), overtime=30.0)
    scene.start("a", at=10.0)
    scene.start("b", at=11.0)
    scene.fire(100.0)
    scene.cancel_one("b")
    scene.fire(34.0)
    scene.fire(641.0)
    scene.finish("a", at=700.0)
    return scene


def rerun_of_what_failed() -> Recorder:
    """What failed, and was dropped for it, runs again, and a late answer of the first round comes."""
    scene = Recorder(
        job("build", provides=("bin",)),
        job("unit", takes("build", "bin")),
        job("lint"),
        job("deploy", after("unit", "lint")),
        job("notify", after("deploy"), always_run=True),
    )
    scene.finish("build", provided=("bin",))
    scene.finish("lint")
    scene.finish("unit", Status.FAIL, reason="2 of 9 tests failed")
    late = scene.turns[-1][0]
    scene.finish("notify")
    scene.rerun(id="rerun-1")
    scene.rerun(id="rerun-1")
    scene.tell(late)
    scene.finish("unit")
    scene.finish("deploy")
    scene.finish("notify")
    return scene


def rerun_of_one_job() -> Recorder:
    """One job runs again with what is made from it, while the run still goes on."""
    scene = Recorder(
        job("build", provides=("bin",)),
        job("unit", takes("build", "bin")),
        job("style", after("build")),
        job("slow"),
        job("summary", (*reads("unit"), *after("slow"))),
    )
    scene.finish("build", provided=("bin",))
    scene.finish("unit")
    scene.finish("style")
    scene.rerun("build")
    scene.finish("build", provided=("bin",))
    scene.finish("slow")
    scene.finish("unit", Status.FAIL)
    return scene


def rerun_of_all() -> Recorder:
    """A cancelled run is run again as a whole; one of its attempts was never heard of again."""
    scene = Recorder(
        job("a"), job("b"), job("c", after("a", "b")), job("s", decision="skip", reason="no file")
    )
    scene.start("a")
    scene.cancel("ann")
    scene.rerun(scope="all")
    scene.finish("a", Status.DROPPED)
    scene.rerun(scope="all")
    for name in ("a", "b", "c"):
        scene.finish(name)
    return scene


def rerun_of_failed_tests() -> Recorder:
    """Of the jobs that failed one can run its failed tests alone; it is lost once on the way."""
    scene = Recorder(
        job("unit", rerun_command="pytest @$PRAKTIKA_FAILED_TESTS"),
        job("style"),
        job("error", rerun_command="pytest"),
        job("good", rerun_command="pytest"),
    )
    scene.finish("unit", Status.FAIL, reason="2 of 9 tests failed")
    scene.finish("style", Status.FAIL)
    scene.finish("error", Status.ERROR)
    scene.finish("good")
    scene.rerun(failed_tests=True)
    scene.lose("unit")
    for name in ("unit", "style", "error"):
        scene.finish(name)
    return scene


def one_job_cancelled() -> Recorder:
    """One job is cancelled alone, run again, and the request arrives a second time."""
    scene = Recorder(job("a"), job("b", after("a")), job("c"))
    scene.start("a", "c")
    scene.cancel_one("a", "ann", id="cancel-1")
    scene.finish("a", Status.DROPPED)
    scene.rerun("a", by="ann")
    scene.cancel_one("a", "ann", id="cancel-1")
    scene.finish("a")
    scene.finish("c")
    scene.cancel_one("b", "bob", id="cancel-2")
    return scene


def superseded() -> Recorder:
    """A newer run of the same change comes; this one is cancelled, and run again later."""
    scene = Recorder(job("a"), job("b", after("a")), facts=CHANGE, event="pull_request")
    scene.start("a")
    scene.cancel("the newer run 20260101-1")
    scene.finish("a", Status.DROPPED)
    scene.rerun()
    scene.finish("a")
    scene.finish("b")
    return scene


def queued_group() -> Recorder:
    """A run waits for its turn, goes on, and waits again, for another turn, when it is run again."""
    scene = Recorder(
        job("s", decision="skip", reason="not asked for"),
        job("a", after("s")),
        job("last", after("a"), always_run=True),
        job("b"),
        facts=CHANGE,
        concurrency="deploys",
        concurrency_policy="queue",
        timeout=600.0,
    )
    scene.cancel_one("a")
    scene.tell(Admitted(at=5.0))
    scene.tell(Admitted(at=6.0))
    scene.finish("b", Status.FAIL)
    scene.finish("last")
    scene.rerun("b")
    scene.tell(Admitted(at=20.0))
    scene.tell(Admitted(at=30.0, stay=1))
    scene.finish("b")
    return scene


def rerun_meets_retry() -> Recorder:
    """A job is run again while others that need it wait, pause and run; each waits its turn."""
    scene = Recorder(
        job("a", allow_failure=True),
        job("b", after("a")),
        job("c", after("a")),
        job("other"),
        job("d", after("a", "other")),
        pauses=(30.0,),
    )
    scene.finish("a", Status.FAIL)
    scene.lose("b", at=5.0)
    scene.rerun("a")
    scene.lose("c", at=12.0)
    scene.fire(35.0)
    scene.fire(42.0)
    scene.finish("a", at=50.0)
    for name in ("b", "c", "other", "d"):
        scene.finish(name, at=60.0)
    return scene


def planned_again() -> Recorder:
    """There was no plan; a rerun makes one, and an earlier answer comes late."""
    scene = Recorder(is_planned=False)
    scene.tell(PlanFailed(at=1.0, reason="the checkout failed"))
    scene.rerun(id="rerun-1")
    scene.rerun(id="rerun-1")
    scene.tell(Planned(at=12.0, plan=plan_of(job("a"))))
    scene.tell(PlanFailed(at=13.0, reason="the checkout failed"))
    scene.finish("a")
    return scene


SCENARIOS: tuple[Callable[[], Recorder], ...] = (
    retries_with_pauses,
    author_retries,
    nobody_takes_it,
    run_deadline,
    silent_runners,
    rerun_of_what_failed,
    rerun_of_one_job,
    rerun_of_all,
    rerun_of_failed_tests,
    one_job_cancelled,
    superseded,
    queued_group,
    rerun_meets_retry,
    planned_again,
)
