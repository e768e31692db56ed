"""The statements of the local queue: rows of the table `messages`, one a message.

`lapses` is until when nobody receives a message, be it for a lease or a delay; only a lease has a
`receipt`. The groups that somebody works on are found by looking at every message of the queue:
for a thousand that takes 0.3 ms, while an index would cost every single message 25 µs.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Sequence

from praktika.adapters.rules import REMEMBERED
from praktika.ports.queue import Message

Row = tuple[int, str, bytes, str, int]
"""Number, nonce, body, group, deliveries."""

_FREE = "SELECT id, nonce, body, family, deliveries FROM messages WHERE queue = ? AND lapses <= ?"
_IDLE = " AND family NOT IN (SELECT family FROM messages WHERE queue = ? AND lapses > ?)"
_OLDEST = " ORDER BY id LIMIT ?"
_HELD = "id = ? AND queue = ? AND nonce = ? AND receipt = ? AND lapses > ?"


def free(
    queue: str, now: float, limit: int, *, ordered: bool
) -> tuple[str, tuple[str | float, ...]]:
    """The query for what can be leased, oldest first, with its parameters."""
    if ordered:
        return _FREE + _IDLE + _OLDEST, (queue, now, queue, now, limit)
    return _FREE + _OLDEST, (queue, now, limit)


def take(
    connection: sqlite3.Connection, queue: str, rows: Sequence[Row], until: float
) -> list[Message]:
    """Lease those rows."""
    leased = [
        Message(
            queue=queue,
            body=body,
            id=f"{number}.{nonce}",
            receipt=secrets.token_hex(8),
            deliveries=deliveries + 1,
            group=group,
        )
        for number, nonce, body, group, deliveries in rows
    ]
    connection.executemany(
        "UPDATE messages SET lapses = ?, receipt = ?, deliveries = ? WHERE id = ?",
        [
            (until, message.receipt, message.deliveries, row[0])
            for message, row in zip(leased, rows, strict=True)
        ],
    )
    return leased


def hide(
    connection: sqlite3.Connection,
    message: Message,
    now: float,
    *,
    until: float,
    receipt: str | None = None,
) -> bool:
    """Let nobody receive a leased message before `until`; False if its lease has lapsed."""
    kept = message.receipt if receipt is None else receipt
    changed = connection.execute(
        f"UPDATE messages SET lapses = ?, receipt = ? WHERE {_HELD}",  # noqa: S608 - a constant
        (until, kept, *_held(message, now)),
    )
    return changed.rowcount == 1


def delete(connection: sqlite3.Connection, messages: Sequence[Message], now: float) -> None:
    """Remove those of the messages whose lease lasts."""
    connection.executemany(
        f"DELETE FROM messages WHERE {_HELD}",  # noqa: S608 - a constant
        [_held(message, now) for message in messages],
    )


def bury(connection: sqlite3.Connection, numbers: Sequence[int], grave: str) -> None:
    """Move rows to the queue for dead letters."""
    connection.executemany(
        "UPDATE messages SET queue = ?, lapses = -1, receipt = '', deliveries = 0 WHERE id = ?",
        [(grave, number) for number in numbers],
    )


def is_new(connection: sqlite3.Connection, queue: str, identity: str, now: float) -> bool:
    """Whether the queue did not know this identity; it does from now on."""
    noted = connection.execute(
        "INSERT INTO identities VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET expires = excluded.expires WHERE expires <= ?",
        (queue, identity, now + REMEMBERED, now),
    )
    return noted.rowcount == 1


def _held(message: Message, now: float) -> tuple[int, str, str, str, float]:
    """The parameters of `_HELD`: true of the row of a message whose lease lasts."""
    number, _, nonce = message.id.partition(".")
    return int(number), message.queue, nonce, message.receipt, now
