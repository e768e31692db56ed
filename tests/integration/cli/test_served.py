"""The commands over `--server`, from a folder without a checkout, against `praktika serve`."""

from __future__ import annotations

import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from tests.integration.cli.conftest import PRAKTIKA, Repo, Said

from praktika.model.events import Approved, CancelRequested, RerunRequested, RunRequested
from praktika.model.forge import Subject
from praktika.model.wire import encode
from praktika.orchestrator import names
from praktika.wiring.stores import Stores, open_stores

T = TypeVar("T")

SHA = "3b18e512" * 5
AWAITING = "tests-0123456789abcdef"

DECLARATION = """
from praktika import Job, Workflow
def job(name, command):
    return Job(name=name, runs_on=["here"], command=command)
def flow(name, *jobs, **more):
    return Workflow(name=name, event="dispatch", jobs=list(jobs), **more)
WORKFLOWS = [
    flow(
        "Release", job("tell", "printf '1\\\\n2\\\\n3\\\\n'"), job("fail", "exit 7"),
        inputs=[Workflow.InputConfig(name="version", is_required=True)],
    ),
    flow("Slow", job("wait", "echo begun; sleep 60")),
]
"""


def until(found: Callable[[], T]) -> T:
    """What `found` returns, once that is something."""
    deadline = time.monotonic() + 20
    while not (it := found()):
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(0.05)
    return it


