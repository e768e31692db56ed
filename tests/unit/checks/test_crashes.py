"""Whatever dies, and wherever: every run is concluded on the forge, each check is there once."""

from __future__ import annotations

import pytest
from tests.unit.checks.board_scene import SHA, Scene, failed, job

from praktika.checks.publisher import LEASE
from praktika.errors import Denied
from praktika.model.events import RerunRequested
from praktika.model.plan import Shown
from praktika.model.result import Status

SHOWN = Shown(
    job_checks="all",
    job_statuses=("key-A",),
    failed_statuses=True,
    ready="Ready",
    summary=True,
    automerge=True,
)


class Death(BaseException):
    """The process is gone; nothing that it would still do happens."""


class Countdown:
    """Dies at the nth call, before it has an effect or after."""

    def __init__(self, scene: Scene, at: int, *, late: bool) -> None:
        self.left, self.late = at, late
        self.scene = scene
        for name in (
            "create_check",
            "update_check",
            "set_status",
            "set_comment",
            "merge",
            "checks",
        ):
            self._wrap(scene.memory, name)
        self._wrap(scene.blobs, "put")

    def _wrap(self, owner, name: str) -> None:
        method = getattr(owner, name)

        def call(*arguments, **named):
            self.left -= 1
            if self.left == 0 and not self.late:
                raise Death
            value = method(*arguments, **named)
            if self.left == 0:
                raise Death
            return value

        setattr(owner, name, call)


def go(scene: Scene, phase: int) -> None:
    match phase:
        case 0:
            scene.start("A", "B")
        case 1:
            scene.finish("A", Status.FAIL)
            scene.finish("B")
        case 2:
            scene.tell(RerunRequested(at=10.0, by="eve", id="1"))
            scene.start("A")
        case 3:
            scene.finish("A")


def play(at: int, *, late: bool) -> tuple[Scene, bool]:
    """A run that fails, is run again and ends well, over which a publisher dies once."""
    scene = Scene(job("A"), job("B"), shown=SHOWN)
    scene.blobs.put(
        "runs/r/jobs/key-A/1/result.json",
        b'{"name":"A","status":"FAIL","results":[{"name":"t","status":"FAIL",'
        b'"ext":{"file":"a.py","line":3}}]}',
    )
    countdown = Countdown(scene, at, late=late)
    died = False
    for phase in range(4):
        go(scene, phase)
        try:
            scene.settle(4, pause=2.0)
        except Death:
            died = True
            scene.successor()
            scene.clock.advance(LEASE + 1)
            scene.settle(4, pause=2.0)
    scene.settle(130, pause=10)
    countdown.left = -1
    return scene, died


@pytest.mark.parametrize("late", [False, True])
def test_a_publisher_that_dies_at_any_write_leaves_nothing_undone_or_done_twice(late):
    at, died = 1, True
    while died:
        scene, died = play(at, late=late)
        checks = list(scene.memory.shown("o/r", SHA).values())
        rounds = [(each.name, each.conclusion) for each in checks]
        assert sorted(rounds) == [
            ("PR", "failure"),
            ("PR", "success"),
            ("PR / A", "failure"),
            ("PR / A", "success"),
            ("PR / B", "success"),
        ], at
        assert [len(each.annotations) for each in checks if each.name == "PR / A"] == [1, 0], at
        statuses = scene.memory.statuses("o/r", SHA)
        assert {name: each.state for name, each in statuses.items()} == {
            "A": "success",
            "Ready": "success",
        }, at
        assert scene.memory.merged("o/r") == {7: SHA}, at
        (comment,) = scene.memory.comments("o/r", 7).values()
        assert "2 jobs ended well" in comment, at
        assert scene.trouble == [], at
        at += 1
    assert at > 25


def test_an_empty_or_foreign_record_is_begun_anew():
    scene = Scene(job("A"))
    scene.blobs.put("runs/r/checks.json", b"{not json")
    scene.settle()
    assert scene.check.status == "in_progress"


def test_a_check_that_was_made_before_the_note_of_it_is_found_again():
    scene = Scene(job("A", allow_failure=True), shown=Shown(job_checks="none"))
    put = scene.blobs.put
    calls = []

    def die_second(key, data, **named):
        calls.append(key)
        if len(calls) == 2:
            raise Death
        put(key, data, **named)

    scene.blobs.put = die_second
    with pytest.raises(Death):
        scene.settle()
    scene.successor()
    scene.clock.advance(LEASE + 1)
    scene.start("A")
    scene.finish("A", Status.FAIL, failed("t"))
    scene.settle()
    assert scene.board.writes == ["create_check", "update_check"]
    assert scene.check.conclusion == "success"


def test_a_check_of_an_earlier_round_is_not_taken_for_the_new_one():
    """The forge refuses for a while; then a publisher dies over the check of the new round."""
    scene = Scene(job("A"), shown=Shown(job_checks="none"))
    scene.start("A")
    scene.finish("A", Status.FAIL)
    scene.settle()
    scene.tell(RerunRequested(at=10.0, by="eve", id="1"))
    scene.board.fault = lambda name, _: Denied("not now") if name == "create_check" else None
    scene.settle()
    scene.board.fault = lambda name, _: Death() if name == "create_check" else None
    scene.start("A")
    with pytest.raises(Death):
        scene.settle(3)
    scene.board.fault = None
    scene.successor()
    scene.clock.advance(LEASE + 1)
    scene.finish("A")
    scene.settle()
    checks = scene.memory.shown("o/r", SHA).values()
    assert [each.conclusion for each in checks] == ["failure", "success"]
