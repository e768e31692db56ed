"""What the stores on AWS do beside the contracts of their ports: what is where, and what it costs."""

import json
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.contracts.conftest import put_secret
from tests.faulty_proxy import BROKEN, CORRUPTED, FaultyProxy

from praktika.adapters.aws.blobs import S3Blobs
from praktika.adapters.aws.growing import Stream
from praktika.adapters.aws.journal import S3Journal
from praktika.adapters.aws.objects import Bucket
from praktika.adapters.aws.queue import SqsQueue
from praktika.adapters.aws.secrets import AwsSecrets
from praktika.adapters.local.clock import SystemClock
from praktika.adapters.memory import ManualClock
from praktika.errors import Absent, Conflict, OperatorError, Unavailable
from praktika.model.events import CancelRequested
from praktika.orchestrator.names import is_control
from praktika.ports.queue import MAX_DELIVERIES

EVENT = CancelRequested(at=1.0, by="me")


@pytest.fixture
def proxy(aws_server):
    """Counts, and fails when it is told to."""
    with FaultyProxy(aws_server.endpoint) as proxy:
        yield proxy


@pytest.fixture
def counted(aws_server, proxy):
    """Clients through the proxy, which try once."""
    return aws_server.clients(endpoint=proxy.endpoint, attempts=1)


def names(aws, bucket):
    answer = aws.s3.list_objects_v2(Bucket=bucket)
    return [one["Key"] for one in answer.get("Contents", [])]


# Blobs


def test_a_blob_is_an_object_of_its_key_and_a_growing_one_has_parts_beside(aws, bucket):
    blobs = S3Blobs(aws, bucket, "team/")
    blobs.put("runs/1/plan.json", b"{}")
    assert names(aws, bucket) == ["team/blobs/runs/1/plan.json"] == [blobs.name("runs/1/plan.json")]
    with blobs.stream("runs/1/log") as log:
        log.write(b"1")
        log.flush()
        log.flush()
        log.write(b"2")
        log.flush()
        growing = [name for name in names(aws, bucket) if name.startswith("team/growing/")]
        assert len(growing) == 2
        assert blobs.list("") == ["runs/1/log", "runs/1/plan.json"]
    assert names(aws, bucket) == ["team/blobs/runs/1/log", "team/blobs/runs/1/plan.json"]


def test_what_was_written_goes_up_by_itself(aws, bucket):
    blobs = S3Blobs(aws, bucket)
    stream = Stream(
        Bucket(aws, bucket, "blobs/"), Bucket(aws, bucket, "growing/"), "log", interval=0.2
    )
    with stream:
        for text in (b"one", b"onetwo"):
            stream.write(text[-3:])
            deadline = time.monotonic() + 5
            while blobs.get("log") != text and time.monotonic() < deadline:
                time.sleep(0.02)
            assert blobs.get("log") == text
            assert blobs.get("log", 1, 5) == text[1:5]
            assert blobs.get("log", 100) == b""


def test_a_log_of_ten_minutes_costs_at_most_36_requests(counted, bucket, proxy):
    """One flush of the background every 19 seconds, as if it had been ten minutes."""
    proxy.reset()
    with S3Blobs(counted, bucket).stream("log") as log:
        for _ in range(600 // 19):
            for _ in range(100):
                log.write(b"a line of the log\n")
            log.flush()
    assert proxy.total <= 36, proxy.report()


def test_a_short_log_costs_two_requests(counted, bucket, proxy):
    proxy.reset()
    with S3Blobs(counted, bucket).stream("log") as log:
        log.write(b"hello\n")
    assert proxy.counts == {("s3", "PutObject"): 2}


def test_much_goes_up_without_waiting(aws, bucket):
    blobs = S3Blobs(aws, bucket)
    with blobs.stream("log") as log:
        for _ in range(3):
            log.write(b"x" * (4 << 20))
        assert blobs.size("log") >= 8 << 20
        for _ in range(3):
            log.write(b"y" * (4 << 20))
    assert blobs.get("log", (12 << 20) - 1, (12 << 20) + 1) == b"xy"
    assert blobs.size("log") == 24 << 20  # in parts


def test_a_part_that_could_not_be_stored_comes_with_the_next(counted, aws, bucket, proxy):
    reading = S3Blobs(aws, bucket)
    with S3Blobs(counted, bucket).stream("log") as log:
        log.write(b"1")
        proxy.probability, proxy.ways = 1.0, [BROKEN]
        with pytest.raises(Unavailable, match="cannot write s3://"):
            log.flush()
        assert log.write(b"2") == 1
        proxy.probability = 0.0
        assert reading.get("log") == b""
        log.flush()
        assert reading.get("log") == b"12"
    assert reading.get("log") == b"12"


def test_readers_of_a_growing_blob_never_see_less_than_before(aws, bucket):
    blobs, over = S3Blobs(aws, bucket), threading.Event()

    def read(number: int) -> int:
        seen = 0
        while not over.is_set():
            try:
                now = len(blobs.get("log")) if number else blobs.size("log")
            except Absent:
                continue
            assert now >= seen
            seen = now
        return seen

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read, number) for number in range(2)]
        with blobs.stream("log") as log:
            for _ in range(60):
                log.write(b"line\n")
                log.flush()
        time.sleep(0.1)
        over.set()
        assert [reader.result() for reader in readers] == [300, 300]


