"""Recorded runs that take outcomes of earlier ones, and keep some for later ones; see `scenarios`."""

from __future__ import annotations

from collections.abc import Callable

from tests.replay.recorder import Recorder
from tests.unit.engine.scenes import CHANGE, after, job, reads, takes

from praktika.model.events import Admitted
from praktika.model.plan import Job, Need, Origin, Stored
from praktika.model.result import Status

BIN = Stored(name="bin", sha256="ab" * 32, size=3)


def _reused(name: str, *needs: Need, **fields: object) -> Job:
    origin = Origin(run="r0", attempt=2, at=0.5, stored=(BIN,))
    return job(name, needs, decision="reuse", origin=origin, reason="reused from run r0", **fields)


def reused_outcomes() -> Recorder:
    """A build is reused, which needs what is left out; it is run again, and all that is made of it."""
    scene = Recorder(
        job("fetch", decision="skip", reason="not asked for", provides=("src",)),
        _reused("docs", *takes("fetch", "src"), digest="d0"),
        job("lint", digest="d1"),
        _reused("build", *after("fetch", "lint"), provides=("bin",), digest="d2"),
        job("test", takes("build", "bin"), digest="d3", retries=1),
        job("forced", digest="d4"),
        job("untold"),
        job("notify", reads("build", "test"), always_run=True),
        caches=True,
    )
    scene.finish("test", Status.FAIL, verdict="author")
    scene.finish("lint")
    scene.finish("forced", is_forced=True)
    scene.finish("untold")
    scene.finish("test")
    scene.finish("notify")
    scene.rerun("build", id="again")
    scene.start("build")
    fresh = Stored(name="bin", sha256="cd" * 32, size=4)
    scene.finish("build", provided=("bin",), stored=(fresh,))
    scene.finish("test", Status.FAIL, verdict="timeout")
    scene.finish("test", Status.FAIL, verdict="author")
    scene.finish("notify")
    return scene


def reuse_waits_its_turn() -> Recorder:
    """A run that would reuse is cancelled while it waits, and reuses when it is run again."""
    scene = Recorder(
        job("fetch", decision="skip", reason="not asked for", provides=("src",)),
        _reused("build", *takes("fetch", "src"), provides=("bin",)),
        job("test", takes("build", "bin"), digest="d3"),
        facts=CHANGE,
        concurrency="deploys",
        concurrency_policy="queue",
        caches=True,
    )
    scene.cancel("ann")
    scene.rerun(scope="failed", id="again")
    scene.tell(Admitted(at=20.0, stay=1))
    scene.finish("test")
    scene.rerun(scope="all", id="all")
    scene.tell(Admitted(at=30.0, stay=2))
    scene.finish("test", Status.SKIPPED)
    return scene


SCENARIOS: tuple[Callable[[], Recorder], ...] = (reused_outcomes, reuse_waits_its_turn)
