"""Requests to a GitHub that says what it is told to."""

from __future__ import annotations

import gzip
import ssl
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.scripted_http import ScriptedServer

from praktika.adapters.github.http import transport as module
from praktika.adapters.github.http.answer import Request
from praktika.adapters.github.http.site import Site
from praktika.adapters.github.http.transport import AT_ONCE, Transport
from praktika.errors import (
    Absent,
    Conflict,
    Denied,
    Limited,
    OperatorError,
    PraktikaError,
    Unavailable,
    Unrecognised,
)
from praktika.version import VERSION

TOKEN = "ghs_verysecretvalue0123456789"
NOW = 1_700_000_000.0


def get(url: str = "/x", **more: str) -> Request:
    return Request(method="GET", url=url, party="owner", token=TOKEN, **more)


def post(body: object, url: str = "/x") -> Request:
    return Request(method="POST", url=url, party="owner", token=TOKEN, body=body)


def test_requests_say_who_asks_and_for_which_version(server, transport):
    server.say(200, {"a": 1})
    server.say(201, {})
    assert transport.send(get()).read(dict) == {"a": 1}
    assert transport.send(post({"b": "ü"})).status == 201
    first, second = server.asked
    assert (first.method, first.path, first.body) == ("GET", "/x", b"")
    assert first.headers["authorization"] == f"Bearer {TOKEN}"
    assert first.headers["accept"] == "application/vnd.github+json"
    assert first.headers["x-github-api-version"] == "2022-11-28"
    assert first.headers["user-agent"] == f"praktika/{VERSION}"
    assert "content-type" not in first.headers
    assert (second.method, second.json) == ("POST", {"b": "ü"})
    assert second.headers["content-type"] == "application/json"


def test_paths_are_below_the_base(server, clock):
    transport = Transport(Site.of(f"{server.url}/api/v3/"), clock)
    server.say(200, {})
    transport.send(get("/repos/a/b"))
    assert server.asked[0].path == "/api/v3/repos/a/b"
    transport.close()


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, OperatorError),
        (401, Unrecognised),
        (403, Denied),
        (404, Absent),
        (409, Conflict),
        (410, Absent),
        (418, OperatorError),
        (422, OperatorError),
        (451, Denied),
        (304, Unavailable),
        (500, Unavailable),
        (502, Unavailable),
        (503, Unavailable),
        (504, Unavailable),
    ],
)
def test_what_answers_mean(server, transport, status, error):
    """Security 18: no token in what is raised, not even if GitHub repeats it."""
    server.say(status, {"message": f"no, {TOKEN}", "errors": [{"field": "name", "code": "bad"}]})
    with pytest.raises(error) as caught:
        transport.send(get("/x?secret=1"))
    assert type(caught.value) is error
    assert "GET /x" in str(caught.value)
    if status != 304:
        assert "name bad" in str(caught.value)
    assert TOKEN not in str(caught.value) + repr(caught.value) + repr(get())


def test_statuses_may_be_accepted(server, transport):
    server.say(405, {"message": "not now"})
    answer = transport.send(get(), accept=(405,))
    assert (answer.status, answer.said) == (405, "not now")


def test_an_unknown_commit_is_absent(server, transport):
    server.say(422, {"message": "No commit found for SHA: abc"})
    with pytest.raises(Absent):
        transport.send(get())


@pytest.mark.parametrize(
    ("status", "headers", "message", "until"),
    [
        (429, {}, "", NOW + 60),
        (429, {"retry_after": "17"}, "", NOW + 17),
        (403, {"retry_after": "17"}, "", NOW + 17),
        (
            403,
            {"x_ratelimit_remaining": "0", "x_ratelimit_reset": str(int(NOW) + 99)},
            "",
            NOW + 99,
        ),
        (403, {}, "You have exceeded a secondary rate limit. Please wait.", NOW + 60),
        (403, {"retry_after": "soon"}, "You have triggered an abuse detection mechanism", NOW + 60),
        (429, {"x_ratelimit_remaining": "0", "x_ratelimit_reset": "5"}, "", NOW + 1),
        (429, {"retry_after": "99999999"}, "", NOW + 7200),
    ],
)
def test_limits_say_when_to_ask_again(server, transport, status, headers, message, until):
    server.say(status, {"message": message}, **headers)
    with pytest.raises(Limited) as caught:
        transport.send(get())
    assert caught.value.until == until
    assert TOKEN not in str(caught.value)


