"""Asking a server's runs for something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NoReturn

import msgspec

from praktika.adapters.rules import check_run
from praktika.adapters.server.client import Client
from praktika.errors import Denied
from praktika.model.events import Approved, CancelRequested, RerunRequested, decode_event
from praktika.ports.queue import Backlog, Message


class _Heard(msgspec.Struct):
    run: str = ""


class ServerQueue:
    """The side of a `Queue` that asks: what is sent to a run is told to the server.

    The server decides who asks, by the token, and whether they may; what an event says of that is
    not told. The id of a request travels with it, so that it may be made again.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    def create(self, queue: str) -> None:
        """Nothing: the server has made its queues."""

    def remove(self, queue: str) -> None:
        """Refused."""
        self._refuse(queue)

    def send(
        self,
        queue: str,
        bodies: Sequence[bytes],
        *,
        group: str = "",
        identity: Sequence[str] = (),
        delay: float = 0.0,
    ) -> None:
        """Ask the run `group` for what the bodies say: to be cancelled, run again, approved.

        Raises:
            AuthorError: the server cannot do that, and says why.
            Absent: there is no such run.
            Denied: you may not.
            Unavailable: it does not answer, or not well.
        """
        del identity, delay
        for body in bodies:
            self._ask(queue, check_run(group), body)

    def receive(
        self, queue: str, *, limit: int = 1, lease: float = 30.0, wait: float = 0.0
    ) -> list[Message]:
        """Refused."""
        del limit, lease, wait
        self._refuse(queue)

    def extend(self, message: Message, lease: float) -> None:
        """Refused."""
        del lease
        self._refuse(message.queue)

    def ack(self, messages: Sequence[Message]) -> None:
        """Refused, unless there are none."""
        for message in messages:
            self._refuse(message.queue)

    def release(self, message: Message, delay: float = 0.0) -> None:
        """Refused."""
        del delay
        self._refuse(message.queue)

    def depth(self, queue: str) -> int:
        """Refused: the server does not tell."""
        self._refuse(queue)

    def backlog(self, queue: str) -> Backlog:
        """Refused: the server does not tell."""
        self._refuse(queue)

    def _ask(self, queue: str, run: str, body: bytes) -> None:
        match decode_event(body):
            case CancelRequested(job=job, force=force, id=name):
                self._post(run, "cancel", {"job": job, "force": force, "id": name})
            case RerunRequested() as asked:
                wanted = {
                    "scope": asked.scope,
                    "jobs": list(asked.jobs),
                    "failed_tests": asked.failed_tests,
                    "id": asked.id,
                }
                self._post(run, "rerun", wanted)
            case Approved(sha=sha, id=name):
                self._post(run, "approve", {"sha": sha, "id": name})
            case _:
                self._refuse(queue)

    def _post(self, run: str, what: str, body: Mapping[str, object]) -> None:
        self._client.post(f"runs/{run}/{what}", body, _Heard)

    def _refuse(self, queue: str) -> NoReturn:
        raise Denied(f"the queue {queue} is the business of {self._client.base} alone")
