"""Tokens from a server, for one attempt: security 18."""

from collections.abc import Iterator

import pytest
from tests.unit.adapters.scripted_server import Script, scripted

from praktika.adapters.memory import ManualClock
from praktika.adapters.server import RemoteTokens
from praktika.adapters.server.tokens import bearer
from praktika.errors import Absent, Denied, Limited, OperatorError, Unavailable
from praktika.model.tokens import Attempt, TokenGiven, TokenReturned
from praktika.ports.tokens import Grant, Token

NOW = 1_700_000_000.0
SECRET, VALUE = "runner-secret-0123456789", "ghs_verysecretvalue0123456789"
GRANT = Grant(repository="acme/shop", permissions={"contents": "read"})
WHO = Attempt(run="run-1", job="build-1234567890", attempt=2)


@pytest.fixture
def server() -> Iterator[Script]:
    with scripted() as script:
        yield script


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def tokens(server: Script, clock: ManualClock) -> RemoteTokens:
    return RemoteTokens(server.url, bearer(SECRET), WHO, clock, timeout=2.0)


def test_a_token_is_asked_for_in_the_name_of_the_attempt(server, tokens):
    server.says(200, {"value": VALUE, "expires": NOW + 3600})
    assert tokens.own_token(GRANT) == Token(value=VALUE, expires=NOW + 3600)
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("POST", "/internal/v1/tokens")
    assert asked.headers["Authorization"] == f"Bearer {SECRET}"
    assert asked.json == {
        "run": "run-1",
        "job": "build-1234567890",
        "attempt": 2,
        "repository": "acme/shop",
        "permissions": {"contents": "read"},
    }


def test_it_is_shared_within_the_attempt_until_shortly_before_its_end(server, tokens, clock):
    server.says(200, {"value": VALUE, "expires": NOW + 3600})
    server.says(200, {"value": "ghs_two", "expires": NOW + 7200})
    assert tokens.token(GRANT) == tokens.token(GRANT)
    assert len(server.asked) == 1
    clock.advance(3301)
    assert tokens.token(GRANT).value == "ghs_two"


def test_it_is_given_back(server, tokens):
    server.says(200, {"value": VALUE, "expires": NOW + 3600})
    server.says(204)
    server.says(200, {"value": "ghs_two", "expires": NOW + 3600})
    tokens.revoke(tokens.token(GRANT))
    asked = server.asked[1]
    assert (asked.method, asked.path) == ("POST", "/internal/v1/tokens/revoke")
    assert asked.json == {"run": "run-1", "job": WHO.job, "attempt": 2, "value": VALUE}
    assert tokens.token(GRANT).value == "ghs_two"


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, OperatorError),
        (401, Denied),
        (403, Denied),
        (404, Absent),
        (429, Limited),
        (500, Unavailable),
        (302, OperatorError),
    ],
)
def test_what_a_refusal_means(server, tokens, status, error):
    server.says(status, {"error": {"code": "x", "text": "the attempt is over"}}, Retry_After="7")
    with pytest.raises(error, match="the attempt is over") as caught:
        tokens.token(GRANT)
    assert type(caught.value) is error
    assert SECRET not in str(caught.value)
    if isinstance(caught.value, Limited):
        assert caught.value.until == NOW + 7


@pytest.mark.parametrize("body", [b"", b"<html>", {"value": VALUE}, {"value": 1, "expires": 2}])
def test_an_answer_that_is_none_is_not_quoted(server, tokens, body):
    server.says(200, body)
    with pytest.raises(Unavailable) as caught:
        tokens.token(GRANT)
    assert VALUE not in repr(caught.value)
    assert caught.value.__cause__ is None


def test_no_server_is_unavailable(clock):
    with scripted() as script:
        url = script.url
    with pytest.raises(Unavailable) as caught:
        RemoteTokens(url, bearer(SECRET), WHO, clock, timeout=1.0).token(GRANT)
    assert SECRET not in repr(caught.value) + repr(caught.value.__cause__)


def test_secrets_are_not_shown(server, tokens):
    shown = [
        repr(tokens),
        repr(TokenGiven(value=VALUE, expires=1.0)),
        repr(TokenReturned(run="r", job="j", attempt=1, value=VALUE)),
    ]
    assert not [text for text in shown if VALUE in text or SECRET in text]
