"""The app over a surface of a few lines: what it makes of answers, errors and waiting."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from praktika.errors import OperatorError, Unavailable
from praktika.intake.reception import Answer
from praktika.version import VERSION
from praktika.web.app import build_app
from praktika.web.http.limits import BODY_LIMIT, LARGE, WEBHOOK_LIMIT
from praktika.web.http.listen import listen
from praktika.web.shapes import Health
from praktika.web.surface import Measures, Surface


class Log:
    def __init__(self) -> None:
        self.said: list[str] = []

    def error(self, event: str, **_fields) -> None:
        self.said.append(event)


@dataclass
class World:
    """Whatever the app asks for, as the test wants it."""

    trouble: Exception | None = None
    health: str = "ok"
    gate: threading.Event = field(default_factory=threading.Event)
    received: list[tuple[dict, bytes]] = field(default_factory=list)
    answer: Answer = field(default_factory=lambda: Answer(status=202, text="queued"))
    log: Log = field(default_factory=Log)

    def latest(self, limit: int) -> list:
        self.gate.wait(10)
        if self.trouble is not None:
            raise self.trouble
        return []

    def look(self) -> Health:
        return Health(status=self.health, version=VERSION, parts={"x": self.health})

    def receive(self, headers, body) -> Answer:
        self.received.append((dict(headers), body))
        return self.answer


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    world = World()
    surface = Surface(
        books=world,
        desk=world,
        login_of=lambda token: "octocat" if token == "good" else "",
        health=world.look,
        measure=lambda: Measures(
            queues={}, runs={}, loops={}, requests_left={("acme", "core"): 4321}
        ),
        receive=world.receive,
        url="https://ci.example",
    )
    over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    world.port = listener.getsockname()[1]
    thread = threading.Thread(
        target=listen,
        args=(build_app(surface, world.log), listener),
        kwargs={"while_true": lambda: not over.is_set()},
    )
    thread.start()
    world.gate.set()
    yield world
    over.set()
    thread.join(10)


def ask(world: World, method: str, path: str, body: bytes | None = None, **headers: str):
    connection = http.client.HTTPConnection("127.0.0.1", world.port, timeout=20)
    try:
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        connection.request(method, path, body, named)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


GOOD = {"authorization": "Bearer good"}


def test_a_webhook_gets_to_the_reception_byte_by_byte(world):
    body = bytes(range(256)) * 3
    status, _, text = ask(
        world, "POST", "/webhooks/github", body, X_GitHub_Event="push", X_Hub_Signature_256="s"
    )
    assert (status, text) == (202, b"queued")
    headers, seen = world.received[-1]
    assert seen == body
    assert headers["x-github-event"] == "push"
    assert headers["x-hub-signature-256"] == "s"


@pytest.mark.parametrize("status", [200, 400, 401, 413, 503])
def test_what_the_reception_says_is_answered_and_counted(world, status):
    world.answer = Answer(status=status, text="<b>why</b>")
    told, headers, text = ask(world, "POST", "/webhooks/github", b"{}")
    assert (told, text) == (status, b"<b>why</b>")
    assert headers["content-type"].startswith("text/plain")
    _, _, metrics = ask(world, "GET", "/metrics", **GOOD)
    assert f'praktika_webhooks_total{{status="{status}"}} 1.0'.encode() in metrics


def test_what_the_forge_takes_yet_is_a_metric(world):
    _, _, metrics = ask(world, "GET", "/metrics", **GOOD)
    assert b'praktika_forge_requests_left{account="acme",api="core"} 4321.0' in metrics


def test_no_webhook_is_larger_than_those_of_github(world):
    before = len(world.received)
    status, _, _ = ask(
        world, "POST", "/webhooks/github", None, content_length=str(WEBHOOK_LIMIT + 1)
    )
    assert status == 413
    assert len(world.received) == before


def test_security_22_strangers_have_room_for_a_few_large_webhooks_only(world):
    """Each may have 25 MiB, and whose it is shows when all of it is there."""
    world.answer = Answer(status=202, text="queued")
    large = BODY_LIMIT + 1
    heads = [f"content-length: {large}", "transfer-encoding: chunked"] * (LARGE // 2)
    clients = [socket.create_connection(("127.0.0.1", world.port)) for _ in heads]
    try:
        for client, head in zip(clients, heads, strict=True):
            client.sendall(f"POST /webhooks/github HTTP/1.1\r\nhost: x\r\n{head}\r\n\r\n1".encode())
        assert ask(world, "GET", "/metrics", **GOOD)[0] == 200  # those before are read by now
        with ThreadPoolExecutor(1) as pool:
            one_more = pool.submit(ask, world, "POST", "/webhooks/github", b"x" * large)
            assert ask(world, "POST", "/webhooks/github", b"{}")[0] == 202
            with pytest.raises(TimeoutError):
                one_more.result(0.2)
            clients.pop().close()
            assert one_more.result()[0] == 202
    finally:
        for client in clients:
            client.close()


def test_webhooks_do_not_wait_for_readers(world):
    world.gate.clear()
    world.answer = Answer(status=202, text="queued")
    with ThreadPoolExecutor(40) as pool:
        readers = [pool.submit(ask, world, "GET", "/api/v1/runs", **GOOD) for _ in range(40)]
        try:
            for _ in range(10):
                assert ask(world, "POST", "/webhooks/github", b"{}")[0] == 202
        finally:
            world.gate.set()
        assert {reader.result()[0] for reader in readers} == {200}


@pytest.mark.parametrize(
    ("trouble", "status", "event"),
    [
        (Unavailable("no answer"), 503, "request.refused"),
        (OperatorError("no disk"), 500, "request.refused"),
        (KeyError("secret detail"), 500, "request.failed"),
    ],
)
def test_trouble_is_answered_and_logged(world, trouble, status, event):
    world.trouble = trouble
    try:
        for path in ("/api/v1/runs", "/"):
            told, _, text = ask(world, "GET", path, **GOOD)
            assert told == status
            assert b"secret detail" not in text
            assert b"Traceback" not in text
            assert world.log.said[-1] == event
        if status == 503:
            assert ask(world, "GET", "/api/v1/runs", **GOOD)[1]["retry-after"] == "5"
    finally:
        world.trouble = None


def test_what_is_not_well_is_told(world):
    world.health = "failing"
    try:
        assert ask(world, "GET", "/healthz")[0] == 503
    finally:
        world.health = "ok"
    assert ask(world, "GET", "/healthz")[0] == 200


def test_metrics_take_a_token_where_others_may_ask(world):
    assert ask(world, "GET", "/metrics")[0] == 401
    assert ask(world, "GET", "/metrics", **GOOD)[0] == 200


def test_behind_tls_cookies_stay_there_and_forms_come_from_its_address(world):
    form = {"content_type": "application/x-www-form-urlencoded"}
    status, headers, _ = ask(
        world, "POST", "/login", b"token=good", origin="https://ci.example", **form
    )
    assert status == 303
    assert headers["set-cookie"].startswith("__Host-praktika=good;")
    assert "Secure" in headers["set-cookie"]
    status, _, _ = ask(
        world, "POST", "/login", b"token=good", origin="https://ci.example.evil", **form
    )
    assert status == 403
    cookie = {"cookie": "__Host-praktika=good"}
    assert ask(world, "GET", "/api/v1/whoami", **cookie)[2] == b'{"login":"octocat"}'
    assert ask(world, "GET", "/api/v1/whoami", cookie="praktika=good")[0] == 401
