"""Queues in SQLite.

Leases are in monotonic seconds, which a correction of the clock or a suspended machine does not
touch. They mean nothing after a reboot, but neither does any lease: nobody who held one lives.
Delays end with a reboot, too.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence

from praktika.adapters.local import letters
from praktika.adapters.local.bell import Bell
from praktika.adapters.local.clock import boot_id
from praktika.adapters.local.sqlite import Database
from praktika.adapters.rules import (
    REMEMBERED,
    check_delay,
    check_lease,
    grave_of,
    is_ordered,
    paired,
)
from praktika.errors import Conflict
from praktika.ports.clock import Clock
from praktika.ports.queue import MAX_DELIVERIES, Backlog, Message, dead_letters

_FORGET_EVERY = 60.0


class LocalQueue:
    """A `Queue` in the database of this machine, for all its processes.

    Queues come into being by being used. `receive` waits in real time, whatever the clock. A
    message that is sent or given back wakes it at once, by whatever process; a lease or a delay
    that ends is noticed within a fifth of a second.

    Args:
        database: where the messages are.
        clock: whose monotonic reading ends leases.
        boot: the machine's boot; None asks the machine.
    """

    def __init__(self, database: Database, clock: Clock, *, boot: str | None = None) -> None:
        self._database = database
        self._clock = clock
        self._bell = Bell(database.path.with_name(f"{database.path.name}-bells"))
        self._forget_at = clock.monotonic()
        self._begin_boot(boot_id() if boot is None else boot)

    def create(self, queue: str) -> None:
        """Nothing but a check of the name: queues come into being by being used."""
        is_ordered(queue)

    def remove(self, queue: str) -> None:
        """Remove a queue; see the port."""
        is_ordered(queue)
        gone = (queue, dead_letters(queue))
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM messages WHERE queue IN (?, ?)", gone)
            connection.execute("DELETE FROM identities WHERE queue IN (?, ?)", gone)

    def send(
        self,
        queue: str,
        bodies: Sequence[bytes],
        *,
        group: str = "",
        identity: Sequence[str] = (),
        delay: float = 0.0,
    ) -> None:
        """Add messages, all or none; see the port."""
        pairs = paired(queue, bodies, group, identity, delay)
        if not pairs:
            return
        with self._database.transaction() as connection:
            now = self._clock.monotonic()
            if now >= self._forget_at:
                self._forget_at = now + _FORGET_EVERY
                connection.execute("DELETE FROM identities WHERE expires <= ?", (now,))
            connection.executemany(
                "INSERT INTO messages (queue, body, identity, family, lapses, nonce)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (queue, body, name, group, now + delay if delay else -1, secrets.token_hex(8))
                    for body, name in pairs
                    if name is None or letters.is_new(connection, queue, name, now)
                ],
            )
        self._bell.ring(queue)

    def receive(
        self, queue: str, *, limit: int = 1, lease: float = 30.0, wait: float = 0.0
    ) -> list[Message]:
        """Lease messages, oldest first; see the port."""
        ordered = is_ordered(queue)
        check_lease(lease)
        begun = time.monotonic()
        received = self._lease(queue, limit, lease, ordered=ordered)
        if received or wait <= 0:
            return received
        with self._bell.listening(queue) as listener:
            while True:
                received = self._lease(queue, limit, lease, ordered=ordered)
                left = begun + wait - time.monotonic()
                if received or left <= 0:
                    return received
                listener.wait(left)

    def extend(self, message: Message, lease: float) -> None:
        """Let the lease end `lease` seconds from now; see the port."""
        check_lease(lease)
        with self._database.transaction() as connection:
            now = self._clock.monotonic()
            if not letters.hide(connection, message, now, until=now + lease):
                raise Conflict(f"the lease of a message of queue {message.queue} has lapsed")

    def ack(self, messages: Sequence[Message]) -> None:
        """Remove messages; see the port."""
        if not messages:
            return
        with self._database.transaction() as connection:
            letters.delete(connection, messages, self._clock.monotonic())
        for queue in {message.queue for message in messages if message.group}:
            self._bell.ring(queue)  # the rest of the group can be received now

    def release(self, message: Message, delay: float = 0.0) -> None:
        """Give a message back; see the port."""
        check_delay(delay)
        with self._database.transaction() as connection:
            now = self._clock.monotonic()
            until = now + delay if delay else -1.0
            if not letters.hide(connection, message, now, until=until, receipt=""):
                return
        self._bell.ring(message.queue)

    def depth(self, queue: str) -> int:
        """How many messages wait; see the port."""
        is_ordered(queue)
        ((count,),) = self._database.rows(
            "SELECT count(*) FROM messages WHERE queue = ? AND lapses <= ?",
            (queue, self._clock.monotonic()),
        )
        return int(count)

    def backlog(self, queue: str) -> Backlog:
        """How many messages there are; see the port."""
        is_ordered(queue)
        ((waiting, leased, delayed),) = self._database.rows(
            "SELECT count(*) FILTER (WHERE lapses <= ?1),"
            " count(*) FILTER (WHERE lapses > ?1 AND receipt <> ''),"
            " count(*) FILTER (WHERE lapses > ?1 AND receipt = '')"
            " FROM messages WHERE queue = ?2",
            (self._clock.monotonic(), queue),
        )
        return Backlog(waiting=waiting, leased=leased, delayed=delayed)

    def _lease(self, queue: str, limit: int, lease: float, *, ordered: bool) -> list[Message]:
        # looking takes no lock that others would wait for; whose turn it is comes after that
        now = self._clock.monotonic()
        if not self._database.rows(*letters.free(queue, now, 1, ordered=False)):
            return []
        grave, buried = grave_of(queue), False
        with self._database.transaction() as connection:
            now = self._clock.monotonic()
            query = letters.free(queue, now, limit, ordered=ordered)
            rows: list[letters.Row] = connection.execute(*query).fetchall()
            while grave and (dead := [row[0] for row in rows if row[4] >= MAX_DELIVERIES]):
                letters.bury(connection, dead, grave)
                rows, buried = connection.execute(*query).fetchall(), True
            leased = letters.take(connection, queue, rows, now + lease)
        if buried:
            self._bell.ring(grave)
        return leased

    def _begin_boot(self, boot: str) -> None:
        known = self._database.rows("SELECT id FROM boot")
        if known == [(boot,)]:
            return
        with self._database.transaction() as connection:
            until = self._clock.monotonic() + REMEMBERED
            connection.execute("UPDATE messages SET lapses = -1")
            connection.execute("UPDATE identities SET expires = ?", (until,))
            connection.execute("INSERT OR REPLACE INTO boot VALUES (1, ?)", (boot,))
