"""A real server process, which most tests here share."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import urllib3
from tests.integration.run.conftest import Project, leftovers

from praktika.wiring.serving.tokens import Tokens

WORKFLOWS = """
from praktika import Job, Workflow

talks = Job(
    name="talks",
    runs_on=["linux"],
    command="for n in $(seq 6); do echo line $n; sleep 0.1; done",
)
fails = Job(
    name="fails <img src=x onerror=alert(1)>",
    runs_on=["linux"],
    command="python3 leave.py",
)
sleeps = Job(name="sleeps", runs_on=["linux"], command="sleep 60")
WORKFLOWS = [
    Workflow(name="Both", event="pull_request", jobs=[talks, fails]),
    Workflow(name="Sleeps", event="pull_request", jobs=[sleeps]),
    Workflow(
        name="Asks",
        event="dispatch",
        jobs=[Job(name="told", runs_on=["linux"], command="true")],
        inputs=[
            Workflow.InputConfig(name="level", options=["low", "high"], is_required=True),
            Workflow.InputConfig(name="dry", is_boolean=True, default_value=False),
        ],
    ),
]
"""

LEAVE = """
from praktika.result import Result

with open("coverage.html", "w") as file:
    file.write("<script>document.title = 'hacked'</script><h1>coverage</h1>")
Result.create_from(status="FAIL", files=["coverage.html"], info="no <b>bold</b>").complete_job()
"""


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def code(self) -> str:
        return self.json["error"]["code"]


@dataclass
class Serving:
    """A server in a project of its own."""

    project: Project
    process: subprocess.Popen[str] | None = None
    url: str = ""
    token: str = ""
    pool: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(maxsize=20))

    def start(self, *options: str) -> Serving:
        with (self.project.root.parent / "errors").open("a") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "praktika", "serve", "--port", "0", *options],
                cwd=self.project.root,
                env=self.project.env | {"PRAKTIKA_LEASE": "3"},
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                text=True,
            )
        wait_until(
            lambda: len(self._addresses()) > self._started or self.process.poll() is not None
        )
        assert self.process.poll() is None, self.log
        self.url = self._addresses()[-1]
        return self

    _started: int = 0

    def _addresses(self) -> list[str]:
        return re.findall(r"praktika: (http://\S+) serves", self.log)

    @property
    def log(self) -> str:
        return (self.project.root.parent / "errors").read_text()

    def end(self, number: int = signal.SIGTERM, patience: float = 20.0) -> int:
        self._started = len(self._addresses())
        self.process.send_signal(number)
        return self.process.wait(patience)

    def make_token(self, login: str = "octocat") -> str:
        state = self.project.root / ".praktika"
        state.mkdir(exist_ok=True)
        return Tokens(state).make(login, time.time())

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str | None = None,
        headers: dict[str, str] | None = None,
        raw: bytes | None = None,
    ) -> Answer:
        given = dict(headers or {})
        token = self.token if token is None else token
        if token:
            given["authorization"] = f"Bearer {token}"
        if body is not None:
            raw = json.dumps(body).encode()
            given.setdefault("content-type", "application/json")
        answer = self.pool.request(
            method,
            self.url + path,
            body=raw,
            headers=given,
            redirect=False,
            retries=False,
            timeout=20,
            preload_content=True,
        )
        return Answer(answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.data)

    def get(self, path: str, **options) -> Answer:
        return self.call("GET", path, **options)

    def dispatch(self, workflow: str, **more) -> str:
        answer = self.call(
            "POST",
            "/api/v1/dispatch",
            {"repository": self.project.root.name, "workflow": workflow, **more},
        )
        assert answer.status == 202, answer.text
        return answer.json["run"]

    def run(self, run: str) -> dict:
        return self.get(f"/api/v1/runs/{run}").json

    def until(self, run: str, holds: Callable[[dict], bool], seconds: float = 30.0) -> dict:
        wait_until(lambda: holds(self.run(run)), seconds)
        return self.run(run)

    def over(self, run: str) -> dict:
        return self.until(run, lambda told: told.get("stage") == "concluded")


def wait_until(holds: Callable[[], object], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it does not come true"
        time.sleep(0.05)


def repository(root: Path) -> Project:
    project = Project(root)
    project.file("ci/workflows/w.py", WORKFLOWS).file("leave.py", LEAVE).commit()
    return project


@pytest.fixture(scope="session")
def shared(tmp_path_factory) -> Iterator[Serving]:
    serving = Serving(repository(tmp_path_factory.mktemp("serve") / "repo"))
    serving.token = serving.make_token()
    serving.start("--label", "linux=2", "--label", "=1")
    yield serving
    assert serving.end() == 0
    assert "request.failed" not in serving.log, serving.log


@pytest.fixture(scope="session")
def finished(shared: Serving) -> str:
    """A run with a job that ended well and one that did not."""
    run = shared.dispatch("Both")
    assert shared.over(run)["status"] == "FAIL"
    return run


@pytest.fixture
def serving(tmp_path) -> Iterator[Serving]:
    """One of this test's own, not started."""
    serving = Serving(repository(tmp_path / "repo"))
    yield serving
    if serving.process is not None and serving.process.poll() is None:
        serving.end()
    wait_until(lambda: not leftovers(str(serving.project.root)))