def test_a_large_file_goes_up_in_parts_and_comes_back_whole(counted, bucket, proxy, tmp_path):
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(bytes(range(256)) * (40 << 12))
    blobs = S3Blobs(counted, bucket)
    blobs.put("large", source)
    assert proxy.counts["s3", "UploadPart"] == 3
    assert blobs.size("large") == 40 << 20
    blobs.fetch("large", target)
    assert target.read_bytes() == source.read_bytes()


@pytest.mark.parametrize("size", [10, 20 << 20])
def test_fault_58_an_upload_that_failed_never_looks_like_success(
    counted, aws, bucket, proxy, tmp_path, size
):
    source = tmp_path / "source"
    source.write_bytes(b"x" * size)
    blobs = S3Blobs(counted, bucket)
    proxy.probability = 1.0
    for call in (
        lambda: blobs.put("a", source),
        lambda: blobs.put("a", b"x" * size),
        lambda: blobs.create("a", b"x"),
        lambda: blobs.stream("a"),
    ):
        with pytest.raises(Unavailable, match="cannot write s3://"):
            call()


@pytest.mark.parametrize("size", [10, 20 << 20])
def test_fault_58_what_arrives_changed_is_refused(aws_server, aws, bucket, size):
    with FaultyProxy(aws_server.endpoint, probability=1.0, ways=[CORRUPTED]) as proxy:
        blobs = S3Blobs(aws_server.clients(endpoint=proxy.endpoint, attempts=1), bucket)
        with pytest.raises((Unavailable, OperatorError), match="cannot write s3://"):
            blobs.put("a", b"x" * size)
        if size == 10:
            with pytest.raises((Unavailable, OperatorError), match="cannot write s3://"):
                blobs.create("a", b"x" * size)
    with pytest.raises(Absent):
        S3Blobs(aws, bucket).get("a")


def test_fault_58_a_stream_that_cannot_be_stored_says_so_when_it_is_closed(
    counted, aws, bucket, proxy, monkeypatch
):
    monkeypatch.setattr("praktika.adapters.aws.growing.patiently", lambda action: action())
    log = S3Blobs(counted, bucket).stream("log")
    log.write(b"1")
    log.flush()
    log.write(b"2")
    proxy.probability = 1.0
    with pytest.raises(Unavailable, match="cannot write s3://"):
        log.close()
    assert log.closed
    assert S3Blobs(aws, bucket).get("log") == b"1"  # what was flushed stays


def test_fault_69_more_than_a_thousand_keys_are_listed(aws, bucket):
    blobs = S3Blobs(aws, bucket)
    keys = [f"many/{number:04d}" for number in range(1050)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda key: blobs.put(key, b""), keys))
    assert blobs.list("many") == keys


def test_fault_69_more_than_ten_parameters_and_twenty_secrets_are_read(counted, aws, proxy):
    for number in range(25):
        put_secret(aws, "parameter", f"p{number}", str(number))
        put_secret(aws, "secret", f"s{number}", str(number))
    asked = [(f"p{number}", "aws parameter") for number in range(25)]
    asked += [(f"s{number}", "aws secret") for number in range(25)]
    found = AwsSecrets(counted).get_all(asked)
    assert found == {f"{kind}{number}": str(number) for kind in "ps" for number in range(25)}
    assert proxy.counts == {
        ("ssm", "GetParameters"): 3,
        ("secretsmanager", "BatchGetSecretValue"): 2,
    }


