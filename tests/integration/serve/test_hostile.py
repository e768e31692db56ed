"""What strangers send: the server refuses it, in words, and serves on."""

from __future__ import annotations

import os
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import psutil
import pytest

from praktika.web.http.limits import BODY_LIMIT

JSON = {"content-type": "application/json"}


def connected(shared) -> socket.socket:
    where = urlsplit(shared.url)
    return socket.create_connection((where.hostname, where.port), timeout=20)


def said(shared, data: bytes) -> bytes:
    """What the server answers to these bytes, until it closes the connection or falls silent."""
    with connected(shared) as client:
        client.sendall(data)
        client.settimeout(3)
        answer = b""
        try:
            while piece := client.recv(65536):
                answer += piece
        except TimeoutError:
            pass
        return answer


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"null", 400),
        (b'{"unknown": 1}', 400),
        (b'{"force": "yes"}', 400),
        (b'{"job": "' + b"x" * 400 + b'"}', 400),
        (b'{"job": "\xff\xfe"}', 400),
        (b"[" * 100_000, 400),
        (b'{"job": "\\ud800"}', 400),
        (b'{"id": "' + b"x" * (BODY_LIMIT + 1) + b'"}', 413),
    ],
)
def test_a_body_that_is_none(shared, finished, body, status):
    answer = shared.call("POST", f"/api/v1/runs/{finished}/cancel", raw=body, headers=JSON)
    assert answer.status == status
    assert answer.code in {"malformed", "too_large"}
    assert "Traceback" not in answer.text


def test_a_body_of_another_type(shared, finished):
    path = f"/api/v1/runs/{finished}/cancel"
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        answer = shared.call("POST", path, raw=b"{}", headers={"content-type": kind})
        assert (answer.status, answer.code) == (415, "not_json")


def test_a_body_in_pieces_is_measured_too(shared, finished):
    head = (
        f"POST /api/v1/runs/{finished}/cancel HTTP/1.1\r\nhost: x\r\n"
        f"authorization: Bearer {shared.token}\r\ncontent-type: application/json\r\n"
        "transfer-encoding: chunked\r\n\r\n"
    ).encode()
    with connected(shared) as client:
        client.sendall(head)
        piece = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
        try:
            for _ in range(BODY_LIMIT // 0x10000 + 2):
                client.sendall(piece)
        except OSError:
            pass  # it has closed already
        assert b" 413 " in client.recv(65536).split(b"\r\n")[0]


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/runs/none",
        "/api/v1/runs/none/events",
        "/api/v1/runs/none/files",
        "/api/v1/runs/none/files/result.json",
        "/api/v1/runs/%2e%2e",
        "/api/v1/runs/..%2f..%2fetc",
        "/api/v1/runs/" + "x" * 5000,
        "/api/v1/runs/%ff%fe",
        "/api/v1/runs/%00",
        "/api/v1/runs/{run}/files/../../../praktika.db",
        "/api/v1/runs/{run}/files/%2e%2e/%2e%2e/praktika.db",
        "/api/v1/runs/{run}/files/..%2f..%2ftokens.json",
        "/api/v1/runs/{run}/files//etc/passwd",
        "/api/v1/runs/{run}/files/%2fetc%2fpasswd",
        "/api/v1/runs/{run}/files/jobs",
        "/api/v1/runs/{run}/files/",
        "/api/v1/runs/{run}/files?prefix=../",
        "/api/v1/runs/{run}/files/a%0d%0ab:c",
        "/runs/{run}/../../tokens.json",
        "/runs/{run}/%2e%2e/%2e%2e/tokens.json",
        "/runs/%2e%2e/",
        "/static/..%2fruns.py",
        "/static/none.js",
        "/nothing",
        "//evil.example",
    ],
)
def test_what_is_not_there(shared, finished, path):
    answer = shared.get(path.replace("{run}", finished))
    assert answer.status == 404, (answer.status, answer.text[:300])
    assert b"prk_" not in answer.body
    assert b"sha256" not in answer.body.split(b"<body")[-1]


def test_dots_that_reach_the_server_as_they_are(shared, finished):
    targets = ("/runs/..", "/runs/../", f"/runs/{finished}/../../tokens.json", "/../../etc/passwd")
    for target in targets:
        head = f"GET {target} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {shared.token}\r\n\r\n"
        with connected(shared) as client:
            client.sendall(head.encode())
            assert client.recv(65536).startswith(b"HTTP/1.1 404 ")


