"""The contract of `Queue`: what both kinds have in common.

Leases here are of one to three seconds, as some stores can only be tested in real time.
"""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from praktika.errors import Conflict
from praktika.ports.queue import MAX_BODY, MAX_DELIVERIES, Backlog, dead_letters

# Sending and receiving


def test_an_empty_queue_gives_nothing(line):
    assert line.receive() == []
    assert line.receive(10) == []
    assert line.queue.depth(line.name) == 0


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"x", b'{"a": 1}', b"(bytes)", "ünï 🙂\n\t".encode(), b"\r\n", b"\0", b" "),
        *(b"\xff\xfe", "\ufffe\uffff".encode(), bytes(range(256)) * 300, b"x" * MAX_BODY),
        b"\xff" * MAX_BODY,
    ],
    ids=lambda body: f"{len(body)}-{body[:4]!r}",
)
def test_a_message_comes_as_it_was_sent_with_its_queue_and_first_delivery(line, body):
    line.send(body)
    (message,) = line.receive(5)
    assert (message.queue, message.body, message.deliveries) == (line.name, body, 1)
    assert message.group == line.group.get("group", "")


def test_each_message_has_an_id_that_it_keeps_and_no_other_gets(line):
    line.send(b"1", b"1")
    line.send(b"1")
    messages = line.receive(3)
    assert len({message.id for message in messages}) == 3
    for message in messages:
        line.queue.release(message)
    again = line.receive(3)
    assert {message.id for message in again} == {message.id for message in messages}
    assert {message.receipt for message in again}.isdisjoint(m.receipt for m in messages)


def test_at_most_as_many_come_as_asked_for(line):
    line.send(*[str(number).encode() for number in range(25)])
    first = line.receive(3)
    assert len(first) == 3
    line.queue.ack(first)
    second = line.receive(30)  # some stores give no more than ten of one group
    assert 10 <= len(second) <= 22
    line.queue.ack(second)
    third = line.receive(30)
    line.queue.ack(third)
    assert len(second) + len(third) + len(line.receive(30)) == 22


def test_depth_counts_what_can_be_received(line):
    line.send(b"1", b"2", b"3")
    assert line.queue.depth(line.name) == 3
    (message,) = line.receive()
    assert line.queue.depth(line.name) == 2
    line.queue.release(message)
    assert line.queue.depth(line.name) == 3


def test_the_backlog_tells_what_waits_from_what_somebody_has(line):
    assert line.queue.backlog(line.name) == Backlog()
    line.send(b"1", b"2", b"3")
    assert line.queue.backlog(line.name) == Backlog(waiting=3)
    (message,) = line.receive()
    assert line.queue.backlog(line.name) == Backlog(waiting=2, leased=1)
    line.queue.release(message)
    assert line.queue.backlog(line.name) == Backlog(waiting=3)
    line.queue.ack(line.receive())
    assert line.queue.backlog(line.name) == Backlog(waiting=2)


def test_a_lapsed_lease_counts_as_waiting_in_the_backlog(line, elapse):
    line.send(b"1")
    line.receive(lease=1)
    elapse(1.1)
    assert line.queue.backlog(line.name) == Backlog(waiting=1)


def test_queues_do_not_mix(line):
    other = "other" + line.name.removeprefix("work")
    line.queue.create(other)
    line.send(b"1")
    assert line.queue.receive(other) == []
    line.queue.send(other, [b"2"], **line.group)
    assert [m.body for m in line.queue.receive(other, limit=5)] == [b"2"]
    assert line.bodies() == [b"1"]


def test_sending_nothing_changes_nothing(line):
    line.send()
    assert line.receive() == []


def test_creating_again_changes_nothing_and_removing_removes(line):
    line.send(b"1")
    line.queue.create(line.name)
    assert line.queue.depth(line.name) == 1
    line.queue.remove(line.name)
    line.queue.remove(line.name)
    line.queue.create(line.name)
    assert line.receive() == []


def test_fault_64_a_message_that_is_too_large_is_refused_before_it_is_sent(line):
    with pytest.raises(ValueError, match="store it as a blob"):
        line.send(b"1", b"x" * (MAX_BODY + 1))
    assert line.receive() == []


