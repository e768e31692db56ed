"""A whole cloud on one machine: queues, blobs and parameters of an AWS API server, the API and its
functions, machines of two kinds as processes, and a GitHub beside them.
"""

from __future__ import annotations

import base64
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.aws_server import REGION, AwsServer
from tests.github.hub import serve
from tests.integration.aws.cloud.gateway import WEBHOOK, Gateway, gateway
from tests.integration.github.town import REPOSITORIES, Code, Town

from praktika.adapters.aws.blobs import S3Blobs
from praktika.adapters.aws.journal import S3Journal
from praktika.adapters.aws.queue import SqsQueue
from praktika.adapters.aws.secrets import AwsSecrets
from praktika.adapters.aws.setup import create_bucket
from praktika.adapters.local.clock import SystemClock
from praktika.adapters.sealed.keys import SigningKeys
from praktika.engine.run import Phase, Run
from praktika.infrastructure.template.names import Names
from praktika.infrastructure.template.runtime.queues import SHARED
from praktika.model.installation import FILE, Installation, Pool
from praktika.model.wire import encode
from praktika.orchestrator import names
from praktika.ports.queue import dead_letters
from praktika.version import VERSION
from praktika.wiring.runs.history import Archive, Recorded
from praktika.wiring.stores import Pace, Stores

SLUG = "shop-ci"
LABEL = "small"

POOLS = (
    Pool(
        name="orchestrators",
        role="workflow_orchestrator",
        queues=SHARED,
        groups=(f"{SLUG}-orchestrators",),
        max_size=2,
    ),
    Pool(
        name="small",
        role="job_runner",
        label=LABEL,
        queues=(names.tasks(LABEL),),
        groups=(f"{SLUG}-small",),
        max_size=2,
    ),
    Pool(
        name="outside",
        role="job_runner",
        label=LABEL,
        trust="untrusted",
        queues=(names.tasks(LABEL, "untrusted"),),
        groups=(f"{SLUG}-outside",),
        max_size=2,
    ),
)


def unit(command: str, name: str = "Unit", **fields: object) -> Code:
    """The declaration of a job for the small machines."""
    options = "".join(f", {key}={value!r}" for key, value in fields.items())
    return Code(f"Job.Config(name={name!r}, runs_on=[{LABEL!r}], command={command!r}{options})")


class Machine:
    """A machine of a pool.

    Args:
        cloud: that it is of.
        pool: likewise.
        number: of it.
    """

    def __init__(self, cloud: Cloud, pool: Pool, number: int) -> None:
        self.cloud = cloud
        self.pool = pool
        self.instance = f"i-{number:08x}"
        self.root = cloud.place(f"machine-{number}")
        self.root.mkdir()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.cloud.log.open("ab") as file:
            self._process = subprocess.Popen(
                self._command(),
                env=self._environment(),
                cwd=self.root,
                stdout=file,
                stderr=file,
                start_new_session=True,
            )

    def send(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """End all of it."""
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, number)
            self._process.wait(40)

    @property
    def runner(self) -> str:
        """The name under which it claims attempts."""
        return f"{self.pool.trust}-{self.instance}"

    @property
    def exit_code(self) -> int | None:
        return self._process.poll() if self._process is not None else None

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _command(self) -> list[str]:
        if self.pool.role == "workflow_orchestrator":
            return [sys.executable, "-P", "-m", "praktika", "orchestrator", "--installation"]
        where = ("--root", str(self.root), "--parent", str(os.getpid()), "--work", self.instance)
        kind = ("--label", self.pool.label, "--trust", self.pool.trust)
        return [sys.executable, "-P", "-m", "praktika.cli.runner", *where, *kind, self.runner]

    def _environment(self) -> dict[str, str]:
        cloud = self.cloud
        found = {
            **cloud.env,
            "AWS_SESSION_TOKEN": f"{SLUG}-{self.pool.name}-role/{self.instance}",
            "PRAKTIKA_BACKEND": "aws",
            "PRAKTIKA_PROJECT_SLUG": SLUG,
            "PRAKTIKA_S3_ARTIFACT_BUCKET": cloud.aws.bucket,
            "PRAKTIKA_AWS_REGION": REGION,
            "XDG_CACHE_HOME": str(self.root / "cache"),
        }
        if self.pool.role == "job_runner":
            found |= {
                "PRAKTIKA_BROKER": cloud.gateway.url,
                "PRAKTIKA_BROKER_AUTH": "iam",
                "PRAKTIKA_TASK_KEY": cloud.keys.public,
                "PRAKTIKA_GITHUB_REPOSITORIES": " ".join(REPOSITORIES),
                "PRAKTIKA_GITHUB_API": cloud.hub.api_url,
            }
        return found


