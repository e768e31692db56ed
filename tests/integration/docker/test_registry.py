"""What registries answer besides what was asked for, over HTTP."""

from __future__ import annotations

import contextlib
import hashlib
import json
import socket
import threading
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.docker_registry import PASSWORD, USER
from tests.integration.docker.registry_server import RegistryServer, Reply

from praktika.adapters.registry import HttpRegistry, logins_in
from praktika.errors import Absent, Denied, OperatorError, TransientError
from praktika.sdk.registry.access import Login
from praktika.sdk.registry.client import INDEXES, Client
from praktika.sdk.registry.errors import NoAnswer, RegistryFailed

BODY = json.dumps({"schemaVersion": 2, "mediaType": INDEXES[0], "manifests": []}).encode()
DIGEST = f"sha256:{hashlib.sha256(BODY).hexdigest()}"
GOOD = Reply(200, {"Content-Type": INDEXES[0], "Docker-Content-Digest": DIGEST}, BODY)


def refusal(status: int, code: str, **headers: str) -> Reply:
    body = json.dumps({"errors": [{"code": code, "message": "no"}]}).encode()
    return Reply(status, {"Content-Type": "application/json", **headers}, body)


@pytest.fixture
def server():
    with RegistryServer() as running:
        yield running


@pytest.fixture
def image(server):
    return f"{server.host}/team/image:one"


@pytest.mark.parametrize("code", ["MANIFEST_UNKNOWN", "NAME_UNKNOWN", "NOT_FOUND"])
def test_fault_43_what_the_registry_does_not_know_is_absent_by_its_code(server, image, code):
    server.answer = lambda _: refusal(404, code)
    with pytest.raises(Absent, match="does not have team/image:one"):
        HttpRegistry().digest(image)


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (refusal(401, "UNAUTHORIZED"), Denied),
        (refusal(403, "DENIED"), Denied),
        (refusal(429, "TOOMANYREQUESTS"), TransientError),
        (refusal(500, "UNKNOWN"), TransientError),
        (refusal(502, "MANIFEST_UNKNOWN"), TransientError),
        (Reply(503), TransientError),
        (Reply(404, {}, b"<html>nothing here</html>"), OperatorError),
        (Reply(404, {}, b'{"errors":' + b"[" * 100_000), OperatorError),
        (Reply(400), OperatorError),
        (Reply(200, {"Content-Type": "text/html"}, b"<html>log in first</html>"), OperatorError),
        (Reply(200, {"Content-Type": INDEXES[0]}, b'["schemaVersion"]'), OperatorError),
    ],
)
def test_fault_43_an_outage_or_a_refusal_is_neither_there_nor_absent(server, image, reply, error):
    server.answer = lambda _: reply
    with pytest.raises(error) as caught:
        HttpRegistry().digest(image)
    assert not isinstance(caught.value, Absent)
    assert server.host in str(caught.value)


def test_fault_43_a_refused_connection_and_silence_are_outages():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{listening.getsockname()[1]}"
        with pytest.raises(TransientError, match="does not answer"):
            HttpRegistry().digest(f"{host}/x:1")
        listening.listen()
        with pytest.raises(TransientError, match="does not answer"):
            HttpRegistry(timeout=0.2).digest(f"{host}/x:1")


def test_the_pause_that_a_registry_asks_for_is_told(server):
    server.answer = lambda _: refusal(429, "TOOMANYREQUESTS", **{"Retry-After": "7"})
    with pytest.raises(NoAnswer) as caught:
        Client(server.host).digest("x", "1")
    assert caught.value.after == 7


def test_an_answer_that_breaks_off_or_was_changed_is_no_answer(server, image):
    server.answer = lambda asked: GOOD._replace(
        headers={**GOOD.headers, "Content-Length": str(len(BODY) + 5)}
    )
    with pytest.raises(TransientError):
        HttpRegistry().manifest(image)
    server.answer = lambda asked: GOOD._replace(body=BODY + b" ")
    with pytest.raises(TransientError, match="arrived changed"):
        HttpRegistry().manifest(image)


