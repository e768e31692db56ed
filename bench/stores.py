"""The stores: small operations a second against a floor, and how waiting fares.

    python bench/stores.py [--rounds 25] [--count 200] [--no-aws]

Method: one temporary folder on the disk of TMPDIR, one process. In each round ours and the floor
do the same number of operations, in turns; medians of the rounds are shown, and the ratio of the
times, which is what counts.

- journal: `append` of one event. Floor: one INSERT of the same bytes and its commit, by sqlite3
  with the same settings (write-ahead log, synchronous=NORMAL).
- queue: `send` with an identity, `receive`, `ack` of one message. Floor: INSERT, UPDATE, DELETE of
  one row, each with its commit.
- blobs: `put` of 2 KiB under a new key. Floor: a new file opened, written, closed.
- the same on an AWS API server of this machine, with a tenth of the count. Floor: the same requests
  made with bare boto3. What AWS itself takes, some 10 to 30 ms a request, comes on top of both.
- waiting: another process sends every 50 ms, this one waits in `receive`; the time from before
  `send` to after `receive`. Then this one waits for nothing, and its CPU time is taken.
"""

from __future__ import annotations

import argparse
import itertools
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from praktika.adapters.aws.blobs import S3Blobs
from praktika.adapters.aws.client import Clients
from praktika.adapters.aws.journal import S3Journal
from praktika.adapters.aws.queue import SqsQueue
from praktika.adapters.aws.setup import create_bucket
from praktika.adapters.local.blobs import LocalBlobs
from praktika.adapters.local.clock import SystemClock
from praktika.adapters.local.journal import LocalJournal
from praktika.adapters.local.queue import LocalQueue
from praktika.adapters.local.sqlite import Database
from praktika.model.events import JobFinished
from praktika.model.result import Status
from praktika.model.wire import encode

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.aws_server import AwsServer, serve

EVENT = JobFinished(at=1.7e9, job="build-0123456789", attempt=1, status=Status.OK)
BODY = b"x" * 150
BLOB = b"x" * 2048

Operation = Callable[[int], object]


def ours(folder: Path) -> dict[str, Operation]:
    """What praktika does, by name of the line."""
    database = Database(folder / "praktika.db")
    journal = LocalJournal(database)
    queue = LocalQueue(database, SystemClock())
    blobs = LocalBlobs(folder / "blobs")

    def triple(number: int) -> None:
        queue.send("events.fifo", [BODY], group=str(number), identity=[str(number)])
        queue.ack(queue.receive("events.fifo"))

    return {
        "journal append": lambda number: journal.append("run", number, [EVENT]),
        "queue send+receive+ack": triple,
        "blobs put": lambda number: blobs.put(f"runs/{number}.json", BLOB),
    }


def ours_on_aws(aws: Clients, bucket: str) -> dict[str, Operation]:
    """What praktika does on AWS, by name of the line."""
    journal = S3Journal(aws, bucket, SystemClock())
    queue = SqsQueue(aws, "bench")
    blobs = S3Blobs(aws, bucket)
    queue.create("events.fifo")

    def triple(number: int) -> None:
        queue.send("events.fifo", [BODY], group=str(number), identity=[str(number)])
        queue.ack(queue.receive("events.fifo"))

    return {
        "AWS journal append": lambda number: journal.append("run", number, [EVENT]),
        "AWS queue s.+r.+ack": triple,
        "AWS blobs put": lambda number: blobs.put(f"runs/{number}.json", BLOB),
    }


