"""Who looks at pools: everything in memory."""

from praktika.adapters.memory import ManualClock, MemoryGroups, MemoryQueue
from praktika.errors import Absent, Denied, Unavailable
from praktika.model.installation import Pool
from praktika.orchestrator.scaling.scaler import Scaler
from praktika.ports.cloud.groups import Failures
from praktika.ports.queue import Backlog


class World:
    """Pools in memory, and what was logged."""

    def __init__(self, *pools: Pool) -> None:
        self.clock = ManualClock()
        self.queue = MemoryQueue(self.clock)
        self.groups = MemoryGroups()
        self.logged: list[tuple[str, dict]] = []
        self.pools = pools
        for pool in pools:
            for name in pool.groups:
                self.groups.make(name)

    def look(self, only=None, queue=None, groups=None):
        log = lambda event, **fields: self.logged.append((event, fields))  # noqa: E731
        groups, queue = groups or self.groups, queue or self.queue
        return Scaler(groups, queue, self.pools, clock=self.clock, log=log).look(only)

    def desired(self, name: str) -> int:
        return self.groups.look([name])[name].desired


def pool(name: str, *groups: str, **options) -> Pool:
    chosen = {"max_size": 100, "queues": (f"tasks-{name}",), "role": "job_runner", **options}
    return Pool(name=name, groups=groups or (name,), **chosen)


def test_waiting_and_leased_messages_count_and_the_reason_is_logged():
    world = World(pool("arm", reserve=1))
    world.queue.send("tasks-arm", [b"1"] * 5)
    world.queue.receive("tasks-arm", limit=2)
    (outcome,) = world.look()
    assert world.desired("arm") == 6
    ((event, fields),) = world.logged
    assert event == "pool.scaled"
    assert fields == {
        "pool": "arm",
        "group": "arm",
        "before": 0,
        "desired": 6,
        "reason": outcome.decision.reason,
    }


def test_a_look_at_which_nothing_changes_says_nothing_and_sets_nothing():
    world = World(pool("arm"))
    assert world.look()[0].decision.desired == {}
    assert world.logged == []


def test_all_queues_of_an_orchestrator_pool_count_and_messages_held_back_do_not():
    queues = ("events.fifo", "alarms")
    world = World(pool("orchestrators", role="workflow_orchestrator", queues=queues))
    world.queue.send("alarms", [b"1"], delay=600)
    world.look()
    assert world.desired("orchestrators") == 0
    world.queue.send("events.fifo", [b"1"] * 30, group="g")
    world.look()
    assert world.desired("orchestrators") == 1


def test_fault_61_a_queue_that_cannot_be_looked_at_hides_no_other_queue_and_no_other_pool():
    class Broken(MemoryQueue):
        def backlog(self, queue: str) -> Backlog:
            if queue == "gone":
                raise Absent("there is no queue gone")
            return super().backlog(queue)

    world = World(pool("one", queues=("gone", "tasks")), pool("arm"))
    queue = Broken(world.clock)
    queue.send("tasks", [b"1"] * 2)
    queue.send("tasks-arm", [b"1"] * 3)
    one, arm = world.look(queue=queue)
    assert one.troubles == ("there is no queue gone",)
    assert arm.troubles == ()
    assert (world.desired("one"), world.desired("arm")) == (2, 3)


def test_fault_61_a_group_that_does_not_do_as_it_is_told_stops_no_other_pool():
    class Stubborn(MemoryGroups):
        error: Exception = Denied("may not")

        def resize(self, name: str, desired: int) -> None:
            if name == "first" and desired:
                raise self.error
            super().resize(name, desired)

    for error, events in ((Denied("may not"), 2), (KeyError("a bug"), 3)):
        world = World(pool("first"), pool("arm"))
        stubborn = Stubborn()
        stubborn.error = error
        for name in ("first", "arm"):
            stubborn.make(name)
            world.queue.send(f"tasks-{name}", [b"1"])
        first, arm = world.look(groups=stubborn)
        assert first.troubles
        assert arm.troubles == ()
        assert stubborn.look(["arm"])["arm"].desired == 1
        assert len(world.logged) == events


def test_a_pool_whose_first_group_is_missing_lives_on_the_second():
    world = World(pool("arm", "spot", "demand"))
    world.groups = MemoryGroups()
    world.groups.make("demand")
    world.queue.send("tasks-arm", [b"1"])
    (outcome,) = world.look()
    assert world.desired("demand") == 1
    assert outcome.troubles == ("there is no group spot",)


def test_only_pools_that_are_named_or_whose_queue_is_are_looked_at():
    world = World(pool("amd"), pool("arm"))
    world.queue.send("tasks-amd", [b"1"])
    world.queue.send("tasks-arm", [b"1"])
    assert [outcome.pool for outcome in world.look(["tasks-arm"])] == ["arm"]
    assert world.look([]) == []
    assert [outcome.pool for outcome in world.look(["amd"])] == ["amd"]


def test_failures_are_asked_for_only_where_machines_are_missing():
    class Counting(MemoryGroups):
        def failures(self, name: str) -> Failures | None:
            asked.append(name)
            return super().failures(name)

    asked: list[str] = []
    world = World(pool("arm", "spot", "demand"), pool("amd"))
    world.groups = Counting()
    for name in ("spot", "demand", "amd"):
        world.groups.make(name)
    world.look()
    assert asked == []
    world.queue.send("tasks-arm", [b"1"])
    world.queue.send("tasks-amd", [b"1"])
    world.groups.trouble["amd"] = Failures(since=0.0, last=0.0)
    world.look()
    assert asked == ["spot"]
    world.look()
    assert asked == ["spot", "amd"]  # which has none of the machines that it wants


def test_what_spot_does_not_give_in_three_minutes_comes_from_the_fallback():
    world = World(pool("arm", "spot", "demand"))
    begun = world.clock.now()
    world.groups.trouble["spot"] = Failures(since=begun, last=begun + 150)
    world.queue.send("tasks-arm", [b"1"] * 5)
    world.look()
    assert (world.desired("spot"), world.desired("demand")) == (5, 0)
    world.clock.advance(181)
    world.look()
    assert (world.desired("spot"), world.desired("demand")) == (0, 5)
    assert [fields["group"] for _, fields in world.logged] == ["spot", "spot", "demand"]


def test_trouble_with_what_is_asked_of_all_groups_is_told_to_the_caller():
    class Down(MemoryGroups):
        def look(self, names):
            raise Unavailable("down")

    world = World(pool("arm"))
    try:
        world.look(groups=Down())
    except Unavailable:
        return
    raise AssertionError
