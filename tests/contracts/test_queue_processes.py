"""The contract of `Queue` in real time, and between real processes, which only local ones serve."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from praktika.adapters.local.clock import SystemClock
from praktika.adapters.local.queue import LocalQueue
from praktika.adapters.memory import ManualClock, MemoryQueue


def bodies(messages):
    return [message.body for message in messages]


@pytest.fixture
def system_queue(databases):
    return LocalQueue(databases(), SystemClock())


@pytest.mark.parametrize("kind", ["memory", "local"])
def test_a_lease_lapses_in_real_time(kind, request):
    if kind == "memory":
        queue = MemoryQueue(SystemClock())
    else:
        queue = request.getfixturevalue("system_queue")
    queue.send("work", [b"1"])
    assert queue.receive("work", lease=0.05)
    begun = time.monotonic()
    assert queue.receive("work", wait=10)[0].deliveries == 2
    assert time.monotonic() - begun < 1


def test_processes_receive_every_message_once(race, database_file, system_queue):
    sent = [str(number) for number in range(300)]
    system_queue.send("work", [body.encode() for body in sent])
    received = race(3, "consume", database_file)
    assert sorted(body for part in received for body in part) == sorted(sent)


def test_of_three_processes_with_one_identity_one_is_heard(race, database_file, system_queue):
    race(3, "send", database_file, "work.fifo", "one")
    assert len(system_queue.receive("work.fifo", limit=8)) == 1


def test_a_message_of_another_process_is_noticed_quickly(worker, database_file, system_queue):
    delays = []
    for number in range(3):
        sender = worker("send", database_file, "work", "", number)
        sender.ready()
        with ThreadPoolExecutor(1) as pool:
            received = pool.submit(system_queue.receive, "work", wait=10)
            time.sleep(0.2)
            sender.go()
            assert received.result(timeout=20)
            delays.append(time.monotonic() - sender.answer())
    assert min(delays) < 0.025, delays


def test_the_messages_of_a_killed_process_come_back(worker, database_file, system_queue):
    system_queue.send("work", [b"1"])
    holder = worker("receive_and_hang", database_file, 0.3)
    holder.ready()
    holder.go()
    assert holder.answer() == ["1"]
    holder.kill()
    assert system_queue.receive("work") == []
    (message,) = system_queue.receive("work", wait=10)
    assert message.deliveries == 2


def test_messages_survive_the_death_of_the_sender(worker, database_file, system_queue):
    sender = worker("send", database_file, "work", "", "7")
    sender.ready()
    sender.go()
    sender.answer()
    sender.kill()
    assert bodies(system_queue.receive("work")) == [b"7"]


def test_after_a_reboot_every_lease_has_lapsed(databases):
    """Monotonic seconds begin anew then, so stored ones would keep messages for days."""
    before, after = ManualClock(), ManualClock()
    before.advance(1_000_000)
    queue = LocalQueue(databases(), before, boot="first")
    queue.send("work.fifo", [b"1", b"2"], group="g", identity=["one", "two"])
    queue.send("work", [b"later"], delay=100)
    queue.receive("work.fifo", limit=1, lease=30)

    queue = LocalQueue(databases(), after, boot="second")
    (message,) = queue.receive("work.fifo", limit=1, lease=1000)
    assert (message.body, message.deliveries) == (b"1", 2)
    assert bodies(queue.receive("work")) == [b"later"]
    after.advance(299)
    queue.send("work.fifo", [b"3"], group="h", identity=["two"])
    assert queue.receive("work.fifo") == []  # and identities are still known
    after.advance(1)
    queue.send("work.fifo", [b"4"], group="h", identity=["two"])
    assert bodies(queue.receive("work.fifo", limit=5)) == [b"4"]


def test_opening_again_in_the_same_boot_leaves_leases(databases):
    clock = ManualClock()
    queue = LocalQueue(databases(), clock, boot="first")
    queue.send("work", [b"1"])
    (message,) = queue.receive("work")
    again = LocalQueue(databases(), clock, boot="first")
    assert again.receive("work") == []
    again.extend(message, 30)