def floors_on_aws(server: AwsServer, bucket: str) -> dict[str, Operation]:
    """The same requests by boto3 alone."""
    session = server.session()
    s3 = session.client("s3", endpoint_url=server.endpoint)
    sqs = session.client("sqs", endpoint_url=server.endpoint)
    url = sqs.create_queue(QueueName="floor.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    event = encode(EVENT)

    def triple(number: int) -> None:
        name = {"MessageGroupId": str(number), "MessageDeduplicationId": str(number)}
        entry = {"Id": "0", "MessageBody": BODY.decode(), **name}
        sqs.send_message_batch(QueueUrl=url, Entries=[entry])
        (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
        entry = {"Id": "0", "ReceiptHandle": message["ReceiptHandle"]}
        sqs.delete_message_batch(QueueUrl=url, Entries=[entry])

    def put(key: str, body: bytes, **options: str) -> None:
        s3.put_object(Bucket=bucket, Key=key, Body=body, **options)

    return {
        "AWS journal append": lambda number: put(f"floor/{number}", event, IfNoneMatch="*"),
        "AWS queue s.+r.+ack": triple,
        "AWS blobs put": lambda number: put(f"floor-{number}.json", BLOB),
    }


def floors(folder: Path) -> dict[str, Operation]:
    """The least that does something alike."""
    connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("CREATE TABLE floor (id INTEGER PRIMARY KEY, data BLOB)")
    event = encode(EVENT)
    (folder / "files").mkdir()

    def triple(number: int) -> None:
        connection.execute("INSERT INTO floor VALUES (?, ?)", (-number - 1, BODY))
        connection.execute("UPDATE floor SET data = ? WHERE id = ?", (BODY, -number - 1))
        connection.execute("DELETE FROM floor WHERE id = ?", (-number - 1,))

    def write(number: int) -> None:
        with (folder / "files" / f"{number}.json").open("wb") as file:
            file.write(BLOB)

    return {
        "journal append": lambda _: connection.execute(
            "INSERT INTO floor (data) VALUES (?)", (event,)
        ),
        "queue send+receive+ack": triple,
        "blobs put": write,
    }


def seconds(operation: Operation, numbers: range) -> float:
    """Seconds for one operation, on average."""
    begun = time.perf_counter()
    for number in numbers:
        operation(number)
    return (time.perf_counter() - begun) / len(numbers)


def compare(
    ours_by_name: dict[str, Operation],
    floor_by_name: dict[str, Operation],
    rounds: int,
    count: int,
) -> None:
    """Print a line for each kind of operation."""
    for name, operation in ours_by_name.items():
        mine, floor = [], []
        for round_number in range(rounds):
            numbers = range(round_number * count, (round_number + 1) * count)
            mine.append(seconds(operation, numbers))
            floor.append(seconds(floor_by_name[name], numbers))
        a, b = statistics.median(mine), statistics.median(floor)
        print(f"{name:24}{1 / a:10,.0f}{1 / b:10,.0f}{a * 1e6:10.1f}{a / b:12.2f}")


def compare_on_aws(rounds: int, count: int) -> None:
    """The lines for AWS."""
    with serve() as server:
        aws = server.clients()
        create_bucket(aws, server.bucket)
        mine, floor = ours_on_aws(aws, server.bucket), floors_on_aws(server, server.bucket)
        compare(mine, floor, rounds, count)


def send_slowly(file: Path, count: int) -> None:
    """Send the time, again and again, as another process."""
    queue = LocalQueue(Database(file), SystemClock())
    for _ in range(count):
        time.sleep(0.05)
        queue.send("waiting", [repr(time.monotonic()).encode()])


def wait_for_messages(folder: Path) -> None:
    """Print how late messages of another process come, and what waiting costs."""
    file = folder / "waiting.db"
    queue = LocalQueue(Database(file), SystemClock())
    count = 60
    sender = subprocess.Popen([sys.executable, __file__, "--send", str(file), str(count)])
    delays = []
    for _ in itertools.repeat(None, count):
        (message,) = queue.receive("waiting", wait=30)
        delays.append(time.monotonic() - float(message.body))
        queue.ack([message])
    sender.wait()
    cpu, begun = time.process_time(), time.monotonic()
    queue.receive("waiting", wait=5)
    idle = (time.process_time() - cpu) / (time.monotonic() - begun)
    print(
        f"message of another process noticed after {statistics.median(delays) * 1e3:.2f} ms "
        f"(median), {sorted(delays)[int(count * 0.95)] * 1e3:.2f} ms (95 of 100); "
        f"waiting in vain takes {idle:.2%} of a core"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--no-aws", action="store_true")
    parser.add_argument("--send", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.send:
        send_slowly(Path(options.send[0]), int(options.send[1]))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(f"{'':24}{'ours/s':>10}{'floor/s':>10}{'us each':>10}{'time ratio':>12}")
        compare(ours(folder), floors(folder), options.rounds, options.count)
        if not options.no_aws:
            compare_on_aws(options.rounds, max(1, options.count // 10))
        wait_for_messages(folder)


if __name__ == "__main__":
    main()
