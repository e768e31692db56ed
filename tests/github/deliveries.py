"""Webhooks on their way: signed, sent in the background, and as unreliable as a test wants."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import random
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

TIMEOUT = 10.0  # seconds that GitHub waits for an answer


@dataclass
class Attempt:
    """How a webhook was answered; status 0: not at all."""

    status: int
    body: bytes = b""


@dataclass
class Delivery:
    """A webhook."""

    id: int
    guid: str
    event: str
    payload: dict[str, Any]
    attempts: list[Attempt] = field(default_factory=list)
    dropped: bool = False
    at: float = 0.0

    @property
    def is_well(self) -> bool:
        """Whether it has been taken."""
        return any(200 <= each.status < 300 for each in self.attempts)

    @property
    def action(self) -> str:
        return str(self.payload.get("action") or "")


class Deliveries:
    """Sends webhooks.

    Args:
        seed: of what is dropped, repeated and shuffled.
        app: id of the app that they are for.

    Attributes:
        url: where to; "" keeps them without sending.
        secret: that they are signed with.
        drop, duplicate: probabilities.
        all: every webhook there was, in order.
    """

    def __init__(self, seed: int, app: int, secret: str, now: Callable[[], float]) -> None:
        self.url = ""
        self.secret = secret
        self.drop = 0.0
        self.duplicate = 0.0
        self.all: list[Delivery] = []
        self._app = app
        self._now = now
        self._random = random.Random(seed)
        self._waiting: deque[Delivery] = deque()
        self._held: list[Delivery] | None = None
        self._busy = False
        self._ended = False
        self._change = threading.Condition()
        self._thread = threading.Thread(target=self._work, daemon=True, name="webhooks")
        self._thread.start()

    def send(self, event: str, payload: dict[str, Any]) -> None:
        """Send a webhook by and by."""
        with self._change:
            new = Delivery(
                len(self.all) + 1, str(uuid.UUID(int=self._random.getrandbits(128))), event, payload
            )
            new.at = self._now()
            self.all.append(new)
            if not self.url:
                return
            if self._random.random() < self.drop:
                new.dropped = True
                return
            times = 2 if self._random.random() < self.duplicate else 1
            for _ in range(times):
                (self._waiting if self._held is None else self._held).append(new)
            self._change.notify_all()

    def redeliver(self, delivery: Delivery) -> None:
        """Send a webhook again: with the same id, as GitHub's button does."""
        with self._change:
            self._waiting.append(delivery)
            self._change.notify_all()

    def hold(self) -> None:
        """Send nothing new until it is released."""
        with self._change:
            self._held = []

    def release(self, *, shuffle: bool = False) -> None:
        """Send what was held back."""
        with self._change:
            held, self._held = self._held or [], None
            if shuffle:
                self._random.shuffle(held)
            self._waiting.extend(held)
            self._change.notify_all()

    def settle(self, timeout: float = 20.0) -> None:
        """Wait until everything is sent that is not held back.

        Raises:
            TimeoutError: it takes longer.
        """
        with self._change:
            if not self._change.wait_for(lambda: not (self._waiting or self._busy), timeout):
                raise TimeoutError(f"{len(self._waiting)} webhooks are not sent yet")

    def of(self, event: str, action: str = "") -> list[Delivery]:
        """The webhooks of an event."""
        return [each for each in self.all if each.event == event and action in {"", each.action}]

    def redeliver_failed(self) -> int:
        """Send again whatever was not answered well; how many those are."""
        failed = [each for each in self.all if not each.is_well]
        for each in failed:
            self.redeliver(each)
        return len(failed)

    def close(self) -> None:
        with self._change:
            self._ended = True
            self._waiting.clear()
            self._change.notify_all()
        self._thread.join(TIMEOUT + 1)

    def _work(self) -> None:
        while True:
            with self._change:
                self._change.wait_for(lambda: self._waiting or self._ended)
                if self._ended:
                    return
                delivery = self._waiting.popleft()
                self._busy = True
            delivery.attempts.append(self._post(delivery))
            with self._change:
                self._busy = False
                self._change.notify_all()

    def _post(self, delivery: Delivery) -> Attempt:
        body = json.dumps(delivery.payload).encode()
        where = urlsplit(self.url)
        connection = http.client.HTTPConnection(where.netloc, timeout=TIMEOUT)
        try:
            connection.request("POST", where.path or "/", body, self.headers(delivery, body))
            answer = connection.getresponse()
            return Attempt(answer.status, answer.read())
        except (OSError, http.client.HTTPException) as error:
            time.sleep(0.01)
            return Attempt(0, str(error).encode())
        finally:
            connection.close()

    def headers(self, delivery: Delivery, body: bytes) -> dict[str, str]:
        """What GitHub sends with a webhook."""
        signed = {
            name: hmac.new(self.secret.encode(), body, kind).hexdigest()
            for name, kind in (("sha1", hashlib.sha1), ("sha256", hashlib.sha256))
        }
        return {
            "Accept": "*/*",
            "Content-Type": "application/json",
            "User-Agent": "GitHub-Hookshot/044aadd",
            "X-GitHub-Delivery": delivery.guid,
            "X-GitHub-Event": delivery.event,
            "X-GitHub-Hook-ID": "292430182",
            "X-GitHub-Hook-Installation-Target-ID": str(self._app),
            "X-GitHub-Hook-Installation-Target-Type": "integration",
            "X-Hub-Signature": f"sha1={signed['sha1']}",
            "X-Hub-Signature-256": f"sha256={signed['sha256']}",
        }
