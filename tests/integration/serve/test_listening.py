"""Listening itself, over an app of a few lines."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from praktika.web.http import listen


async def app(scope, receive, send) -> None:
    body = b"x" * (64 << 20) if scope["path"] == "/large" else b"hello"
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
def address(monkeypatch) -> Iterator[tuple[str, int]]:
    monkeypatch.setattr(listen, "HEAD_SECONDS", 0.5)
    monkeypatch.setattr(listen, "SEND_SECONDS", 0.5)
    over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    address = listener.getsockname()
    thread = threading.Thread(
        target=listen.listen, args=(app, listener), kwargs={"while_true": lambda: not over.is_set()}
    )
    thread.start()
    yield address
    over.set()
    thread.join(10)
    assert not thread.is_alive()


def lasted(client: socket.socket, drip: bytes = b"") -> float:
    """Seconds until the server has ended the connection, though something comes all the time."""
    began = time.monotonic()
    client.settimeout(0.1)
    while time.monotonic() - began < 10:
        try:
            if drip:
                client.sendall(drip)
            if not client.recv(1 << 16):
                break
        except TimeoutError:
            continue
        except ConnectionError:
            break
    return time.monotonic() - began


def test_a_head_that_never_ends_is_given_up_however_much_drips(address):
    with socket.create_connection(address) as client:
        client.sendall(b"GET / HTTP/1.1\r\nhost: x\r\n")
        assert lasted(client, b"x") < 2


def test_who_says_nothing_at_all_is_given_up(address):
    with socket.create_connection(address) as client:
        assert lasted(client) < 2


def test_so_is_who_begins_a_second_request(address):
    with socket.create_connection(address) as client:
        client.sendall(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        assert client.recv(1 << 16).startswith(b"HTTP/1.1 200")
        client.sendall(b"GET / HT")
        assert lasted(client, b"x") < 2


def test_who_does_not_read_is_given_up(address):
    with socket.create_connection(address) as client:
        client.sendall(b"GET /large HTTP/1.1\r\nhost: x\r\n\r\n")
        time.sleep(1.5)
        got = 0
        try:
            while piece := client.recv(1 << 20):
                got += len(piece)
        except ConnectionError:
            pass
        assert got < 64 << 20


def test_who_is_quick_is_served_again_and_again(address):
    with socket.create_connection(address) as client:
        for _ in range(8):
            client.sendall(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
            answer = b""
            while not answer.endswith(b"hello"):
                answer += client.recv(1 << 16)
            time.sleep(0.1)