def test_nothing_is_sent_while_a_limit_is_in_force_for_that_party(server, transport, clock):
    server.say(429, {}, retry_after="30")
    with pytest.raises(Limited):
        transport.send(get())
    with pytest.raises(Limited, match="not sent") as caught:
        transport.send(get("/y"))
    assert caught.value.until == NOW + 30
    assert len(server.asked) == 1
    server.say(200, {})
    transport.send(Request(method="GET", url="/x", party="other"))
    clock.advance(30)
    server.say(200, {})
    transport.send(get("/y"))
    assert len(server.asked) == 3


def test_what_is_left_is_known_and_the_last_request_is_not_overdrawn(server, transport, clock):
    told = {"x_ratelimit_limit": "5000", "x_ratelimit_reset": str(int(NOW) + 100)}
    server.say(200, {}, x_ratelimit_remaining="1", **told)
    server.say(200, {}, x_ratelimit_remaining="0", **told)
    transport.send(get())
    (left,) = transport.left()
    assert (left.party, left.resource, left.limit, left.remaining) == ("owner", "core", 5000, 1)
    assert left.reset == NOW + 100
    transport.send(get())
    with pytest.raises(Limited):
        transport.send(get())
    server.say(200, {})
    transport.send(post({}, f"{server.url}/graphql"))
    clock.advance(100)
    server.say(200, {})
    transport.send(get())


def test_limits_of_graphql_come_with_200(server, transport):
    server.say(200, {"errors": [{"type": "RATE_LIMITED"}]}, retry_after="5")
    with pytest.raises(Limited) as caught:
        transport.send(post({}, f"{server.url}/graphql"))
    assert caught.value.until == NOW + 5


def test_what_has_not_changed_is_not_sent_again(server, transport):
    server.say(200, {"a": 1}, etag='W/"one"')
    server.say(304, b"")
    server.say(200, {"a": 2}, etag='W/"two"')
    server.say(304, b"")
    found = [transport.send(get(purview="o/r")).read(dict) for _ in range(4)]
    assert found == [{"a": 1}, {"a": 1}, {"a": 2}, {"a": 2}]
    sent = [asked.headers.get("if-none-match") for asked in server.asked]
    assert sent == [None, 'W/"one"', 'W/"one"', 'W/"two"']


def test_what_one_token_may_see_is_not_kept_for_another(server, transport):
    server.say(200, {"a": 1}, etag='"one"')
    transport.send(get(purview="o/r"))
    for purview in ("o/other", "", "o/r contents"):
        server.say(200, {})
        transport.send(get(purview=purview))
    assert all("if-none-match" not in asked.headers for asked in server.asked)


def test_a_renamed_repository_is_found_on_the_same_host(server, transport):
    server.say(301, {}, location="/repositories/1/pulls")
    server.say(307, {}, location=f"{server.url}/repositories/2/pulls")
    server.say(200, {"a": 1})
    assert transport.send(post({"b": 2}, "/repos/o/old/pulls")).read(dict) == {"a": 1}
    assert [asked.path for asked in server.asked] == [
        "/repos/o/old/pulls",
        "/repositories/1/pulls",
        "/repositories/2/pulls",
    ]
    assert {asked.method for asked in server.asked} == {"POST"}
    assert all(asked.json == {"b": 2} for asked in server.asked)


def test_redirects_end(server, transport):
    for _ in range(10):
        server.say(302, {}, location="/again")
    with pytest.raises(Unavailable, match="again and again"):
        transport.send(get())
    assert len(server.asked) == 4