# Journals


def journal(aws, bucket, clock=None):
    return S3Journal(aws, bucket, clock or SystemClock(), "team/")


def test_an_append_is_one_object_that_people_can_read(aws, bucket):
    journal(aws, bucket).append("run", 0, [EVENT, EVENT])
    data = aws.s3.get_object(Bucket=bucket, Key="team/journal/run/000000000000")["Body"].read()
    entry = json.loads(data)
    assert entry["version"] == 1
    assert entry["events"] == [{"type": "CancelRequested", "at": 1.0, "by": "me"}] * 2


def test_appending_costs_one_request_and_reading_one_more_than_there_are_appends(
    counted, bucket, proxy
):
    mine = journal(counted, bucket)
    mine.append("run", 0, [EVENT])
    proxy.reset()
    for number in range(1, 5):
        mine.append("run", number, [EVENT])
    assert proxy.counts == {("s3", "PutObject"): 4}
    proxy.reset()
    assert len(journal(counted, bucket).read("run")) == 5
    assert proxy.counts == {("s3", "ListObjectsV2"): 1, ("s3", "GetObject"): 5}
    proxy.reset()
    assert mine.read("run", 5) == []
    assert proxy.counts == {("s3", "ListObjectsV2"): 1}


def test_a_position_in_the_middle_of_somebody_elses_batch_is_a_conflict(aws, bucket):
    journal(aws, bucket).append("run", 0, [EVENT])
    journal(aws, bucket).append("run", 1, [EVENT] * 3)
    for position in (0, 1, 2, 3, 5, 9):
        with pytest.raises(Conflict, match="run run has"):
            journal(aws, bucket).append("run", position, [EVENT])
    assert len(journal(aws, bucket).read("run")) == 4
    assert len(journal(aws, bucket).read("run", 2)) == 2
    journal(aws, bucket).append("run", 4, [EVENT])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b'{"version": 1, "writer": "x", "events": [{"type": "MoonRose", "at": 1.0}]}',
        b'{"version": 2, "writer": "x", "events": [{"type": "CancelRequested", "at": 1.0, "by": "x"}]}',
        b'{"version": 1, "writer": "x", "events": []}',
        b'{"version": 1, "writer": "x"}',
    ],
)
def test_an_entry_that_cannot_be_read_is_named_and_kept(aws, bucket, data):
    mine = journal(aws, bucket)
    for number in range(3):
        mine.append("run", number, [EVENT])
    mine.append("other", 0, [EVENT])
    key = "team/journal/run/000000000001"
    aws.s3.put_object(Bucket=bucket, Key=key, Body=data)
    for start in (0, 1):
        with pytest.raises(OperatorError, match=r"entry 1 of run run .*Nothing was changed"):
            journal(aws, bucket).read("run", start)
    assert journal(aws, bucket).read("run", 2) == [EVENT]
    assert journal(aws, bucket).read("other") == [EVENT]
    assert aws.s3.get_object(Bucket=bucket, Key=key)["Body"].read() == data


@pytest.mark.parametrize("position", [0, 1])
def test_an_entry_that_is_missing_is_named(aws, bucket, position):
    mine = journal(aws, bucket)
    for number in range(3):
        mine.append("run", number, [EVENT])
    aws.s3.delete_object(Bucket=bucket, Key=f"team/journal/run/00000000000{position}")
    with pytest.raises(OperatorError, match=rf"entry {position} of run run .*missing"):
        journal(aws, bucket).read("run")


def test_a_run_that_was_announced_and_never_began_is_not_listed(aws, bucket):
    clock = ManualClock()
    mine = journal(aws, bucket, clock)
    for number in range(3):
        clock.advance(1)
        mine.append(f"run-{number}", 0, [EVENT])
    clock.advance(1)
    mine._announce("never")
    clock.advance(1)
    mine._announce("run-1")  # by somebody who was second
    assert journal(aws, bucket).runs() == ["run-1", "run-2", "run-0"]
    assert journal(aws, bucket).runs(limit=1) == ["run-1"]


# Queues


