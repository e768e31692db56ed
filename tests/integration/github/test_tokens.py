"""Tokens of an app, from a GitHub that says what it is told to."""

from __future__ import annotations

import importlib
import threading
from datetime import UTC, datetime

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from tests.github_app import KEY, PUBLIC

from praktika.adapters.github.app.signer import Signer
from praktika.adapters.github.app.tokens import AppTokens
from praktika.errors import Absent, Denied, Limited, OperatorError, Unavailable
from praktika.ports.tokens import Grant, Token

NOW = 1_700_000_000.0
VALUE = "ghs_verysecretvalue0123456789"
GRANT = Grant(repository="owner/name", permissions={"contents": "read"})


def pem(key: object, *, password: bytes = b"") -> str:
    cipher = (
        serialization.BestAvailableEncryption(password)
        if password
        else serialization.NoEncryption()
    )
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8)
    return key.private_bytes(*form, cipher).decode()


@pytest.fixture
def tokens(transport, clock):
    return AppTokens(transport, Signer("4711", KEY, clock), clock)


def mint(server, value=VALUE, life=3600.0, now=NOW):
    expires = datetime.fromtimestamp(now + life, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    server.say(201, {"token": value, "expires_at": expires})


def test_the_app_proves_who_it_is_for_some_minutes(server, tokens):
    server.say(200, {"id": 4711, "slug": "praktika-ci"})
    assert tokens.app().slug == "praktika-ci"
    assert tokens.app().id == 4711
    (asked,) = server.asked
    bearer = asked.headers["authorization"].removeprefix("Bearer ")
    claims = jwt.decode(bearer, PUBLIC, algorithms=["RS256"], options={"verify_exp": False})
    assert claims == {"iss": "4711", "iat": NOW - 60, "exp": NOW + 540}


def test_a_token_is_for_one_repository_and_no_more_than_was_asked_for(server, tokens):
    """Security 18, faults 1 and 2."""
    server.say(200, {"id": 7})
    mint(server)
    token = tokens.token(GRANT)
    assert token == Token(value=VALUE, expires=NOW + 3600)
    look, made = server.asked
    assert (look.method, look.path) == ("GET", "/repos/owner/name/installation")
    assert (made.method, made.path) == ("POST", "/app/installations/7/access_tokens")
    assert made.json == {"repositories": ["name"], "permissions": {"contents": "read"}}


@pytest.mark.parametrize(
    "permissions",
    [
        {},
        {"administration": "read"},
        {"contents": "admin"},
        {"contents": "write", "secrets": "read"},
        {"metadata": "write"},
        {"workflows": "write"},
        {"members": "read"},
        {"contents": ""},
    ],
)
def test_no_token_may_have_everything(server, tokens, permissions):
    """Security 18: without permissions, GitHub would give all that the app has."""
    for ask in (tokens.token, tokens.own_token):
        with pytest.raises(Denied):
            ask(Grant(repository="owner/name", permissions=permissions))
    assert not server.asked


@pytest.mark.parametrize(
    "name", ["", "name", "owner/..", "owner/.", "a/b/c", "a/b?c", "../app", "ö/x"]
)
def test_what_can_be_no_repository_is_not_asked_for(server, tokens, name):
    with pytest.raises(Absent):
        tokens.token(Grant(repository=name, permissions={"contents": "read"}))
    assert not server.asked


def test_a_token_is_shared_until_five_minutes_before_its_end(server, tokens, clock):
    server.say(200, {"id": 7})
    mint(server, "ghs_one")
    assert tokens.token(GRANT).value == "ghs_one"
    clock.advance(3299)
    assert (
        tokens.token(Grant(repository="Owner/Name", permissions={"contents": "read"})).value
        == "ghs_one"
    )
    assert len(server.asked) == 2
    clock.advance(2)
    mint(server, "ghs_two", now=clock.now())
    assert tokens.token(GRANT).value == "ghs_two"
    assert len(server.asked) == 3


def test_other_permissions_and_other_repositories_have_other_tokens(server, tokens):
    server.say(200, {"id": 7})
    mint(server, "ghs_one")
    mint(server, "ghs_two")
    server.say(200, {"id": 7})
    mint(server, "ghs_three")
    grants = [
        GRANT,
        Grant(repository="owner/name", permissions={"checks": "write"}),
        Grant(repository="owner/other", permissions={"contents": "read"}),
    ]
    assert [tokens.token(it).value for it in grants] == ["ghs_one", "ghs_two", "ghs_three"]
    assert [tokens.token(it).value for it in grants] == ["ghs_one", "ghs_two", "ghs_three"]


def test_ones_own_token_is_shared_with_nobody(server, tokens):
    server.say(200, {"id": 7})
    for value in ("ghs_one", "ghs_two", "ghs_three"):
        mint(server, value)
    values = [
        tokens.own_token(GRANT).value,
        tokens.token(GRANT).value,
        tokens.own_token(GRANT).value,
    ]
    assert values == ["ghs_one", "ghs_two", "ghs_three"]


def test_many_threads_make_one_token(server, tokens):
    server.say(200, {"id": 7})
    mint(server)
    found: list[str] = []
    go = threading.Event()
    server.hook = lambda _: go.wait(5)
    threads = [
        threading.Thread(target=lambda: found.append(tokens.token(GRANT).value)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    go.wait(0.1)  # time for all of them to want it
    go.set()
    for thread in threads:
        thread.join()
    assert found == [VALUE] * 8
    assert len(server.asked) == 2


def test_a_revoked_token_is_not_given_again(server, tokens):
    server.say(200, {"id": 7})
    mint(server, "ghs_one")
    token = tokens.token(GRANT)
    server.say(204, b"")
    tokens.revoke(token)
    asked = server.asked[-1]
    assert (asked.method, asked.path) == ("DELETE", "/installation/token")
    assert asked.headers["authorization"] == "Bearer ghs_one"
    mint(server, "ghs_two")
    assert tokens.token(GRANT).value == "ghs_two"
    for status in (401, 404):
        server.say(status, {})
        tokens.revoke(token)


def test_where_the_app_is_not_installed_is_absent_and_says_what_to_do(server, tokens):
    server.say(404, {"message": "Not Found"})
    with pytest.raises(Absent, match="not installed on owner/name"):
        tokens.token(GRANT)


def test_permissions_that_the_app_lacks_are_denied_and_say_what_to_do(server, tokens):
    server.say(200, {"id": 7})
    server.say(422, {"message": "The permissions requested are not granted to this installation."})
    with pytest.raises(Denied, match=r"owner/name with contents: read.*Give the app"):
        tokens.token(GRANT)
    server.say(403, {"message": "This installation has been suspended"})
    with pytest.raises(Denied, match="suspended"):
        tokens.token(GRANT)


def test_an_app_that_was_installed_anew_is_found_again(server, tokens, clock):
    server.say(200, {"id": 7})
    mint(server, "ghs_one")
    tokens.token(GRANT)
    server.say(404, {})
    server.say(200, {"id": 8})
    mint(server, "ghs_two")
    assert tokens.own_token(GRANT).value == "ghs_two"
    assert server.asked[-1].path == "/app/installations/8/access_tokens"
    clock.advance(3601)
    server.say(404, {})
    with pytest.raises(Absent):
        tokens.token(GRANT)


def test_trouble_is_told_and_not_kept(server, tokens):
    server.say(200, {"id": 7})
    server.say(500, {})
    with pytest.raises(Unavailable):
        tokens.token(GRANT)
    server.say(201, {"token": VALUE, "expires_at": "soon"})
    with pytest.raises(Unavailable) as caught:
        tokens.token(GRANT)
    assert VALUE not in str(caught.value)
    server.say(429, {}, retry_after="9")
    with pytest.raises(Limited):
        tokens.token(GRANT)


def test_nothing_secret_is_shown(server, tokens, clock):
    """Security 18."""
    server.say(200, {"id": 7})
    mint(server)
    token = tokens.token(GRANT)
    signer = Signer("4711", KEY, clock)
    secret = KEY.splitlines()[1]
    for text in (repr(token), str(token), repr(tokens), repr(signer), repr(vars(tokens))):
        assert VALUE not in text
        assert secret not in text


@pytest.mark.parametrize("kind", ["empty", "text", "cut", "public", "curve", "short", "locked"])
def test_a_broken_key_says_what_to_do_without_the_key(clock, kind):
    key = {
        "empty": "",
        "text": "hunter2hunter2",
        "cut": "\n".join(KEY.splitlines()[:-4]),
        "public": PUBLIC,
        "curve": pem(ec.generate_private_key(ec.SECP256R1())),
        "short": pem(rsa.generate_private_key(public_exponent=65537, key_size=1024)),
        "locked": pem(ec.generate_private_key(ec.SECP256R1()), password=b"x"),
    }[kind]
    with pytest.raises(OperatorError, match="Generate one on the app's page") as caught:
        Signer("1", key, clock)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert not key or key.splitlines()[len(key.splitlines()) // 2] not in str(caught.value)


def test_line_ends_of_a_key_may_be_escaped(clock):
    assert Signer("1", KEY.replace("\n", "\\n"), clock).statement().count(".") == 2


def test_what_is_not_installed_is_named(clock, monkeypatch):
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(OperatorError, match=r"pip install 'praktika\[github\]'"):
        Signer("1", KEY, clock)
