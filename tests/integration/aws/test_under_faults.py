"""The stores on AWS while a tenth of all requests fails: nothing is lost, nothing happens twice."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.contracts.conftest import put_secret
from tests.faulty_proxy import LOST, WAYS, FaultyProxy

from praktika.adapters.aws.blobs import S3Blobs
from praktika.adapters.aws.client import Clients
from praktika.adapters.aws.journal import S3Journal
from praktika.adapters.aws.queue import SqsQueue
from praktika.adapters.aws.secrets import AwsSecrets
from praktika.adapters.local.clock import SystemClock
from praktika.errors import Conflict
from praktika.model.events import CancelRequested
from praktika.patience import patiently


def by(number: object) -> CancelRequested:
    return CancelRequested(at=1.0, by=str(number))


@pytest.fixture(params=["any way", "lost"])
def proxy(request, aws_server) -> Iterator[FaultyProxy]:
    """Fails in any way; or does all that is asked, and then often does not say so."""
    lost = request.param == "lost"
    with FaultyProxy(
        aws_server.endpoint,
        probability=0.25 if lost else 0.1,
        seed=1,
        ways=[LOST] if lost else WAYS,
        delay=1.5,
    ) as proxy:
        yield proxy


@pytest.fixture
def shaky(aws_server, proxy) -> Clients:
    """Clients whose requests go through the proxy."""
    return aws_server.clients(endpoint=proxy.endpoint, timeout=1.0)


def test_the_proxy_fails_in_every_way_and_counts(aws_server, bucket):
    with FaultyProxy(aws_server.endpoint, probability=1.0, seed=3, delay=0.6) as proxy:
        blobs = S3Blobs(
            aws_server.clients(endpoint=proxy.endpoint, timeout=0.3, attempts=1), bucket
        )
        for number in range(30):
            with pytest.raises(Exception, match="cannot write"):
                blobs.put(str(number), b"1")
        assert set(proxy.faults) == set(WAYS)
        assert proxy.counts == {("s3", "PutObject"): 30}
        assert "PutObject" in proxy.report()
        proxy.probability = 0.0
        proxy.reset()
        happened = blobs.list("")
        assert 0 < len(happened) < 30  # lost and late ones did happen
        assert proxy.counts == {("s3", "ListObjectsV2"): 1}


def test_every_create_that_is_answered_has_created_once(shaky, bucket, proxy):
    blobs = S3Blobs(shaky, bucket)
    for number in range(25):
        blobs.create(f"claims/{number}", str(number).encode())
        with pytest.raises(Conflict):
            blobs.create(f"claims/{number}", b"second")
    assert len(blobs.list("claims")) == 25
    assert blobs.get("claims/7") == b"7"
    assert proxy.faults


def test_of_many_that_create_one_blob_one_wins(shaky, bucket, proxy):
    blobs = S3Blobs(shaky, bucket)

    def create(number: int) -> bool:
        try:
            blobs.create(f"claims/{number // 4}", str(number).encode())
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        won = list(pool.map(create, range(32)))
    for claim in range(8):
        assert won[claim * 4 : claim * 4 + 4].count(True) == 1
        assert int(blobs.get(f"claims/{claim}")) == claim * 4 + won[claim * 4 :].index(True)
    assert proxy.faults


def test_a_stream_loses_nothing_and_never_goes_back(shaky, bucket, aws, proxy):
    written, seen = b"", b""
    writing, reading = S3Blobs(shaky, bucket), S3Blobs(aws, bucket)
    with writing.stream("log") as log:
        for number in range(40):
            line = f"line {number}\n".encode()
            log.write(line)
            written += line
            patiently(log.flush)
            now = reading.get("log")
            assert now.startswith(seen)
            assert now == written
            seen = now
    assert reading.get("log") == written
    assert reading.list("") == ["log"]
    assert proxy.faults


def test_journals_are_appended_exactly_once(shaky, bucket, aws, proxy):
    journal = S3Journal(shaky, bucket, SystemClock())
    for number in range(40):
        journal.append("run", number, [by(number)])
    for number in range(8):
        journal.append(f"run-{number}", 0, [by(number), by(number)])
    again = S3Journal(aws, bucket, SystemClock())
    assert again.read("run") == [by(number) for number in range(40)]
    assert journal.read("run", 17) == [by(number) for number in range(17, 40)]
    assert again.runs() == [f"run-{number}" for number in range(7, -1, -1)] + ["run"]
    assert proxy.faults


def test_writers_that_look_again_after_a_conflict_lose_nothing(shaky, bucket):
    def write(number: int) -> None:
        journal, position = S3Journal(shaky, bucket, SystemClock()), 0
        for step in range(8):
            while True:
                try:
                    journal.append("run", position, [by(f"{number}/{step}")])
                    position += 1
                    break
                except Conflict:
                    position = len(journal.read("run"))

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(write, range(3)))
    read = [event.by for event in S3Journal(shaky, bucket, SystemClock()).read("run")]
    assert len(read) == 24
    for number in range(3):
        own = [name for name in read if name.startswith(f"{number}/")]
        assert own == [f"{number}/{step}" for step in range(8)]


def test_ordered_messages_come_once_and_in_order(shaky, aws, proxy):
    queue, calm = SqsQueue(shaky, "team"), SqsQueue(aws, "team")
    queue.create("work.fifo")
    sent = [str(number).encode() for number in range(40)]
    for body in sent:
        queue.send("work.fifo", [body], group="g", identity=[body.decode()])
    received = []
    for _ in range(60):
        if not (messages := calm.receive("work.fifo", limit=10)):
            break
        received += [message.body for message in messages]
        queue.ack(messages)
    assert received == sent
    assert calm.depth("work.fifo") == 0
    assert proxy.faults


def test_plain_messages_come_at_least_once(shaky, proxy):
    queue = SqsQueue(shaky, "team")
    queue.create("work")
    sent = {str(number).encode() for number in range(40)}
    for body in sorted(sent):
        queue.send("work", [body])
    received = set()
    for _ in range(100):
        # an answer that is lost keeps its messages for the length of the lease
        if not (messages := queue.receive("work", limit=10, lease=2, wait=3)):
            break
        received |= {message.body for message in messages}
        queue.ack(messages)
    assert received == sent
    assert proxy.faults


def test_secrets_are_found(shaky, aws):
    for number in range(12):
        put_secret(aws, "parameter", f"p{number}", f"value {number}")
        put_secret(aws, "secret", f"s{number}", f"value {number}")
    names = [f"{kind}{number}" for kind in "ps" for number in range(12)]
    for _ in range(5):
        found = AwsSecrets(shaky).get_all([(name, "") for name in names])
        assert found == {name: f"value {name[1:]}" for name in names}
