"""Webhooks taken in a second, by one thread, against a floor.

    python bench/webhooks.py [--rounds 25] [--count 200]

Method: one temporary folder on the disk of TMPDIR, one process, one thread. In each round ours and
the floor take the same number of webhooks, in turns; medians of the rounds are shown, and the ratio
of the times, which is what counts. Each webhook is one of GitHub's own examples, signed, with a
delivery of its own. The log is written to /dev/null.

- ours: the reception, from headers and body to the answer, with the queue in SQLite.
- floor: HMAC-SHA256 of the body, JSON parsed to plain dicts and lists by msgspec, and one INSERT of
  150 bytes and its commit, by sqlite3 with the same settings. Where nothing is to be queued, no
  INSERT; what is not signed is not parsed, either.

`--url` sends the same webhooks to a server that runs elsewhere, one after another over one
connection, and shows that as a third column. It needs the secret and allows the repository:
"a secret for the bench", "Codertocat/Hello-World".
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import itertools
import json
import lzma
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import structlog
import urllib3

from praktika.adapters.github.payloads import notices
from praktika.adapters.github.signature import Signatures
from praktika.adapters.local.clock import SystemClock
from praktika.adapters.local.queue import LocalQueue
from praktika.adapters.local.sqlite import Database
from praktika.intake.allowed import Allowed
from praktika.intake.reception import Reception

FIXTURE = Path(__file__).parents[1] / "tests/fixtures/github/webhooks.json.xz"
SECRET = "a secret for the bench"
REPOSITORY = "Codertocat/Hello-World"
NOTICE = b"x" * 150

Webhook = tuple[dict[str, str], bytes]
Taker = Callable[[Webhook], int]


def samples() -> dict[str, tuple[str, bytes, int]]:
    """Event, body, and the status that it gets, by name of the line."""
    with lzma.open(FIXTURE) as file:
        examples = {one["name"]: one["examples"] for one in json.load(file)}
    push = {**examples["push"][0], "ref": "refs/heads/main"}
    opened = next(one for one in examples["pull_request"] if one["action"] == "opened")
    return {
        "pull request, queued": ("pull_request", msgspec.json.encode(opened), 202),
        "push, queued": ("push", msgspec.json.encode(push), 202),
        "star, nothing to do": ("star", msgspec.json.encode(examples["star"][0]), 200),
        "pull request, unsigned": ("pull_request", msgspec.json.encode(opened), 401),
    }


def webhooks(event: str, body: bytes, status: int) -> Iterator[Webhook]:
    """The same payload again and again, each time as another delivery."""
    secret = b"another" if status == 401 else SECRET.encode()
    common = {
        "content-type": "application/json",
        "x-github-event": event,
        "x-hub-signature-256": "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest(),
    }
    stamp = time.time_ns()
    for number in itertools.count():
        yield {**common, "x-github-delivery": f"{stamp}-{number}"}, body


def ours(folder: Path, devnull: Any) -> Taker:
    """The reception; returns the status."""
    reception = Reception(
        queue=LocalQueue(Database(folder / "praktika.db"), SystemClock()),
        clock=SystemClock(),
        allowed=Allowed([REPOSITORY]),
        verify=Signatures([SECRET]).accepts,
        understand=partial(notices, app=1),
        log=structlog.wrap_logger(
            structlog.PrintLogger(devnull), processors=[structlog.processors.KeyValueRenderer()]
        ),
    )
    return lambda webhook: reception.receive(*webhook).status


def floor(folder: Path) -> Taker:
    """The least that does something alike."""
    connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("CREATE TABLE floor (id INTEGER PRIMARY KEY, data BLOB)")

    def take(webhook: Webhook) -> int:
        headers, body = webhook
        digest = "sha256=" + hmac.digest(SECRET.encode(), body, "sha256").hex()
        if not hmac.compare_digest(digest, headers["x-hub-signature-256"]):
            return 401
        msgspec.json.decode(body)
        if headers["x-github-event"] == "star":
            return 200
        connection.execute("INSERT INTO floor (data) VALUES (?)", (NOTICE,))
        return 202

    return take


def over_http(url: str) -> Taker:
    """A server that takes webhooks at this address."""
    pool = urllib3.PoolManager(maxsize=1)
    return lambda webhook: pool.request("POST", url, headers=webhook[0], body=webhook[1]).status


def seconds(take: Taker, source: Iterator[Webhook], count: int, status: int) -> float:
    """Seconds for one webhook, on average."""
    batch = list(itertools.islice(source, count))
    begun = time.perf_counter()
    statuses = {take(webhook) for webhook in batch}
    spent = time.perf_counter() - begun
    if statuses != {status}:
        raise SystemExit(f"answered {statuses} instead of {status}")
    return spent / count


def compare(takers: list[Taker], rounds: int, count: int) -> None:
    """Print a line for each kind of webhook."""
    for name, (event, body, status) in samples().items():
        source = webhooks(event, body, status)
        times = [
            [seconds(take, source, count, status) for take in takers] for _ in range(rounds + 1)
        ]
        mine, least, *http = (statistics.median(column) for column in zip(*times[1:], strict=True))
        more = "".join(f"{1 / one:12,.0f}" for one in http)
        size = f"{len(body) / 1024:.0f} KiB"
        print(
            f"{name:24}{size:>8}{1 / mine:10,.0f}{1 / least:10,.0f}{mine * 1e6:10.1f}"
            f"{mine / least:12.2f}{more}"
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--url", help="of a server's /webhooks/github")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, Path("/dev/null").open("w") as devnull:
        folder = Path(name)
        takers = [ours(folder, devnull), floor(folder)]
        takers += [over_http(options.url)] if options.url else []
        http = f"{'HTTP/s':>12}" if options.url else ""
        head = f"{'':24}{'body':>8}{'ours/s':>10}{'floor/s':>10}{'us each':>10}{'time ratio':>12}"
        print(head + http)
        compare(takers, options.rounds, options.count)


if __name__ == "__main__":
    main()
