"""`praktika approve`, `dispatch` and `workflows` of an installation of this machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from tests.integration.cli.conftest import Repo

from praktika.intake.kept import keys
from praktika.intake.names import NOTICES
from praktika.model.events import AnyEvent, CancelRequested, RunRequested, decode_event
from praktika.model.facts import Facts
from praktika.model.forge import Subject
from praktika.model.notices import Dispatched, decode_notice
from praktika.model.routes import Input, Route, RoutingTable
from praktika.model.wire import encode
from praktika.orchestrator import names
from praktika.wiring.stores import Stores, open_stores

SHA = "3b18e512" * 5
RUN = "tests-0123456789abcdef"
FACTS = Facts(title="Mend \x1b[31mit", actor="mallory", fork="mallory/n", changed=("a.py", "b.py"))
RELEASE = Route(
    workflow="Release",
    event="dispatch",
    inputs=(Input(name="version", required=True), Input(name="dry", kind="boolean", default=True)),
)


@pytest.fixture
def stores(repo) -> Stores:
    repo.commit()
    return open_stores(repo.root)


def request(stores: Stores, **fields: object) -> None:
    """A run that waits for an approval, unless `fields` say otherwise."""
    subject = Subject(repository="o/n", sha=SHA, number=7)
    fields = {"needs_approval": True, "subject": subject, "facts": FACTS} | fields
    event = RunRequested(at=1.0, workflow="Tests", inbox=names.INBOX, branch="mend", **fields)
    stores.journal.append(RUN, 0, [event])
    stores.queue.create(names.INBOX)


@contextmanager
def orchestrator(stores: Stores, *, earlier: Sequence[AnyEvent] = ()) -> Iterator[None]:
    """What an orchestrator does with one event of the inbox, and with others before it."""

    def serve() -> None:
        for message in stores.queue.receive(names.INBOX, wait=20.0):
            events = [*earlier, decode_event(message.body)]
            stores.journal.append(message.group, len(stores.journal.read(message.group)), events)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield
    thread.join()


def test_a_person_sees_what_would_run_and_approves_of_that_commit(repo, stores):
    """Security 2: what is approved is the commit that was shown."""
    request(stores)
    with orchestrator(stores):
        terminal = repo.terminal("approve", "latest", columns=200).until("(yes or no)")
        for part in ("#7 of o/n", "mallory/n mend", SHA, "2 files: a.py, b.py", r"\x1b[31m"):
            assert part in terminal.text
        terminal.type("yes\n")
        assert terminal.end() == 0
    assert "begins" in terminal.text
    approved = stores.journal.read(RUN)[1]
    assert (approved.sha, bool(approved.by), bool(approved.id)) == (SHA, True, True)


def test_what_waits_for_approval_says_so_wherever_somebody_asks(repo, stores):
    request(stores)
    assert "waits for approval" in repo.praktika("runs").out
    for words in (["latest"], ["latest", "Unit"]):
        said = repo.praktika("why", *words)
        assert said.code == 2
        assert f"`praktika approve {RUN}`" in said.err


def test_without_a_yes_nothing_is_approved(repo, stores):
    request(stores)
    terminal = repo.terminal("approve", RUN).until("(yes or no)")
    terminal.type("\n")
    assert terminal.end() == 1
    assert stores.queue.depth(names.INBOX) == 0
    said = repo.praktika("approve", RUN)
    assert (said.code, "--yes" in said.err) == (2, True)
    assert repo.praktika("approve", RUN, "--json").code == 2
    assert stores.queue.depth(names.INBOX) == 0


def test_another_commit_than_the_one_that_waits_is_not_approved(repo, stores):
    """Security 2: an approval is for one commit."""
    request(stores)
    for sha in ("0" * 40, "3b18", SHA[:39], SHA + "0"):
        said = repo.praktika("approve", RUN, "--sha", sha, "--yes")
        assert (said.code, SHA in said.err) == (2, True)
    assert stores.queue.depth(names.INBOX) == 0
    with orchestrator(stores):
        said = repo.praktika("approve", RUN[:8], "--sha", SHA, "--yes", "--json")
    assert said.json == {"run": RUN, "sha": SHA, "acted": True}


def test_an_approval_that_comes_too_late_is_said_to_be_so(repo, stores):
    request(stores)
    with orchestrator(stores, earlier=[CancelRequested(at=2.0, by="bob")]):
        said = repo.praktika("approve", RUN, "--yes")
    assert (said.code, "was stopped meanwhile" in said.err) == (2, True)


def test_what_waits_for_nothing_is_not_approved(repo, stores):
    request(stores, needs_approval=False)
    said = repo.praktika("approve", RUN, "--yes")
    assert (said.code, "does not wait" in said.err) == (2, True)


def test_a_dispatch_is_a_notice_for_the_intake(repo, stores):
    table = RoutingTable(repository="o/n", sha=SHA, at=1.0, routes=(RELEASE,))
    stores.blobs.put(keys.table("o/n"), encode(table))
    words = ("dispatch", "release", "--repository", "o/n", "--as", "ann", "--json")
    said = repo.praktika(*words, "--input", "version=1=2", "--branch", "stable")
    inputs = {"version": "1=2", "dry": True}
    assert said.json == {
        "repository": "o/n",
        "workflow": "Release",
        "branch": "stable",
        "inputs": inputs,
        "run": None,
    }
    (message,) = stores.queue.receive(NOTICES)
    notice = decode_notice(message.body)
    assert isinstance(notice, Dispatched)
    assert (notice.sender, notice.workflow, notice.branch) == ("ann", "Release", "stable")
    assert (notice.inputs, bool(notice.delivery)) == (inputs, True)


def test_a_wrong_dispatch_asks_for_nothing(repo, stores):
    table = RoutingTable(
        repository="o/n",
        sha=SHA,
        at=1.0,
        routes=(RELEASE, Route(workflow="Tests", event="pull_request")),
    )
    stores.blobs.put(keys.table("o/n"), encode(table))
    of = ("--repository", "o/n")
    for words, hint in (
        (("Release", *of), "'version' is missing"),
        (("Release", *of, "--input", "versoin=1", "--input", "dry=x"), "Did you mean 'version'?"),
        (("Relase", *of), "Did you mean 'Release'?"),
        (("tests", *of), "started by pull_request"),
        (("Release", *of, "--input", "version"), "no NAME=VALUE"),
        (("Release", *of, "--input", "a=1", "--input", "a=2"), "given twice"),
    ):
        said = repo.praktika("dispatch", *words)
        assert (said.code, hint in said.err) == (2, True), said
    stores.queue.create(NOTICES)
    assert stores.queue.depth(NOTICES) == 0


def test_where_nobody_listens_a_dispatch_says_what_is_needed(repo):
    repo.commit()
    said = repo.praktika("dispatch", "Release", "--repository", "o/n")
    assert said.code == 3
    assert "praktika serve" in said.err


@pytest.fixture
def declared(repo) -> Repo:
    repo.file(
        "ci/workflows/w.py",
        """
        from praktika import Job, Workflow
        job = Job(name="j", runs_on=["here"], command="true")
        ask = Workflow.InputConfig
        WORKFLOWS = [
            Workflow(name="Nightly", event="schedule", cron_schedules=["30 2 * * *"], jobs=[job]),
            Workflow(
                name="Release", event="dispatch", jobs=[job],
                inputs=[
                    ask(name="version", description="as in the tag", is_required=True),
                    ask(name="where", options=["staging", "production"], default_value="staging"),
                ],
            ),
        ]
        """,
    )
    return repo.commit()


def test_workflows_tell_what_starts_them(declared):
    said = declared.praktika("workflows")
    assert said.code == 0
    for part in ("Nightly  schedule", "'30 2 * * *'", "version (text, required) as in the tag"):
        assert part in said.out
    assert 'where (staging, production, by default "staging")' in said.out


def test_workflows_tell_programs_when_they_are_due(declared):
    nightly, release = declared.praktika("workflows", "--json").json["workflows"]
    assert (nightly["workflow"], nightly["event"]) == ("Nightly", "schedule")
    assert [at % 86_400 for at in nightly["next"]] == [2.5 * 3600] * 3
    assert nightly["next"][1] - nightly["next"][0] == 86_400
    assert release["next"] == []
    assert [each["name"] for each in release["inputs"]] == ["version", "where"]
    said = declared.praktika("workflows", "--repository", "other/one")
    assert (said.code, "no repository" in said.err) == (2, True)


@pytest.mark.parametrize("command", ["run", "plan", "check", "init", "orchestrator", "login"])
def test_what_is_for_this_machine_refuses_a_server(folder, command):
    words = ("runner", "--label", "x") if command == "runner" else (command,)
    words = ("login", "https://ci") if command == "login" else words
    said = folder.praktika("--server", "https://ci.example.invalid", *words)
    assert said.code == 2
    hint = {"run": "praktika dispatch", "login": "praktika login URL"}
    assert hint.get(command, "is for this machine") in said.err


def test_the_variable_is_no_obstacle_on_this_machine(declared):
    env = {"PRAKTIKA_SERVER": "https://ci.example.invalid"}
    assert declared.praktika("check", env=env).code == 0
