"""The clock of an installation, from its zip: queues and objects of one server, groups of another."""

import time

import pytest
from tests.aws_server import AwsServer
from tests.lambda_host import Deployed, FunctionError, LambdaHost
from tests.moto_server import make_group

from praktika.adapters.aws.blobs import S3Blobs
from praktika.adapters.aws.light.clients import LightClients
from praktika.adapters.aws.light.services import EVERY
from praktika.adapters.aws.light.signing import Keys
from praktika.adapters.aws.queue import SqsQueue
from praktika.adapters.aws.scaling.controls import ControlQueues
from praktika.adapters.aws.scaling.groups import AwsGroups
from praktika.adapters.aws.scaling.nudge import FunctionNudge
from praktika.infrastructure.bundles.functions import HANDLERS
from praktika.intake.names import NOTICES
from praktika.lambdas.log import Lines
from praktika.lambdas.tick import tick_with
from praktika.model.installation import FILE, Installation, Pool
from praktika.model.task import Alarm
from praktika.model.wire import encode
from praktika.orchestrator.names import ALARMS, INBOX
from praktika.ports.queue import dead_letters

QUEUES = (ALARMS, INBOX, NOTICES, "tasks-arm")


def pool(name, *queues, role="job_runner"):
    return Pool(name=name, role=role, queues=queues, groups=(f"demo-{name}",), max_size=9)


class World:
    def __init__(self, host, aws, moto, bucket):
        self.host, self.bucket = host, bucket
        self.queue, self.groups = SqsQueue(aws, "demo"), AwsGroups(moto)
        pools = (
            pool("arm", "tasks-arm"),
            pool("o", INBOX, NOTICES, role="workflow_orchestrator"),
        )
        installation = Installation(
            project="demo", region="r", account="1", bucket=bucket, version="1", pools=pools
        )
        S3Blobs(aws, bucket, "demo/").put(FILE, encode(installation))
        for name in QUEUES:
            self.queue.create(name)
        for one in pools:
            make_group(moto, one.groups[0], largest=9)

    def desired(self, name):
        return self.groups.look([f"demo-{name}"])[f"demo-{name}"].desired

    def nudge(self, queue):
        """As an orchestrator that has dispatched does: through Lambda, without waiting."""
        keys = Keys(access="a", secret="b")
        FunctionNudge(LightClients(EVERY, "x", endpoint=self.host.url, keys=keys), "demo-tick")(
            [queue]
        )

    def until(self, happened):
        deadline = time.monotonic() + 20
        while not happened():
            assert time.monotonic() < deadline, self.host.output("tick")
            time.sleep(0.05)


@pytest.fixture
def world(aws_server, aws, moto, shared_moto_server: AwsServer, bucket, function_zips):
    with LambdaHost(aws_server) as host:
        variables = {
            "PRAKTIKA_PROJECT_SLUG": "demo",
            "PRAKTIKA_S3_ARTIFACT_BUCKET": bucket,
            "AWS_ENDPOINT_URL_AUTO_SCALING": shared_moto_server.endpoint,
        }
        host.add(Deployed("tick", function_zips["tick"], f"{HANDLERS['tick']}.handler", variables))
        yield World(host, aws, moto, bucket)


def test_a_minute_rings_alarms_and_grows_pools_and_a_nudge_is_heard_at_once(world, moto):
    """Fault 61: a group that is missing fails the function, and nothing else."""
    world.queue.send("tasks-arm", [b"1", b"2"])
    world.queue.send(ALARMS, [encode(Alarm(run="r", inbox=INBOX, at=1.0))])
    assert world.host.invoke("tick", {"source": "aws.events"}) is None
    assert (world.desired("arm"), world.desired("o")) == (2, 1)
    assert world.queue.depth(INBOX) == 1
    scaled = world.host.lines("tick", "pool.scaled")
    assert [(line["pool"], line["desired"]) for line in scaled] == [("arm", 2), ("o", 1)]

    world.queue.send("tasks-arm", [b"3"])
    world.nudge("tasks-arm")
    world.until(lambda: world.desired("arm") == 3)

    moto.groups.delete_auto_scaling_group(AutoScalingGroupName="demo-o", ForceDelete=True)
    world.queue.send("tasks-arm", [b"4"])
    with pytest.raises(FunctionError, match="there is no group demo-o"):
        world.host.invoke("tick", {})
    assert world.desired("arm") == 4


def test_every_quarter_of_an_hour_what_is_gone_is_swept_and_the_dead_are_counted(
    world, light, light_moto, aws
):
    """Fault 65. In this process, as time does not wait for tests."""

    class Quarter:
        def now(self):
            return 900.0 * 2_000_000

        def monotonic(self):
            return time.monotonic()

    gone, other = "control-trusted-i-0123456789abcdef0", "control-somebody"
    for name in (gone, other):
        world.queue.create(name)
    world.queue.send(dead_letters("tasks-arm"), [b"1"])
    assert list(ControlQueues(aws, "demo").of_machines()) == [gone]
    logged = []
    lines = Lines()
    lines._write = lambda level, event, fields: logged.append((event, fields))
    light._clients["autoscaling"] = light_moto.groups
    tick_with(light, "demo", world.bucket, clock=Quarter(), log=lines).handle({})
    assert ("letters.dead", {"queue": "tasks-arm-dead", "count": 1}) in logged
    assert ControlQueues(aws, "demo").of_machines() == {}
    assert world.queue.depth(other) == 0
