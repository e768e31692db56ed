"""Tokens in a cloud: what somebody gets follows from who asks (security 18, faults 1 and 2)."""

from __future__ import annotations

import json

import pytest
from tests.lambda_host import api_event

from praktika.adapters.memory import ManualClock, MemoryBlobs, MemoryJournal
from praktika.adapters.memory.tokens import MemoryTokens
from praktika.errors import Limited, Unavailable
from praktika.lambdas.broker import PATH, REVOKE, Broker
from praktika.lambdas.installed import Installed
from praktika.model.events import CancelRequested, Planned, RunRequested
from praktika.model.facts import Facts, Trust
from praktika.model.forge import Subject
from praktika.model.installation import FILE, Installation, Pool
from praktika.model.plan import Job, Plan
from praktika.model.task import Claim
from praktika.model.wire import encode
from praktika.orchestrator import names

SHOP, OTHER = "acme/shop", "acme/other"
ACCOUNT = "123456789012"
MACHINE = "i-0123456789abcdef0"
ELSE = "i-0fedcba9876543210"


def pool(name: str, role="job_runner", trust: Trust = "trusted", label="arm", **more) -> Pool:
    queues = (names.tasks(label, trust),)
    return Pool(name=name, role=role, trust=trust, queues=queues, groups=(), max_size=1, **more)


INSTALLATION = Installation(
    project="demo",
    region="eu-central-1",
    account=ACCOUNT,
    bucket="b",
    version="1",
    repositories=(SHOP, OTHER),
    pools=(
        pool("arm"),
        pool("strangers", trust="untrusted"),
        pool("orchestrator", role="workflow_orchestrator"),
        pool("own", role_name="a-role-of-theirs"),
        pool("large", label="large"),
        pool("first", role_name="of-two", label="large"),
        pool("second", role_name="of-two"),
        pool("both", role_name="shared"),
        pool("ways", role_name="shared", trust="untrusted"),
    ),
)


def session(role="demo-arm-role", machine=MACHINE, account=ACCOUNT) -> str:
    return f"arn:aws:sts::{account}:assumed-role/{role}/{machine}"


ORCHESTRATOR = session("demo-orchestrator-role")
STRANGERS = session("demo-strangers-role")


class Lines(list):
    def info(self, event, **fields):
        self.append((event, fields))

    warning = error = exception = info


class Scene:
    """An attempt of each trust, claimed by the machine of that trust's pool."""

    def __init__(self) -> None:
        clock = ManualClock()
        self.tokens = MemoryTokens(clock, SHOP, OTHER)
        self.blobs, self.journal, self.log = MemoryBlobs(), MemoryJournal(), Lines()
        self.blobs.put(FILE, encode(INSTALLATION))
        for run, trust in (("r", "trusted"), ("x-r", "untrusted")):
            self.request(run, trust)
            self.claim(run, f"{trust}-{MACHINE}")
        self.broker = Broker(
            Installed(self.blobs, clock),
            lambda: self.tokens,
            journal=self.journal,
            blobs=self.blobs,
            clock=clock,
            log=self.log,
        )

    def request(self, run: str, trust: Trust) -> None:
        jobs = tuple(
            Job(key=key, name=key, command="x", config=config, runs_on=("arm",))
            for key, config in (("unit", {}), ("gh", {"enable_gh_auth": True}))
        )
        request = RunRequested(
            at=1.0,
            workflow="W",
            facts=Facts(repository=SHOP, local=False, trust=trust),
            subject=Subject(repository=SHOP, sha="a" * 40),
        )
        plan = Plan(workflow="W", event="push", jobs=jobs)
        self.journal.append(run, 0, [request, Planned(at=2.0, plan=plan)])

    def claim(self, run: str, runner: str, job: str = "unit") -> None:
        data = encode(Claim(runner=runner, message="m", token="t"))
        self.blobs.put(f"runs/{run}/jobs/{job}/1/claim", data)

    def post(self, arn: str, path: str, body: object):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = self.broker.handle(api_event(path, {}, data, arn))
        return answer["statusCode"], json.loads(answer["body"])

    def ask(self, arn=None, *, repository=SHOP, run="r", job="unit", attempt=1, **permissions):
        asked = {"run": run, "job": job, "attempt": attempt, "repository": repository}
        chosen = permissions or {"contents": "read"}
        return self.post(arn or session(), PATH, {**asked, "permissions": chosen})

    def orchestrator(self, **permissions):
        return self.ask(ORCHESTRATOR, run="", job="", attempt=0, **permissions)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_runner_gets_what_its_attempt_may_have(scene):
    status, said = scene.ask()
    assert status == 200
    assert said["value"]
    (grant,) = scene.tokens.minted
    assert (grant.repository, dict(grant.permissions)) == (SHOP, {"contents": "read"})


def test_a_job_that_says_so_may_write_where_the_code_is_trusted(scene):
    scene.claim("r", f"trusted-{MACHINE}", "gh")
    assert scene.ask(job="gh", statuses="write")[0] == 200
    scene.claim("x-r", f"untrusted-{MACHINE}", "gh")
    assert scene.ask(STRANGERS, run="x-r", job="gh", statuses="write")[0] == 403


