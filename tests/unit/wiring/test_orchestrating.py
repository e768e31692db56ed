"""A process that serves an installation: it is there until it is told to end, whatever is deployed."""

from __future__ import annotations

import base64
import io
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import pytest

from praktika.adapters.local.clock import SystemClock
from praktika.adapters.memory import MemoryBlobs, MemoryJournal, MemoryQueue, MemorySecrets
from praktika.cli.console import Console
from praktika.cli.main import run
from praktika.errors import Absent, OperatorError
from praktika.model.events import RunRequested
from praktika.model.installation import FILE, Installation
from praktika.model.wire import encode
from praktika.orchestrator import names
from praktika.wiring.cloud.orchestrator import orchestrating
from praktika.wiring.stores import Pace, Stores

KEY = "/praktika/shop/platform/task-key"


def seed(number: int) -> str:
    return base64.b64encode(bytes([number]) * 32).decode()


@dataclass
class Log:
    """Keeps what it is told."""

    events: list[str] = field(default_factory=list)
    fields: list[dict[str, Any]] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def info(self, event: str, **fields: Any) -> None:
        with self.changed:
            self.events.append(event)
            self.fields.append(fields)
            self.changed.notify_all()

    warning = error = info

    def until(self, event: str, count: int = 1) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: self.events.count(event) >= count, 10)


class Process:
    """An orchestrator in a thread."""

    def __init__(self, root: Path) -> None:
        self.secrets = {KEY: seed(1)}
        clock = SystemClock()
        self.stores = Stores(
            state=root,
            journal=MemoryJournal(),
            queue=MemoryQueue(clock),
            blobs=MemoryBlobs(),
            secrets=MemorySecrets(self.secrets),
            clock=clock,
            pace=Pace(lease=5.0, wait=0.05),
        )
        for name in (names.INBOX, names.REPORTS, names.ALARMS):
            self.stores.queue.create(name)
        self.log, self.root = Log(), root
        self._over = threading.Event()
        self._thread = threading.Thread(target=self.serve)

    def deploy(self, **more: Any) -> None:
        fields = {"project": "shop", "region": "eu-central-1", "account": "1", "bucket": "b"}
        installed = Installation(**{**fields, "version": "1", **more})
        self.stores.blobs.put(FILE, encode(installed))

    def serve(self) -> None:
        orchestrating.serve(
            self.root, self.stores, self.log, while_true=lambda: not self._over.is_set()
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(10)
        assert not self._thread.is_alive()


def test_it_serves_runs_and_tells_when_it_was_busy(tmp_path: Path):
    process = Process(tmp_path)
    process.deploy()
    with process:
        process.log.until("orchestrator.started")
        before = (tmp_path / "idle").stat().st_mtime_ns
        request = RunRequested(at=1.0, workflow="W", inbox=names.INBOX)
        process.stores.queue.send(names.INBOX, [encode(request)], group="run-1")
        deadline = threading.Event()
        while not process.stores.journal.read("run-1"):
            deadline.wait(0.02)
        while (tmp_path / "idle").stat().st_mtime_ns == before:
            deadline.wait(0.02)
    assert process.log.events[-1] == "orchestrator.ended"


@pytest.mark.parametrize("what", ["installation", "key"])
def test_what_is_deployed_anew_is_served_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
):
    monkeypatch.setattr(orchestrating, "_ANEW", 0.05)
    process = Process(tmp_path)
    process.deploy()
    with process:
        process.log.until("orchestrator.started")
        if what == "key":
            process.secrets[KEY] = f"{seed(2)},{seed(1)}"
        else:
            process.deploy(version="2")
        process.log.until("installation.changed")
        process.log.until("orchestrator.started", 2)
    assert process.log.events.count("installation.changed") == 1
    assert seed(2) not in repr(process.log.fields)


def test_without_an_installation_or_a_key_it_does_not_start(tmp_path: Path):
    process = Process(tmp_path)
    with pytest.raises(OperatorError, match="no installation here"):
        process.serve()
    process.deploy()
    del process.secrets[KEY]
    with pytest.raises(Absent):
        process.serve()


def test_it_is_for_machines_of_a_cloud(tmp_path: Path):
    def said(*words: str) -> tuple[int, str]:
        out, err = io.TextIOWrapper(io.BytesIO()), io.StringIO()
        return run(Console(out, err, {}), ["orchestrator", *words]), err.getvalue()

    code, text = said("--installation", "--root", str(tmp_path))
    assert code == OperatorError.exit_code
    assert "--installation is for machines of a cloud" in text
    code, text = said("--root", str(tmp_path))
    assert code == 2
    assert "--root goes with --installation" in text
