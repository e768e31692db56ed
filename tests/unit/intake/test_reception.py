"""Who gets in, what is queued, and what the sender is told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from tests.unit.intake.deliveries import (
    SECRET,
    SHA,
    Desk,
    example,
    examples,
    headers,
    signed,
)

from praktika.adapters.github.signature import Signatures
from praktika.errors import Absent, Unavailable
from praktika.intake.names import NOTICES
from praktika.intake.reception import LARGEST, Answer
from praktika.model.notices import AnyNotice, PullChanged, Pushed

PULL = example("pull_request", "opened")
BODY = json.dumps(PULL).encode()


def test_what_is_signed_and_concerns_us_is_queued() -> None:
    desk = Desk()

    assert desk.receive("pull_request", PULL) == 202
    (notice,) = desk.take()
    assert notice == PullChanged(
        delivery="d-1",
        repository="Codertocat/Hello-World",
        sender="Codertocat",
        at=desk.clock.now(),
        number=2,
        action="opened",
        sha=SHA,
    )
    assert desk.logged == ["webhook.queued"]


def test_what_tells_nothing_is_not_queued() -> None:
    desk = Desk()

    assert desk.receive("ping", example("ping")) == 200
    assert desk.receive("star", example("star", "created")) == 200
    assert desk.receive("a_new_one", {"anything": 1}) == 200
    assert desk.waiting == 0


@pytest.mark.parametrize("name", ["X-HUB-SIGNATURE-256", "x-hub-signature-256"])
def test_headers_are_known_in_any_case(name: str) -> None:
    sent = {key: value for key, value in headers("ping", BODY).items() if "Signature" not in key}
    assert Desk().reception.receive({**sent, name: signed(BODY)}, BODY).status == 200


def test_every_example_is_answered() -> None:
    desk = Desk()
    statuses = {
        desk.receive(event, payload, f"{event}-{number}")
        for event, payloads in examples().items()
        for number, payload in enumerate(payloads)
    }

    assert statuses == {200, 202}
    assert "webhook.refused" not in desk.logged


@pytest.mark.parametrize(
    "signature", ["", "sha256=" + "0" * 64, signed(BODY, "other"), signed(BODY + b" ")]
)
def test_security_3_a_forged_webhook_is_refused_and_told(signature: str) -> None:
    desk = Desk()
    answer = desk.reception.receive(
        {**headers("pull_request", BODY), "X-Hub-Signature-256": signature}, BODY
    )

    assert answer.status == 401
    assert desk.waiting == 0
    assert desk.logged == ["webhook.refused"]


@pytest.mark.parametrize("secrets", [[], [""]])
def test_security_3_fault_8_without_a_secret_nobody_gets_in(secrets: list[str]) -> None:
    desk = Desk(verify=Signatures(secrets).accepts)
    sent = headers("pull_request", BODY)

    for signature in (sent["X-Hub-Signature-256"], signed(BODY, ""), ""):
        assert (
            desk.reception.receive({**sent, "X-Hub-Signature-256": signature}, BODY).status == 401
        )
    assert desk.reception.receive({}, BODY).status == 401
    assert desk.waiting == 0


def test_security_3_what_is_not_signed_is_not_read() -> None:
    def understand(*_: Any) -> Sequence[AnyNotice]:
        pytest.fail("it was read")

    answer = Desk(understand=understand).reception.receive({"X-GitHub-Event": "push"}, b"[" * 1000)
    assert answer.status == 401


def test_what_a_stranger_sends_does_not_fill_the_log() -> None:
    desk = Desk()
    desk.reception.receive({"X-GitHub-Event": "e" * 9000, "X-GitHub-Delivery": "d" * 9000}, BODY)

    assert len(repr(desk.seen.entries)) < 1000


def test_security_4_a_delivery_that_comes_again_is_queued_once() -> None:
    desk = Desk()

    assert [desk.receive("pull_request", PULL, "d-7") for _ in range(3)] == [202, 202, 202]
    assert desk.waiting == 1
    assert desk.receive("pull_request", PULL, "d-8") == 202
    assert desk.waiting == 2


def test_fault_10_what_is_not_allowed_is_never_queued() -> None:
    desk = Desk(("Codertocat/Hello", "other/Hello-World"))

    assert desk.receive("pull_request", PULL) == 202
    assert desk.waiting == 0
    (line,) = desk.seen.entries
    assert (line["event"], line["repository"]) == ("webhook.ignored", "Codertocat/Hello-World")


def test_fault_10_the_case_of_names_does_not_matter() -> None:
    desk = Desk(("CODERTOCAT/hello-world",))

    assert desk.receive("pull_request", PULL) == 202
    assert desk.waiting == 1


def test_of_an_account_that_is_not_ours_nothing_is_queued() -> None:
    desk = Desk(("other/Hello-World",))

    assert desk.receive("installation", example("installation", "created")) == 202
    assert desk.waiting == 0
    assert desk.logged == ["webhook.ignored"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-GitHub-Event", ""),
        ("X-GitHub-Event", "a b"),
        ("X-GitHub-Event", "e" * 129),
        ("X-GitHub-Delivery", ""),
        ("X-GitHub-Delivery", "d" * 129),
        ("X-GitHub-Delivery", "d\n"),
        ("X-GitHub-Delivery", "../d"),
        ("X-GitHub-Delivery", ".."),
        ("X-GitHub-Delivery", "é"),
        ("Content-Type", "application/x-www-form-urlencoded"),
    ],
)
def test_odd_headers_are_refused(name: str, value: str) -> None:
    desk = Desk()
    answer = desk.reception.receive({**headers("pull_request", BODY), name: value}, BODY)

    assert answer.status == 400
    assert (desk.waiting, desk.logged) == (0, ["webhook.refused"])


def test_the_longest_delivery_is_taken() -> None:
    assert Desk().receive("pull_request", PULL, "d" * 128) == 202


@pytest.mark.parametrize("body", [b"", b"payload=%7B%7D", BODY[:-1], b'{"action": "opened"}'])
def test_what_is_signed_and_cannot_be_read_is_refused(body: bytes) -> None:
    desk = Desk()

    assert desk.receive("pull_request", body) == 400
    assert desk.waiting == 0


def test_security_22_a_body_over_githubs_limit_is_refused_before_it_is_looked_at() -> None:
    desk = Desk(verify=lambda _signature, _body: pytest.fail("it was looked at"))
    body = bytes(LARGEST + 1)

    assert desk.reception.receive({}, body).status == 413
    assert Desk().reception.receive({}, body[:-1]).status == 401


def test_a_payload_of_the_largest_size_is_taken() -> None:
    text = "x" * (LARGEST - len(BODY) - len(', "more": ""'))
    body = BODY[:-1] + f', "more": "{text}"}}'.encode()
    desk = Desk()

    assert len(body) == LARGEST
    assert desk.receive("pull_request", body) == 202
    assert len(desk.take()) == 1


def test_security_22_a_notice_that_no_message_holds_is_refused() -> None:
    inputs = {f"input {number}": "x" * 60_000 for number in range(5)}
    wish = {"workflow": "w", "inputs": inputs}
    payload = {
        **example("repository_dispatch", "on-demand-test"),
        "action": "praktika",
        "client_payload": wish,
    }
    desk = Desk()

    assert desk.receive("repository_dispatch", payload) == 413
    assert desk.waiting == 0


class Broken:
    """A queue that is not there."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def send(self, *_: Any, **__: Any) -> None:
        raise self._error


