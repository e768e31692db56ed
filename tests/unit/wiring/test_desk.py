"""Who may ask for what, and what is written into the queues (security 2, security 23)."""

from __future__ import annotations

from pathlib import Path

import pytest

from praktika.adapters.memory import (
    ManualClock,
    MemoryBlobs,
    MemoryJournal,
    MemoryQueue,
    MemorySecrets,
)
from praktika.errors import Absent, AuthorError, Conflict, Denied, OperatorError, Unavailable
from praktika.model.events import (
    Approved,
    CancelRequested,
    JobFinished,
    JobStarted,
    Planned,
    RerunRequested,
    RunRequested,
    decode_event,
)
from praktika.model.facts import Facts
from praktika.model.plan import Job, Plan
from praktika.model.result import Status
from praktika.orchestrator import names
from praktika.web.shapes import ApproveWish, CancelWish, DispatchWish, RerunWish
from praktika.wiring.serving.books import StoredBooks
from praktika.wiring.serving.desk import OpenDesk
from praktika.wiring.stores import Pace, Stores

SHA = "a" * 40
REQUESTED = RunRequested(
    at=1.0,
    workflow="W",
    repository="o/r",
    sha=SHA,
    facts=Facts(repository="o/r", sha=SHA),
    inbox=names.INBOX,
)
PLANNED = Planned(
    at=2.0,
    plan=Plan(
        workflow="W",
        event="push",
        jobs=(
            Job(key="a", name="A", command=""),
            Job(key="b", name="B", command="", decision="skip"),
        ),
    ),
)
OVER = (
    JobStarted(at=3.0, job="a", attempt=1),
    JobFinished(at=4.0, job="a", attempt=1, status=Status.FAIL),
)


class Dispatcher:
    def __init__(self) -> None:
        self.asked: list[tuple[DispatchWish, str]] = []

    def tables(self):
        return []

    def dispatch(self, wish, by, delivery):
        self.asked.append((wish, by))
        return f"run-{delivery}"


class Scene:
    def __init__(self, tmp_path: Path, *, is_remote: bool = False) -> None:
        clock = ManualClock()
        self.stores = Stores(
            state=tmp_path,
            journal=MemoryJournal(),
            queue=MemoryQueue(clock),
            blobs=MemoryBlobs(),
            secrets=MemorySecrets({}),
            clock=clock,
            pace=Pace(lease=1.0, wait=0.0),
            is_remote=is_remote,
        )
        self.stores.queue.create(names.INBOX)
        self.checked: list[tuple[str, str]] = []
        self.dispatcher = Dispatcher()
        self.books = StoredBooks(self.stores)
        self.desk = OpenDesk(self.stores, self.books, self.may_act, self.dispatcher)

    def may_act(self, login: str, repository: str) -> bool:
        self.checked.append((login, repository))
        return login == "writer"

    def happened(self, *events) -> None:
        self.stores.journal.append("r", len(self.stores.journal.read("r")), events)

    def sent(self) -> list:
        messages = self.stores.queue.receive(names.INBOX, limit=10)
        self.stores.queue.ack(messages)
        return [decode_event(message.body) for message in messages]


@pytest.fixture
def scene(tmp_path) -> Scene:
    scene = Scene(tmp_path)
    scene.happened(REQUESTED, PLANNED)
    return scene


ASKS = {
    "cancel": lambda desk, by: desk.cancel("r", CancelWish(), by),
    "rerun": lambda desk, by: desk.rerun("r", RerunWish(scope="all"), by),
    "approve": lambda desk, by: desk.approve("r", ApproveWish(sha=SHA), by),
    "dispatch": lambda desk, by: desk.dispatch(DispatchWish(repository="o/r", workflow="W"), by),
}


@pytest.mark.parametrize("name", ASKS)
@pytest.mark.parametrize("by", ["reader", ""])
def test_who_may_not_write_changes_nothing(scene, name, by):
    """Security 23."""
    with pytest.raises(Denied, match="may not write to o/r"):
        ASKS[name](scene.desk, by)
    assert scene.sent() == []
    assert scene.dispatcher.asked == []
    assert scene.checked == ([("reader", "o/r")] if by else [])


@pytest.mark.parametrize(
    ("trouble", "told"),
    [(Absent("gone"), Denied), (Denied("bad key"), OperatorError), (Unavailable("x"), Unavailable)],
)
def test_where_it_cannot_be_told_who_may_nothing_is_done(scene, trouble, told):
    def may_act(login, repository):
        raise trouble

    desk = OpenDesk(scene.stores, scene.books, may_act, scene.dispatcher)
    with pytest.raises(told) as refused:
        desk.cancel("r", CancelWish(), "writer")
    assert type(refused.value) is told
    assert scene.sent() == []


def test_who_may_is_named_in_what_is_asked_for(scene):
    scene.desk.cancel("r", CancelWish(job="a", id="c"), "writer")
    (event,) = scene.sent()
    assert event == CancelRequested(at=event.at, by="writer", job="a", id="c")
    assert scene.checked == [("writer", "o/r")]


def test_the_same_request_is_sent_once(scene):
    for _ in range(3):
        scene.desk.cancel("r", CancelWish(id="c"), "writer")
    assert len(scene.sent()) == 1