@pytest.mark.parametrize(
    ("queue", "name"),
    [
        ("work", "team-work"),
        ("events.fifo", "team-events.fifo"),
        ("a.b", r"team-a_b-[0-9a-f]{12}"),
        ("x" * 60, "team-x{60}"),
    ],
)
def test_a_queues_name_begins_with_the_prefix(aws, queue, name):
    assert re.fullmatch(name.replace(".fifo", r"\.fifo"), SqsQueue(aws, "team").name(queue))


def test_names_that_sqs_does_not_take_stay_different(aws):
    queue = SqsQueue(aws, "a-very-long-prefix-for-a-team")
    names = ["x" * 60, "x" * 59 + "y", "a.b", "a_b", "a-b", "x" * 55 + ".fifo"]
    assert len({queue.name(name) for name in names}) == len(names)
    assert all(len(queue.name(name)) <= 80 for name in names)


def test_fault_65_a_queue_has_one_for_what_nobody_could_deal_with(aws):
    queue = SqsQueue(aws, "team")
    queue.create("work.fifo")
    url = aws.sqs.get_queue_url(QueueName="team-work.fifo")["QueueUrl"]
    attributes = aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    policy = json.loads(attributes["RedrivePolicy"])
    assert policy["deadLetterTargetArn"].endswith(":team-work-dead.fifo")
    assert int(policy["maxReceiveCount"]) == MAX_DELIVERIES
    assert attributes["MessageRetentionPeriod"] == str(14 * 24 * 3600)


def test_text_goes_as_it_is_and_many_in_one_request(counted, proxy):
    queue = SqsQueue(counted, "team")
    queue.create("work")
    proxy.reset()
    queue.send("work", [b'{"a": "\xc3\xbc"}'] * 20)
    assert proxy.counts == {("sqs", "SendMessageBatch"): 2}
    url = queue._urls["work"]
    (raw, *_) = counted.sqs.receive_message(QueueUrl=url)["Messages"]
    assert raw["Body"] == '{"a": "ü"}'
    proxy.reset()
    queue.send("work", [b"x" * 100_000] * 5)  # two fit into one request
    assert proxy.counts == {("sqs", "SendMessageBatch"): 3}
    proxy.reset()
    queue.ack(queue.receive("work", limit=10))
    assert proxy.counts == {("sqs", "ReceiveMessage"): 1, ("sqs", "DeleteMessageBatch"): 1}


def test_waiting_costs_one_request_in_twenty_seconds(counted, proxy):
    queue = SqsQueue(counted, "team")
    queue.create("work")
    proxy.reset()
    begun = time.monotonic()
    assert queue.receive("work", wait=2.0) == []
    assert 2.0 <= time.monotonic() - begun < 3.5
    assert proxy.total <= 3
    proxy.probability, proxy.ways = 1.0, [BROKEN]
    with pytest.raises(Unavailable):
        queue.receive("work")


def test_tags_are_those_of_the_object(aws, bucket, tmp_path):
    blobs = S3Blobs(aws, bucket)
    file = tmp_path / "file"
    file.write_bytes(b"1")
    blobs.put("a/file", file, tags={"team": "core & more", "keep": ""})
    blobs.put("a/bytes", b"1", tags={"team": "core"})
    blobs.put("a/none", b"1", tags={})
    found = {}
    for name in ("file", "bytes", "none"):
        (key,) = [
            each["Key"]
            for each in aws.s3.list_objects_v2(Bucket=bucket)["Contents"]
            if each["Key"].endswith(f"a/{name}")
        ]
        said = aws.s3.get_object_tagging(Bucket=bucket, Key=key)["TagSet"]
        found[name] = {each["Key"]: each["Value"] for each in said}
    assert found == {
        "file": {"team": "core & more", "keep": ""},
        "bytes": {"team": "core"},
        "none": {},
    }


def test_queues_that_a_deploy_has_made_are_neither_made_nor_removed(aws, aws_server):
    deployed = SqsQueue(aws, "team", is_control)
    deployed.create("events.fifo")
    with pytest.raises(Absent):
        deployed.depth("events.fifo")
    SqsQueue(aws, "team").create("events.fifo")
    deployed.remove("events.fifo")
    assert deployed.depth("events.fifo") == 0
    deployed.create("control-i-1")
    deployed.remove("control-i-1")
    with pytest.raises(Absent):
        SqsQueue(aws, "team").depth("control-i-1")
