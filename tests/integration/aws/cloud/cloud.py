"""A whole cloud on one machine: queues, blobs, parameters and secrets of an AWS API server, groups of
another one, functions under AWS's own runtime behind their API, machines that boot the controller,
and a GitHub beside them.
"""

from __future__ import annotations

import base64
import itertools
import json
import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests import aws_server, lambda_host, moto_server
from tests.aws_server import REGION, AwsServer
from tests.github.hub import serve
from tests.integration.aws.cloud.fleet import Fleet, Machine
from tests.integration.github.town import REPOSITORIES, Code, Town
from tests.lambda_host import Deployed, LambdaHost

from praktika.adapters.aws.blobs import S3Blobs
from praktika.adapters.aws.journal import S3Journal
from praktika.adapters.aws.queue import SqsQueue
from praktika.adapters.aws.secrets import AwsSecrets
from praktika.adapters.aws.setup import create_bucket
from praktika.adapters.local.clock import SystemClock
from praktika.adapters.sealed.keys import SigningKeys
from praktika.engine.run import Phase, Run
from praktika.infrastructure.bundles.functions import HANDLERS
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
ACCOUNT = "000000000000"
LOGS = Names(SLUG).instance_logs

POOLS = (
    Pool(
        name="orchestrators",
        role="workflow_orchestrator",
        queues=SHARED,
        groups=(f"{SLUG}-orchestrators",),
        scaling="disabled",
        size=2,
        max_size=2,
    ),
    Pool(
        name="small",
        role="job_runner",
        label=LABEL,
        queues=(names.tasks(LABEL),),
        groups=(f"{SLUG}-small",),
        scaling="disabled",
        size=2,
        max_size=2,
    ),
    Pool(
        name="outside",
        role="job_runner",
        label=LABEL,
        trust="untrusted",
        queues=(names.tasks(LABEL, "untrusted"),),
        groups=(f"{SLUG}-outside",),
        scaling="disabled",
        size=1,
        max_size=2,
    ),
)


def unit(command: str, name: str = "Unit", **fields: object) -> Code:
    """The declaration of a job for the small machines."""
    options = "".join(f", {key}={value!r}" for key, value in fields.items())
    return Code(f"Job.Config(name={name!r}, runs_on=[{LABEL!r}], command={command!r}{options})")