@pytest.mark.parametrize("name", ["", ".fifo", "a b", "a/b", "ünï", "a" * 61, "a" * 56 + ".fifo"])
def test_what_is_no_name_of_a_queue_is_refused_everywhere(queue, name):
    calls = [
        queue.create,
        queue.remove,
        queue.receive,
        queue.depth,
        queue.backlog,
        lambda name: queue.send(name, [b"1"]),
    ]
    for call in calls:
        with pytest.raises(ValueError, match="not the name of a queue"):
            call(name)


@pytest.mark.parametrize("name", ["a" * 60, "a" * 55 + ".fifo", "A.b_c-1", "a.fifo.b", "-.fifo"])
def test_every_name_of_the_alphabet_is_a_queue_and_so_is_that_of_its_dead_letters(queue, name):
    queue.create(name)
    queue.send(name, [b"1"], group="g" if name.endswith(".fifo") else "")
    assert len(queue.receive(name)) == 1
    assert queue.receive(dead_letters(name)) == []


# Leases


def test_while_a_lease_lasts_nobody_else_receives_the_message(line, elapse):
    theirs = line.doors()
    line.send(b"1")
    assert theirs.receive(line.name, lease=3)
    elapse(1.5)
    assert line.receive() == []
    assert theirs.receive(line.name) == []


def test_a_lapsed_lease_gives_the_message_back_with_another_receipt(line, elapse):
    line.send(b"1")
    (first,) = line.receive(lease=1)
    elapse(1)
    (second,) = line.receive(lease=30)
    assert second.body == b"1"
    assert second.deliveries == 2
    assert second.receipt != first.receipt


def test_an_extended_lease_ends_that_long_after_the_extension(line, elapse):
    line.send(b"1")
    (message,) = line.receive(lease=2)
    elapse(1)
    line.queue.extend(message, 2)
    elapse(1.2)
    assert line.receive() == []
    elapse(0.8)
    assert line.receive()


def test_an_extension_may_shorten_a_lease(line, elapse):
    line.send(b"1")
    (message,) = line.receive(lease=1000)
    line.queue.extend(message, 1)
    elapse(1)
    assert line.receive()


@pytest.mark.parametrize("taken", [False, True])
def test_with_a_lapsed_lease_nothing_can_be_done(line, elapse, taken):
    line.send(b"1", b"2")
    first, second = line.receive(2, lease=1)
    line.queue.extend(second, 100)
    elapse(1)
    if taken and not line.group:  # in an ordered queue the second keeps all waiting
        assert line.bodies(lease=1) == [first.body]
    with pytest.raises(Conflict, match="lapsed"):
        line.queue.extend(first, 1000)
    line.queue.release(first, delay=500)
    line.queue.ack([first, second])  # the second is fine
    elapse(1)
    assert line.bodies() == [first.body]


def test_a_released_message_can_be_received_at_once_and_its_old_receipt_is_dead(line):
    line.send(b"1")
    (first,) = line.receive(lease=1000)
    line.queue.release(first)
    with pytest.raises(Conflict):
        line.queue.extend(first, 10)
    line.queue.ack([first])
    (second,) = line.receive(lease=10)
    assert second.deliveries == 2
    line.queue.release(first)
    assert line.receive() == []
    line.queue.extend(second, 10)


def test_a_message_released_with_a_delay_comes_after_it(line, elapse):
    line.send(b"1")
    (first,) = line.receive(lease=1000)
    line.queue.release(first, delay=1)
    with pytest.raises(Conflict):
        line.queue.extend(first, 10)
    assert line.receive() == []
    assert line.queue.depth(line.name) == 0
    elapse(1)
    assert line.receive()[0].deliveries == 2


def test_an_acknowledged_message_never_comes_again(line, elapse):
    line.send(b"1", b"2")
    messages = line.receive(2, lease=1)
    line.queue.ack(messages)
    elapse(1)
    assert line.receive() == []
    with pytest.raises(Conflict):
        line.queue.extend(messages[0], 10)
    line.queue.release(messages[0])
    line.queue.ack(messages)
    line.queue.ack([])
    assert line.receive() == []


