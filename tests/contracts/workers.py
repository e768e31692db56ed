"""What other processes do in the contract tests: `workers.py NAME ARGUMENT…`.

A worker opens its store, prints "ready", waits for a line, acts, and prints its answer as JSON.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from praktika.adapters.local.blobs import LocalBlobs
from praktika.adapters.local.clock import SystemClock
from praktika.adapters.local.journal import LocalJournal
from praktika.adapters.local.queue import LocalQueue
from praktika.adapters.local.sqlite import Database
from praktika.errors import Conflict
from praktika.model.events import CancelRequested

Act = Callable[[], Any]


def append_once(file: str, number: str) -> Act:
    """Whether this one won the first position."""
    journal = LocalJournal(Database(Path(file)))

    def act() -> bool:
        try:
            journal.append("run", 0, [CancelRequested(at=1.0, by=number)])
        except Conflict:
            return False
        return True

    return act


def append_many(file: str, count: str, number: str) -> Act:
    """Appends `count` events, looking again after each conflict; answers how often."""
    journal = LocalJournal(Database(Path(file)))

    def act() -> int:
        conflicts = 0
        position = 0
        for step in range(int(count)):
            while True:
                try:
                    journal.append("run", position, [CancelRequested(at=step, by=number)])
                except Conflict:
                    conflicts += 1
                    position += len(journal.read("run", position))
                else:
                    position += 1
                    break
        return conflicts

    return act


def append_and_hang(file: str) -> Act:
    """Answers as soon as `append` has returned; then keeps everything open."""
    journal = LocalJournal(Database(Path(file)))

    def act() -> str:
        journal.append("run", 0, [CancelRequested(at=1.0, by="the late")])
        return "appended"

    return act


def open_new(file: str, number: str) -> Act:
    """Opens, and so creates, the database."""
    del number
    return lambda: len(LocalJournal(Database(Path(file))).runs())


def create_blob(root: str, number: str) -> Act:
    """Whether this one created the blob."""
    blobs = LocalBlobs(Path(root))

    def act() -> bool:
        try:
            blobs.create("claims/job", number.encode() * 1000)
        except Conflict:
            return False
        return True

    return act


def put_blobs(root: str, count: str, number: str) -> Act:
    """Replaces one blob again and again; each content is one letter, of differing length."""
    blobs = LocalBlobs(Path(root))

    def act() -> int:
        for step in range(int(count)):
            blobs.put("one", number.encode() * (1000 + 997 * (step % 50)))
        return int(count)

    return act


def consume(file: str, number: str) -> Act:
    """The bodies that this one received, until nothing came for 0.3 s."""
    del number
    queue = LocalQueue(Database(Path(file)), SystemClock())

    def act() -> list[str]:
        bodies = []
        while messages := queue.receive("work", limit=3, wait=0.3):
            bodies += [message.body.decode() for message in messages]
            queue.ack(messages)
        return bodies

    return act


def send(file: str, queue_name: str, identity: str, number: str) -> Act:
    """Sends one message when told to, to an ordered queue with an identity; answers when.

    The time is in monotonic seconds.
    """
    queue = LocalQueue(Database(Path(file)), SystemClock())

    def act() -> float:
        options: dict[str, Any] = {"group": "g", "identity": [identity]} if identity else {}
        sent = time.monotonic()
        queue.send(queue_name, [number.encode()], **options)
        return sent

    return act


def receive_and_hang(file: str, lease: str) -> Act:
    """Leases one message and keeps it."""
    queue = LocalQueue(Database(Path(file)), SystemClock())
    return lambda: [m.body.decode() for m in queue.receive("work", lease=float(lease))]


def main() -> None:
    name, *arguments = sys.argv[1:]
    act = globals()[name](*arguments)
    say("ready")
    sys.stdin.readline()
    say(json.dumps(act()))
    sys.stdin.readline()


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