@pytest.mark.parametrize(
    ("caller", "asked"),
    [
        pytest.param(session(machine=ELSE), {}, id="a machine that has not claimed it"),
        pytest.param(STRANGERS, {}, id="strangers for a trusted run"),
        pytest.param(session(), {"run": "x-r"}, id="trusted for an untrusted run"),
        pytest.param(session(), {"contents": "write"}, id="more than it may"),
        pytest.param(session(), {"checks": "write"}, id="what orchestrators have"),
        pytest.param(session(), {"administration": "read"}, id="what nobody has"),
        pytest.param(session(), {"repository": OTHER}, id="a repository that is not the run's"),
        pytest.param(session(), {"repository": "acme/secret"}, id="one that is not served"),
        pytest.param(session(), {"attempt": 2}, id="an attempt that nobody has claimed"),
        pytest.param(session(), {"job": "gh"}, id="a job that nobody has claimed"),
        pytest.param(session(), {"run": "unknown"}, id="an unknown run"),
        pytest.param(session(), {"run": "", "job": "", "attempt": 0}, id="no attempt at all"),
        pytest.param(session(account="210987654321"), {}, id="another account"),
        pytest.param(session("demo-webhook-role"), {}, id="a role of no pool"),
        pytest.param(session("other-arm-role"), {}, id="a role of another project"),
        pytest.param(session("shared"), {}, id="a role of pools of both trusts"),
        pytest.param(session("demo-large-role"), {}, id="a pool that the job is not for"),
        pytest.param(session(machine="ada"), {}, id="a person with that role"),
        pytest.param(f"arn:aws:iam::{ACCOUNT}:user/ada", {}, id="a user"),
        pytest.param(f"arn:aws:iam::{ACCOUNT}:role/demo-arm-role", {}, id="a role without session"),
        pytest.param(f"{session()}/x", {}, id="more than an ARN"),
        pytest.param(ORCHESTRATOR, {}, id="an orchestrator in an attempt's name"),
    ],
)
def test_whoever_else_asks_gets_nothing(scene, caller, asked):
    status, said = scene.ask(caller, **asked)
    assert status in {400, 403}
    assert "value" not in said
    assert scene.tokens.minted == []
    ((event, fields),) = scene.log
    assert (event, fields["caller"]) == ("token.refused", caller)


def test_an_attempt_that_is_to_stop_gets_nothing_more(scene):
    assert scene.ask()[0] == 200
    scene.journal.append("r", 2, [CancelRequested(at=3.0, by="ada", id="c")])
    assert scene.ask()[0] == 403


def test_strangers_may_read_the_code_that_they_are_to_test(scene):
    assert scene.ask(STRANGERS, run="x-r")[0] == 200


def test_a_role_that_an_author_has_named_is_known(scene):
    assert scene.ask(session("a-role-of-theirs"))[0] == 200
    assert scene.ask(session("of-two"))[0] == 200


@pytest.mark.parametrize(
    "wish",
    [
        {"checks": "write"},
        {"contents": "read", "pull_requests": "read"},
        {"contents": "write", "pull_requests": "write"},
        {"issues": "write", "pull_requests": "write"},
        {"statuses": "write"},
        {"metadata": "read"},
    ],
)
def test_an_orchestrator_gets_what_checks_need(scene, wish):
    assert scene.orchestrator(**wish)[0] == 200


@pytest.mark.parametrize(
    "wish",
    [{"metadata": "write"}, {"actions": "read"}, {"administration": "write"}, {"checks": "admin"}],
)
def test_an_orchestrator_gets_nothing_beyond(scene, wish):
    assert scene.orchestrator(**wish)[0] == 403
    assert scene.post(ORCHESTRATOR, PATH, asked(permissions={}))[0] == 403
    assert scene.post(ORCHESTRATOR, PATH, asked(repository="acme/secret"))[0] == 403
    assert scene.tokens.minted == []


def asked(**more):
    empty = {"run": "", "job": "", "attempt": 0, "repository": SHOP}
    return {**empty, "permissions": {"checks": "write"}, **more}


def test_who_comes_around_the_api_is_refused(scene):
    """Called directly, with an event of anybody's making, it knows no caller."""
    for event in ({}, asked(), api_event(PATH, {}, json.dumps(asked()).encode())):
        assert scene.broker.handle(event)["statusCode"] == 403
    assert scene.tokens.minted == []


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"{}", b"\xff", b"[]", {"run": "../../installation", "job": "..", "attempt": 1}],
)
def test_what_is_no_request_is_refused(scene, body):
    if isinstance(body, dict):
        body = {**asked(), **body}
    assert scene.post(session(), PATH, body)[0] == 400


def test_a_token_that_is_given_back_ends(scene):
    value = scene.ask()[1]["value"]
    returned = {"run": "r", "job": "unit", "attempt": 1, "value": value}
    assert scene.post(f"arn:aws:iam::{ACCOUNT}:user/ada", REVOKE, returned)[0] == 403
    assert scene.post(session(), REVOKE, {**returned, "value": "a\nb"})[0] == 400
    assert scene.post(session(), REVOKE, returned) == (200, {})


def test_no_token_is_logged_and_no_answer_is_kept_on_the_way(scene):
    answer = scene.broker.handle(api_event(PATH, {}, json.dumps(attempt()).encode(), session()))
    value = json.loads(answer["body"])["value"]
    scene.post(session(), REVOKE, {"run": "r", "job": "unit", "attempt": 1, "value": value})
    assert value not in repr(scene.log)
    assert answer["headers"]["cache-control"] == "no-store"


def attempt():
    return {**asked(permissions={"contents": "read"}), "run": "r", "job": "unit", "attempt": 1}


def test_limits_and_absences_of_github_are_passed_on(scene):
    scene.tokens.failure = Limited("slow down", ManualClock().now() + 30)
    answer = scene.broker.handle(api_event(PATH, {}, json.dumps(attempt()).encode(), session()))
    assert (answer["statusCode"], answer["headers"]["retry-after"]) == (429, "30")
    scene.tokens.failure = Unavailable("no answer")
    assert scene.ask()[0] == 503
    assert scene.post(session(), "/elsewhere", attempt())[0] == 404
