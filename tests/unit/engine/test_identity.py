"""What is told of an attempt counts for that attempt alone."""

from __future__ import annotations

import pytest
from tests.unit.engine.scenes import Scene, job, key, takes

from praktika.model.events import JobFinished, JobLost, JobStarted
from praktika.model.plan import Stored
from praktika.model.result import Status

FORGED = Stored(name="bin", sha256="f" * 64, size=1)


@pytest.fixture
def scene() -> Scene:
    """A build that runs for the second time, and a test that waits for it."""
    scene = Scene(job("build", provides=("bin",), retries=1), job("test", takes("build", "bin")))
    scene.start("build")
    scene.finish("build", Status.FAIL, verdict="author")
    scene.start("build")
    return scene


@pytest.mark.parametrize("attempt", [0, 1, 3, -1, 10**9])
@pytest.mark.parametrize(
    "told",
    [
        lambda **of: JobFinished(
            at=5.0, status=Status.OK, provided=("bin",), stored=(FORGED,), **of
        ),
        lambda **of: JobLost(at=5.0, reason="gone", **of),
        lambda **of: JobStarted(at=5.0, runner="mallory", control="control-mallory", **of),
    ],
)
def test_row_9_a_report_of_another_attempt_changes_nothing(scene: Scene, told, attempt) -> None:
    before = scene.run
    scene.tell(told(job=key("build"), attempt=attempt))

    assert scene.run is before


def test_row_9_a_report_of_a_job_that_has_not_begun_changes_nothing(scene: Scene) -> None:
    before = scene.run
    for attempt in (0, 1):
        scene.tell(JobFinished(at=5.0, job=key("test"), attempt=attempt, status=Status.OK))

    assert scene.run is before


def test_row_9_a_report_of_a_job_that_is_not_in_the_plan_changes_nothing(scene: Scene) -> None:
    before = scene.run
    scene.tell(JobFinished(at=5.0, job="key-other", attempt=1, status=Status.OK))

    assert scene.run is before


def test_row_9_what_an_attempt_left_is_not_replaced_by_a_second_report(scene: Scene) -> None:
    own = Stored(name="bin", sha256="a" * 64, size=1)
    scene.finish("build", provided=("bin",), stored=(own,))
    scene.finish("build", provided=("bin",), stored=(FORGED,))

    assert scene.state("build").stored == (own,)
