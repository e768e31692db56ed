"""The contract of `Queue`."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from praktika.errors import Conflict


def bodies(messages):
    return [message.body for message in messages]


# Sending and receiving


def test_an_empty_queue_gives_nothing(queue):
    assert queue.receive("work") == []
    assert queue.receive("work", limit=10) == []


def test_a_message_comes_as_it_was_sent_with_its_queue_and_first_delivery(queue):
    body = bytes(range(256)) * 300
    queue.send("work", [body, b""])
    first, second = queue.receive("work", limit=5)
    assert (first.queue, first.body, first.deliveries) == ("work", body, 1)
    assert second.body == b""
    assert first.receipt != second.receipt


def test_messages_come_oldest_first_and_at_most_as_many_as_asked_for(queue):
    queue.send("work", [b"1", b"2"])
    queue.send("work", [b"3"])
    assert bodies(queue.receive("work")) == [b"1"]
    assert bodies(queue.receive("work", limit=5)) == [b"2", b"3"]


def test_queues_do_not_mix(queue):
    queue.send("one", [b"1"])
    queue.send("ünï 🙂", [b"2"])
    assert queue.receive("two") == []
    assert bodies(queue.receive("ünï 🙂", limit=5)) == [b"2"]
    assert bodies(queue.receive("one", limit=5)) == [b"1"]


def test_sending_nothing_changes_nothing(queue):
    queue.send("work", [])
    assert queue.receive("work") == []


def test_messages_are_sent_all_or_none(queue):
    with pytest.raises(ValueError, match="1 identities for 2 bodies"):
        queue.send("work", [b"1", b"2"], identity=["one"])
    assert queue.receive("work") == []
    queue.send("work", [b"1"], identity=["one"])
    assert bodies(queue.receive("work")) == [b"1"]


# Leases


def test_while_a_lease_lasts_nobody_else_receives_the_message(queue_doors, clock):
    mine, theirs = queue_doors(), queue_doors()
    mine.send("work", [b"1"])
    assert theirs.receive("work", lease=30)
    clock.advance(29.9)
    assert mine.receive("work") == []
    assert theirs.receive("work") == []


def test_a_lapsed_lease_gives_the_message_back_with_another_receipt(queue, clock):
    queue.send("work", [b"1"])
    (first,) = queue.receive("work", lease=30)
    clock.advance(30)
    (second,) = queue.receive("work", lease=30)
    assert second.body == b"1"
    assert second.deliveries == 2
    assert second.receipt != first.receipt


def test_a_message_given_back_keeps_its_place(queue, clock):
    queue.send("work", [b"1", b"2", b"3"])
    (first,) = queue.receive("work", lease=5)
    clock.advance(5)
    assert bodies(queue.receive("work", limit=2)) == [b"1", b"2"]
    assert first.body == b"1"


def test_a_correction_of_the_time_of_day_ends_no_lease(queue, clock):
    queue.send("work", [b"1"])
    (message,) = queue.receive("work", lease=30)
    clock.jump(100_000)
    assert queue.receive("work") == []
    clock.jump(-200_000)
    queue.extend(message, 30)
    clock.advance(30)
    assert queue.receive("work")


def test_an_extended_lease_ends_that_long_after_the_extension(queue, clock):
    queue.send("work", [b"1"])
    (message,) = queue.receive("work", lease=10)
    clock.advance(9)
    queue.extend(message, 10)
    clock.advance(9)
    assert queue.receive("work") == []
    clock.advance(1)
    assert queue.receive("work")


def test_an_extension_may_shorten_a_lease(queue, clock):
    queue.send("work", [b"1"])
    (message,) = queue.receive("work", lease=1000)
    queue.extend(message, 1)
    clock.advance(1)
    assert queue.receive("work")


@pytest.mark.parametrize("taken", [False, True])
def test_extending_a_lapsed_lease_is_a_conflict_and_changes_nothing(queue, clock, taken):
    queue.send("work", [b"1"])
    (message,) = queue.receive("work", lease=10)
    clock.advance(10)
    if taken:
        assert queue.receive("work", lease=10)
    with pytest.raises(Conflict, match="lapsed"):
        queue.extend(message, 1000)
    clock.advance(10)
    assert queue.receive("work")


@pytest.mark.parametrize("taken", [False, True])
def test_acknowledging_with_a_lapsed_lease_leaves_the_message(queue, clock, taken):
    queue.send("work", [b"1", b"2"])
    first, second = queue.receive("work", limit=2, lease=10)
    queue.extend(second, 100)
    clock.advance(10)
    if taken:
        assert bodies(queue.receive("work", lease=10)) == [b"1"]
    queue.ack([first, second])  # the second is fine
    clock.advance(100)
    assert bodies(queue.receive("work", limit=5)) == [b"1"]


@pytest.mark.parametrize("taken", [False, True])
def test_releasing_with_a_lapsed_lease_does_nothing(queue, clock, taken):
    queue.send("work", [b"1"])
    (message,) = queue.receive("work", lease=10)
    clock.advance(10)
    if taken:
        assert queue.receive("work", lease=10)
    queue.release(message)
    assert len(queue.receive("work", lease=10)) == (0 if taken else 1)


def test_a_released_message_can_be_received_at_once_and_its_old_receipt_is_dead(queue, clock):
    queue.send("work", [b"1"])
    (first,) = queue.receive("work", lease=1000)
    queue.release(first)
    with pytest.raises(Conflict):
        queue.extend(first, 10)
    queue.ack([first])
    (second,) = queue.receive("work", lease=10)
    assert second.deliveries == 2
    queue.release(first)
    assert queue.receive("work") == []
    queue.extend(second, 10)


def test_an_acknowledged_message_never_comes_again(queue, clock):
    queue.send("work", [b"1", b"2"])
    messages = queue.receive("work", limit=2, lease=1)
    queue.ack(messages)
    clock.advance(1000)
    assert queue.receive("work") == []
    with pytest.raises(Conflict):
        queue.extend(messages[0], 10)
    queue.release(messages[0])
    queue.ack(messages)
    queue.ack([])
    assert queue.receive("work") == []


def test_a_dead_receipt_never_names_a_newer_message(queue):
    queue.send("work", [b"1"])
    (first,) = queue.receive("work")
    queue.ack([first])
    queue.send("work", [b"2"])  # a store may well give it the number of the first
    (second,) = queue.receive("work")
    queue.ack([first])
    queue.release(first)
    queue.extend(second, 10)


# Identity


def test_fault_24_an_identity_that_the_queue_holds_is_not_added_again(queue):
    queue.send("work", [b"1"], identity=["one"])
    queue.send("work", [b"2", b"3"], identity=["one", "three"])
    assert bodies(queue.receive("work", limit=5)) == [b"1", b"3"]
    queue.send("work", [b"4"], identity=["one"])  # leased is held too
    assert queue.receive("work") == []


def test_an_identity_is_added_once_from_one_call(queue):
    queue.send("work", [b"1", b"2"], identity=["one", "one"])
    assert bodies(queue.receive("work", limit=5)) == [b"1"]


def test_an_identity_is_held_however_long_the_message_stays(queue, clock):
    queue.send("work", [b"1"], identity=["one"])
    clock.advance(100_000)
    queue.send("work", [b"2"], identity=["one"])
    assert bodies(queue.receive("work", limit=5)) == [b"1"]


def test_an_identity_is_remembered_for_five_minutes_after_its_message(queue, clock):
    queue.send("work", [b"1"], identity=["one"])
    queue.ack(queue.receive("work"))
    clock.advance(299)
    queue.send("work", [b"2"], identity=["one"])
    assert queue.receive("work") == []
    clock.advance(1)
    queue.send("work", [b"3"], identity=["one"])
    queue.send("work", [b"4"], identity=["one"])
    assert bodies(queue.receive("work", limit=5)) == [b"3"]


def test_an_identity_belongs_to_its_queue(queue):
    queue.send("one", [b"1"], identity=["same"])
    queue.send("two", [b"2"], identity=["same"])
    assert bodies(queue.receive("two")) == [b"2"]


def test_bodies_without_identity_are_always_added(queue):
    queue.send("work", [b"1"])
    queue.send("work", [b"1"])
    assert bodies(queue.receive("work", limit=5)) == [b"1", b"1"]


# Waiting


def test_waiting_ends_when_the_time_is_over(queue):
    begun = time.monotonic()
    assert queue.receive("work", wait=0.1) == []
    assert 0.1 <= time.monotonic() - begun < 1


def test_waiting_ends_at_once_when_a_message_is_there(queue):
    queue.send("work", [b"1"])
    begun = time.monotonic()
    assert queue.receive("work", wait=30)
    assert time.monotonic() - begun < 1


@pytest.mark.parametrize("same_door", [True, False])
def test_waiting_ends_when_a_message_is_sent(queue_doors, same_door):
    waiting = queue_doors()
    sending = waiting if same_door else queue_doors()
    with ThreadPoolExecutor(1) as pool:
        received = pool.submit(waiting.receive, "work", wait=30)
        time.sleep(0.05)
        begun = time.monotonic()
        sending.send("work", [b"1"])
        assert bodies(received.result(timeout=10)) == [b"1"]
    assert time.monotonic() - begun < 1


def test_waiting_ends_when_a_message_is_released_or_its_lease_lapses(queue, clock):
    queue.send("work", [b"1"])
    (message,) = queue.receive("work", lease=10)
    with ThreadPoolExecutor(1) as pool:
        received = pool.submit(queue.receive, "work", lease=10, wait=30)
        time.sleep(0.02)
        queue.release(message)
        assert received.result(timeout=10)[0].deliveries == 2
        received = pool.submit(queue.receive, "work", lease=10, wait=30)
        time.sleep(0.02)
        clock.advance(10)
        assert received.result(timeout=10)[0].deliveries == 3


# Concurrency


def test_eight_threads_receive_every_message_once(queue_doors):
    doors = [queue_doors() for _ in range(2)]
    sent = [str(number).encode() for number in range(200)]
    doors[0].send("work", sent)
    start = threading.Barrier(8)

    def drain(number: int) -> list[bytes]:
        received = []
        start.wait()
        while messages := doors[number % 2].receive("work", limit=3):
            received += bodies(messages)
            doors[number % 2].ack(messages)
        return received

    with ThreadPoolExecutor(8) as pool:
        received = [body for part in pool.map(drain, range(8)) for body in part]
    assert sorted(received) == sorted(sent)


def test_of_eight_senders_of_one_identity_one_is_heard(queue_doors):
    doors = [queue_doors() for _ in range(2)]
    start = threading.Barrier(8)

    def send(number: int) -> None:
        start.wait()
        doors[number % 2].send("work", [str(number).encode()], identity=["one"])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(send, range(8)))
    assert len(doors[0].receive("work", limit=8)) == 1
