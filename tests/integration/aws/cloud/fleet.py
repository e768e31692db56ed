"""Machines: for each instance of a group, a process of the controller, as systemd would keep it."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path

import psutil
from tests.aws_server import REGION
from tests.controller import metadata

from praktika.adapters.aws.client import Clients
from praktika.adapters.aws.scaling.groups import AwsGroups
from praktika.errors import PraktikaError
from praktika.model.installation import Pool

CONTROLLER = Path(__file__).parents[4] / "controller/src"
_PACE = {
    "LEASE": "3",
    "WAIT": "2",
    "LOOK": "0.5",
    "REST": "0.5",
    "GRACE": "30",
    "START": "30",
    "NOTICES": "1",
    "SHIP": "1",
    "ROOM": "1",
}
_FIRST_USER = 210_000_000


class Machine:
    """An instance of a pool.

    Args:
        instance: its id.
        pool: that it belongs to.
        folder: of its own.
        slug: of the project.
    """

    def __init__(self, instance: str, pool: Pool, folder: Path, slug: str) -> None:
        self.instance = instance
        self.pool = pool
        self.role = pool.role_in(slug)
        self.access = f"AKIA{instance.removeprefix('i-').upper()}"
        self.secret = secrets.token_hex(20)
        self.folder = folder
        self._stack = ExitStack()
        self.metadata = self._stack.enter_context(metadata.serve())
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def runner(self) -> str:
        """The name under which it claims attempts."""
        return f"{self.pool.trust}-{self.instance}"

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def tag(self, **tags: str) -> None:
        """Let its metadata service tell what AWS tells a machine."""
        session = {
            "Code": "Success",
            "Type": "AWS-HMAC",
            "AccessKeyId": self.access,
            "SecretAccessKey": self.secret,
            "Token": f"session-of-{self.instance}",
            "LastUpdated": "2020-01-01T00:00:00Z",
            "Expiration": "2099-01-01T00:00:00Z",
        }
        place = "meta-data/iam/security-credentials/"
        self.metadata.paths |= {
            "meta-data/instance-id": self.instance,
            "meta-data/placement/region": REGION,
            place: self.role,
            f"{place}{self.role}": json.dumps(session),
        }
        self.metadata.tag(**tags)

    def start(self, environment: Mapping[str, str], number: int, log: Path) -> None:
        """Start the service, as the unit of the machine does."""
        given = {
            **environment,
            **{f"PRAKTIKA_CONTROLLER_{name}": value for name, value in _PACE.items()},
            "PYTHONPATH": str(CONTROLLER),
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": self.metadata.endpoint,
            "PRAKTIKA_CONTROLLER_STATE": str(self.folder / "state"),
            "PRAKTIKA_CONTROLLER_LOG": str(log),
            "PRAKTIKA_CONTROLLER_USER": str(_FIRST_USER + os.getpid() * 100 + number),
        }
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "praktika_controller"],
                env=given,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def send(self, number: signal.Signals) -> None:
        """A signal to the service alone."""
        if self._process is not None:
            self._process.send_signal(number)

    def send_all(self, number: signal.Signals) -> None:
        """A signal to all that runs here, as if the machine were meant."""
        for process in self._tree():
            with suppress(psutil.Error):
                process.send_signal(number)

    def kill(self) -> None:
        """End all that runs here."""
        tree = self._tree()
        self.send_all(signal.SIGSTOP)  # so that nobody sees another one go
        for process in tree:
            with suppress(psutil.Error):
                process.kill()
        if self._process is not None:
            self._process.wait(10)

    def kill_service(self) -> None:
        """End the controller; what it has started ends by itself, which is waited for."""
        _, *below = self._tree()
        self.send(signal.SIGKILL)
        _, alive = psutil.wait_procs(below, 15)
        assert not alive, alive

    def kill_child(self) -> None:
        """End the praktika that the service has started, and nothing else."""
        _, *below = self._tree()
        for process in below:
            with suppress(psutil.Error):
                if "praktika.cli.runner" in process.cmdline():
                    process.kill()
                    return
        raise AssertionError("there is none")

    def close(self) -> None:
        self.kill()
        self._stack.close()

    def _tree(self) -> list[psutil.Process]:
        if not self.is_alive:
            return []
        assert self._process is not None
        with suppress(psutil.Error):
            top = psutil.Process(self._process.pid)
            return [top, *top.children(recursive=True)]
        return []


class Fleet:
    """Keeps a machine for each instance that the groups have.

    A service that has ended is started again, a machine that is gone is ended.

    Args:
        groups: clients of Auto Scaling.
        pools: whose machines they are.
        launch: makes and tags a machine.
        start: starts its service.
    """

    def __init__(
        self,
        groups: Clients,
        pools: tuple[Pool, ...],
        launch: Callable[[str, Pool], Machine],
        start: Callable[[Machine], None],
    ) -> None:
        self._groups = AwsGroups(groups)
        self._pools = pools
        self._launch = launch
        self._start = start
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="fleet", daemon=True)
        self.machines: dict[str, Machine] = {}

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._over.set()
        self._thread.join()
        for machine in self.machines.values():
            machine.send_all(signal.SIGKILL)
        for machine in self.machines.values():
            machine.close()

    def of(self, pool: str) -> list[Machine]:
        """The machines of a pool that live."""
        return [
            machine
            for machine in tuple(self.machines.values())
            if machine.pool.name == pool and machine.is_alive
        ]

    def _keep(self) -> None:
        while not self._over.wait(0.1):
            with suppress(PraktikaError):
                self._look()

    def _look(self) -> None:
        known = self._groups.look([name for pool in self._pools for name in pool.groups])
        wanted = {
            machine.id: pool
            for pool in self._pools
            for name in pool.groups
            if name in known  # other tests empty the server of groups when these are over
            for machine in known[name].machines
            if machine.phase == "serving"
        }
        for instance in self.machines.keys() - wanted.keys():
            self.machines.pop(instance).close()
        for instance, pool in wanted.items():
            if instance not in self.machines:
                self.machines[instance] = self._launch(instance, pool)
            machine = self.machines[instance]
            if not machine.is_alive and not self._over.is_set():
                self._start(machine)
