"""What each role can do: the parts of praktika work with the rights of their role alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests import aws_enforcing
from tests.aws_server import REGION, serve
from tests.integration.aws.policies_scene import Scene

from praktika.adapters.aws.blobs import S3Blobs
from praktika.adapters.aws.client import Clients
from praktika.adapters.aws.journal import S3Journal
from praktika.adapters.aws.queue import SqsQueue
from praktika.adapters.aws.secrets import AwsSecrets
from praktika.adapters.local.clock import SystemClock
from praktika.adapters.memory import ManualClock
from praktika.errors import Absent, Denied
from praktika.lambdas.log import Lines
from praktika.lambdas.tick import tick_with
from praktika.model.events import JobLost
from praktika.model.installation import FILE, Installation, Pool
from praktika.model.task import Ticket
from praktika.model.wire import encode
from praktika.orchestrator import names
from praktika.ports.queue import dead_letters

LOST = JobLost(at=1.0, job="j", attempt=1, reason="gone")


class Role:
    """The stores of the project, as a role has them."""

    def __init__(self, scene: Scene, role: str) -> None:
        server, session = scene.server, scene.session(role)
        self.aws = Clients(REGION, endpoint=server.endpoint, session=session, timeout=30.0)
        self.queue = SqsQueue(self.aws, "lab")
        self.blobs = S3Blobs(self.aws, server.bucket, "lab/")
        self.journal = S3Journal(self.aws, server.bucket, SystemClock(), "lab/")
        self.secrets = AwsSecrets(self.aws)


@pytest.fixture(scope="module")
def scene():
    with serve(aws_enforcing.__file__) as server:
        yield Scene(server)


@pytest.fixture
def role(scene):
    return lambda name: Role(scene, name)


@pytest.mark.parametrize(
    ("pool", "trust", "run"), [("narrow", "trusted", "a1"), ("outside", "untrusted", "x-a1")]
)
def test_a_runner_does_a_job(role, pool, trust, run, tmp_path):
    own, tasks = role(pool), names.tasks(pool, trust)
    role("orchestrators").queue.send(tasks, [b"task"])
    (message,) = own.queue.receive(tasks, wait=1)
    own.queue.extend(message, 60)
    attempt = f"runs/{run}/jobs/j/1"
    own.blobs.create(f"{attempt}/claim", b"mine")
    with pytest.raises(Absent):
        own.blobs.get(f"{attempt}/cancel")
    with own.blobs.stream(f"{attempt}/job.log") as log:
        log.write(b"one\n")
        log.flush()
        log.write(b"two\n")
    packed = Path(tmp_path, "packed")
    packed.write_bytes(b"x" * 100)
    own.blobs.put(f"{attempt}/artifacts/x.tar.zst", packed, tags={"team": "ci"})
    own.blobs.put(f"runs/{run}/kv/00000-j/1.json", b"{}")
    assert own.blobs.list(f"runs/{run}/jobs/j") == [
        f"{attempt}/artifacts/x.tar.zst",
        f"{attempt}/claim",
        f"{attempt}/job.log",
    ]
    own.queue.send(names.REPORTS, [encode(LOST)], group=run, identity=[run])
    own.queue.ack([message])
    own.queue.send(dead_letters(tasks), [b"no task"])


@pytest.mark.parametrize(("pool", "trust"), [("narrow", "trusted"), ("outside", "untrusted")])
def test_a_runner_is_asked_to_stop_on_a_queue_that_it_makes(role, pool, trust):
    own, control = role(pool).queue, names.control(f"{trust}-i-0123456789abcdef0")
    own.create(control)
    role("orchestrators").queue.send(control, [b"stop"])
    (message,) = own.receive(control, wait=1)
    own.ack([message])
    own.remove(control)


def test_a_runner_has_the_secrets_of_its_pool(role):
    assert role("narrow").secrets.get("lab-deploy-key", "aws parameter") == "x"
    with pytest.raises(Denied):
        role("outside").secrets.get("lab-deploy-key", "aws parameter")


def test_an_orchestrator_serves_a_run(role):
    own, run = role("orchestrators"), "b1"
    own.journal.append(run, 0, [LOST])
    assert own.journal.read(run) == [LOST]
    assert own.journal.runs() == [run]
    own.blobs.put(f"runs/{run}/plan.json", b"{}")
    own.blobs.create(f"{names.turns('g')}/1", encode(Ticket(run=run, inbox=names.INBOX, at=1.0)))
    own.blobs.delete(f"{names.turns('g')}/1")
    own.queue.send(names.INBOX, [b"event"], group=run)
    (message,) = own.queue.receive(names.INBOX, wait=1)
    own.queue.release(message)
    own.queue.send(names.ALARMS, [b"alarm"], delay=1)
    assert own.queue.depth(names.tasks("wide")) == 0
    assert own.secrets.get("/praktika/lab/platform/task-key", "aws parameter") == "x"


def test_a_broker_knows_who_has_claimed_what(role):
    role("orchestrators").journal.append("c1", 0, [LOST])
    role("narrow").blobs.create("runs/c1/jobs/j/1/claim", b"mine")
    own = role("token-broker")
    assert own.journal.read("c1") == [LOST]
    assert own.journal.read("unknown") == []
    assert own.blobs.get("runs/c1/jobs/j/1/claim") == b"mine"
    with pytest.raises(Absent):
        own.blobs.get("runs/c1/jobs/j/2/claim")
    assert own.secrets.get("lab-gh-app", "aws secret") == "{}"


def test_a_webhook_queues_a_notice(role):
    role("webhook").queue.send("notices.fifo", [b"notice"], group="g", identity=["1"])


def test_a_tick_does_all_its_parts(scene, role):
    """Growing, alarms, schedules, dead letters, the sweep: whatever is denied fails the tick."""
    scene.add_group("lab-wide")
    serving = {"role": "workflow_orchestrator", "queues": (names.INBOX,), "groups": ()}
    working = {"role": "job_runner", "queues": (names.tasks("wide"),), "groups": ("lab-wide",)}
    installation = Installation(
        project="lab",
        region=REGION,
        account=scene.server.account,
        bucket=scene.server.bucket,
        version="1",
        repositories=("octo/app",),
        pools=(
            Pool(name="orchestrators", max_size=1, **serving),
            Pool(name="wide", max_size=2, **working),
        ),
    )
    scene.put(f"lab/blobs/{FILE}", encode(installation))
    role("narrow").queue.create(names.control("trusted-i-00000000000000001"))
    role("orchestrators").queue.send(names.tasks("wide"), [b"task"])
    own, clock = role("tick"), ManualClock(15 * 60.0 * 1_900_000)  # all parts are due
    tick_with(own.aws, "lab", scene.server.bucket, clock=clock, log=Lines()).handle({})
    (group,) = own.aws.groups.describe_auto_scaling_groups()["AutoScalingGroups"]
    assert group["DesiredCapacity"] == 1
    with pytest.raises(Absent):
        own.queue.send(names.control("trusted-i-00000000000000001"), [b"stop"])
