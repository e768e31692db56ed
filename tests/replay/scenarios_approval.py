"""Recorded runs of code that somebody has to look at first; see `scenarios`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.replay.recorder import Recorder
from tests.unit.engine.scenes import CHANGE, job, plan_of

from praktika.model.events import PlanFailed, Planned
from praktika.model.forge import Subject
from praktika.model.result import Status

HEAD, OTHER = "a" * 40, "b" * 40
STRANGERS: Mapping[str, object] = {
    "needs_approval": True,
    "subject": Subject(repository="o/r", sha=HEAD, number=7),
}


def approved() -> Recorder:
    """Another commit is approved, then nobody approves, then somebody does, twice; it runs."""
    scene = Recorder(is_planned=False, facts=CHANGE, request=STRANGERS)
    scene.approve(OTHER)
    scene.approve("")
    scene.approve(HEAD, by="")
    scene.tell(Planned(at=4.0, plan=plan_of(job("a"))))
    scene.rerun(id="too early")
    scene.approve(HEAD, id="approval")
    scene.approve(HEAD, id="approval")
    scene.tell(Planned(at=6.0, plan=plan_of(job("a"), job("b"))))
    scene.approve(HEAD, id="another")
    scene.finish("a")
    scene.finish("b", Status.FAIL)
    scene.rerun()
    scene.finish("b", at=12.0)
    return scene


def approved_after_a_cancel() -> Recorder:
    """It is cancelled before anybody approves, run again, approved, and planned at the second go."""
    scene = Recorder(is_planned=False, facts=CHANGE, request=STRANGERS)
    scene.cancel()
    scene.approve(HEAD, id="too late")
    scene.rerun(id="rerun-1")
    scene.approve(HEAD, id="approval")
    scene.tell(PlanFailed(at=12.0, reason="the checkout failed"))
    scene.rerun(id="rerun-2")
    scene.tell(Planned(at=14.0, plan=plan_of(job("a"))))
    scene.finish("a", at=15.0)
    return scene


SCENARIOS: tuple[Callable[[], Recorder], ...] = (approved, approved_after_a_cancel)
