"""Dispatches and schedules."""

from __future__ import annotations

import pytest
from tests.unit.intake.scene import ROUTES, SHOP, Scene, sha

from praktika.intake.names import NOTICES
from praktika.model.events import RunRequested
from praktika.model.forge import Repository
from praktika.model.notices import Dispatched, decode_notice
from praktika.model.routes import Input, Route

DEPLOY = Route(
    workflow="Deploy",
    event="dispatch",
    inputs=(Input(name="level", kind="number", required=True), Input(name="dry", kind="boolean", default=True)),
)  # fmt: skip
DAY = 86_400.0


@pytest.fixture
def scene():
    return Scene((*ROUTES[:-1], DEPLOY))


def dispatch(scene, workflow="Deploy", *, by="ann", delivery="d", branch="", **inputs):
    scene.intake.take(
        Dispatched(
            delivery=delivery, repository=SHOP, sender=by, workflow=workflow, branch=branch,
            inputs=inputs,
        )
    )  # fmt: skip
    return [event for events in scene.deal().values() for event in events]


def test_a_dispatch_runs_a_branch_with_typed_inputs(scene):
    scene.forge.put_branch(SHOP, "side", sha("side"))
    (request,) = dispatch(scene, branch="side", level="3")
    assert isinstance(request, RunRequested)
    assert request.facts.inputs == {"level": 3, "dry": True}
    assert (request.facts.branch, request.facts.sha, request.by) == ("side", sha("side"), "ann")


def test_each_dispatch_is_a_run_and_each_delivery_only_one(scene):
    for delivery in ("a", "b", "a"):
        dispatch(scene, delivery=delivery, level=1)
    assert len(scene.journal.runs()) == 2


@pytest.mark.parametrize(
    ("workflow", "by", "inputs"),
    [
        ("Deploy", "eve", {"level": 1}),
        ("Deploy", "ann", {}),
        ("Deploy", "ann", {"level": "high"}),
        ("Deploy", "ann", {"level": 1, "other": 2}),
        ("PR", "ann", {}),
        ("Nothing", "ann", {}),
    ],
)
def test_what_makes_no_sense_or_is_not_for_him_is_refused_security_23(scene, workflow, by, inputs):
    assert dispatch(scene, workflow, by=by, **inputs) == []
    assert scene.logged[-1] == "dispatch.refused"


def ticked(scene):
    """The notices that the clock has sent, each dealt with."""
    found = []
    while messages := scene.queue.receive(NOTICES, limit=10):
        for message in messages:
            notice = decode_notice(message.body)
            found.append(notice)
            scene.intake.take(notice)
        scene.queue.ack(messages)
    return found


@pytest.fixture
def clocked(scene):
    """A scene whose schedules are known, at midnight."""
    scene.intake.changes.tip_of_branch(
        scene.desk.circumstances(scene.forge.repository(SHOP), "x"), "main", sha("main")
    )
    scene.deal()
    scene.clock.advance(DAY - scene.clock.now() % DAY)
    scene.ticker.look(SHOP)
    return scene


def test_a_schedule_starts_when_it_is_due_and_once(clocked):
    assert ticked(clocked) == []
    clocked.clock.advance(3 * 3600 + 5)
    for _ in range(3):
        clocked.ticker.look(SHOP)
    (notice,) = ticked(clocked)
    assert (notice.workflow, notice.missed, notice.due % DAY) == ("Nightly", 0, 3 * 3600)
    (events,) = clocked.deal().values()
    assert events[0].by.startswith("the schedule of ")
    assert events[0].by.endswith("03:00 UTC")


def test_after_a_downtime_the_last_missed_time_is_run_once_and_that_is_said(clocked):
    clocked.clock.advance(3 * DAY + 4 * 3600)
    clocked.ticker.look(SHOP)
    (notice,) = ticked(clocked)
    assert notice.missed == 3
    (events,) = clocked.deal().values()
    assert events[0].by.endswith("03:00 UTC (3 earlier times were missed)")
    clocked.clock.advance(60)
    clocked.ticker.look(SHOP)
    assert ticked(clocked) == []


def test_a_clock_that_was_years_ahead_for_a_while_does_not_silence_the_schedules(clocked):
    clocked.clock.jump(1000 * DAY)
    clocked.ticker.look(SHOP)
    ticked(clocked)
    clocked.clock.jump(-1000 * DAY)
    clocked.ticker.look(SHOP)
    assert ticked(clocked) == []
    clocked.clock.advance(3 * 3600 + 5)
    for _ in range(2):
        clocked.ticker.look(SHOP)
    assert [notice.workflow for notice in ticked(clocked)] == ["Nightly"]


def test_a_schedule_that_is_new_does_not_start_for_the_past(clocked):
    clocked.routes = (*clocked.routes, Route(workflow="Hourly", event="schedule", schedules=("0 * * * *",)))  # fmt: skip
    clocked.clock.advance(1800)
    clocked.forge.put_branch(SHOP, "main", sha("next"))
    repository: Repository = clocked.forge.repository(SHOP)
    around = clocked.desk.circumstances(repository, "x")
    clocked.intake.changes.tip_of_branch(around, "main", sha("next"))
    clocked.ticker.look(SHOP)
    assert ticked(clocked) == []
    clocked.clock.advance(1800)
    clocked.ticker.look(SHOP)
    assert [notice.workflow for notice in ticked(clocked)] == ["Hourly"]


def test_whoever_dies_after_telling_tells_the_same_again(clocked):
    clocked.clock.advance(3 * 3600 + 5)
    put = clocked.blobs.put
    clocked.blobs.put = None  # type: ignore[method-assign, assignment] # dies right there
    with pytest.raises(TypeError):
        clocked.ticker.look(SHOP)
    clocked.blobs.put = put  # type: ignore[method-assign]
    clocked.ticker.look(SHOP)
    for _ in ticked(clocked):
        pass
    clocked.deal()
    nightly = [run for run in clocked.journal.runs() if run.startswith("nightly")]
    assert len(nightly) == 1


def test_an_operator_may_spell_a_repository_as_he_likes(clocked):
    clocked.clock.advance(3 * 3600 + 5)
    clocked.ticker.look(SHOP.upper())
    (notice,) = ticked(clocked)
    assert notice.workflow == "Nightly"
