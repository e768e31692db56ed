"""What every TokenBroker does."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.contracts.hubs import github

from praktika.adapters.memory import ManualClock, MemoryTokens
from praktika.errors import Absent, Denied
from praktika.ports.tokens import Grant, Token, TokenBroker

NAME, OTHER, STRANGE = "acme/shop", "acme/other", "strange/place"


class Office:
    """A broker, and what its tokens are worth there."""

    def __init__(
        self,
        broker: TokenBroker,
        now: Callable[[], float],
        forward: Callable[[float], object],
        worth: Callable[[str], dict[str, dict[str, str]]],
    ) -> None:
        self.broker = broker
        self.now = now
        self.forward = forward
        self.worth = worth


def in_memory() -> Office:
    clock = ManualClock()
    broker = MemoryTokens(clock, NAME, OTHER)

    def worth(value: str) -> dict[str, dict[str, str]]:
        grant = broker.grant_of(value)
        return {} if grant is None else {grant.repository: dict(grant.permissions)}

    return Office(broker, clock.now, clock.advance, worth)


@pytest.fixture(params=["memory", "github"])
def office(request: Any, tmp_path: Path) -> Iterator[Office]:
    if request.param == "memory":
        yield in_memory()
        return
    with github(tmp_path) as known:
        hub = known.hub
        hub.create_repository(NAME)
        hub.create_repository(OTHER)
        hub.create_repository(STRANGE, installed=False)

        def worth(value: str) -> dict[str, dict[str, str]]:
            token = hub.state.tokens.get(value)
            if token is None or token.expires < hub.clock.now():
                return {}
            granted = {key: it for key, it in token.permissions.items() if key != "metadata"}
            names = token.repositories or set(hub.state.repositories)
            return {name: granted for name in names if token.reaches(name)}

        yield Office(known.tokens, hub.clock.now, hub.clock.forward, worth)


def grant(repository: str = NAME, **permissions: str) -> Grant:
    return Grant(repository=repository, permissions=permissions or {"contents": "read"})


@pytest.mark.parametrize("kind", ["token", "own_token"])
def test_a_token_is_worth_what_was_granted_and_no_more(office, kind):
    """Security 18, faults 1 and 2: least permissions, one repository."""
    token = getattr(office.broker, kind)(grant(checks="write", contents="read"))
    assert office.worth(token.value) == {NAME: {"checks": "write", "contents": "read"}}
    assert office.now() + 300 < token.expires <= office.now() + 3600
    other = getattr(office.broker, kind)(grant(OTHER))
    assert office.worth(other.value) == {OTHER: {"contents": "read"}}


def test_a_token_may_be_shared_until_shortly_before_its_end(office):
    token = office.broker.token(grant())
    assert office.broker.token(grant()) == token
    assert office.broker.token(grant(checks="read")) != token
    office.forward(3000)
    assert office.broker.token(grant()) == token
    office.forward(400)
    newer = office.broker.token(grant())
    assert newer != token
    assert newer.expires >= office.now() + 300
    assert office.worth(newer.value)


def test_ones_own_token_is_nobody_elses(office):
    tokens = [office.broker.own_token(grant()), office.broker.own_token(grant())]
    tokens.append(office.broker.token(grant()))
    assert len({token.value for token in tokens}) == 3


def test_a_revoked_token_is_worth_nothing(office):
    """Security 18: revoked at the end."""
    own, shared = office.broker.own_token(grant()), office.broker.token(grant())
    for token in (own, shared):
        office.broker.revoke(token)
        assert office.worth(token.value) == {}
        office.broker.revoke(token)
    newer = office.broker.token(grant())
    assert newer != shared
    assert office.worth(newer.value)


def test_revoking_what_never_was_does_nothing(office):
    office.broker.revoke(Token(value="ghs_neverwas", expires=office.now()))


@pytest.mark.parametrize(
    "permissions", [{"administration": "write"}, {"contents": "admin"}, {"contents": ""}]
)
def test_too_much_is_denied(office, permissions):
    for ask in (office.broker.token, office.broker.own_token):
        with pytest.raises(Denied):
            ask(Grant(repository=NAME, permissions=permissions))


def test_nothing_is_not_everything(office):
    """Security 18: a grant of nothing is refused."""
    with pytest.raises(Denied):
        office.broker.token(Grant(repository=NAME, permissions={}))


@pytest.mark.parametrize("name", [STRANGE, "acme/nothing", "", "acme"])
def test_where_the_app_is_not_installed_is_absent(office, name):
    with pytest.raises(Absent):
        office.broker.token(grant(name))


def test_many_threads_get_the_same_token(office):
    found: list[Token] = []
    threads = [
        threading.Thread(target=lambda: found.append(office.broker.token(grant())))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len({token.value for token in found}) == 1


def test_a_token_is_never_shown(office):
    """Security 18."""
    token = office.broker.token(grant())
    for text in (repr(token), str(token), f"{token}", repr(office.broker)):
        assert token.value not in text
