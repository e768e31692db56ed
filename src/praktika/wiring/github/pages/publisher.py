"""The loop that publishes pages: announcements in, commits on the branch of pages out."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from praktika.checks.reading import Reading
from praktika.errors import Conflict, Limited, OutOfSpace, PraktikaError, TransientError
from praktika.model.wire import WireError, decode
from praktika.patience import Beat, patiently
from praktika.ports.journal import Journal
from praktika.ports.queue import MAX_DELAY, MAX_DELIVERIES, Message, Queue, dead_letters
from praktika.wiring.github.pages.announce import QUEUE, Announcement
from praktika.wiring.github.pages.due import pages_of
from praktika.wiring.github.pages.publishing import Publishing
from praktika.wiring.github.pages.tools import Tools

LEASE = 60.0

_PAUSE = 2.0
_LONGEST_PAUSE = 60.0
_PASSING = TransientError | Conflict | OutOfSpace


class Publisher:
    """Deals with announcements.

    Concurrency: any number of threads and processes.

    Args:
        queue: where they are.
        journal: tells what is announced.
        tools: see there.
        on_trouble: is told of what failed, with the id of the run; it comes again.
        lease: seconds that an announcement is leased for; extended while it is dealt with.
    """

    def __init__(
        self,
        queue: Queue,
        journal: Journal,
        *,
        tools: Tools,
        on_trouble: Callable[[str, Exception], None],
        lease: float = LEASE,
    ) -> None:
        self._queue = queue
        self._tools = tools
        self._on_trouble = on_trouble
        self._lease = lease
        self._reading = Reading(journal, tools.blobs)

    def turn(self, wait: float = 0.0) -> int:
        """Deal with an announcement, if there is one; how many there were.

        Args:
            wait: seconds to wait for it.
        """
        messages = patiently(lambda: self._queue.receive(QUEUE, lease=self._lease, wait=wait))
        for message in messages:
            hold = _Hold(self._queue, message, self._lease)
            with Beat(self._lease / 3, hold.extend):
                self._deal_with(message, hold)
        return len(messages)

    def _deal_with(self, message: Message, hold: _Hold) -> None:
        try:
            news = decode(message.body, Announcement)
        except WireError as error:
            self._on_trouble("", error)
            aside = partial(self._queue.send, dead_letters(QUEUE), [message.body])
            patiently(lambda: aside(group=message.group))
            patiently(lambda: self._queue.ack([message]))
            return
        try:
            wait = self._publish(news, hold)
        except Exception as error:  # noqa: BLE001 - the edge of the loop: one run, not all of them
            self._on_trouble(news.run, error)
            self._give_back(message, error)
            return
        if wait:
            self._come_again(message, wait)
        else:
            patiently(lambda: self._queue.ack([message]))

    def _publish(self, news: Announcement, hold: _Hold) -> float:
        """Seconds after which there is more to do, or 0."""
        run = self._reading.run(news.run)
        pages = pages_of(news.run, run)
        if not pages or run.round != news.round:
            return 0.0  # it goes on again, or has done so: then its new end is announced, too
        publishing = Publishing(
            run_id=news.run, run=run, pages=pages, tools=self._tools, confirm=hold.confirm
        )
        return publishing.bring()

    def _give_back(self, message: Message, error: Exception) -> None:
        if isinstance(error, Limited):
            self._come_again(message, max(_PAUSE, error.until - self._tools.clock.now()))
        elif isinstance(error, _PASSING):
            pause = _PAUSE * 2 ** min(message.deliveries, 10)
            self._come_again(message, min(_LONGEST_PAUSE, pause))
        else:
            with suppress(PraktikaError):
                self._queue.release(message, _LONGEST_PAUSE)

    def _come_again(self, message: Message, pause: float) -> None:
        """Let the message come again; what may work in time is not set aside meanwhile."""
        with suppress(PraktikaError):
            if message.deliveries > MAX_DELIVERIES // 2:
                self._queue.send(QUEUE, [message.body], group=message.group)
                self._queue.ack([message])
            else:
                self._queue.release(message, min(MAX_DELAY, pause))


@dataclass(slots=True)
class _Hold:
    """The lease of a message."""

    queue: Queue
    message: Message
    lease: float
    is_lost: bool = False

    def extend(self) -> None:
        """Let the lease go on; that of a message which is dealt with is refused, harmlessly."""
        try:
            self.queue.extend(self.message, self.lease)
        except Conflict:
            self.is_lost = True
        except PraktikaError:
            return

    def confirm(self) -> None:
        """Go on.

        Raises:
            Conflict: the lease has lapsed; somebody else may publish.
        """
        if self.is_lost:
            raise Conflict("somebody else publishes for this repository by now")
