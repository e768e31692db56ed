"""What goes wrong while pages are published: it is tried again, told, or gone on with."""

from __future__ import annotations

import pytest
from tests.unit.wiring.pages_scene import FILES, NEW, SHOWN, artifact, facts

from praktika.errors import Conflict, Denied, Limited, OperatorError, OutOfSpace, Unavailable
from praktika.model.plan import Stored
from praktika.ports.queue import dead_letters
from praktika.wiring.github.pages import publisher
from praktika.wiring.github.pages.announce import QUEUE


@pytest.mark.parametrize("lost", ["the note", "the status"])
def test_whoever_dies_is_succeeded_and_nothing_is_done_twice(scene, lost):
    class Died(BaseException):
        pass

    def die(*_, **__):
        raise Died

    tokens = []
    scene.branch.before = tokens.append
    scene.begin("run", artifact(), artifact("more", "more", "more.txt"))
    scene.finish("run", FILES | {"more.txt": "m"})
    put, show = scene.blobs.put, scene.board.set_status
    if lost == "the note":
        scene.blobs.put = die
    else:
        scene.board.set_status = die
    with pytest.raises(Died):
        scene.settle()
    assert set(scene.branch.files) >= set(SHOWN)
    assert not any(map(scene.tokens.grant_of, tokens))
    scene.blobs.put, scene.board.set_status = put, show
    scene.successor()
    scene.settle(seconds=61)
    assert scene.branch.files == SHOWN | {"more/more.txt": "m"}
    assert len(scene.branch.commits) == 2
    assert set(scene.statuses) == {"pages: docs", "pages: more"}
    assert scene.queue.depth(QUEUE) == 0


@pytest.mark.parametrize(
    "error", [Unavailable("busy"), Conflict("moved"), OutOfSpace("full")], ids=str
)
def test_what_may_pass_is_tried_again(scene, error):
    left = [error] * 3

    def fail(_token):
        if left:
            raise left.pop()

    scene.branch.before = fail
    scene.begin("run", artifact())
    scene.finish("run", FILES)
    scene.settle(seconds=60)
    assert scene.branch.files == SHOWN
    assert len(scene.trouble) == 3
    assert scene.record("run").folders["docs"].problem == ""


def test_a_limit_is_waited_for(scene):
    until = scene.clock.now() + 300
    scene.forge.failure = Limited("slow down", until)
    scene.begin("run", artifact())
    scene.finish("run", FILES)
    scene.settle()
    scene.forge.failure = None
    scene.settle(seconds=290)
    assert scene.branch.files == {}
    scene.settle(seconds=20)
    assert scene.branch.files == SHOWN


def test_what_never_passes_keeps_nobody_waiting_for_ever(scene):
    """Something newer is published as soon as there is something newer."""
    scene.branch.before = lambda _token: (_ for _ in ()).throw(Unavailable("busy"))
    scene.begin("run", artifact())
    scene.finish("run", FILES)
    scene.settle(seconds=3000)
    assert scene.queue.receive(dead_letters(QUEUE)) == []
    scene.push(NEW)
    scene.begin("new", artifact(), known=facts(sha=NEW))
    scene.finish("new", FILES)
    scene.branch.before = lambda _token: None
    scene.settle(seconds=61)
    assert scene.branch.files == SHOWN
    assert scene.record("run").outdated


def test_what_is_refused_is_told_and_the_rest_is_published(scene):
    scene.begin("run", artifact(), artifact("more", "more", "more.txt"))
    scene.finish("run", FILES | {"more.txt": "m"})
    refusals = [OperatorError("'x' cannot be published: " + "it is no file " * 20)]

    def refuse(_token):
        if refusals:
            raise refusals.pop()

    scene.branch.before = refuse
    scene.settle(seconds=100)
    assert scene.branch.files == {"more/more.txt": "m"}
    state, text, url = scene.statuses["pages: docs"]
    assert (state, url) == ("error", "")
    assert text.startswith("'x' cannot be published: it is no file")
    assert scene.record("run").folders["docs"].problem.endswith("it is no file ")
    assert [each["event"] for each in scene.told] == ["pages.refused", "pages.published"]


def test_an_app_that_may_not_write_is_told_on_the_commit(scene):
    scene.tokens.failure = Denied("no token with contents: write. Give the app these permissions")
    scene.begin("run", artifact())
    scene.finish("run", FILES)
    scene.settle()
    assert scene.statuses["pages: docs"][:2] == (
        "error",
        "no token with contents: write. Give the app these permissions",
    )


def test_what_is_not_what_was_stored_is_not_published(scene):
    """Security 10: whoever could write the store cannot change what is published."""
    scene.begin("run", artifact())
    scene.finish("run", FILES)
    (key,) = [key for key in scene.blobs.list("runs/run") if key.endswith(".tar.zst")]
    data = scene.blobs.get(key)
    scene.blobs.put(key, data[:-1] + bytes([data[-1] ^ 1]))
    scene.settle()
    assert scene.branch.files == {}
    assert "is not what its producer stored" in scene.statuses["pages: docs"][1]


def test_what_has_expired_is_not_published(scene):
    scene.begin("run", artifact(expire_days=1))
    scene.finish("run", FILES)
    scene.clock.advance(86_401)
    scene.settle()
    assert scene.branch.files == {}
    assert "expired" in scene.statuses["pages: docs"][1]


def test_what_cannot_be_shown_is_published_all_the_same(scene):
    def refuse(*_):
        raise Denied("no statuses")

    scene.board.set_status = refuse
    scene.begin("run", artifact())
    scene.finish("run", FILES)
    scene.settle()
    assert scene.branch.files == SHOWN
    assert scene.queue.depth(QUEUE) == 0
    assert scene.told[-1]["event"] == "pages.not_shown"


def test_what_nobody_can_read_is_set_aside(scene):
    scene.queue.send(QUEUE, [b"{}"], group="o-r")
    scene.settle()
    (letter,) = scene.queue.receive(dead_letters(QUEUE))
    assert letter.body == b"{}"
    assert len(scene.trouble) == 1


def test_whoever_has_lost_the_lease_writes_nothing(scene, monkeypatch):
    """Security 24."""
    beats = []

    class Beat:
        def __init__(self, period, action):
            beats.append(action)

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

    def pause(_token):
        scene.clock.advance(publisher.LEASE + 1)
        (message,) = scene.queue.receive(QUEUE, lease=publisher.LEASE)
        beats[-1]()
        scene.queue.release(message)

    monkeypatch.setattr(publisher, "Beat", Beat)
    scene.branch.before = pause
    scene.begin("run", artifact())
    scene.finish("run", FILES)
    scene.publisher.turn()
    assert scene.branch.files == {}
    assert [type(error) for error in scene.trouble] == [Conflict]
    scene.branch.before = lambda _token: None
    scene.settle()
    assert scene.branch.files == SHOWN


def test_an_artifact_that_is_too_large_for_pages_is_not_even_fetched(scene):
    """Security 22."""
    scene.begin("run", artifact())
    stored = Stored(name="site", sha256="0" * 64, size=1 << 40)
    scene.finish("run", FILES, stored=(stored,))
    scene.settle()
    assert "too much for pages" in scene.statuses["pages: docs"][1]
