"""Security 9 and 19: tasks are signed, reports are proven, and anything else is refused."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from praktika.adapters.memory import ManualClock, MemoryQueue
from praktika.adapters.sealed.keys import PublicKeys, SigningKeys
from praktika.adapters.sealed.orchestrators import SKEW, SigningQueue
from praktika.adapters.sealed.passing import Custom
from praktika.adapters.sealed.runners import VerifyingQueue
from praktika.errors import OperatorError
from praktika.model.events import (
    Approved,
    CancelRequested,
    JobFinished,
    JobLost,
    JobStarted,
    decode_event,
)
from praktika.model.result import Status
from praktika.model.task import Stop, Task
from praktika.model.wire import decode, encode
from praktika.orchestrator import names
from praktika.ports.queue import MAX_BODY, Message, dead_letters

QUEUE = names.tasks("arm")
OTHER = names.tasks("arm", "untrusted")
CONTROL = names.control("runner-1")
TASK = Task(run="run-1", job="build", attempt=2, inbox=names.REPORTS)
STARTED = JobStarted(at=1.0, job="build", attempt=2, runner="r", control=CONTROL)
EVENTS = [
    STARTED,
    JobFinished(at=1.0, job="build", attempt=2, status=Status.OK),
    JobLost(at=1.0, job="build", attempt=2, reason="gone"),
]


def seed(number: int) -> str:
    return base64.b64encode(bytes([number]) * 32).decode()


@dataclass
class Yard:
    """One memory queue, as an orchestrator, a runner and an attacker have it."""

    raw: MemoryQueue = field(default_factory=lambda: MemoryQueue(ManualClock()))
    seeds: str = seed(1)
    refused: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in (QUEUE, OTHER, CONTROL, names.REPORTS, names.INBOX):
            self.raw.create(name)
        keys = SigningKeys(self.seeds)
        self.orchestrator = SigningQueue(self.raw, self.custom(), keys)
        self.runner = VerifyingQueue(self.raw, self.custom(), PublicKeys(keys.public))

    def custom(self) -> Custom:
        return Custom(
            is_signed=names.is_for_runners,
            reports=names.REPORTS,
            on_refused=lambda message, why: self.refused.append((message.queue, why)),
        )

    def sent(self, queue: str = QUEUE) -> bytes:
        """A genuine message, taken away from its queue."""
        self.orchestrator.send(queue, [encode(TASK)])
        (message,) = self.raw.receive(queue)
        self.raw.ack([message])
        return message.body

    def set_aside(self, queue: str) -> list[bytes]:
        return [message.body for message in self.raw.receive(dead_letters(queue), limit=99)]

    def taken(self, body: bytes, queue: str = QUEUE) -> list[Message]:
        """What the runner gets of a message that somebody puts in a queue."""
        self.raw.send(queue, [body])
        return self.runner.receive(queue)

    def told(self, body: bytes, group: str = "run-1") -> list[Message]:
        """What the orchestrator gets of a message that somebody puts into the reports."""
        self.raw.send(names.REPORTS, [body], group=group)
        return self.orchestrator.receive(names.REPORTS)


@pytest.fixture
def yard() -> Yard:
    return Yard()


def test_a_task_comes_as_it_was_sent_and_what_its_runner_tells_too(yard: Yard):
    yard.orchestrator.send(QUEUE, [encode(TASK)])
    (message,) = yard.runner.receive(QUEUE)
    assert decode(message.body, Task) == TASK
    yard.runner.ack([message])
    assert yard.raw.depth(QUEUE) == 0
    for number, event in enumerate(EVENTS):
        yard.runner.send(names.REPORTS, [encode(event)], group="run-1", identity=[str(number)])
        (report,) = yard.orchestrator.receive(names.REPORTS)
        assert decode_event(report.body) == event
        yard.orchestrator.ack([report])
    assert not yard.refused


def test_a_request_to_stop_is_signed_and_carries_no_proof(yard: Yard):
    stop = Stop(run="run-1", job="build", attempt=2, reason="cancelled")
    yard.orchestrator.send(CONTROL, [encode(stop)])
    (message,) = yard.runner.receive(CONTROL)
    assert decode(message.body, Stop) == stop
    yard.raw.send(CONTROL, [encode(stop)])
    assert yard.runner.receive(CONTROL) == []
    yard.runner.release(message)
    (again,) = yard.raw.receive(CONTROL)
    assert "proof" not in json.loads(again.body)


def test_what_is_not_of_runners_goes_as_it_is(yard: Yard):
    event = encode(CancelRequested(at=1.0, by="ada"))
    yard.orchestrator.send(names.INBOX, [event], group="run-1")
    (message,) = yard.orchestrator.receive(names.INBOX)
    assert message.body == event


def changed(message: bytes, /, **fields: object) -> bytes:
    return json.dumps({**json.loads(message), **fields}).encode()


FORGERIES = {
    "without an envelope": lambda _yard, _body: encode(TASK),
    "another body": lambda _yard, body: changed(
        body, body=json.loads(body)["body"].replace("build", "steal")
    ),
    "another attempt": lambda _yard, body: changed(
        body, body=json.loads(body)["body"].replace('"attempt":2', '"attempt":3')
    ),
    "another proof": lambda _yard, body: changed(body, proof="x" * 44),
    "no proof": lambda _yard, body: changed(body, proof=""),
    "no signature": lambda _yard, body: changed(body, signature=""),
    "half a signature": lambda _yard, body: changed(body, signature=json.loads(body)["signature"][:40]),
    "a signature that is no Base64": lambda _yard, body: changed(body, signature="ü" * 88),
    "an older format": lambda _yard, body: changed(body, v=0),
    "a newer format": lambda _yard, body: changed(body, v=2),
    "more than it should have": lambda _yard, body: changed(body, algorithm="none"),
    "of another queue": lambda yard, _body: yard.sent(OTHER),
    "of somebody else's key": lambda yard, _body: Yard(seeds=seed(9)).sent(),
    "nothing": lambda _yard, _body: b"",
    "deeply nested": lambda _yard, _body: b"[" * 100_000,
    "giant": lambda _yard, body: changed(body, body="x" * 180_000),
    "a report": lambda _yard, _body: b'{"v":1,"body":"{}","proof":"x"}',
}  # fmt: skip


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_task_is_refused_set_aside_and_counted(yard: Yard, name: str):
    """Security 19."""
    body = FORGERIES[name](yard, yard.sent())
    assert yard.taken(body) == []
    assert [queue for queue, _ in yard.refused] == [QUEUE]
    assert yard.runner.custom.refused == 1
    assert yard.raw.depth(QUEUE) == 0
    assert yard.set_aside(QUEUE) == [body]


@settings(deadline=None, max_examples=200)
@given(some.data())
def test_no_altered_task_is_taken(data: some.DataObject):
    """Security 19: whatever bytes of it are changed."""
    yard = Yard()
    body = yard.sent()
    at = data.draw(some.integers(0, len(body) - 1))
    length = data.draw(some.integers(0, 8))
    altered = body[:at] + data.draw(some.binary(max_size=8)) + body[at + length :]
    for message in yard.taken(altered):  # it still says the same: then it is signed
        assert message.body == encode(TASK)


def test_a_forgery_keeps_no_genuine_task_waiting(yard: Yard):
    genuine = yard.sent()
    yard.raw.send(QUEUE, [b"{}", genuine, b"forged"])
    found = yard.runner.receive(QUEUE, limit=10)
    assert [decode(message.body, Task) for message in found] == [TASK]


class Wide(MemoryQueue):
    """A queue that takes what ours refuses to send: SQS itself takes more."""

    def receive(self, queue: str, **more: Any) -> list[Message]:
        found = super().receive(queue, **more)
        return [replace(one, body=one.body * 300_000, group="") if one.body == b"x" else one
                for one in found]  # fmt: skip


def test_a_report_that_is_too_large_to_be_set_aside_keeps_no_other_waiting():
    """Security 9: any runner may send it, and all reports go through one queue."""
    yard = Yard(raw=Wide(ManualClock()))
    proof = json.loads(yard.sent())["proof"]
    yard.raw.send(names.REPORTS, [b"x"], group="run-0")
    yard.raw.send(names.REPORTS, [proven(STARTED, proof)], group="run-1")
    assert len(yard.orchestrator.receive(names.REPORTS, limit=10)) == 1
    assert yard.raw.depth(names.REPORTS) == 0
    (aside,) = yard.set_aside(names.REPORTS)
    assert aside == b"x" * MAX_BODY


def proven(event: object, proof: str) -> bytes:
    return encode({"v": 1, "body": encode(event).decode(), "proof": proof})


def test_a_runner_tells_of_its_own_attempt_and_of_nothing_else(yard: Yard):
    """Security 9: another attempt, job or run; and what only people and orchestrators may say."""
    proof = json.loads(yard.sent())["proof"]
    others = [
        (STARTED, "run-2"),
        (JobLost(at=1.0, job="build", attempt=1, reason=""), "run-1"),
        (JobFinished(at=1.0, job="deploy", attempt=2, status=Status.OK), "run-1"),
        (CancelRequested(at=1.0, by="ada"), "run-1"),
        (Approved(at=1.0, by="ada", sha="1" * 40), "run-1"),
        (JobStarted(at=1.0, job="build", attempt=2, control=names.INBOX), "run-1"),
        (JobStarted(at=1.0, job="build", attempt=2, control="control-../x y"), "run-1"),
        (JobStarted(at=time.time() + 2 * SKEW, job="build", attempt=2), "run-1"),
        (JobFinished(at=1e300, job="build", attempt=2, status=Status.OK), "run-1"),
        (JobLost(at=-1.0, job="build", attempt=2, reason=""), "run-1"),
        (JobStarted(at=1.0, job="build", attempt=2, control="control-" + "x" * 60), "run-1"),
    ]
    for event, group in others:
        assert yard.told(proven(event, proof), group) == []
    for body in (encode(STARTED), proven(STARTED, ""), changed(proven(STARTED, proof), v=0), b"["):
        assert yard.told(body) == []
    assert len(yard.refused) == len(others) + 4 == yard.orchestrator.custom.refused
    assert len(yard.set_aside(names.REPORTS)) == len(others) + 4
    assert len(yard.told(proven(STARTED, proof))) == 1


def test_nobody_can_take_the_place_of_a_report_before_it_is_sent(yard: Yard):
    """Security 9: the queue drops what has the identity of something that it has got already."""
    identity = "run-1/build/2/JobStarted"
    yard.orchestrator.send(QUEUE, [encode(TASK)])
    yard.runner.receive(QUEUE)
    yard.raw.send(names.REPORTS, [b"{}"], group="run-1", identity=[identity])
    assert yard.orchestrator.receive(names.REPORTS) == []
    for _ in range(2):  # the same report is told once, as ever
        yard.runner.send(names.REPORTS, [encode(STARTED)], group="run-1", identity=[identity])
    (report,) = yard.orchestrator.receive(names.REPORTS, limit=10)
    assert decode_event(report.body) == STARTED


def test_a_key_is_replaced_while_both_are_good(yard: Yard):
    """New tasks by the new key, old ones still taken, and what is told of either."""
    old, new = SigningKeys(seed(1)), SigningKeys(f"{seed(2)},{seed(1)}")
    both = PublicKeys(f"{new.public},{old.public}")
    runner = VerifyingQueue(yard.raw, yard.custom(), both)
    orchestrator = SigningQueue(yard.raw, yard.custom(), new)
    yard.orchestrator.send(QUEUE, [encode(TASK)])
    newer = Task(run="run-2", job="build", attempt=2)
    orchestrator.send(QUEUE, [encode(newer)])
    found = [decode(message.body, Task) for message in runner.receive(QUEUE, limit=2)]
    assert found == [TASK, newer]
    for run in ("run-1", "run-2"):
        runner.send(names.REPORTS, [encode(STARTED)], group=run)
    assert len(orchestrator.receive(names.REPORTS, limit=2)) == 2
    assert VerifyingQueue(yard.raw, yard.custom(), PublicKeys(old.public)).receive(QUEUE) == []


@pytest.mark.parametrize("text", ["", "x", "AAAA", f"{seed(1)},", f"{seed(1)};{seed(2)}"])
def test_what_is_no_key_is_told_without_it(text: str):
    for kind in (SigningKeys, PublicKeys):
        with pytest.raises(OperatorError) as told:
            kind(text)
        assert "32 bytes in Base64" in str(told.value)
        assert not text or text not in str(told.value)


def test_keys_do_not_show_themselves():
    keys = SigningKeys(seed(1))
    assert seed(1) not in repr(keys)
    assert seed(1) not in repr(vars(keys))


def test_what_is_leased_and_not_dealt_with_is_known(yard: Yard):
    """So that it can be given back when a process ends."""
    for name in (names.INBOX, names.REPORTS):
        yard.raw.send(name, [b"{}"], group="run-1")
    (message,) = yard.orchestrator.receive(names.INBOX)
    assert yard.orchestrator.receive(names.REPORTS) == []
    assert yard.orchestrator.held() == [message]  # what was refused is dealt with
    yard.orchestrator.extend(message, 60.0)
    yard.orchestrator.release(message)
    assert yard.orchestrator.held() == []
    (message,) = yard.orchestrator.receive(names.INBOX, lease=0.01)
    time.sleep(0.02)
    assert yard.orchestrator.held() == []  # its lease has lapsed
