"""A whole cloud on one machine: queues, blobs, parameters and secrets of an AWS API server, groups of
another one, functions under AWS's own runtime behind their API, machines that boot the controller,
and a GitHub beside them.
"""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from tests import aws_cloud, aws_server, lambda_host, moto_server
from tests.aws_server import AwsServer
from tests.github.hub import serve
from tests.integration.aws.cloud.deployed import (
    ACCOUNT,
    BUCKET,
    LABEL,
    SLUG,
    declare,
    deploy,
    tags_of,
)
from tests.integration.aws.cloud.fleet import Fleet, Machine
from tests.integration.github.town import REPOSITORIES, Code, Town
from tests.lambda_host import Deployed, LambdaHost

from praktika.adapters.aws.blobs import S3Blobs
from praktika.adapters.aws.journal import S3Journal
from praktika.adapters.aws.queue import SqsQueue
from praktika.adapters.aws.secrets import AwsSecrets
from praktika.adapters.local.clock import SystemClock
from praktika.engine.run import Phase, Run
from praktika.infrastructure.bundles.functions import HANDLERS
from praktika.infrastructure.template.names import Names
from praktika.model.installation import FILE, Pool
from praktika.model.wire import encode
from praktika.orchestrator import names
from praktika.ports.queue import dead_letters
from praktika.wiring.cloud.installed import read_installation
from praktika.wiring.runs.history import Archive, Recorded
from praktika.wiring.stores import Pace, Stores


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
        installation: as its parts read it.
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
        self._numbers = itertools.count(1)
        self._of_machine: dict[str, int] = {}

    def deploy(self, zips: Mapping[str, Path]) -> None:
        """Deploy the installation; then let its parts be found here."""
        known = Names(SLUG)
        app = {
            "app-id": str(self.hub.app.id),
            "app-installation-id": "1",
            "app-key": self.hub.app.private_key,
        }
        self.clients.secrets.create_secret(Name=known.own("gh-app"), SecretString=json.dumps(app))
        checkout = self.place("checkout")
        declare(checkout, REPOSITORIES, self.hub.api_url)
        deploy(checkout, self.aws)
        secret = self.stores.secrets.get(known.webhook_secret, "aws parameter")
        self.hub.app.secret = self.hub.deliveries.secret = secret
        self.hub.deliveries.url = f"{self.host.url}/webhooks/github"
        self._move_in()
        self._host_functions(zips)
        self.fleet.start()

    def _move_in(self) -> None:
        """Groups are of another server, and the API is that of the functions' host."""
        deployed = read_installation(self.stores.blobs)
        self.installation = replace(deployed, api=self.host.url)
        self.stores.blobs.put(FILE, encode(self.installation))
        groups, tags = self.moto.clients(), tags_of(self.clients)
        for pool in self.installation.pools:
            for group in pool.groups:
                moto_server.make_group(groups, group, smallest=pool.size, largest=pool.max_size)
        self.fleet = Fleet(
            groups,
            self.installation.pools,
            lambda instance, pool: self._launch(instance, pool, tags[pool.groups[0]]),
            self._start,
        )

    def _host_functions(self, zips: Mapping[str, Path]) -> None:
        for name, path in zips.items():
            found = self.clients.functions.get_function_configuration(FunctionName=f"{SLUG}-{name}")
            variables = {
                **found["Environment"]["Variables"],
                "AWS_ENDPOINT_URL_AUTO_SCALING": self.moto.endpoint,
            }
            self.host.add(Deployed(name, path, f"{HANDLERS[name]}.handler", variables))

    def _launch(self, instance: str, pool: Pool, tags: Mapping[str, str]) -> Machine:
        """What AWS does when a group gets a machine."""
        folder = self.place(instance)
        folder.mkdir(mode=0o755)
        machine = Machine(instance, pool, folder, SLUG)
        shown = {name: text for name, text in tags.items() if name.startswith("praktika_")}
        machine.tag(**shown | {"praktika_api": self.host.url})
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

    @property
    def kept(self) -> list[Path]:
        return [machine.folder for machine in tuple(self.fleet.machines.values())]

    def end(self, *_: object) -> None:
        """End all machines."""
        self.fleet.close()

    def recorded(self, run_id: str) -> Recorded:
        return Archive(self.stores).load(run_id)

    def of_attempts(self, event: str, run_id: str) -> list[dict[str, Any]]:
        """What the broker of tokens has logged of the attempts of a run."""
        return [each for each in self.host.lines("token-broker", event) if each["run"] == run_id]

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
            journal=S3Journal(self.clients, BUCKET, clock, prefix),
            queue=SqsQueue(self.clients, SLUG),
            blobs=S3Blobs(self.clients, BUCKET, prefix),
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
        aws = AwsServer(stack.enter_context(aws_server.serve(aws_cloud.__file__)).endpoint, ACCOUNT)
        moto = stack.enter_context(moto_server.serve())
        host = stack.enter_context(LambdaHost(aws))
        cloud = Cloud(hub, folder, aws, moto, host)
        cloud.deploy(zips)
        stack.callback(cloud.end)
        yield cloud
        assert not hub.violations, hub.violations
        for token in hub.state.minted:  # security 18, of every story
            assert len(token.repositories or ()) == 1, token
