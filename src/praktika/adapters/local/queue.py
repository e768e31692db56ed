"""Queues in SQLite.

Leases are in monotonic seconds, which a correction of the clock or a suspended machine does not
touch. They mean nothing after a reboot, but neither does any lease: nobody who held one lives.
"""

from __future__ import annotations

import secrets
import sqlite3
import time
from collections.abc import Sequence

from praktika.adapters.local.bell import Bell
from praktika.adapters.local.clock import boot_id
from praktika.adapters.local.sqlite import Database
from praktika.adapters.rules import REMEMBERED, paired
from praktika.errors import Conflict
from praktika.ports.clock import Clock
from praktika.ports.queue import Message

_FORGET_EVERY = 60.0


class LocalQueue:
    """A `Queue` in the database of this machine, for all its processes.

    `receive` waits in real time, whatever the clock. A message that is sent or given back wakes it
    at once, by whatever process; a lease that lapses is noticed within a fifth of a second.

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

    def send(self, queue: str, bodies: Sequence[bytes], *, identity: Sequence[str] = ()) -> None:
        """Add messages, all or none; see the port."""
        pairs = paired(bodies, identity)
        if not pairs:
            return
        with self._database.transaction() as connection:
            now = self._clock.monotonic()
            connection.executemany(
                "INSERT INTO messages (queue, body, identity) VALUES (?, ?, ?)",
                [
                    (queue, body, name)
                    for body, name in pairs
                    if name is None or _is_new(connection, queue, name, now)
                ],
            )
        self._bell.ring(queue)

    def receive(
        self, queue: str, *, limit: int = 1, lease: float = 30.0, wait: float = 0.0
    ) -> list[Message]:
        """Lease messages, oldest first; see the port."""
        begun = time.monotonic()
        messages = self._lease(queue, limit, lease)
        if messages or wait <= 0:
            return messages
        with self._bell.listening(queue) as listener:
            while True:
                messages = self._lease(queue, limit, lease)
                left = begun + wait - time.monotonic()
                if messages or left <= 0:
                    return messages
                listener.wait(left)

    def extend(self, message: Message, lease: float) -> None:
        """Let the lease end `lease` seconds from now; see the port."""
        with self._database.transaction() as connection:
            now = self._clock.monotonic()
            held = _held(connection, message, now)
            if held is None:
                raise Conflict(f"the lease of a message of queue {message.queue} has lapsed")
            connection.execute(
                "UPDATE messages SET lapses = ? WHERE id = ?", (now + lease, held[0])
            )

    def ack(self, messages: Sequence[Message]) -> None:
        """Remove messages; see the port."""
        if not messages:
            return
        with self._database.transaction() as connection:
            now = self._clock.monotonic()
            for message in messages:
                _remove(connection, message, now)
            if now >= self._forget_at:
                self._forget_at = now + _FORGET_EVERY
                connection.execute("DELETE FROM identities WHERE expires <= ?", (now,))

    def release(self, message: Message) -> None:
        """Give a message back at once; see the port."""
        with self._database.transaction() as connection:
            held = _held(connection, message, self._clock.monotonic())
            if held is None:
                return
            connection.execute("UPDATE messages SET lapses = -1 WHERE id = ?", (held[0],))
        self._bell.ring(message.queue)

    def _lease(self, queue: str, limit: int, lease: float) -> list[Message]:
        free = (
            "SELECT id, body, deliveries FROM messages WHERE queue = ? AND lapses <= ?"
            " ORDER BY id LIMIT ?"
        )
        # looking takes no lock that others would wait for
        if not self._database.rows(free, (queue, self._clock.monotonic(), 1)):
            return []
        with self._database.transaction() as connection:
            now = self._clock.monotonic()
            leased = [
                (number, body, deliveries + 1, secrets.token_hex(8))
                for number, body, deliveries in connection.execute(free, (queue, now, limit))
            ]
            connection.executemany(
                "UPDATE messages SET lapses = ?, receipt = ?, deliveries = ? WHERE id = ?",
                [(now + lease, token, count, number) for number, _, count, token in leased],
            )
        return [
            Message(queue=queue, body=body, receipt=f"{number}.{token}", deliveries=deliveries)
            for number, body, deliveries, token in leased
        ]

    def _begin_boot(self, boot: str) -> None:
        known = self._database.rows("SELECT id FROM boot")
        if known == [(boot,)]:
            return
        with self._database.transaction() as connection:
            until = self._clock.monotonic() + REMEMBERED
            connection.execute("UPDATE messages SET lapses = -1")
            connection.execute(
                "UPDATE identities SET expires = ? WHERE expires IS NOT NULL", (until,)
            )
            connection.execute("INSERT OR REPLACE INTO boot VALUES (1, ?)", (boot,))


def _is_new(connection: sqlite3.Connection, queue: str, identity: str, now: float) -> bool:
    """Whether the queue did not know this identity; it does from now on."""
    noted = connection.execute(
        "INSERT INTO identities VALUES (?, ?, NULL) ON CONFLICT DO UPDATE SET expires = NULL"
        " WHERE expires <= ?",
        (queue, identity, now),
    )
    return noted.rowcount == 1


def _held(
    connection: sqlite3.Connection, message: Message, now: float
) -> tuple[int, str | None] | None:
    """Number and identity of the message, if its lease lasts."""
    number, _, token = message.receipt.partition(".")
    held: tuple[int, str | None] | None = connection.execute(
        "SELECT id, identity FROM messages"
        " WHERE id = ? AND queue = ? AND receipt = ? AND lapses > ?",
        (int(number), message.queue, token, now),
    ).fetchone()
    return held


def _remove(connection: sqlite3.Connection, message: Message, now: float) -> None:
    held = _held(connection, message, now)
    if held is None:
        return
    number, identity = held
    connection.execute("DELETE FROM messages WHERE id = ?", (number,))
    if identity is not None:
        connection.execute(
            "UPDATE identities SET expires = ? WHERE queue = ? AND identity = ?",
            (now + REMEMBERED, message.queue, identity),
        )
