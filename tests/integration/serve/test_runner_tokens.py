"""Tokens for runners over HTTP: by a runner's secret, for its attempt, and given back (security 18)."""

from __future__ import annotations

import json
import socket
import threading
import urllib.error
import urllib.request
from types import SimpleNamespace

import pytest

from praktika.adapters.local.clock import SystemClock
from praktika.adapters.memory.clock import ManualClock
from praktika.adapters.memory.journal import MemoryJournal
from praktika.adapters.memory.tokens import MemoryTokens
from praktika.adapters.server.tokens import RemoteTokens, bearer
from praktika.errors import Denied
from praktika.model.events import Planned, RunRequested
from praktika.model.facts import Facts
from praktika.model.forge import Subject
from praktika.model.plan import Job, Plan
from praktika.model.tokens import Attempt
from praktika.ports.tokens import Grant
from praktika.web.app import build_app
from praktika.web.http.listen import listen
from praktika.web.surface import Measures, Surface
from praktika.wiring.github.tokens import RunnerTokens

SHOP = "acme/shop"
FETCH = Grant(repository=SHOP, permissions={"contents": "read"})


class Place:
    """A server that gives tokens, on a port of its own."""

    def __init__(self) -> None:
        self.broker = MemoryTokens(ManualClock(), SHOP)
        journal = MemoryJournal()
        plan = Plan(workflow="W", event="push", jobs=(Job(key="unit", name="U", command="x"),))
        request = RunRequested(
            at=1.0, workflow="W", facts=Facts(repository=SHOP, local=False),
            subject=Subject(repository=SHOP, sha="a" * 40),
        )  # fmt: skip
        journal.append("r", 0, [request, Planned(at=2.0, plan=plan)])
        self.desk = RunnerTokens(self.broker, SimpleNamespace(journal=journal))  # type: ignore[arg-type]
        self.said: list[str] = []
        self.over = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def error(self, event: str, **_fields: object) -> None:
        self.said.append(event)

    def surface(self, *, has_tokens: bool = True) -> Surface:
        return Surface(
            books=None,  # type: ignore[arg-type]
            desk=None,  # type: ignore[arg-type]
            login_of=lambda _token: "",
            health=lambda: None,  # type: ignore[arg-type, return-value]
            measure=lambda: Measures(queues={}, runs={}, loops={}),
            tokens=self.desk if has_tokens else None,
        )

    def runner(self, *, secret: str = "", attempt: int = 1) -> RemoteTokens:
        own = Attempt(run="r", job="unit", attempt=attempt)
        shown = bearer(secret or self.desk.secrets["trusted"])
        return RemoteTokens(self.url, shown, own, SystemClock())


@pytest.fixture(scope="module")
def place():
    place = Place()
    thread = threading.Thread(
        target=listen,
        args=(build_app(place.surface(), place), place.listener),
        kwargs={"while_true": lambda: not place.over.is_set()},
    )
    thread.start()
    yield place
    place.over.set()
    thread.join()


def test_a_runner_gets_a_token_for_its_attempt_and_gives_it_back(place):
    runner = place.runner()
    token = runner.own_token(FETCH)
    assert place.broker.grant_of(token.value) == FETCH
    runner.revoke(token)
    assert place.broker.grant_of(token.value) is None


@pytest.mark.parametrize("asked", [{"secret": "guessed"}, {"attempt": 2}])
def test_whoever_else_asks_gets_none_security_18(place, asked):
    before = len(place.broker.minted)
    with pytest.raises(Denied):
        place.runner(**asked).own_token(FETCH)
    assert len(place.broker.minted) == before


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"run": 1}', b"\xff", b"x" * 10_000])
def test_what_makes_no_sense_is_refused(place, body):
    request = urllib.request.Request(
        f"{place.url}/internal/v1/tokens",
        body,
        {
            "Authorization": f"Bearer {place.desk.secrets['trusted']}",
            "Content-Type": "application/json",
        },
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    assert 400 <= refused.value.code < 500
    assert place.desk.secrets["trusted"] not in json.loads(refused.value.read())["error"]["text"]
    assert place.said == []