def test_without_a_digest_in_the_answer_it_is_computed(server, image):
    server.answer = lambda _: Reply(200, {"Content-Type": INDEXES[0]}, BODY)
    assert HttpRegistry().digest(image) == DIGEST


def test_an_answer_without_end_is_not_read_to_the_end(server, image):
    server.answer = lambda _: Reply(200, {}, b"x" * (9 << 20))
    with pytest.raises(OperatorError, match="more than"):
        HttpRegistry().manifest(image)


def test_an_answer_that_comes_byte_by_byte_is_waited_for_only_so_long():
    def answer(listening: socket.socket) -> None:
        asking, _ = listening.accept()
        with asking, contextlib.suppress(OSError):
            asking.recv(1 << 16)
            asking.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
            for _ in range(100):
                asking.sendall(b"x")
                time.sleep(0.1)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=answer, args=(listening,), daemon=True)
        thread.start()
        client = Client(f"127.0.0.1:{listening.getsockname()[1]}", timeout=0.5)
        began = time.monotonic()
        with pytest.raises(NoAnswer, match="takes too long"):
            client.manifest("x", "1")
        assert time.monotonic() - began < 5
    thread.join()


@pytest.mark.parametrize(
    "reply",
    [
        Reply(302, {"Location": "http://[::1/v2/"}),
        Reply(401, {"WWW-Authenticate": 'Bearer realm="https://[::1/token"'}),
    ],
)
def test_addresses_that_make_no_sense_are_failures_of_the_registry(server, reply):
    server.answer = lambda _: reply
    with pytest.raises(RegistryFailed):
        Client(server.host).digest("x", "1")


class TestTokens:
    """A registry whose tokens come from a server."""

    @pytest.fixture
    def tokens(self):
        with RegistryServer() as running:
            yield running

    @pytest.fixture
    def registry(self, server, tokens):
        challenge = f'Bearer realm="http://{tokens.host}/token",service="here"'

        def answer(asked):
            action = "pull,push" if asked.method == "PUT" else "pull"
            if asked.authorization != f"Bearer {action}":
                scope = f',scope="repository:team/image:{action}"'
                return refusal(401, "UNAUTHORIZED", **{"WWW-Authenticate": challenge + scope})
            return GOOD._replace(status=201) if asked.method == "PUT" else GOOD

        def token(asked):
            scope = parse_qs(urlsplit(asked.path).query)["scope"][0]
            return Reply(200, {}, json.dumps({"token": scope.rsplit(":", 1)[1]}).encode())

        server.answer, tokens.answer = answer, token
        return HttpRegistry({server.host: Login("me", "secret")})

    def test_a_token_is_asked_for_once_and_the_password_goes_to_its_server_only(
        self, registry, server, tokens, image
    ):
        for _ in range(3):
            assert registry.digest(image) == DIGEST
        assert registry.put_manifest(image, INDEXES[0], BODY) == DIGEST
        assert len(tokens.asked) == 2
        assert "service=here" in tokens.asked[0].path
        assert {asked.authorization for asked in tokens.asked} == {Login("me", "secret").basic}
        assert not any(asked.authorization.startswith("Basic") for asked in server.asked)

    def test_without_credentials_a_token_is_asked_for_all_the_same(self, registry, tokens, image):
        assert HttpRegistry().digest(image) == DIGEST
        assert [asked.authorization for asked in tokens.asked] == [""]

    @pytest.mark.parametrize("status", [400, 401, 403])
    def test_no_token_is_a_refusal(self, registry, tokens, image, status):
        tokens.answer = lambda _: Reply(status)
        with pytest.raises(Denied, match="'me'") as caught:
            registry.digest(image)
        assert "secret" not in str(caught.value)

    def test_what_is_no_token_is_none(self, registry, tokens, image):
        tokens.answer = lambda _: Reply(200, {}, b"[" * 100_000)
        with pytest.raises(OperatorError, match="gave no token"):
            registry.digest(image)

    def test_a_token_server_that_is_down_is_an_outage(self, registry, tokens, image):
        tokens.answer = lambda _: Reply(503)
        with pytest.raises(TransientError):
            registry.digest(image)

    def test_a_token_that_does_not_suffice_is_a_refusal(self, registry, tokens, image):
        tokens.answer = lambda _: Reply(200, {}, b'{"access_token": "other"}')
        with pytest.raises(Denied):
            registry.digest(image)
        tokens.answer = lambda _: Reply(200, {}, b'{"token": "a\\r\\nb"}')
        with pytest.raises(OperatorError, match="no token"):
            registry.digest(image)

    def test_a_password_is_not_sent_without_encryption(self, server, image):
        header = 'Bearer realm="http://tokens.example.com/",service="s"'
        server.answer = lambda _: refusal(401, "X", **{"WWW-Authenticate": header})
        with pytest.raises(Denied, match="not encrypted"):
            HttpRegistry({server.host: Login("me", "secret")}).digest(image)


