"""Tokens of an attempt: minted when they are needed, once, and ended with it (security 18)."""

from __future__ import annotations

import pytest

from praktika.errors import OperatorError, Unavailable
from praktika.model.task import Task
from praktika.ports.tokens import Grant, Token
from praktika.runner.access.wallet import Wallet

TASK = Task(run="r", job="j", attempt=1)
URL = "https://git.example/acme/shop.git"


class Broker:
    def __init__(self) -> None:
        self.minted: list[Grant] = []
        self.revoked: list[str] = []
        self.is_down = False

    def token(self, grant: Grant) -> Token:
        raise AssertionError("a runner has no shared tokens")

    def own_token(self, grant: Grant) -> Token:
        self.minted.append(grant)
        return Token(value=f"token-{len(self.minted)}", expires=1.0)

    def revoke(self, token: Token) -> None:
        if self.is_down:
            raise Unavailable("not now")
        self.revoked.append(token.value)


@pytest.fixture
def broker():
    return Broker()


@pytest.fixture
def wallet(broker):
    return Wallet(lambda _task: broker, lambda url: "acme/shop" if url == URL else "")


def test_an_attempt_that_needs_none_has_none(broker, wallet):
    with wallet.opened(TASK):
        pass
    assert (broker.minted, broker.revoked) == ([], [])


def test_fetching_takes_one_that_may_read_one_repository_and_ends_with_the_attempt(broker, wallet):
    with wallet.opened(TASK):
        assert wallet.credentials(URL) == "x-access-token:token-1"
        assert wallet.credentials(URL) == "x-access-token:token-1"
    assert broker.minted == [Grant(repository="acme/shop", permissions={"contents": "read"})]
    assert broker.revoked == ["token-1"]
    with pytest.raises(OperatorError, match="outside of an attempt"):
        wallet.credentials(URL)


def test_other_hosts_get_none(broker, wallet):
    with wallet.opened(TASK):
        assert wallet.credentials("https://evil.example/acme/shop.git") == ""
    assert broker.minted == []


def test_the_next_attempt_has_its_own(broker, wallet):
    for _ in range(2):
        with wallet.opened(TASK):
            wallet.credentials(URL)
    assert broker.revoked == ["token-1", "token-2"]


def test_a_failed_attempt_leaves_none(broker, wallet):
    with pytest.raises(OperatorError), wallet.opened(TASK):
        _fail(wallet.credentials(URL))
    assert broker.revoked == ["token-1"]


def test_a_broker_that_is_down_at_the_end_spoils_nothing(broker, wallet):
    with wallet.opened(TASK):
        wallet.credentials(URL)
        broker.is_down = True
    with pytest.raises(OperatorError, match="outside of an attempt"):
        wallet.credentials(URL)


def test_between_attempts_there_is_nothing_to_have(wallet):
    with pytest.raises(OperatorError, match="outside of an attempt"):
        wallet.credentials(URL)


def _fail(given):
    raise OperatorError(given)
