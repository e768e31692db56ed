"""Results are read only where they say something, and as far as that is bounded."""

from __future__ import annotations

import pytest
from tests.unit.checks.board_scene import SHA, Scene, failed, job

from praktika.checks import reading
from praktika.errors import Absent
from praktika.model.plan import Shown
from praktika.model.result import Status
from praktika.orchestrator import names


def test_only_failed_jobs_are_read_and_once():
    scene = Scene(job("A"), job("B"), job("C"), shown=Shown(job_checks="all"))
    read: list[str] = []
    get = scene.blobs.get
    scene.blobs.get = lambda key, *more: (read.append(key), get(key, *more))[1]
    scene.start("A", "B", "C")
    scene.finish("A", Status.FAIL, failed("t"))
    scene.finish("B", Status.OK, failed("t"))
    scene.settle()
    scene.finish("C", Status.FAIL, failed("u"))
    scene.settle(100)
    results = [key for key in read if key.endswith("result.json")]
    assert results == [names.job("r", f"key-{key}", 1, "result.json") for key in "AC"]


def test_a_result_that_is_missing_damaged_or_too_large_costs_only_what_it_says(monkeypatch):
    monkeypatch.setattr(reading, "LARGEST", {"trusted": 200})
    scene = Scene(job("Gone"), job("Bad"), job("Large"))
    scene.start("Gone", "Bad", "Large")
    scene.blobs.put("runs/r/jobs/key-Bad/1/result.json", b'{"name": 3}')
    scene.finish("Bad", Status.FAIL)
    scene.finish("Gone", Status.FAIL)
    scene.finish("Large", Status.FAIL, failed("t" * 200))
    scene.settle()
    checks = scene.checks()
    assert checks["PR"].conclusion == "failure"
    assert "Its Result was not read" in checks["PR / Bad"].summary
    assert "which is over the limit of 200" in checks["PR / Large"].summary
    assert "not read" not in checks["PR / Gone"].summary
    assert scene.trouble == []


def test_the_journal_is_read_from_where_it_was_left():
    scene = Scene(job("A"))
    starts: list[int] = []
    read = scene.journal.read
    scene.journal.read = lambda run, start=0: (starts.append(start), read(run, start))[1]
    scene.settle()
    scene.finish("A")
    scene.settle()
    assert starts == [0, 2]


def test_what_the_store_does_not_give_comes_again():
    scene = Scene(job("A"))
    put = scene.blobs.put

    def refuse(*_arguments, **_named):
        raise OSError("disk")

    scene.blobs.put = refuse
    scene.settle()
    assert [str(error) for error in scene.trouble] == ["disk"]
    scene.blobs.put = put
    scene.settle(61)
    assert len(scene.memory.shown("o/r", SHA)) == 1


def test_a_board_refuses_what_github_refuses():
    scene = Scene(job("A"), shown=Shown(job_checks="none"))
    scene.settle()
    ((number, check),) = scene.memory.shown("o/r", SHA).items()
    with pytest.raises(Absent):
        scene.memory.update_check("o/other", number, check)
    with pytest.raises(Absent):
        scene.memory.update_check("o/r", number + 1, check)