class Served:
    """A server in a checkout, and a folder elsewhere from which it is asked."""

    def __init__(self, place: Path) -> None:
        self.repo = Repo(place / "repo").init().file("ci/workflows/w.py", DECLARATION).commit()
        self.token = self.repo.praktika("serve", "token", "ann").out.strip()
        self.log = place / "log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [*PRAKTIKA, "serve", "--port", "0", "--label", "here=2"],
                cwd=self.repo.root,
                env=self.repo.env,
                stderr=log,
            )
        self.url = until(self._announced)
        self.elsewhere = Repo(place / "elsewhere" / "folder")
        self.elsewhere.env |= {"PRAKTIKA_SERVER": self.url, "PRAKTIKA_SERVER_TOKEN": self.token}

    def _announced(self) -> str:
        assert self.process.poll() is None, self.log.read_text()
        found = re.search(r"http://\S+:\d+", self.log.read_text())
        return found[0] if found else ""

    @property
    def stores(self) -> Stores:
        return open_stores(self.repo.root)

    def praktika(self, *words: str, **options) -> Said:
        return self.elsewhere.praktika(*words, **options)

    def events(self, run: str, kind: type) -> list:
        return [event for event in self.stores.journal.read(run) if isinstance(event, kind)]

    def end(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[Served]:
    served = Served(tmp_path_factory.mktemp("served"))
    yield served
    served.end()


@pytest.fixture(scope="module")
def run(served) -> str:
    """A run that has ended, of which one job failed."""
    said = served.praktika("dispatch", "release", "--input", "version=1", "--json")
    assert said.code == 0, said.err
    assert said.json["inputs"] == {"version": "1"}
    watched = served.praktika("runs", "--watch", "--json")
    assert watched.events[-1]["status"] == "FAIL"
    return said.json["run"]


def test_the_runs_are_those_that_are_seen_on_the_server(served, run):
    there = {row["run"]: row for row in served.praktika("runs", "--json").json["runs"]}[run]
    here = {row["run"]: row for row in served.repo.runs()}[run]
    for field in ("workflow", "status", "counts", "branch", "sha", "by"):
        assert there[field] == here[field], field
    assert there.keys() == here.keys()
    assert (there["by"], there["counts"]) == ("ann", {"OK": 1, "FAIL": 1})
    assert run in served.praktika("runs", "-n", "1000").out


@pytest.mark.parametrize("more", [("--tail", "2"), ("--follow",)])
def test_a_log_is_read_byte_by_byte(served, run, more):
    there, here = (who.praktika("logs", run, "tell", *more) for who in (served, served.repo))
    assert (there.code, there.out) == (0, here.out)
    assert there.out.endswith("3\n")


def test_why_says_the_same(served, run):
    there, here = (who.praktika("why", run[:-3], "fail", "--json") for who in (served, served.repo))
    assert {**there.json, "log": None} == {**here.json, "log": None}
    assert there.json["exit_code"] == 7


def test_the_report_is_brought(served, run):
    said = served.praktika("report", run, "--json").json
    report = Path(said["report"])
    assert report.read_bytes() == (served.repo.root / ".praktika" / names.report(run)).read_bytes()
    assert served.elsewhere.root.parent in report.parents
    assert Path(said["result"]).exists()


def test_the_server_knows_who_runs_again(served, run):
    """Security 23: who asks is told by the token, and not by whoever asks."""
    said = served.praktika("rerun", run, "--json")
    assert said.json == {"run": run, "jobs": ["fail"]}
    served.praktika("runs", "--watch")
    (again,) = served.events(run, RerunRequested)
    assert again.by == "ann"
    assert served.praktika("why", run, "fail", "--json").json["attempts"][-1]["attempt"] == 2


def test_a_run_is_cancelled_and_only_once(served):
    run = served.praktika("dispatch", "Slow", "--json").json["run"]
    assert served.praktika("cancel", run, "--json").json == {"run": run, "job": "", "acted": True}
    served.praktika("runs", "--watch")
    (cancelled,) = served.events(run, CancelRequested)
    assert cancelled.by == "ann"
    said = served.praktika("cancel", run)
    assert (said.code, "is over" in said.err) == (2, True)


def test_what_waits_is_approved(served):
    subject = Subject(repository="o/n", sha=SHA, number=7)
    request = RunRequested(
        at=1.0, workflow="Gone", inbox=names.INBOX, needs_approval=True, subject=subject
    )
    served.stores.queue.send(names.INBOX, [encode(request)], group=AWAITING, identity=["x"])
    until(lambda: served.stores.journal.read(AWAITING))
    assert served.praktika("approve", AWAITING, "--sha", "0" * 40, "--yes").code == 2
    said = served.praktika("approve", AWAITING, "--sha", SHA, "--yes", "--json")
    assert said.json == {"run": AWAITING, "sha": SHA, "acted": True}
    (approved,) = served.events(AWAITING, Approved)
    assert (approved.by, approved.sha) == ("ann", SHA)


def test_workflows_are_those_of_the_server(served):
    found = served.praktika("workflows", "--json").json["workflows"]
    assert [each["workflow"] for each in found] == ["Release", "Slow"]
    assert found[0]["repository"] == "repo"


def test_wrong_inputs_begin_nothing(served):
    for words in (("Release", "--input", "x=1"), ("Releas",)):
        said = served.praktika("dispatch", *words)
        assert (said.code, said.out) == (2, "")


def test_a_login_keeps_the_token(served):
    bare = {"PRAKTIKA_SERVER_TOKEN": ""}
    denied = served.praktika("runs", env=bare)
    assert (denied.code, f"praktika login {served.url}" in denied.err) == (3, True)
    said = served.praktika("login", served.url + "/", answers="wrong\n", env=bare)
    assert (said.code, said.out) == (3, "")
    said = served.praktika("login", served.url, "--json", answers=f"{served.token}\n", env=bare)
    assert said.json["login"] == "ann"
    assert served.token not in said.out + said.err
    assert Path(said.json["file"]).stat().st_mode & 0o077 == 0
    assert served.praktika("runs", env=bare).code == 0


def test_a_token_is_typed_without_being_shown(served):
    terminal = served.elsewhere.terminal("login", served.url, PRAKTIKA_SERVER_TOKEN="")
    terminal.until("Token:").type(f"{served.token}\n")
    assert terminal.end() == 0
    assert "knows you as ann" in terminal.text
    assert served.token not in terminal.text


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("cancel", "nobody-0"), 2),
        (("why", "latest~900", "tell"), 2),
    ],
)
def test_what_is_not_there_is_said_as_at_home(served, run, words, code):
    said = served.praktika(*words)
    assert (said.code, said.out) == (code, "")
    assert "praktika: There" in said.err


def test_a_wrong_token_is_told_from_none(served):
    said = served.praktika("runs", env={"PRAKTIKA_SERVER_TOKEN": "wrong"})
    assert (said.code, "does not accept your token" in said.err) == (3, True)
    said = served.praktika("--server", "http://ci.example.invalid", "runs")
    assert (said.code, "could read the token" in said.err) == (3, True)