class Cloud(Town):
    """An installation, and a hub.

    Attributes:
        aws: the API server of AWS.
        gateway: the installation's own API.
        machines: those that there are.
    """

    def __init__(self, hub: Any, folder: Path, aws: AwsServer, api: Gateway) -> None:
        super().__init__(hub, folder, ())
        self.aws = aws
        self.gateway = api
        self.env = {
            **_clean(os.environ),
            **aws.environment(),
            "PRAKTIKA_LEASE": "3",
            "PRAKTIKA_RECONCILE_SECONDS": "5",
        }
        self.keys = SigningKeys(base64.b64encode(secrets.token_bytes(32)).decode())
        self.machines: list[Machine] = []
        self.stores = self._stores()

    def deploy(self) -> None:
        """Make what a deploy makes, as far as machines see it."""
        seed = base64.b64encode(secrets.token_bytes(32)).decode()
        self.keys = SigningKeys(seed)
        clients = self.aws.clients()
        create_bucket(clients, self.aws.bucket)
        for queue in dict.fromkeys(queue for pool in POOLS for queue in pool.queues):
            self.stores.queue.create(queue)
        known = Names(SLUG)
        for name, value, kind in (
            (known.task_key, seed, "SecureString"),
            (known.task_public_key, self.keys.public, "String"),
        ):
            clients.ssm.put_parameter(Name=name, Value=value, Type=kind)  # type: ignore[arg-type]
        self.stores.blobs.put(FILE, encode(self.installation))
        self.hub.deliveries.url = f"{self.gateway.url}{WEBHOOK}"

    @property
    def installation(self) -> Installation:
        return Installation(
            project=SLUG,
            region=REGION,
            account=self.aws.account,
            bucket=self.aws.bucket,
            version=VERSION,
            repositories=tuple(REPOSITORIES),
            app=str(self.hub.app.id),
            forge=self.hub.api_url,
            api=self.gateway.url,
            pages="https://pages.example",
            pools=POOLS,
        )

    def boot(self, name: str) -> Machine:
        """One more machine of a pool."""
        pool = next(pool for pool in POOLS if pool.name == name)
        machine = Machine(self, pool, len(self.machines) + 1)
        self.machines.append(machine)
        machine.start()
        return machine

    def alive(self, pool: str) -> list[Machine]:
        """The machines of a pool that live."""
        return [one for one in self.machines if one.pool.name == pool and one.is_alive]

    def machine_of(self, run_id: str, job: str = "Unit") -> Machine:
        """The machine that is at a job, as soon as one is."""

        def found() -> Machine | None:
            run = self.run(run_id)
            keys = {key: job.name for key, job in run.graph.jobs.items()}
            runners = [
                state.runner
                for key, state in run.jobs.items()
                if keys[key] == job and state.phase is Phase.RUNNING
            ]
            return next(
                (one for one in self.machines if one.is_alive and one.runner in runners), None
            )

        found.__qualname__ = f"a machine that is at {job}"
        machine = self.until(found)
        assert machine is not None
        return machine

    def asked(self, repository: str, sha: str, name: str) -> str:
        """The id of the run whose check of that name is there, as soon as it is."""

        def found() -> str:
            check = self.hub.checks(repository, sha).get(name)
            return str(check["external_id"]) if check else ""

        found.__qualname__ = f"the check {name}"
        return self.until(found)

    def green_once(self, repository: str, sha: str, name: str) -> str:
        """The run of a check that is green, as soon as it is; there is no second one of that name."""
        check = self.check(repository, sha, name, "success")
        again = [one for one in self.hub.all_checks(repository, sha) if one["name"] == name]
        assert len(again) == 1, again
        return str(check["external_id"])

    def end(self, _number: signal.Signals = signal.SIGKILL) -> None:
        """End all machines."""
        for machine in self.machines:
            machine.kill()

    def recorded(self, run_id: str) -> Recorded:
        return Archive(self.stores).load(run_id)

    def report(self, run_id: str) -> bytes:
        return self.stores.blobs.get(names.report(run_id))

    def output(self, run_id: str, job: str = "", attempt: int = 0) -> str:
        keys = [
            key
            for key in self.stores.blobs.list(f"runs/{run_id}/jobs")
            if key.endswith("/job.log") and f"/jobs/{job}" in key
        ]
        wanted = [key for key in keys if not attempt or f"/{attempt}/" in key]
        return self.stores.blobs.get(max(wanted)).decode() if wanted else ""

    def runs(self, repository: str) -> dict[str, Run]:
        found = {run: self.run(run) for run in self.stores.journal.runs(limit=1000)}
        return {
            run: state
            for run, state in found.items()
            if state.requested is not None and state.requested.facts.repository == repository
        }

    def dead(self, queue: str) -> list[bytes]:
        """What was set aside of a queue."""
        grave = dead_letters(queue)
        messages = self.stores.queue.receive(grave, limit=10, lease=1.0)
        self.stores.queue.ack(messages)
        return [message.body for message in messages]

    def _stores(self) -> Stores:
        clients, clock, prefix = self.aws.clients(), SystemClock(), f"{SLUG}/"
        return Stores(
            state=self.root,
            journal=S3Journal(clients, self.aws.bucket, clock, prefix),
            queue=SqsQueue(clients, SLUG),
            blobs=S3Blobs(clients, self.aws.bucket, prefix),
            secrets=AwsSecrets(clients),
            clock=clock,
            pace=Pace(lease=3.0, wait=1.0),
            is_remote=True,
        )


@contextmanager
def open_cloud(folder: Path, aws: AwsServer) -> Iterator[Cloud]:
    """A cloud without machines."""
    (folder / "hub").mkdir(parents=True)
    with ExitStack() as stack:
        hub = stack.enter_context(serve(folder / "hub"))
        api = stack.enter_context(gateway(aws.account))
        cloud = Cloud(hub, folder, aws, api)
        cloud.deploy()
        stack.callback(cloud.end)
        yield cloud
        assert not hub.violations, hub.violations


def _clean(environment: Any) -> dict[str, str]:
    foreign = ("AWS_", "PRAKTIKA_")
    return {name: text for name, text in environment.items() if not name.startswith(foreign)}