@pytest.mark.parametrize("kind", ["host", "port", "scheme", "user"])
def test_nothing_is_asked_of_another_host(server, transport, kind):
    """Security 15: a redirect to another scheme, host or port is not followed."""
    with ScriptedServer() as other:
        port = other.url.rpartition(":")[2]
        own = server.url.removeprefix("http://")
        location = {
            "host": f"http://localhost:{port}/",
            "port": f"{other.url}/x",
            "scheme": f"https://{own}/x",
            "user": f"http://{own}@127.0.0.1:{port}/x",
        }[kind]
        server.say(302, {}, location=location)
        with pytest.raises(OperatorError, match="another host") as caught:
            transport.send(get())
        assert TOKEN not in str(caught.value)
        assert not other.asked
    with pytest.raises(OperatorError, match="another host"):
        transport.send(get("http://169.254.169.254/latest"))
    assert len(server.asked) == 1


def test_a_huge_answer_is_refused(server, transport, monkeypatch):
    """Security 22: also one that is huge when it is unpacked."""
    monkeypatch.setattr(module, "MAX_ANSWER", 100_000)
    server.say(200, b"x" * 100_001)
    server.say(200, gzip.compress(b"x" * 10_000_000), content_encoding="gzip")
    server.say(200, gzip.compress(b'{"a": 1}'), content_encoding="gzip")
    for _ in range(2):
        with pytest.raises(OperatorError, match="more than 100000 bytes"):
            transport.send(get())
    assert transport.send(get()).read(dict) == {"a": 1}


def test_what_breaks_off_is_unavailable(server, transport):
    server.say(200, b'{"a"', cut=True)
    server.say(200, b"", cut=True)
    for _ in range(2):
        with pytest.raises(Unavailable):
            transport.send(get())
    server.say(200, {})
    transport.send(get())


def test_what_takes_too_long_is_unavailable(server, clock):
    transport = Transport(Site.of(server.url), clock, timeout=0.05)
    over = threading.Event()
    server.hook = lambda _: over.wait(2)
    with pytest.raises(Unavailable):
        transport.send(get())
    over.set()
    server.say(200, b"x" * 100, pause=0.02)
    with pytest.raises(Unavailable, match="too long"):
        transport.send(get())
    transport.close()


def certificate(folder: Path) -> ssl.SSLContext:
    """Of a server that has signed it itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8)
    file = folder / "certificate.pem"
    file.write_bytes(
        key.private_bytes(*form, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def test_a_server_that_nobody_vouches_for_is_told_nothing(clock, tmp_path):
    """Security 15: it is not GitHub, whatever its name is."""
    with ScriptedServer(certificate(tmp_path)) as server:
        transport = Transport(Site.of(server.url), clock, timeout=5.0)
        with pytest.raises(OperatorError, match="certificate"):
            transport.send(get())
        assert not server.asked


def test_nobody_there_is_unavailable(server, clock):
    with ScriptedServer() as other:
        url = other.url
    transport = Transport(Site.of(url), clock)
    with pytest.raises(Unavailable) as caught:
        transport.send(get())
    assert TOKEN not in repr(caught.value.__cause__)


def test_answers_that_are_no_json_are_unavailable(server, transport):
    server.say(200, b"<html>")
    server.say(200, {"a": "b"})
    with pytest.raises(Unavailable):
        transport.send(get()).read(dict)
    with pytest.raises(Unavailable):
        transport.send(get()).read(dict[str, int])


def test_many_threads_share_a_few_connections(server, transport):
    go, full = threading.Event(), threading.Event()
    failed: list[PraktikaError] = []

    def hold(_: object) -> None:
        if len(server.asked) >= AT_ONCE:
            full.set()
        go.wait(5)

    def ask() -> None:
        try:
            transport.send(get())
        except PraktikaError as error:
            failed.append(error)

    server.hook = hold
    for _ in range(2 * AT_ONCE):
        server.say(200, {})
    threads = [threading.Thread(target=ask) for _ in range(2 * AT_ONCE)]
    for thread in threads:
        thread.start()
    assert full.wait(5)
    go.wait(0.2)  # time for one too many to come
    go.set()
    for thread in threads:
        thread.join()
    assert not failed
    assert len(server.asked) == 2 * AT_ONCE
    assert server.most == AT_ONCE
