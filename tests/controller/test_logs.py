"""What is logged reaches CloudWatch Logs, in bounded memory, and holds up nobody (fault 66)."""

from __future__ import annotations

import os
import time

import pytest
from botocore.exceptions import ClientError
from tests.aws_server import REGION
from tests.controller.scene import until

from praktika_controller.aws import Clients
from praktika_controller.logs import lines
from praktika_controller.logs.journal import File, log, set_up
from praktika_controller.logs.lines import BATCH_BYTES, EVENT_BYTES, Waiting, fitting
from praktika_controller.logs.output import forward
from praktika_controller.logs.shipping import Shipping


def texts(batch):
    return [line.data.decode() for line in batch]


def test_lines_go_in_the_order_of_their_times_and_stay_until_they_were_sent():
    waiting = Waiting()
    for text, at in (("b", 2.0), ("a", 1.0), ("c", 3.0)):
        waiting.put(text, at)
    assert texts(waiting.batch()) == ["a", "b", "c"]
    assert texts(waiting.batch()) == ["a", "b", "c"]
    waiting.sent(3)
    assert waiting.batch() == []


def test_a_request_has_as_many_lines_as_it_may_and_no_more_than_a_day():
    waiting = Waiting(limit=100 << 20)
    for _ in range(5):
        waiting.put("x" * EVENT_BYTES, 1.0)
    batch = waiting.batch()
    assert len(batch) == 4
    assert sum(line.cost for line in batch) <= BATCH_BYTES
    waiting.sent(5)
    for number in range(lines.BATCH_LINES + 1):
        waiting.put("", number / 1000)
    assert len(waiting.batch()) == lines.BATCH_LINES
    waiting.sent(lines.BATCH_LINES + 1)
    for day in range(3):
        waiting.put("x", day * 86_400.0)
    assert len(waiting.batch()) == 1


@pytest.mark.parametrize("text", ["", "é" * EVENT_BYTES, "\ud800", "x"])
def test_any_line_becomes_one_that_is_taken(text):
    data = fitting(text)
    assert 0 < len(data) <= EVENT_BYTES
    assert data.decode()


def test_what_does_not_fit_into_memory_is_dropped_and_counted():
    waiting = Waiting(limit=200)
    for _ in range(10):
        waiting.put("x" * 70, 1.0)
    batch = waiting.batch()
    assert len(batch) == 2
    waiting.sent(2)
    assert texts(waiting.batch()) == ["praktika: 8 lines were dropped here"]


@pytest.fixture
def aws_logs(aws_server, monkeypatch):
    for name, value in aws_server.environment().items():
        monkeypatch.setenv(name, value)
    return Clients(REGION)


def test_lines_reach_a_stream_that_is_made_for_them(aws_logs):
    aws_logs.logs.create_log_group(logGroupName="g")
    shipping = Shipping(aws_logs, "g", "i-1", period=0.05)
    shipping.start()
    end = set_up([shipping])
    log("thing.done", count=1, path=os.fspath("/x"))
    end()
    shipping.put("text of a child", time.time())
    shipping.close()
    answer = aws_logs.logs.get_log_events(logGroupName="g", logStreamName="i-1", startFromHead=True)
    first, second = [event["message"] for event in answer["events"]]
    assert '"event": "thing.done", "count": 1' in first
    assert second == "text of a child"


class Flaky:
    """CloudWatch Logs that fails a few times."""

    class exceptions:  # noqa: N801 - as boto3 has it
        class ResourceNotFoundException(Exception):
            pass

    def __init__(self, *codes: str) -> None:
        self.codes = list(codes)
        self.taken: list[str] = []

    @property
    def logs(self):
        return self

    def put_log_events(self, *, logEvents, **_):  # noqa: N803 - the same
        if self.codes:
            raise ClientError({"Error": {"Code": self.codes.pop(0)}}, "PutLogEvents")
        self.taken += [event["message"] for event in logEvents]


def test_what_is_not_taken_is_sent_again_and_what_is_malformed_holds_up_nothing():
    flaky = Flaky("ThrottlingException", "InvalidParameterException")
    shipping = Shipping(flaky, "g", "s", period=0.02)
    shipping.put("malformed", 1.0)
    shipping.start()
    until(lambda: not flaky.codes)
    shipping.put("fine", 2.0)
    until(lambda: flaky.taken == ["fine"])
    shipping.close()


def test_a_service_that_is_away_delays_nobody(aws_logs, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    shipping = Shipping(Clients(REGION), "g", "s", period=0.01, waiting=Waiting(limit=10_000))
    shipping.start()
    began = time.monotonic()
    for _ in range(10_000):
        shipping.put("x" * 100, 1.0)
    assert time.monotonic() - began < 1


def test_fault_66_the_file_is_rotated(tmp_path):
    file = File(tmp_path / "log" / "controller.log", size=1000, count=2)
    for _ in range(100):
        file.put("x" * 99, 1.0)
    file.close()
    sizes = {path.name: path.stat().st_size for path in (tmp_path / "log").iterdir()}
    assert sizes.keys() == {"controller.log", "controller.log.1", "controller.log.2"}
    assert max(sizes.values()) <= 1000


def test_output_without_an_end_of_line_does_not_fill_memory():
    read_end, write_end = os.pipe()
    found: list[str] = []

    class Sink:
        def put(self, text: str, at: float) -> None:
            found.append(text)

    thread = forward(os.fdopen(read_end, "rb"), [Sink()])
    for _ in range(3):
        os.write(write_end, b"x" * 65_536)
    os.write(write_end, b"\xff end")
    os.close(write_end)
    thread.join(5)
    assert max(map(len, found)) <= 65_536
    assert found[-1] == "� end"