@pytest.mark.parametrize("query", ["limit=0", "limit=-1", "limit=1001", "limit=x", "limit=%D9%A1"])
def test_a_limit_that_is_none(shared, query):
    answer = shared.get(f"/api/v1/runs?{query}")
    assert (answer.status, answer.code) == (400, "malformed")


def test_another_method(shared, finished):
    for method, path in (
        ("DELETE", f"/api/v1/runs/{finished}"),
        ("PUT", "/api/v1/runs"),
        ("GET", f"/api/v1/runs/{finished}/cancel"),
        ("BREW", "/healthz"),
        ("TRACE", "/"),
    ):
        answer = shared.call(method, path)
        assert answer.status == 405, (method, path)
        assert answer.headers["allow"]


@pytest.mark.parametrize(
    "text",
    ["bytes=", "bytes=a-b", "bytes=5-2", "bytes=0-1,3-4", "lines=1-2", "bytes=--1", "x" * 900],
)
def test_a_range_that_is_none_is_ignored(shared, finished, text):
    answer = shared.get(f"/api/v1/runs/{finished}/files/plan.json", headers={"range": text})
    assert answer.status == 200


@pytest.mark.parametrize(
    "data",
    [
        b"\x00\x01\x02\x03\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\nx: " + b"y" * 40_000,
        b"POST /login HTTP/1.1\r\nhost: x\r\ncontent-length: -5\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: x\r\n\r\n",
    ],
)
def test_what_is_no_http(shared, data):
    assert said(shared, data).startswith(b"HTTP/1.1 400 ")


def test_a_header_in_other_letters(shared):
    answer = shared.get("/api/v1/runs", token="", headers={"authorization": "Bearer \xe4\xf6"})
    assert answer.status == 401


def test_a_thousand_requests_and_nothing_is_left_open(shared, finished):
    process = psutil.Process(shared.process.pid)
    shared.get("/api/v1/runs")
    before = process.num_fds(), process.num_threads()
    paths = ["/api/v1/runs", f"/api/v1/runs/{finished}", "/healthz", f"/runs/{finished}/", "/"]

    def ask(number: int) -> int:
        return shared.get(paths[number % len(paths)]).status

    began = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(ask, range(1000)))
    assert set(statuses) <= {200, 303}
    assert time.monotonic() - began < 30
    shared.pool.clear()
    time.sleep(0.3)
    assert process.num_fds() <= before[0] + 12
    assert process.num_threads() <= before[1] + 24


def test_slow_clients_hold_nobody_up(shared):
    """Slow-loris: heads that never end, bodies that never come."""
    half = b"GET / HTTP/1.1\r\nhost: x\r\n"
    body = (
        f"POST /api/v1/dispatch HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {shared.token}\r\n"
        "content-type: application/json\r\ncontent-length: 1000\r\n\r\n{"
    ).encode()
    clients = [connected(shared) for _ in range(60)]
    try:
        for number, client in enumerate(clients):
            client.sendall(half if number % 2 else body)
        asked = time.monotonic()
        assert shared.get("/api/v1/runs").status == 200
        assert time.monotonic() - asked < 2
    finally:
        for client in clients:
            client.close()


def test_a_client_that_does_not_read_holds_no_thread(shared, finished):
    """More such clients than there are threads, each of a file that no buffer holds."""
    place = shared.project.root / ".praktika" / "runs" / finished / "jobs" / "large.bin"
    with place.open("wb") as file:
        os.truncate(file.fileno(), 64 << 20)
    head = (
        f"GET /api/v1/runs/{finished}/files/jobs/large.bin HTTP/1.1\r\nhost: x\r\n"
        f"authorization: Bearer {shared.token}\r\n\r\n"
    ).encode()
    clients = [connected(shared) for _ in range(40)]
    try:
        for client in clients:
            client.sendall(head)
        time.sleep(0.5)
        asked = time.monotonic()
        assert shared.get("/api/v1/runs").status == 200
        assert time.monotonic() - asked < 2
    finally:
        for client in clients:
            client.close()
        place.unlink()