class Cloud(Town):
    """An installation, and a hub.

    Attributes:
        aws: the API server of AWS.
        moto: that of Auto Scaling.
        host: the installation's functions, and its API.
        fleet: its machines.
    """

    def __init__(
        self, hub: Any, folder: Path, aws: AwsServer, moto: AwsServer, host: LambdaHost
    ) -> None:
        super().__init__(hub, folder, ())
        self.aws = aws
        self.moto = moto
        self.host = host
        self.clients = aws.clients()
        self.stores = self._stores()
        self.keys = SigningKeys(base64.b64encode(secrets.token_bytes(32)).decode())
        self.fleet = Fleet(moto.clients(), POOLS, self._launch, self._start)
        self._numbers = itertools.count(1)
        self._of_machine: dict[str, int] = {}

    def deploy(self, zips: Mapping[str, Path]) -> None:
        """Make what a deploy makes, as far as it is seen here."""
        create_bucket(self.clients, self.aws.bucket)
        for queue in dict.fromkeys(queue for pool in POOLS for queue in pool.queues):
            self.stores.queue.create(queue)
        self.clients.logs.create_log_group(logGroupName=LOGS)
        self._tell_secrets()
        self.stores.blobs.put(FILE, encode(self.installation))
        for name, path in zips.items():
            handler = f"{HANDLERS[name]}.handler"
            self.host.add(Deployed(name, path, handler, self._variables()))
        groups = self.moto.clients()
        for pool in POOLS:
            for group in pool.groups:
                moto_server.make_group(groups, group, smallest=pool.size, largest=pool.max_size)
        self.hub.deliveries.url = f"{self.host.url}/webhooks/github"
        self.fleet.start()

    def _tell_secrets(self) -> None:
        seed = base64.b64encode(secrets.token_bytes(32)).decode()
        self.keys = SigningKeys(seed)
        self.hub.app.secret = self.hub.deliveries.secret = secrets.token_hex(32)
        known, put = Names(SLUG), self.clients.ssm.put_parameter
        put(Name=known.task_key, Value=seed, Type="SecureString")
        put(Name=known.webhook_secret, Value=self.hub.app.secret, Type="SecureString")
        put(Name=known.task_public_key, Value=self.keys.public, Type="String")
        app = {"app-id": str(self.hub.app.id), "app-key": self.hub.app.private_key}
        self.clients.secrets.create_secret(Name=known.own("gh-app"), SecretString=json.dumps(app))

    def _variables(self) -> dict[str, str]:
        """What functions are told."""
        known = Names(SLUG)
        return {
            "PRAKTIKA_PROJECT_SLUG": SLUG,
            "PRAKTIKA_S3_ARTIFACT_BUCKET": self.aws.bucket,
            "PRAKTIKA_GITHUB_REPOSITORIES": ",".join(REPOSITORIES),
            "PRAKTIKA_GITHUB_APP_ID": str(self.hub.app.id),
            "PRAKTIKA_GITHUB_API": self.hub.api_url,
            "PRAKTIKA_GITHUB_SECRET": known.own("gh-app"),
            "PRAKTIKA_WEBHOOK_SECRET_PARAMETER": known.webhook_secret,
            "PRAKTIKA_TICK_FUNCTION": known.own("tick"),
            "AWS_ENDPOINT_URL_AUTO_SCALING": self.moto.endpoint,
        }

    @property
    def installation(self) -> Installation:
        return Installation(
            project=SLUG,
            region=REGION,
            account=ACCOUNT,
            bucket=self.aws.bucket,
            version=VERSION,
            repositories=tuple(REPOSITORIES),
            app=str(self.hub.app.id),
            forge=self.hub.api_url,
            api=self.host.url,
            pages="https://pages.example",
            pools=POOLS,
        )

    def _launch(self, instance: str, pool: Pool) -> Machine:
        """What AWS does when a group gets a machine."""
        folder = self.place(instance)
        folder.mkdir(mode=0o755)
        machine = Machine(instance, pool, folder, SLUG)
        machine.tag(
            praktika_role=pool.role,
            praktika_project_slug=SLUG,
            praktika_pool=pool.name,
            praktika_label=pool.label,
            praktika_trust=pool.trust,
            praktika_queue=pool.queues[0] if pool.label else "",
            praktika_asg=pool.groups[0],
            praktika_scaling=pool.scaling,
            praktika_bucket=self.aws.bucket,
            praktika_api=self.host.url,
            praktika_log_group=LOGS,
        )
        arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{machine.role}/{instance}"
        self.host.trust(lambda_host.Machine(machine.access, machine.secret, arn))
        return machine

    def _start(self, machine: Machine) -> None:
        number = self._of_machine.setdefault(machine.instance, next(self._numbers))
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(machine.folder),
            "PYTHONDONTWRITEBYTECODE": "1",
            "AWS_ENDPOINT_URL": self.aws.endpoint,
            "AWS_ENDPOINT_URL_AUTO_SCALING": self.moto.endpoint,
            "AWS_ENDPOINT_URL_LAMBDA": self.host.url,
            "PRAKTIKA_LEASE": "3",
            "PRAKTIKA_RECONCILE_SECONDS": "5",
        }
        machine.start(environment, number, self.log)

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
            machines = tuple(self.fleet.machines.values())
            return next((one for one in machines if one.is_alive and one.runner in runners), None)

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

    def end(self, *_: object) -> None:
        """End all machines."""
        self.fleet.close()

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
        clock, prefix = SystemClock(), f"{SLUG}/"
        return Stores(
            state=self.root,
            journal=S3Journal(self.clients, self.aws.bucket, clock, prefix),
            queue=SqsQueue(self.clients, SLUG),
            blobs=S3Blobs(self.clients, self.aws.bucket, prefix),
            secrets=AwsSecrets(self.clients),
            clock=clock,
            pace=Pace(lease=3.0, wait=1.0),
            is_remote=True,
        )


@contextmanager
def open_cloud(folder: Path, zips: Mapping[str, Path]) -> Iterator[Cloud]:
    """A cloud in a folder that other users can reach."""
    (folder / "hub").mkdir(parents=True)
    with ExitStack() as stack:
        hub = stack.enter_context(serve(folder / "hub"))
        aws = AwsServer(stack.enter_context(aws_server.serve()).endpoint, ACCOUNT)
        moto = stack.enter_context(moto_server.serve())
        host = stack.enter_context(LambdaHost(aws))
        cloud = Cloud(hub, folder, aws, moto, host)
        cloud.deploy(zips)
        stack.callback(cloud.end)
        yield cloud
        assert not hub.violations, hub.violations
        for token in hub.state.minted:  # security 18, of every story
            assert len(token.repositories or ()) == 1, token
