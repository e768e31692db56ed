"""Every adapter of a port, opened anew for each test.

A `doors` fixture is a function: each call gives another handle on the same store, as another
part of the system would have it.
"""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.contracts.served import ServedBlobs, ServedJournal, Shelf, shelf

from praktika.adapters.aws.blobs import S3Blobs
from praktika.adapters.aws.client import Clients
from praktika.adapters.aws.journal import S3Journal
from praktika.adapters.aws.queue import SqsQueue
from praktika.adapters.aws.secrets import AwsSecrets
from praktika.adapters.local.blobs import LocalBlobs
from praktika.adapters.local.clock import SystemClock
from praktika.adapters.local.git import trees as local_trees
from praktika.adapters.local.git.trees import LocalTrees
from praktika.adapters.local.journal import LocalJournal
from praktika.adapters.local.queue import LocalQueue
from praktika.adapters.local.secrets import LocalSecrets
from praktika.adapters.local.sqlite import Database
from praktika.adapters.memory import (
    ManualClock,
    MemoryBlobs,
    MemoryJournal,
    MemoryQueue,
    MemoryRegistry,
    MemorySecrets,
    MemoryTrees,
)
from praktika.adapters.registry import HttpRegistry
from praktika.ports.blobs import Blobs
from praktika.ports.clock import Clock
from praktika.ports.journal import Journal
from praktika.ports.queue import Message, Queue
from praktika.ports.registry import Registry
from praktika.ports.secrets import Secrets
from praktika.ports.trees import Trees
from praktika.sdk.job.secret import variable_of

WORKERS = Path(__file__).with_name("workers.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Time passes for queues of AWS in real time, and leases are one code with boto3 and without."""
    items[:] = [
        item
        for item in items
        if not ("elapse" in getattr(item, "fixturenames", ()) and "light" in item.name)
    ]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def database_file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "praktika.db"


@pytest.fixture
def open_database() -> Iterator[Callable[[Path], Database]]:
    """Opens database files; all are closed in the end."""
    opened: list[Database] = []

    def opener(path: Path) -> Database:
        opened.append(Database(path))
        return opened[-1]

    yield opener
    for database in opened:
        database.close()


@pytest.fixture
def databases(
    open_database: Callable[[Path], Database], database_file: Path
) -> Callable[[], Database]:
    """Opens one more connection to the one database file."""
    return lambda: open_database(database_file)


@pytest.fixture(scope="session")
def shared_shelf() -> Iterator[Shelf]:
    """The one server of this test run."""
    with shelf() as served:
        yield served


@pytest.fixture
def served(shared_shelf: Shelf) -> Shelf:
    """A server in whose stores there is nothing."""
    shared_shelf.renew()
    return shared_shelf


@pytest.fixture(params=["memory", "local", "aws", "light", "server"])
def journal_doors(request: Any) -> Callable[[], Journal]:
    if request.param == "server":
        return partial(ServedJournal, request.getfixturevalue("served"))
    if request.param == "memory":
        store = MemoryJournal()
        return lambda: store
    if request.param in {"aws", "light"}:
        aws = request.getfixturevalue(request.param)
        bucket = request.getfixturevalue("bucket")
        return lambda: S3Journal(aws, bucket, SystemClock(), "team/")
    databases = request.getfixturevalue("databases")
    return lambda: LocalJournal(databases())


@pytest.fixture
def journal(journal_doors: Callable[[], Journal]) -> Journal:
    return journal_doors()


@pytest.fixture(params=["memory", "local", "aws", "light"])
def queue_store(request: Any) -> str:
    return request.param


@pytest.fixture
def queue_doors(request: Any, queue_store: str, clock: ManualClock) -> Callable[[], Queue]:
    if queue_store == "memory":
        store = MemoryQueue(clock)
        return lambda: store
    if queue_store in {"aws", "light"}:
        aws = request.getfixturevalue(queue_store)
        return lambda: SqsQueue(aws, "team")
    databases = request.getfixturevalue("databases")
    return lambda: LocalQueue(databases(), clock)


@pytest.fixture
def queue(queue_doors: Callable[[], Queue]) -> Queue:
    return queue_doors()


@pytest.fixture
def elapse(queue_store: str, clock: ManualClock) -> Callable[[float], None]:
    """Lets time pass for the queues: on the clock, or really."""
    return time.sleep if queue_store in {"aws", "light"} else clock.advance


class Line:
    """One queue of either kind, for tests of what both have in common."""

    def __init__(self, doors: Callable[[], Queue], name: str) -> None:
        self.doors = doors
        self.queue = doors()
        self.name = name
        self.group = {"group": "g"} if name.endswith(".fifo") else {}
        self.queue.create(name)

    def send(self, *bodies: bytes, door: Queue | None = None, **options: Any) -> None:
        (door or self.queue).send(self.name, bodies, **self.group, **options)

    def receive(self, limit: int = 1, **options: Any) -> list[Message]:
        return self.queue.receive(self.name, limit=limit, **options)

    def bodies(self, limit: int = 5, **options: Any) -> list[bytes]:
        """What can be received now, sorted: only ordered queues promise an order."""
        return sorted(message.body for message in self.receive(limit, **options))


@pytest.fixture(params=["work", "work.fifo"])
def line(request: Any, queue_doors: Callable[[], Queue]) -> Line:
    return Line(queue_doors, request.param)


@pytest.fixture
def plain(queue_doors: Callable[[], Queue]) -> Line:
    return Line(queue_doors, "work")


@pytest.fixture
def ordered(queue_doors: Callable[[], Queue]) -> Line:
    return Line(queue_doors, "work.fifo")


@pytest.fixture(params=["memory", "local", "aws", "light", "server"])
def blob_doors(request: Any, tmp_path: Path) -> Callable[[], Blobs]:
    if request.param == "server":
        return partial(ServedBlobs, request.getfixturevalue("served"))
    if request.param == "memory":
        store = MemoryBlobs()
        return lambda: store
    if request.param in {"aws", "light"}:
        aws = request.getfixturevalue(request.param)
        bucket = request.getfixturevalue("bucket")
        return lambda: S3Blobs(aws, bucket, "team/")
    return lambda: LocalBlobs(tmp_path / "blobs")


@pytest.fixture
def blobs(blob_doors: Callable[[], Blobs]) -> Blobs:
    return blob_doors()


class Vault:
    """A place for secrets: where to put them, and two handles."""

    def __init__(self, secrets: Secrets, put: Callable[[str, str], object]) -> None:
        self.secrets = secrets
        self.put = put


@pytest.fixture(
    params=[
        "memory",
        "environment",
        "file",
        "parameter",
        "secret",
        "light parameter",
        "light secret",
    ]
)
def vault(request: Any, tmp_path: Path) -> Vault:
    if request.param == "memory":
        values: dict[str, str] = {}
        return Vault(MemorySecrets(values), values.__setitem__)
    if request.param == "environment":
        variables: dict[str, str] = {}
        put = lambda name, value: variables.__setitem__(variable_of(name), value)  # noqa: E731
        return Vault(LocalSecrets(variables), put)
    if request.param == "file":
        file = tmp_path / "secrets"
        file.touch(0o600)
        write = lambda name, value: file.write_text(f"{file.read_text()}{name}={value}\n")  # noqa: E731
        return Vault(LocalSecrets({}, file), write)
    aws = request.getfixturevalue("aws")
    kind = request.param.removeprefix("light ")
    reading = request.getfixturevalue("light") if kind != request.param else aws
    return Vault(AwsSecrets(reading), partial(put_secret, aws, kind))


def put_secret(aws: Clients, kind: str, name: str, value: str) -> None:
    if kind == "parameter":
        aws.ssm.put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=True)
        return
    try:
        aws.secrets.create_secret(Name=name, SecretString=value)
    except aws.secrets.exceptions.ResourceExistsException:
        aws.secrets.put_secret_value(SecretId=name, SecretString=value)