def test_requests_of_two_runs_may_have_one_name(scene):
    scene.stores.journal.append("s", 0, (REQUESTED, PLANNED))
    scene.desk.cancel("r", CancelWish(id="1"), "writer")
    scene.desk.cancel("s", CancelWish(id="1"), "writer")
    assert len(scene.sent()) == 2


def test_what_is_over_is_run_again_and_not_cancelled(scene):
    scene.happened(*OVER)
    with pytest.raises(Conflict, match="over"):
        scene.desk.cancel("r", CancelWish(), "writer")
    scene.desk.rerun("r", RerunWish(id="x"), "writer")
    (event,) = scene.sent()
    assert event == RerunRequested(at=event.at, by="writer", id="x")


@pytest.mark.parametrize(
    "wish",
    [
        RerunWish(scope="jobs"),
        RerunWish(scope="all", jobs=("a",)),
        RerunWish(scope="jobs", jobs=("none",)),
        RerunWish(scope="jobs", jobs=("b",)),
    ],
)
def test_jobs_that_cannot_be_run_again_are_told(scene, wish):
    scene.happened(*OVER)
    with pytest.raises(AuthorError):
        scene.desk.rerun("r", wish, "writer")
    assert scene.sent() == []


def test_nothing_is_run_again_where_nothing_failed(scene):
    with pytest.raises(Conflict, match="Nothing failed"):
        scene.desk.rerun("r", RerunWish(), "writer")


def test_only_the_commit_that_waits_is_approved(tmp_path):
    """Security 2."""
    scene = Scene(tmp_path)
    scene.happened(REQUESTED.__class__(**{**as_fields(REQUESTED), "needs_approval": True}))
    assert scene.books.details("r").awaits == SHA
    with pytest.raises(Conflict, match="another commit"):
        scene.desk.approve("r", ApproveWish(sha="b" * 40), "writer")
    scene.desk.approve("r", ApproveWish(sha=SHA, id="x"), "writer")
    (event,) = scene.sent()
    assert event == Approved(at=event.at, by="writer", sha=SHA, id="x")
    scene.happened(event)
    with pytest.raises(Conflict, match="does not wait"):
        scene.desk.approve("r", ApproveWish(sha=SHA, id="y"), "writer")
    scene.desk.approve("r", ApproveWish(sha=SHA, id="x"), "writer")  # heard already
    assert scene.sent() == []


def as_fields(event) -> dict:
    return {name: getattr(event, name) for name in event.__struct_fields__}


@pytest.mark.parametrize("run", ["none", "", ".", "..", "a/b", "x" * 300, "\x00"])
def test_a_run_that_there_is_not(scene, run):
    with pytest.raises(Absent):
        scene.desk.cancel(run, CancelWish(), "writer")
    with pytest.raises(Absent):
        scene.books.details(run)
    with pytest.raises(Absent):
        scene.books.size(run, "result.json")


@pytest.mark.parametrize(
    "path", ["", "../x", "a/../../x", "/x", "a//b", "./a", "a/.", "~1", "a\x00", "ü", "a" * 2000]
)
def test_a_path_stays_below_its_run(scene, path):
    scene.stores.blobs.put("runs/x", b"secret")
    for ask in (scene.books.size, lambda run, path: scene.books.read(run, path, 0, 1)):
        with pytest.raises(Absent):
            ask("r", path)


def test_a_run_that_goes_on_again_is_not_remembered_as_over(scene):
    scene.happened(*OVER)
    assert [run.stage for run in scene.books.latest(5)] == ["concluded"]
    assert [run.status for run in scene.books.latest(5)] == ["FAIL"]
    scene.happened(RerunRequested(at=5.0, by="x", id="x"))
    assert [run.stage for run in scene.books.latest(5)] == ["going"]


def test_a_run_of_another_process_is_not_served_here(scene):
    own = REQUESTED.__class__(**{**as_fields(REQUESTED), "inbox": ""})
    scene.stores.journal.append("own", 0, (own, PLANNED, *OVER))
    with pytest.raises(Conflict, match="praktika run"):
        scene.desk.rerun("own", RerunWish(), "writer")


def test_a_run_that_cannot_be_read_hides_no_other_one(scene, monkeypatch):
    scene.stores.journal.append("bad", 0, (REQUESTED,))
    read = scene.stores.journal.read

    def damaged(run, start=0):
        if run == "bad":
            raise OperatorError("damaged")
        return read(run, start)

    monkeypatch.setattr(scene.stores.journal, "read", damaged)
    assert [(run.id, run.stage) for run in scene.books.latest(5)] == [
        ("bad", "unreadable"),
        ("r", "going"),
    ]


def test_where_looking_costs_money_a_list_is_shown_again_for_a_while(tmp_path):
    scene = Scene(tmp_path, is_remote=True)
    scene.happened(REQUESTED)
    assert [run.stage for run in scene.books.latest(5)] == ["planning"]
    scene.happened(PLANNED)
    assert [run.stage for run in scene.books.latest(5)] == ["planning"]
    scene.stores.clock.advance(11)
    assert [run.stage for run in scene.books.latest(5)] == ["going"]


def test_a_job_that_waits_says_for_what(scene):
    def reason() -> str:
        return next(job.reason for job in scene.books.details("r").jobs if job.key == "a")

    assert reason() == "queued (attempt 1): waits for a free runner"
    scene.happened(OVER[0])
    assert reason() == "runs (attempt 1)"