def test_a_dead_receipt_never_names_a_newer_message(line):
    line.send(b"1")
    (first,) = line.receive()
    line.queue.ack([first])
    line.send(b"2")  # a store may well give it the number of the first
    (second,) = line.receive()
    assert first.id != second.id
    line.queue.ack([first])
    line.queue.release(first)
    line.queue.extend(second, 10)


@pytest.mark.parametrize("lease", [0, -1, 50_000, float("nan")])
def test_what_is_no_lease_is_refused(line, lease):
    line.send(b"1")
    with pytest.raises(ValueError, match="lease"):
        line.receive(lease=lease)
    (message,) = line.receive()
    with pytest.raises(ValueError, match="lease"):
        line.queue.extend(message, lease)


@pytest.mark.parametrize("delay", [-1, 901, float("nan")])
def test_what_is_no_delay_is_refused(plain, delay):
    with pytest.raises(ValueError, match="delay"):
        plain.send(b"1", delay=delay)
    plain.send(b"1")
    (message,) = plain.receive()
    with pytest.raises(ValueError, match="delay"):
        plain.queue.release(message, delay=delay)


def test_fault_65_what_nobody_could_deal_with_is_set_aside(line):
    line.send(b"poison")
    line.send(b"fine")
    grave = dead_letters(line.name)
    for _ in range(MAX_DELIVERIES):
        messages = line.receive(2)
        (poison,) = [message for message in messages if message.body == b"poison"]
        line.queue.ack([message for message in messages if message is not poison])
        line.queue.release(poison)
    assert poison.deliveries == MAX_DELIVERIES
    assert line.queue.receive(grave) == []
    line.send(b"after")
    assert line.bodies() == [b"after"]
    for _ in range(2):
        (dead,) = line.queue.receive(grave, limit=5)
        assert (dead.body, dead.group, dead.queue) == (b"poison", poison.group, grave)
        line.queue.release(dead)
    line.queue.remove(line.name)
    line.queue.create(line.name)
    assert line.queue.receive(grave) == []


# Waiting


def test_waiting_ends_when_the_time_is_over(line):
    begun = time.monotonic()
    assert line.receive(wait=0.3) == []
    assert 0.3 <= time.monotonic() - begun < 1.2


def test_waiting_ends_at_once_when_a_message_is_there(line):
    line.send(b"1")
    begun = time.monotonic()
    assert line.receive(wait=30)
    assert time.monotonic() - begun < 1


@pytest.mark.parametrize("same_door", [True, False])
def test_waiting_ends_when_a_message_is_sent(line, same_door):
    sending = line.queue if same_door else line.doors()
    with ThreadPoolExecutor(1) as pool:
        received = pool.submit(line.receive, wait=30)
        time.sleep(0.05)
        begun = time.monotonic()
        line.send(b"1", door=sending)
        assert [m.body for m in received.result(timeout=10)] == [b"1"]
    assert time.monotonic() - begun < 1.2


def test_waiting_ends_when_a_message_is_released_or_its_lease_lapses(line, elapse):
    line.send(b"1")
    (message,) = line.receive(lease=10)
    with ThreadPoolExecutor(1) as pool:
        received = pool.submit(line.receive, lease=2, wait=30)
        time.sleep(0.02)
        line.queue.release(message)
        assert received.result(timeout=10)[0].deliveries == 2
        received = pool.submit(line.receive, lease=10, wait=30)
        time.sleep(0.02)
        elapse(2)
        assert received.result(timeout=10)[0].deliveries == 3


# Concurrency


def test_eight_threads_receive_every_message_once(line):
    doors = [line.doors() for _ in range(2)]
    sent = [str(number).encode() for number in range(100)]
    for start in range(0, 100, 10):
        group = {"group": f"g{start}"} if line.group else {}
        doors[0].send(line.name, sent[start : start + 10], **group)
    start = threading.Barrier(8)

    def drain(number: int) -> list[bytes]:
        received = []
        start.wait()
        while doors[number % 2].depth(line.name):
            messages = doors[number % 2].receive(line.name, limit=3)
            received += [message.body for message in messages]
            doors[number % 2].ack(messages)
        return received

    with ThreadPoolExecutor(8) as pool:
        received = [body for part in pool.map(drain, range(8)) for body in part]
    assert sorted(received) == sorted(sent)