@pytest.mark.parametrize("error", [Unavailable("locked"), Absent("no such queue")])
def test_when_the_queue_is_not_there_the_sender_is_told(error: Exception) -> None:
    desk = Desk(queue=Broken(error))
    answer = desk.reception.receive(headers("pull_request", BODY), BODY)

    assert answer == Answer(status=503, text=f"cannot queue it: {error}")
    assert desk.logged == ["webhook.refused"]


def test_a_bug_is_answered_and_told() -> None:
    desk = Desk(queue=Broken(KeyError("x")))
    answer = desk.reception.receive(headers("pull_request", BODY), BODY)

    assert (answer.status, desk.logged) == (500, ["webhook.failed"])


def test_several_notices_of_one_delivery_are_all_queued_once() -> None:
    def understand(_event: str, delivery: str, _body: bytes, _at: float) -> Sequence[AnyNotice]:
        here = {"delivery": delivery, "repository": "octo-org/octo-repo"}
        there = {"delivery": delivery, "repository": "octo-org/other"}
        return [Pushed(**here, branch="a"), Pushed(**there, branch="b"), Pushed(**here, branch="c")]

    desk = Desk(understand=understand)

    assert [desk.receive("push", b"{}", "d" * 128) for _ in range(2)] == [202, 202]
    assert [one.branch for one in desk.take() if isinstance(one, Pushed)] == ["a", "c"]
    assert desk.queue.depth(NOTICES) == 0


def test_no_secret_is_in_a_log_or_an_answer() -> None:
    desk = Desk()
    answers = [
        desk.reception.receive({"X-Hub-Signature-256": "sha256=0"}, BODY),
        desk.reception.receive(headers("pull_request", b"[]"), b"[]"),
        desk.reception.receive(headers("pull_request", BODY), BODY),
    ]

    told = repr(answers) + repr(desk.seen.entries)
    assert SECRET not in told
    assert signed(BODY) not in told
    assert SECRET not in repr(desk.reception)