def test_credentials_do_not_follow_a_redirect_to_another_host(server, image):
    basic = Login("me", "secret").basic
    with RegistryServer(lambda _: GOOD) as other:

        def answer(asked):
            if asked.authorization != basic:
                return refusal(401, "X", **{"WWW-Authenticate": 'Basic realm="r"'})
            return Reply(307, {"Location": f"http://{other.host}{asked.path}"})

        server.answer = answer
        registry = HttpRegistry({server.host: Login("me", "secret")})
        assert registry.digest(image) == DIGEST
        assert [asked.authorization for asked in other.asked] == [""]


def test_credentials_are_for_one_registry(server, image):
    server.answer = lambda asked: refusal(401, "X", **{"WWW-Authenticate": 'Basic realm="r"'})
    with pytest.raises(Denied, match="there are none"):
        HttpRegistry({"docker.io": Login("me", "secret")}).digest(image)
    assert {asked.authorization for asked in server.asked} == {""}


def test_a_real_registry_with_passwords(locked_registry):
    name = f"{locked_registry.host}/team/locked:one"
    mine = HttpRegistry({locked_registry.host: Login(USER, PASSWORD)})
    with pytest.raises(Absent):
        mine.digest(name)
    digest = mine.put_manifest(name, INDEXES[1], manifest())
    assert mine.digest(name) == digest
    for login in (None, Login(USER, "wrong")):
        others = HttpRegistry({locked_registry.host: login} if login else {})
        with pytest.raises(Denied):
            others.digest(name)
        with pytest.raises(Denied):
            others.put_manifest(name, INDEXES[1], manifest())


def manifest() -> bytes:
    return json.dumps({"schemaVersion": 2, "mediaType": INDEXES[1], "manifests": []}).encode()


@pytest.mark.parametrize(
    ("registry", "base"),
    [
        ("docker.io", "https://registry-1.docker.io/v2/"),
        ("ghcr.io", "https://ghcr.io/v2/"),
        ("localhost:5000", "http://localhost:5000/v2/"),
        ("127.0.0.1:5000", "http://127.0.0.1:5000/v2/"),
        ("10.0.0.5:5000", "http://10.0.0.5:5000/v2/"),
        ("10.0.0.6:5000", "https://10.0.0.6:5000/v2/"),
    ],
)
def test_only_this_machine_and_what_is_named_are_asked_without_encryption(registry, base):
    assert Client(registry, insecure=["10.0.0.5:5000"])._base == base


@pytest.mark.parametrize(
    ("secret", "registry"),
    [
        ('{"username": "u", "password": "p"}', "docker.io"),
        ('{"username": "u", "password": "p", "registry": "ghcr.io"}', "ghcr.io"),
        ('{"username": "u", "password": "p", "registry": "https://r.example/v2/"}', "r.example"),
        ('{"username": "u", "password": "p", "registry": "index.docker.io"}', "docker.io"),
    ],
)
def test_the_secret_says_for_which_registry_it_is(secret, registry):
    assert logins_in(secret) == {registry: Login("u", "p")}
    assert "p'" not in repr(logins_in(secret))


@pytest.mark.parametrize("secret", ["", "hunter2", "[]", '{"username": "hunter2"}', '"hunter2"'])
def test_a_secret_of_another_shape_is_not_quoted(secret):
    with pytest.raises(OperatorError, match="SECRET_DOCKER_REGISTRY") as caught:
        logins_in(secret)
    assert "hunter2" not in str(caught.value)
