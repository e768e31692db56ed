"""The runs that were recorded: each a function that lets one happen, told by its docstring.

Only `record` calls them. A scenario whose journal exists may be changed here as one likes; its
journal stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.replay import scenarios_again, scenarios_approval, scenarios_reuse
from tests.replay.recorder import Recorder
from tests.unit.engine.scenes import after, job, key, plan_of, reads, takes

from praktika.engine.choice.select import select
from praktika.model.events import (
    CancelRequested,
    JobFinished,
    JobLost,
    PlanFailed,
    Planned,
)
from praktika.model.result import Status


def everything_well() -> Recorder:
    """A diamond with an artifact and a report passed on; all is well."""
    scene = Recorder(
        job("build", provides=("bin",)),
        job("unit", takes("build", "bin"), requires=("bin",)),
        job("docs", after("build")),
        job("summary", (*reads("unit"), *after("docs"))),
    )
    for name in ("build", "docs", "unit", "summary"):
        scene.start(name)
        scene.finish(name, provided=("bin",) if name == "build" else ())
    return scene


def failing_arm() -> Recorder:
    """One arm of a diamond fails; the last job is dropped, the one that always runs runs."""
    scene = Recorder(
        job("build"),
        job("unit", after("build")),
        job("lint", after("build")),
        job("deploy", after("unit", "lint")),
        job("notify", after("deploy"), always_run=True),
    )
    scene.start("build")
    scene.finish("build")
    scene.start("lint", "unit")
    scene.finish("unit", Status.FAIL, reason="2 of 9 tests failed")
    scene.finish("lint")
    scene.start("notify")
    scene.finish("notify")
    return scene


def allowed_failures() -> Recorder:
    """Failures that are allowed or do not block; an artifact that is not there."""
    scene = Recorder(
        job("arm", allow_failure=True, provides=("bin",)),
        job("after arm", after("arm")),
        job("test arm", takes("arm", "bin"), allow_failure=True),
        job("flaky"),
        job("after flaky", after("flaky")),
    )
    scene.finish("arm", Status.ERROR)
    scene.finish("flaky", Status.FAIL, blocks=False)
    scene.finish("after arm")
    scene.finish("after flaky")
    return scene


def lost_runners() -> Recorder:
    """One job is lost once and comes through, another is lost for good; late answers are ignored."""
    scene = Recorder(job("a"), job("b"), job("c", after("b")))
    scene.start("a", "b")
    scene.lose("a")
    scene.tell(JobFinished(at=5.0, job=key("a"), attempt=1, status=Status.FAIL))
    scene.tell(JobLost(at=5.0, job=key("a"), attempt=1, reason="again"))
    scene.start("a", runner="runner-2")
    for _ in range(3):
        scene.lose("b", "")
    scene.finish("a")
    return scene


def cancelled() -> Recorder:
    """A cancel, twice: what waits is dropped, what runs is stopped, what always runs runs."""
    scene = Recorder(
        job("done"),
        job("runs", after("done")),
        job("queued", after("done")),
        job("waits", after("runs")),
        job("clean up", after("runs", "waits"), always_run=True),
    )
    scene.start("done")
    scene.finish("done")
    scene.start("runs")
    scene.cancel("ann")
    scene.cancel("bob")
    scene.start("queued")
    scene.finish("runs", Status.DROPPED, reason="cancelled by ann")
    scene.start("clean up")
    scene.finish("clean up")
    return scene


def cancelled_by_force() -> Recorder:
    """A plain cancel, then a forced one; a stopped runner is lost."""
    scene = Recorder(
        job("a"), job("b", always_run=True), job("c", after("a", "b"), always_run=True)
    )
    scene.start("a", "b")
    scene.cancel("ann")
    scene.cancel("bob", force=True)
    scene.lose("a")
    scene.finish("b", Status.OK)
    return scene


def cancelled_while_planning() -> Recorder:
    """A cancel before the plan is there, which then comes too late."""
    scene = Recorder(is_planned=False)
    scene.tell(CancelRequested(at=1.0, by="ann"))
    scene.tell(Planned(at=2.0, plan=plan_of(job("a"))))
    return scene


def no_plan() -> Recorder:
    """The declaration cannot be compiled."""
    scene = Recorder(is_planned=False)
    scene.tell(PlanFailed(at=1.0, reason="ci/workflows/w.py:3: name: No job is called 'x'."))
    scene.tell(Planned(at=2.0, plan=plan_of(job("a"))))
    return scene


def cyclic_plan() -> Recorder:
    """A plan in which two jobs wait for one another."""
    return Recorder(job("a", after("b")), job("b", after("a")))


def empty_plan() -> Recorder:
    """A plan without jobs."""
    return Recorder()


def one_job_asked_for() -> Recorder:
    """One job of several was asked for by name; it brings what it requires."""
    plan = plan_of(
        job("lint"),
        job("style", after("lint")),
        job("build", after("style"), provides=("bin",)),
        job("unit", takes("build", "bin")),
        job("deploy", takes("build", "bin")),
    )
    scene = Recorder(*select(plan, [key("unit")]).jobs)
    scene.finish("build", provided=("bin",))
    scene.finish("unit", Status.XFAIL)
    return scene


def disorder() -> Recorder:
    """Ends before starts, everything twice, and answers about what does not exist."""
    scene = Recorder(job("a"), job("b", after("a")), job("c"))
    scene.finish("c", Status.SKIPPED)
    scene.start("c")
    scene.tell(JobFinished(at=3.0, job=key("b"), attempt=0, status=Status.OK))
    scene.tell(JobFinished(at=3.0, job=key("b"), attempt=1, status=Status.OK))
    scene.tell(JobFinished(at=3.0, job="nobody", attempt=1, status=Status.OK))
    scene.finish("a", Status.OK)
    scene.finish("b", Status.RUNNING)
    for event, _ in list(scene.turns):
        scene.tell(event)
    return scene


SCENARIOS: tuple[Callable[[], Recorder], ...] = (
    everything_well,
    failing_arm,
    allowed_failures,
    lost_runners,
    cancelled,
    cancelled_by_force,
    cancelled_while_planning,
    no_plan,
    cyclic_plan,
    empty_plan,
    one_job_asked_for,
    disorder,
    *scenarios_again.SCENARIOS,
    *scenarios_reuse.SCENARIOS,
    *scenarios_approval.SCENARIOS,
)
