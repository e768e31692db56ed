"""A GitHub and a server that serves it, both real processes or threads, for whole stories."""

from __future__ import annotations

import base64
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from tests.github.git import Files
from tests.github.hub import Hub, serve

from praktika.engine.run import Run
from praktika.intake.kept import keys
from praktika.wiring.runs.history import Archive, Recorded
from praktika.wiring.stores import open_stores

T = TypeVar("T")

# Each has an owner, and so limits of GitHub, of its own.
REPOSITORIES = [f"team-{number}/shop" for number in range(1, 17)]
PATIENCE = 40.0


class Code(str):
    """Text that stands in a declaration as it is."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def job(name: str, command: str, **fields: object) -> Code:
    """The declaration of a job that any runner may run."""
    options = "".join(f", {key}={value!r}" for key, value in fields.items())
    return Code(f"Job.Config(name={name!r}, runs_on=[], command={command!r}{options})")


def workflow(event: str, *jobs: str, name: str = "", **fields: object) -> str:
    """The text of a file in `ci/workflows/`; each job is `Name: command`, or what `job` says."""
    listed = []
    for each in jobs:
        title, _, command = each.partition(": ")
        listed.append(each if isinstance(each, Code) else job(title, command))
    options = "".join(f", {key}={value!r}" for key, value in fields.items())
    return (
        "from praktika import Artifact, Job, Secret, Workflow\n"
        f"WORKFLOWS = [Workflow.Config(name={name or event!r}, event={event!r}, "
        f"jobs=[{', '.join(listed)}]{options})]\n"
    )


class Town:
    """A hub, and `praktika serve` beside it.

    Attributes:
        hub: the GitHub.
        root: the server's state.
        url: of the server.
    """

    def __init__(self, hub: Hub, folder: Path, arguments: tuple[str, ...], **more: str) -> None:
        self.hub = hub
        self.root = folder / "state"
        self.root.mkdir()
        self._folder = folder
        self._arguments = arguments
        self._free = list(REPOSITORIES)
        self.env = os.environ | {
            "PRAKTIKA_GITHUB_APP_ID": str(hub.app.id),
            "PRAKTIKA_GITHUB_KEY_FILE": str(self._secret("key.pem", hub.app.private_key)),
            "PRAKTIKA_WEBHOOK_SECRET_FILE": str(self._secret("hook", hub.app.secret)),
            "PRAKTIKA_GITHUB_REPOSITORIES": " ".join(REPOSITORIES),
            "PRAKTIKA_GITHUB_API": hub.api_url,
            "PRAKTIKA_RECONCILE_SECONDS": "3600",
            "PRAKTIKA_URL": "https://ci.example",
            "PRAKTIKA_LEASE": "3",
            "XDG_CACHE_HOME": str(folder / "cache"),
            **more,
        }
        self.url = ""
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, **more: str) -> None:
        """Start the server, and let webhooks go there."""
        log = self.log
        before = log.stat().st_size if log.exists() else 0
        with log.open("ab") as file:
            command = [sys.executable, "-m", "praktika", "serve", "--port", "0", "--public"]
            self._process = subprocess.Popen(
                [*command, "--root", str(self.root), *self._arguments],
                env=self.env | more,
                stdout=file,
                stderr=file,
            )

        def address() -> str:
            assert self._process is not None
            text = log.read_bytes()[before:].decode()
            assert self._process.poll() is None, text
            found = re.search(r"praktika: (http://\S+) serves", text)
            return found[1] if found else ""

        self.url = self.until(address)
        self.hub.deliveries.url = f"{self.url}/webhooks/github"

    def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End the server: kindly, or not."""
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(30)
            self._process = None

    def token(self, login: str) -> str:
        """A token of the server, as its operator makes them."""
        words = ("serve", "token", login, "--root", str(self.root))
        return self._call(*words).stdout.strip()

    def ask(self, token: str, *words: str) -> subprocess.CompletedProcess[str]:
        """What the command line tells somebody with a token."""
        return self._call("--server", self.url, *words, PRAKTIKA_SERVER_TOKEN=token)

    def _call(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "praktika", *words],
            env=self.env | more,
            cwd=self._folder,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    @property
    def log(self) -> Path:
        """What the server writes."""
        return self._folder / "server.log"

    def repository(self, files: Files, **options: Any) -> str:
        """A repository of this story's own, that the server serves."""
        name = self._free.pop(0)
        self.hub.create_repository(name, files, **options)
        return name

    def gate(self, name: str) -> str:
        """A command that waits until `open_gate` is called with this name."""
        return f"until [ -e {self.place(name)} ]; do sleep 0.05; done"

    def open_gate(self, name: str) -> None:
        self.place(name).touch()

    def place(self, name: str) -> Path:
        """A path of a story's own, which jobs can reach."""
        return self._folder / name

    def until(self, told: Callable[[], T], patience: float = PATIENCE) -> T:
        """What is told, as soon as it is something."""
        deadline = time.monotonic() + patience
        while True:
            value = told()
            if value:
                return value
            if time.monotonic() > deadline:
                tail = self.log.read_text()[-4000:] if self.log.exists() else ""
                raise AssertionError(f"waited {patience:g} s for {told.__qualname__}\n{tail}")
            time.sleep(0.05)

    def check(self, repository: str, sha: str, name: str, *conclusions: str) -> dict[str, Any]:
        """The check of that name, as soon as it has one of these conclusions (or any)."""

        def found() -> dict[str, Any] | None:
            check = self.hub.checks(repository, sha).get(name)
            done = check is not None and check["status"] == "completed"
            if done and conclusions:
                assert check is not None
                assert check["conclusion"] in conclusions, check["output"]
            return check if done else None

        found.__qualname__ = f"a conclusion of {name}; there are " + str(
            {key: one["status"] for key, one in self.hub.checks(repository, sha).items()}
        )
        return self.until(found)  # type: ignore[return-value]

    def shown(self, repository: str, sha: str, name: str, status: str) -> dict[str, Any]:
        """The check of that name, as soon as it has this status."""

        def found() -> dict[str, Any] | None:
            check = self.hub.checks(repository, sha).get(name)
            return check if check is not None and check["status"] == status else None

        return self.until(found)  # type: ignore[return-value]

    def run(self, run_id: str) -> Run:
        """A run as its journal tells of it."""
        return self.recorded(run_id).run

    def recorded(self, run_id: str) -> Recorded:
        return Archive(open_stores(self.root)).load(run_id)

    def runs(self, repository: str) -> dict[str, Run]:
        """All runs for a repository, by id."""
        stores = open_stores(self.root)
        archive = Archive(stores)
        found = {run: archive.load(run).run for run in stores.journal.runs(limit=1000)}
        return {
            run: state
            for run, state in found.items()
            if state.requested is not None and state.requested.repository == repository
        }

    def routed(self, repository: str) -> None:
        """Wait until the server knows what starts the workflows of a repository."""
        self.until((self.root / ".praktika" / keys.table(repository)).exists)

    def output(self, run_id: str, job: str = "", attempt: int = 0) -> str:
        """What a job of a run printed, in its last attempt."""
        folder = self.root / ".praktika" / "runs" / run_id / "jobs"
        logs = sorted(folder.glob(f"{job}*/{attempt or '*'}/job.log"))
        return logs[-1].read_text() if logs else ""

    @property
    def kept(self) -> list[Path]:
        """The folders of the server, its runners and jobs."""
        return [self.root, self._folder / "cache"]

    def traces(self) -> list[Path]:
        """The files of the server, its runners and jobs that hold a token of the app."""
        values = [token.value for token in self.hub.state.minted]
        sought = [value.encode() for value in values]
        sought += [base64.b64encode(f"x-access-token:{value}".encode()) for value in values]
        found = []
        for folder in self.kept:
            for path in filter(Path.is_file, folder.rglob("*")):
                with suppress(OSError):
                    data = path.read_bytes()
                    if any(each in data for each in sought):
                        found.append(path)
        return found

    def logged(self, *words: str, since: int = 0) -> str:
        """The line of the server's log that has all these words, as soon as it is there.

        Args:
            words: to look for.
            since: bytes of the log that do not count.
        """

        def found() -> str:
            lines = self.log.read_bytes()[since:].decode(errors="replace").splitlines()
            return next((line for line in lines if all(word in line for word in words)), "")

        found.__qualname__ = f"{words} in the log"
        return self.until(found)

    def mark(self) -> int:
        """How long the log is now, for `logged`."""
        return self.log.stat().st_size

    def _secret(self, name: str, text: str) -> Path:
        path = self._folder / name
        path.write_text(text)
        path.chmod(0o600)
        return path


@contextmanager
def open_town(folder: Path, *arguments: str, **more: str) -> Iterator[Town]:
    """A town in a folder; the server has to be started."""
    (folder / "hub").mkdir(parents=True)
    with serve(folder / "hub") as hub:
        town = Town(hub, folder, arguments, **more)
        try:
            yield town
        finally:
            town.end()
        assert not hub.violations, hub.violations
        for token in hub.state.minted:  # security 18, of every story
            assert len(token.repositories or ()) == 1, token
            assert token.permissions.keys() < hub.app.permissions.keys(), token