@pytest.fixture(params=["manual", "system"])
def any_clock(request: Any) -> Clock:
    return ManualClock() if request.param == "manual" else SystemClock()


class Worker:
    """A process that does one thing of `workers.py`: ready, go, answer."""

    def __init__(self, name: str, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, WORKERS, name, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )

    def ready(self) -> None:
        assert self.process.stdout.readline() == "ready\n"

    def go(self) -> None:
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def answer(self) -> Any:
        return json.loads(self.process.stdout.readline())

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def worker() -> Iterator[Callable[..., Worker]]:
    """Starts processes; those still there in the end are killed."""
    started: list[Worker] = []

    def start(name: str, *arguments: object) -> Worker:
        started.append(Worker(name, *map(str, arguments)))
        return started[-1]

    yield start
    for one in started:
        one.end()


@pytest.fixture
def race(worker: Callable[..., Worker]) -> Callable[..., list[Any]]:
    """The answers of `count` processes that begin the same thing at the same moment.

    The last argument of each is its number.
    """

    def run(count: int, name: str, *arguments: object) -> list[Any]:
        crew = [worker(name, *arguments, number) for number in range(count)]
        for one in crew:
            one.ready()
        for one in crew:
            one.go()
        return [one.answer() for one in crew]

    return run


class Forest:
    """A store of trees, and how to make a commit of empty files in it."""

    def __init__(self, trees: Trees, commit: Callable[[Sequence[bytes]], str]) -> None:
        self.trees = trees
        self.commit = commit


@pytest.fixture(params=["memory", "local", "local, older git"])
def forest_kind(request: Any) -> str:
    return request.param


@pytest.fixture(params=["sha1", "sha256"])
def forest(request: Any, forest_kind: str, tmp_path: Path, monkeypatch: Any) -> Iterator[Forest]:
    if forest_kind == "memory":
        trees = MemoryTrees(request.param)
        file = (b"100644", trees.id_of("blob", b""))
        yield Forest(trees, lambda paths: trees.commit(dict.fromkeys(paths, file)))
        return
    subprocess.run(["git", "init", "-q", "--object-format", request.param, tmp_path], check=True)
    if forest_kind != "local":
        monkeypatch.setattr(local_trees, "OPTIONS", ("--no-such-option", "--batch"))
    with LocalTrees(tmp_path) as kept:
        yield Forest(kept, partial(commit_of_git, tmp_path))


def commit_of_git(folder: Path, paths: Sequence[bytes]) -> str:
    said = b"".join(b"M 100644 inline %b\ndata 0\n\n" % path for path in paths)
    start = b"commit refs/heads/made\ncommitter A <a@b.invalid> 0 +0000\ndata 0\ndeleteall\n"
    subprocess.run(
        ["git", "fast-import", "--quiet", "--force"], input=start + said, cwd=folder, check=True
    )
    answer = subprocess.run(
        ["git", "rev-parse", "made"], cwd=folder, check=True, capture_output=True
    )
    return answer.stdout.decode().strip()


@pytest.fixture(params=["memory", "http"])
def registry_doors(request: Any) -> tuple[Callable[[], Registry], str]:
    """Handles on one registry, and the name of a repository in it that no other test has."""
    if request.param == "memory":
        store = MemoryRegistry()
        return lambda: store, "example.com:5000/team/image"
    host = request.getfixturevalue("image_registry")
    return HttpRegistry, f"{host}/team/{uuid.uuid4().hex}"
