"""The parts of what an orchestrator of a cloud is."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
import structlog

from praktika.adapters.memory import ManualClock, MemoryBlobs
from praktika.engine.pickup import cause
from praktika.errors import Denied, OperatorError
from praktika.model.installation import FILE, Installation, Pool
from praktika.model.supply import Supply
from praktika.model.wire import encode
from praktika.orchestrator import names
from praktika.ports.cloud.groups import Failures, Group, Machine
from praktika.wiring.cloud.installed import read_installation
from praktika.wiring.cloud.orchestrator.duties import Served, page
from praktika.wiring.cloud.orchestrator.idle import Idle
from praktika.wiring.cloud.orchestrator.pools import CloudPools, machines_of
from praktika.wiring.cloud.orchestrator.turns import Turns
from praktika.wiring.cloud.waiting import waits_for
from praktika.wiring.github.identity import with_broker
from praktika.wiring.serving.loops import Loop, Loops, again


def runners(label: str, **more) -> Pool:
    trust = more.get("trust", "trusted")
    more = {"max_size": 3, **more}
    return Pool(
        name=f"{label}-pool",
        role="job_runner",
        label=label,
        queues=(names.tasks(label, trust),),
        groups=(f"{label}-spot", label),
        **more,
    )


POOLS = (
    Pool(name="o", role="workflow_orchestrator", queues=(names.INBOX,), groups=("o",), max_size=2),
    runners("arm"),
    runners("none", max_size=0),
    runners("arm", trust="untrusted"),
)


class Groups:
    def __init__(self, *groups: Group, failures: Failures | None = None) -> None:
        self.groups = {group.name: group for group in groups}
        self.failed = failures

    def look(self, wanted):
        return {name: group for name, group in self.groups.items() if name in wanted}

    def failures(self, name):
        return self.failed if name == "arm" else None


def group(name: str, *phases: str) -> Group:
    machines = tuple(Machine(id=f"i-{n}", phase=phase) for n, phase in enumerate(phases))
    return Group(name=name, desired=len(phases), smallest=0, largest=3, machines=machines)


def known(groups) -> CloudPools:
    return CloudPools(POOLS, lambda pool: machines_of(groups, pool))


def test_a_label_without_a_pool_is_hopeless_and_what_there_is_is_told():
    pools = known(Groups())
    assert pools.hopeless("arm", "trusted") == ""
    assert pools.hopeless("arm", "untrusted") == ""
    assert pools.hopeless("big", "trusted") == (
        "no pool serves the label 'big'; there are 'arm', 'none'"
    )
    assert "no pool serves the label 'none' for untrusted code" in pools.hopeless(
        "none", "untrusted"
    )
    assert "may have no machine at all" in pools.hopeless("none", "trusted")
    assert CloudPools((), lambda _pool: Supply()).hopeless("a", "trusted").endswith("there is none")


def test_the_supply_counts_machines_that_serve_in_all_groups_of_a_pool():
    wanted = replace(group("arm", "serving"), desired=2)  # the cloud has not begun with it yet
    groups = Groups(group("arm-spot", "serving", "launching", "launching"), wanted)
    supply = known(groups).supply("arm", "trusted")
    assert (supply.runners, supply.coming, supply.maximum) == (2, 3, 3)
    assert known(groups).supply("big", "trusted") == Supply(known=False)


def test_launches_that_fail_are_why_nobody_takes_a_job():
    said = "We currently do not have sufficient t4g.small capacity"
    groups = Groups(group("arm"), failures=Failures(since=1.0, last=2.0, said=said))
    supply = known(groups).supply("arm", "trusted")
    assert cause("arm", supply) == f"no capacity in pool 'arm': {said}"


def test_a_cloud_that_does_not_say_how_many_there_are_delays_nothing():
    class Refusing:
        def look(self, _names):
            raise Denied("not allowed to look")

    pools = CloudPools(POOLS, lambda pool: machines_of(Refusing(), pool))
    assert "not allowed to look" in cause("arm", pools.supply("arm", "trusted"))


def test_of_many_processes_one_has_the_turn_once_a_period():
    clock, blobs = ManualClock(), MemoryBlobs()
    first, second = (Turns(blobs, clock, "reconciler", 300.0) for _ in range(2))
    for _ in range(3):
        assert [first.is_mine(), first.is_mine(), second.is_mine()] == [True, False, False]
        clock.advance(300)
        assert second.is_mine()
        assert not first.is_mine()
        clock.advance(300)
    assert len(blobs.list("forge/turns")) == 1  # those before are gone


def test_the_file_tells_when_something_was_dealt_with(tmp_path: Path):
    idle, file = Idle(tmp_path), tmp_path / "idle"
    began = file.stat().st_mtime_ns
    there = threading.Event()
    loop = Loop(name="x", serve=again(lambda: int(there.is_set()), 0.001))
    loops = Loops([loop], structlog.get_logger())
    loops.start()
    try:
        idle.look(loops)
        assert file.stat().st_mtime_ns == began
        there.set()
        time.sleep(0.05)
        idle.look(loops)
        assert file.stat().st_mtime_ns > began
    finally:
        loops.end()
    with pytest.raises(OperatorError):
        Idle(tmp_path / "nowhere")


def installation(**more) -> Installation:
    return Installation(project="p", region="r", account="1", bucket="b", version="1", **more)


def test_an_installation_is_read_or_it_is_told_what_to_do():
    blobs = MemoryBlobs()
    with pytest.raises(OperatorError, match="praktika infrastructure --deploy"):
        read_installation(blobs)
    blobs.put(FILE, b'{"project": 1}')
    with pytest.raises(OperatorError, match=r"is not understood: .*project"):
        read_installation(blobs)
    blobs.put(FILE, encode(installation(pools=POOLS)))
    assert read_installation(blobs).pools == POOLS


def test_pages_are_where_the_public_finds_blobs():
    public = installation(pages="https://pages.example/p/blobs")
    assert page(public, "run-1") == "https://pages.example/p/blobs/runs/run-1/report.html"
    assert page(installation(), "run-1") == ""


def test_what_is_served_does_not_show_its_key():
    assert "secret" not in repr(Served(installation(), "secret"))


def test_an_app_is_a_number():
    with pytest.raises(OperatorError, match="'shop-ci', which is no id"):
        with_broker("https://api.github.com", "shop-ci", None, ManualClock())  # type: ignore[arg-type]
    identity = with_broker("https://api.github.com", "7", None, ManualClock())  # type: ignore[arg-type]
    assert identity.app().id == 7


def test_who_waits_is_told_what_the_pool_does_about_it():
    blobs = MemoryBlobs()
    booting = Groups(group("arm", "launching"))
    assert waits_for(blobs, "arm", "trusted", booting) == ""
    here = {"project": "t", "region": "r", "account": "1", "bucket": "b", "version": "1"}
    blobs.put(FILE, encode(Installation(**here, pools=POOLS)))
    assert waits_for(blobs, "arm", "trusted", booting) == (
        "1 runner is being started in pool 'arm'"
    )
    assert waits_for(blobs, "big", "trusted", booting).startswith("no pool serves the label 'big'")
    full = Groups(group("arm", "serving", "serving", "serving"))
    assert "at its maximum of 3" in waits_for(blobs, "arm", "trusted", full)
