"""Webhooks in: verified, understood, and queued. Nothing is asked or decided here.

- Whose a request is comes first; what is not signed is not read.
- What is queued is a notice, and only of repositories that are allowed.
- A delivery that comes again while its first one is remembered is queued once.
- GitHub does not deliver again by itself. What is lost here, the reconciler finds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from praktika.errors import PraktikaError
from praktika.intake.allowed import Allowed
from praktika.intake.names import NOTICES, group_of
from praktika.model.notices import AnyNotice
from praktika.model.wire import WireError, encode
from praktika.ports.clock import Clock
from praktika.ports.log import Log
from praktika.ports.queue import MAX_BODY, Queue

LARGEST = 25 * 1024 * 1024
"""Bytes of the largest payload that GitHub sends."""

SIGNATURE, EVENT, DELIVERY = "x-hub-signature-256", "x-github-event", "x-github-delivery"

_SHOWN = 128
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the sender of a webhook gets: a status of HTTP, and a line of text.

    `queued` says whether there is something to do now.
    """

    status: int
    text: str
    queued: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """Takes webhooks in, from any number of threads.

    Attributes:
        queue, clock: see the ports.
        allowed: whose notices are queued.
        verify: whether a signature, "" if there is none, is one of ours for these bytes.
        understand: what an event, by name, delivery, body and time, tells; raises WireError.
        log: a line for each webhook that is not just dropped.
    """

    queue: Queue
    clock: Clock
    allowed: Allowed
    verify: Callable[[str, bytes], bool]
    understand: Callable[[str, str, bytes, float], Sequence[AnyNotice]]
    log: Log

    def receive(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer to a request; it never raises.

        Statuses: 202 queued, or ignored since the repository is not allowed; 200 nothing to do;
        401 not signed by us; 400 not readable; 413 too large; 503 the queue is not available.
        """
        known: dict[str, str] = {}
        for name, value in headers.items():
            known.setdefault(name.lower(), value)
        try:
            answer = self._receive(known, body)
        except Exception as error:
            self.log.exception("webhook.failed", delivery=known.get(DELIVERY, "")[:_SHOWN])
            return Answer(status=500, text=f"this is a bug of praktika: {type(error).__name__}")
        if answer.status >= 400:
            self.log.warning(
                "webhook.refused",
                status=answer.status,
                reason=answer.text,
                kind=known.get(EVENT, "")[:_SHOWN],
                delivery=known.get(DELIVERY, "")[:_SHOWN],
            )
        return answer

    def _receive(self, headers: Mapping[str, str], body: bytes) -> Answer:
        if len(body) > LARGEST:
            return Answer(status=413, text=f"over {LARGEST:,} bytes, which GitHub never sends")
        if not self.verify(headers.get(SIGNATURE, ""), body):
            return Answer(status=401, text="the signature is missing or wrong")
        event, delivery = headers.get(EVENT, ""), headers.get(DELIVERY, "")
        if not _TOKEN.fullmatch(event) or not _TOKEN.fullmatch(delivery):
            return Answer(status=400, text=f"{EVENT} or {DELIVERY} is missing or not a plain word")
        if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return Answer(status=400, text="set the webhook's content type to application/json")
        try:
            told = self.understand(event, delivery, body, self.clock.now())
        except WireError as error:
            return Answer(status=400, text=f"not a payload of {event}: {error}")
        return self._take(delivery, told)

    def _take(self, delivery: str, told: Sequence[AnyNotice]) -> Answer:
        """Queue those that are about an allowed repository."""
        if not told:
            return Answer(status=200, text="nothing to do")
        wanted = [notice for notice in told if self.allowed.concerns(notice)]
        if not wanted:
            repository = told[0].repository
            self.log.warning("webhook.ignored", repository=repository, delivery=delivery)
            return Answer(status=202, text=f"ignored: {repository or 'this account'} is not ours")
        bodies = [encode(notice) for notice in wanted]
        if max(map(len, bodies)) > MAX_BODY:
            return Answer(status=413, text=f"tells more than {MAX_BODY:,} bytes")
        try:
            for number, (notice, body) in enumerate(zip(wanted, bodies, strict=True)):
                self._queue(_identity(delivery, number), notice, body)
        except PraktikaError as error:
            return Answer(status=503, text=f"cannot queue it: {error}")
        return Answer(status=202, text="queued", queued=True)

    def _queue(self, identity: str, notice: AnyNotice, body: bytes) -> None:
        self.queue.send(NOTICES, [body], group=group_of(notice), identity=[identity])
        self.log.info(
            "webhook.queued",
            notice=type(notice).__name__,
            repository=notice.repository,
            delivery=identity,
        )


def _identity(delivery: str, number: int) -> str:
    """What names a notice of a delivery, in 128 characters as SQS wants it."""
    return f"{number}.{delivery}"[:128] if number else delivery
