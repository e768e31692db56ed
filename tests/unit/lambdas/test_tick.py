"""The clock of a cloud: each part of a tick stands alone."""

from __future__ import annotations

import json

import pytest
from tests.unit.lambdas.test_broker import Lines

from praktika.adapters.memory import ManualClock, MemoryBlobs, MemoryGroups, MemoryQueue
from praktika.errors import OperatorError, Unavailable
from praktika.intake.kept import keys
from praktika.intake.kept.shelf import Shelf
from praktika.intake.names import NOTICES
from praktika.intake.ticker import Ticker
from praktika.lambdas.installed import Installed
from praktika.lambdas.log import Lines as JsonLines
from praktika.lambdas.secret import AGAIN, FRESH, WebhookSecret
from praktika.lambdas.tick import Tick
from praktika.lambdas.ticking.growing import Growing
from praktika.lambdas.ticking.parts import SWEPT, DeadLetters, Rung, Schedules, Sweep
from praktika.model.installation import FILE, Installation, Pool
from praktika.model.notices import decode_notice
from praktika.model.routes import Route, RoutingTable
from praktika.model.task import Alarm
from praktika.model.wire import encode
from praktika.orchestrator.alarms import Alarms
from praktika.orchestrator.names import ALARMS, INBOX
from praktika.ports.queue import dead_letters

SHOP = "acme/shop"
GONE, HERE = "i-0123456789abcdef0", "i-00000001"


def pool(name, *queues, role="job_runner"):
    return Pool(name=name, role=role, queues=queues, groups=(f"demo-{name}",), max_size=9)


INSTALLATION = Installation(
    project="demo",
    region="r",
    account="1",
    bucket="b",
    version="1",
    repositories=(SHOP,),
    pools=(pool("arm", "tasks-arm"), pool("o", INBOX, NOTICES, role="workflow_orchestrator")),
)


class Listening:
    def __init__(self, found):
        self.found = found

    def of_machines(self):
        return self.found


class Scene:
    def __init__(self, installation=INSTALLATION):
        self.clock = ManualClock()
        self.queue, self.blobs = MemoryQueue(self.clock), MemoryBlobs()
        self.groups, self.log = MemoryGroups(), Lines()
        self.controls = Listening({})
        self.blobs.put(FILE, encode(installation))
        for one in installation.pools:
            self.groups.make(one.groups[0])
            for name in one.queues:
                self.queue.create(name)
        self.queue.create(ALARMS)
        shelf = Shelf(queue=self.queue, blobs=self.blobs, clock=self.clock)
        sweep = Sweep(controls=self.controls, groups=self.groups, queue=self.queue, log=self.log)
        parts = {
            "alarms": (1, Rung(alarms=Alarms(self.queue, self.clock, ALARMS), wait=0.0)),
            "schedules": (1, Schedules(ticker=Ticker(shelf), log=self.log)),
            "dead letters": (1, DeadLetters(queue=self.queue, log=self.log)),
            "sweep": (15, sweep),
        }
        self.meanwhile = lambda: None
        growing = Growing(
            groups=self.groups,
            queue=self.queue,
            clock=self.clock,
            log=self.log,
            wait=lambda _seconds: self.meanwhile(),
        )
        installed = Installed(self.blobs, self.clock)
        self.tick = Tick(installed, growing, parts, clock=self.clock, log=self.log)

    def __call__(self, *nudge):
        self.tick.handle({"nudge": list(nudge)} if nudge else {"source": "aws.events"})

    def desired(self, name):
        return self.groups.look([f"demo-{name}"])[f"demo-{name}"].desired

    def logged(self, event):
        return [fields for name, fields in self.log if name == event]


@pytest.fixture
def scene():
    return Scene()


def test_a_quiet_minute_says_nothing(scene):
    scene()
    assert scene.log == []
    assert (scene.desired("arm"), scene.desired("o")) == (0, 0)


def test_pools_grow_once_a_minute(scene):
    scene.queue.send("tasks-arm", [b"1", b"2"])
    scene()
    assert scene.desired("arm") == 2


@pytest.mark.parametrize("name", ["arm", "tasks-arm"])
def test_a_nudge_looks_at_the_pools_that_it_names_and_at_nothing_else(scene, name):
    scene.queue.send("tasks-arm", [b"1"])
    scene.queue.send(INBOX, [b"1"], group="r")
    scene.queue.send(dead_letters("tasks-arm"), [b"1"])
    scene("nobody")
    assert scene.desired("arm") == 0
    scene(name)
    assert (scene.desired("arm"), scene.desired("o")) == (1, 0)
    assert not scene.logged("letters.dead")


def test_a_nudge_that_comes_before_sqs_has_counted_looks_again(scene):
    scene.meanwhile = lambda: scene.queue.send("tasks-arm", [b"1"])
    scene()
    assert scene.desired("arm") == 0
    scene("arm")
    assert scene.desired("arm") == 1


def test_alarms_ring_while_no_orchestrator_is_there_and_one_is_started_for_them(scene):
    scene.queue.send(ALARMS, [encode(Alarm(run="r", inbox=INBOX, at=1.0))])
    scene()
    assert scene.queue.depth(INBOX) == 1
    assert scene.desired("o") == 1


def test_schedules_are_told_of_from_what_is_stored(scene):
    route = Route(workflow="Nightly", event="schedule", schedules=("* * * * *",))
    table = RoutingTable(repository=SHOP, sha="a" * 40, at=1.0, routes=(route,))
    scene.blobs.put(keys.table(SHOP), encode(table))
    scene()
    scene.clock.advance(60)
    scene()
    (message,) = scene.queue.receive(NOTICES, limit=5)
    assert decode_notice(message.body).workflow == "Nightly"
    assert scene.logged("schedules.told") == [{"repository": SHOP, "count": 1}]


def test_fault_65_letters_that_nobody_could_deal_with_are_reported(scene):
    scene.queue.send(dead_letters("tasks-arm"), [b"1", b"2"])
    scene.queue.send(dead_letters(ALARMS), [b"1"])
    scene()
    assert scene.logged("letters.dead") == [
        {"queue": dead_letters(ALARMS), "count": 1},
        {"queue": dead_letters("tasks-arm"), "count": 2},
    ]


def test_queues_of_machines_that_are_gone_are_removed(scene):
    scene.groups.resize("demo-arm", 1)
    (machine,) = scene.groups.look(["demo-arm"])["demo-arm"].machines
    scene.controls.found = {"control-trusted-here": machine.id, "control-trusted-gone": GONE}
    for name in scene.controls.found:
        scene.queue.send(name, [b"stop"])
    scene.clock.advance(-scene.clock.now() % 900)
    scene()
    assert [line["queue"] for line in scene.logged("queue.swept")] == ["control-trusted-gone"]
    assert [scene.queue.depth(name) for name in scene.controls.found] == [1, 0]


def test_more_queues_than_a_tick_can_remove_wait_for_the_next_one(scene):
    scene.controls.found = {f"control-trusted-{number}": GONE for number in range(SWEPT + 1)}
    scene.clock.advance(-scene.clock.now() % 900)
    scene()
    assert len(scene.logged("queue.swept")) == SWEPT


def test_fault_61_what_fails_keeps_nothing_else_from_being_done(scene, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise Unavailable("no answer")

    scene.tick._parts["alarms"] = (1, refuse)
    del scene.groups._groups["demo-arm"]
    scene.queue.send(INBOX, [b"1"], group="r")
    with pytest.raises(OperatorError, match=r"alarms: no answer; growing: .*no group demo-arm"):
        scene()
    assert [line["of"] for line in scene.logged("tick.part_failed")] == [
        "alarms",
        "growing",
    ]
    assert scene.desired("o") == 1


def test_a_line_is_one_json_object(capsys):
    JsonLines(part="tick").info("a.b", text='x\n"', number=1, what={1})
    try:
        int("odd")
    except ValueError:
        JsonLines().exception("c.d")
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["event"], first["part"], first["text"]) == ("a.b", "tick", 'x\n"')
    assert "odd" in second["exception"]
    assert second["level"] == "error"


class Parameter:
    def __init__(self, value):
        self.value, self.reads = value, 0

    def __call__(self):
        self.reads += 1
        if isinstance(self.value, Exception):
            raise self.value
        return self.value


def signed(secret):
    import hmac

    return f"sha256={hmac.new(secret.encode(), b'x', 'sha256').hexdigest()}"


def test_a_secret_that_was_changed_is_read_again_once_a_minute_at_most():
    clock, parameter = ManualClock(), Parameter("the-old-secret-1")
    secret = WebhookSecret(parameter, clock, Lines())
    assert not secret.accepts(signed("the-old-secret-1"), b"x")  # not ready
    secret.make_ready()
    secret.make_ready()
    parameter.value = "the-new-secret-2"
    assert secret.accepts(signed("the-old-secret-1"), b"x")
    assert not secret.accepts(signed("the-new-secret-2"), b"x")
    assert parameter.reads == 1
    clock.advance(AGAIN)
    assert secret.accepts(signed("the-new-secret-2"), b"x")
    assert not secret.accepts(signed("the-old-secret-1"), b"x")
    assert parameter.reads == 2


def test_security_3_a_stolen_secret_ends_soon_after_it_was_changed():
    """Also for a function that is sent nothing but what the stolen one signs."""
    clock, parameter = ManualClock(), Parameter("the-old-secret-1")
    secret = WebhookSecret(parameter, clock, Lines())
    secret.make_ready()
    parameter.value = Unavailable("no answer")
    clock.advance(FRESH)
    secret.make_ready()
    assert secret.accepts(signed("the-old-secret-1"), b"x")
    parameter.value = "the-new-secret-2"
    clock.advance(FRESH)
    secret.make_ready()
    assert not secret.accepts(signed("the-old-secret-1"), b"x")
    assert secret.accepts(signed("the-new-secret-2"), b"x")
    assert parameter.reads == 3


def test_a_store_that_does_not_answer_changes_nothing_and_one_that_was_emptied_closes():
    clock, parameter = ManualClock(), Parameter("the-old-secret-1")
    secret = WebhookSecret(parameter, clock, Lines())
    secret.make_ready()
    parameter.value = Unavailable("no answer")
    clock.advance(AGAIN)
    assert not secret.accepts(signed("forged"), b"x")
    assert secret.accepts(signed("the-old-secret-1"), b"x")
    parameter.value = ""
    clock.advance(AGAIN)
    assert not secret.accepts(signed("forged"), b"x")
    assert not secret.accepts(signed("the-old-secret-1"), b"x")
