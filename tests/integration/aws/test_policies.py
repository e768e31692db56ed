"""What each role can not do, tried with its own credentials at a server that enforces policies."""

import json

import pytest
from tests import aws_enforcing
from tests.aws_server import serve
from tests.integration.aws.policies_scene import (
    API,
    Scene,
    by_path,
    delete,
    depth,
    get,
    look,
    make,
    parameter,
    put,
    receive,
    secret,
    send,
)

from praktika.infrastructure.template.policies.everywhere import REASONS
from praktika.infrastructure.template.runtime.roles import LONGEST

EVERYBODY = (
    *("wide", "narrow", "outside", "orchestrators"),
    *("webhook", "token-broker", "tick"),
)
RUNNERS = ("wide", "narrow", "outside")
PLATFORM = "/praktika/lab/platform"
RUN, OUTSIDE_RUN = "lab/blobs/runs/a", "lab/blobs/runs/x-a"

DENIED = {
    # Fault 3, security 1: the keys of the installation are for the one function that needs each.
    "the key of the app": (
        {*EVERYBODY} - {"token-broker"},
        [secret("lab-gh-app")],
    ),
    "the webhook's secret": (
        {*EVERYBODY} - {"webhook"},
        [parameter(f"{PLATFORM}/webhook-secret")],
    ),
    "the key that signs tasks": (
        {*EVERYBODY} - {"orchestrators"},
        [parameter(f"{PLATFORM}/task-key")],
    ),
    "parameters by path": (
        {*EVERYBODY},
        [by_path("/praktika/lab"), by_path(PLATFORM), by_path("/")],
    ),
    # Security 9 and 19: who runs jobs tells in one queue, and gives nobody work.
    "work for others": (
        {*RUNNERS},
        [
            send("lab-tasks-wide"),
            send("lab-tasks-narrow"),
            send("lab-untrusted-tasks-outside"),
            send("lab-events.fifo"),
            send("lab-notices.fifo"),
            send("lab-alarms"),
            send("lab-checks.fifo"),
            receive("lab-events.fifo"),
            receive("lab-reports.fifo"),
        ],
    ),
    "the queue of another pool": (
        {"narrow", "outside", "orchestrators", "tick"},
        [receive("lab-tasks-wide")],
    ),
    "stops of the other trust": ({"outside"}, [make("lab-control-trusted-i-1")]),
    "stops of untrusted runners": ({"wide", "narrow"}, [make("lab-control-untrusted-i-1")]),
    "any queue": ({*EVERYBODY}, [make("lab-mine"), make("lab-tasks-mine")]),
    # Faults 6 and 7: what decides about runs is not written where jobs run.
    "what decides about runs": (
        {*RUNNERS},
        [
            put("lab/journal/a/0"),
            get("lab/journal/a/0"),
            put("lab/blobs/installation.json"),
            put("lab/blobs/cache/r/main/j/1.json"),
            put("lab/blobs/forge/r/routes.json"),
            put("lab/blobs/groups/g/turns/1"),
            put("lab/code/praktika-1.whl"),
            delete("lab/code/praktika-1.whl"),
            put("lab/blobs/sources/abc.tar"),
            put("lab/blobs/overlays/abc.tar.gz"),
            put(f"{RUN}/run.json"),
            put(f"{RUN}/plan.json"),
            put(f"{RUN}/report.html"),
        ],
    ),
    "the files of a run": (
        {"narrow", "outside"},
        [put(f"{RUN}/run.json"), put(f"{RUN}/plan.json"), put(f"{RUN}/result.json")],
    ),
    # Fault 15, security 7: code from outside meets nothing that is not from outside.
    "trusted runs": (
        {"outside"},
        [
            get(f"{RUN}/run.json"),
            put(f"{RUN}/jobs/j/1/claim"),
            get("lab/growing/runs/a/jobs/j/1/job.log~t/0"),
            look("lab/blobs/runs/a"),
            get("lab/blobs/sources/abc.tar"),
            get("lab/blobs/cache/r/main/j/1.json"),
            put("lab/blobs/runners/l/r"),
            get("shared/tools/x"),
            get("elsewhere/x"),
        ],
    ),
    "secrets of jobs": (
        {"outside", "orchestrators", "webhook", "token-broker", "tick"},
        [parameter("lab-deploy-key"), secret("lab/token")],
    ),
    # Fault 16: a pool has the secrets that it names.
    "secrets of other pools": ({"narrow"}, [parameter("lab-other-key"), secret("lab/token")]),
    "prefixes of other pools": (
        {"narrow"},
        [get("shared/toolsmith/x"), put("elsewhere/x"), look("elsewhere/"), look("lab/journal/")],
    ),
    "what a webhook has no need of": (
        {"webhook"},
        [
            get(f"{RUN}/run.json"),
            look("lab/"),
            receive("lab-notices.fifo"),
            send("lab-events.fifo"),
            send("lab-tasks-wide"),
        ],
    ),
    "what a broker has no need of": (
        {"token-broker"},
        [
            get(f"{RUN}/run.json"),
            put("lab/journal/a/0"),
            send("lab-events.fifo"),
            receive("lab-tasks-wide"),
            parameter("/praktika/lab/public/task-key"),
        ],
    ),
    "what a tick has no need of": (
        {"tick"},
        [
            get(f"{RUN}/run.json"),
            get("lab/journal/a/0"),
            put("lab/blobs/installation.json"),
            receive("lab-events.fifo"),
            send("lab-tasks-wide"),
        ],
    ),
    "what orchestrators have no need of": (
        {"orchestrators"},
        [put("lab/blobs/installation.json"), put("lab/code/praktika-1.whl"), put("elsewhere/x")],
    ),
    # Fault 21: a slug that begins as another one does is another project all the same.
    "another project": (
        {*EVERYBODY} - {"wide"},
        [
            get("lab-private/blobs/runs/a/run.json"),
            get("lab-private/blobs/installation.json"),
            put("lab-private/blobs/runs/x-a/jobs/j/1/claim"),
        ],
    ),
    "things of another project": (
        {*EVERYBODY},
        [
            secret("lab-private-gh-app"),
            secret("lab-private/token"),
            parameter("/praktika/lab-private/platform/task-key"),
            parameter("/praktika/lab-private/public/task-key"),
            parameter("lab-private-deploy-key"),
            send("lab-private-reports.fifo"),
            receive("lab-private-events.fifo"),
            receive("lab-private-tasks-wide"),
            make("lab-private-control-trusted-i-1"),
        ],
    ),
}

ALLOWED = {
    "wide": [
        parameter("/praktika/lab/public/task-key"),
        secret("lab/token"),
        get("elsewhere/x"),
        get("lab/blobs/sources/abc.tar"),
    ],
    "narrow": [
        receive("lab-tasks-narrow"),
        send("lab-reports.fifo"),
        send("lab-tasks-narrow-dead"),
        make("lab-control-trusted-i-2"),
        get(f"{RUN}/run.json"),
        get(f"{RUN}/none.json"),
        put(f"{RUN}/jobs/j/1/claim"),
        put(f"{RUN}/kv/0-j/1.json"),
        put("lab/growing/runs/a/jobs/j/1/job.log~t/0"),
        delete("lab/growing/runs/a/jobs/j/1/job.log~t/0"),
        put("lab/blobs/leaving/narrow/1"),
        look("lab/blobs/runs/a/jobs"),
        get("shared/tools/x"),
        parameter("lab-deploy-key"),
    ],
    "outside": [
        receive("lab-untrusted-tasks-outside"),
        send("lab-reports.fifo"),
        make("lab-control-untrusted-i-2"),
        parameter("/praktika/lab/public/task-key"),
        get(f"{OUTSIDE_RUN}/run.json"),
        put(f"{OUTSIDE_RUN}/jobs/j/1/claim"),
        look("lab/blobs/runs/x-a/jobs"),
        get("lab/code/praktika-1.whl"),
    ],
    "orchestrators": [
        receive("lab-events.fifo"),
        send("lab-tasks-wide"),
        depth("lab-tasks-wide"),
        send("lab-untrusted-tasks-outside"),
        parameter(f"{PLATFORM}/task-key"),
        get(f"{RUN}/run.json"),
        put("lab/journal/a/0"),
        look("lab/journal/"),
    ],
    "webhook": [parameter(f"{PLATFORM}/webhook-secret"), send("lab-notices.fifo")],
    "token-broker": [secret("lab-gh-app"), get("lab/journal/a/0"), look("lab/journal/a/")],
    "tick": [
        depth("lab-tasks-wide"),
        depth("lab-tasks-wide-dead"),
        receive("lab-alarms"),
        send("lab-events.fifo"),
        get("lab/blobs/installation.json"),
        put("lab/blobs/forge/r/schedules.json"),
    ],
}

HERE = "{region}:{account}"
FUNCTION = f"arn:aws:lambda:{HERE}:function:"
GROUP = f"arn:aws:autoscaling:{HERE}:autoScalingGroup:0-1:autoScalingGroupName/"
ROUTE = f"arn:aws:execute-api:{HERE}:{API}/$default/POST/"

SIMULATED = [
    (EVERYBODY, "iam:PassRole", "arn:aws:iam::{account}:role/praktika/lab/lab-tick-role", False),
    (EVERYBODY, "iam:PutRolePolicy", "arn:aws:iam::{account}:role/praktika/lab/*", False),
    (EVERYBODY, "iam:CreateUser", "arn:aws:iam::{account}:user/me", False),
    (EVERYBODY, "sts:AssumeRole", "arn:aws:iam::{account}:role/praktika/lab/lab-tick-role", False),
    # Fault 2: nobody calls the functions that have the keys.
    (EVERYBODY, "lambda:InvokeFunction", f"{FUNCTION}lab-token-broker", False),
    (EVERYBODY, "lambda:InvokeFunction", f"{FUNCTION}lab-webhook", False),
    (EVERYBODY, "lambda:UpdateFunctionCode", f"{FUNCTION}lab-tick", False),
    (RUNNERS, "lambda:InvokeFunction", f"{FUNCTION}lab-tick", False),
    (("webhook", "orchestrators"), "lambda:InvokeFunction", f"{FUNCTION}lab-tick", True),
    ((*RUNNERS, "orchestrators"), "execute-api:Invoke", f"{ROUTE}internal/v1/tokens", True),
    (("webhook", "tick"), "execute-api:Invoke", f"{ROUTE}internal/v1/tokens", False),
    (RUNNERS, "execute-api:Invoke", f"{ROUTE}webhooks/github", False),
    # A machine ends itself, and none of another pool; only the tick function makes pools grow.
    (("narrow",), "autoscaling:TerminateInstanceInAutoScalingGroup", f"{GROUP}lab-narrow", True),
    (("narrow",), "autoscaling:TerminateInstanceInAutoScalingGroup", f"{GROUP}lab-wide", False),
    (("narrow",), "autoscaling:SetDesiredCapacity", f"{GROUP}lab-narrow", False),
    (("tick",), "autoscaling:SetDesiredCapacity", f"{GROUP}lab-narrow", True),
    (("tick",), "autoscaling:SetDesiredCapacity", f"{GROUP}lab-private-narrow", False),
    (("tick",), "autoscaling:TerminateInstanceInAutoScalingGroup", f"{GROUP}lab-wide", False),
    (RUNNERS, "ec2:RunInstances", "arn:aws:ec2:{region}:{account}:instance/*", False),
    (
        RUNNERS,
        "logs:PutLogEvents",
        f"arn:aws:logs:{HERE}:log-group:/praktika/lab/instances:log-stream:i-1",
        True,
    ),
    (
        RUNNERS,
        "logs:PutLogEvents",
        f"arn:aws:logs:{HERE}:log-group:/praktika/lab/functions/tick:log-stream:s",
        False,
    ),
]


@pytest.fixture(scope="module")
def scene():
    with serve(aws_enforcing.__file__) as server:
        yield Scene(server)


@pytest.mark.parametrize("what", DENIED)
def test_denied(scene, what):
    roles, calls = DENIED[what]
    allowed = [
        (role, at)
        for role in sorted(roles)
        for at, call in enumerate(calls)
        if scene.caller(role).tries(call) != "denied"
    ]
    assert not allowed, f"{what}: {allowed}"


@pytest.mark.parametrize("role", ALLOWED)
def test_allowed(scene, role):
    """A policy that denied everything would pass the test above."""
    caller = scene.caller(role)
    denied = [at for at, call in enumerate(ALLOWED[role]) if caller.tries(call) != "allowed"]
    assert not denied, f"{role}: {denied}"


@pytest.mark.parametrize(("roles", "action", "thing", "is_allowed"), SIMULATED)
def test_decided(scene, roles, action, thing, is_allowed):
    expected = "allowed" if is_allowed else "denied"
    decided = {role: scene.simulated(role, action, thing) for role in roles}
    assert decided == dict.fromkeys(roles, expected)


def test_nothing_is_allowed_on_everything_without_a_reason(scene):
    for name, policy in scene.policies.items():
        for statement in policy["Statement"]:
            if statement["Effect"] == "Allow" and "*" in statement["Resource"]:
                assert {*statement["Action"]} <= {*REASONS}, name


def test_every_other_thing_is_of_this_project_in_this_account(scene):
    """Fault 21: what is granted has region, account and slug in its name, ended by a separator."""
    for name, policy in scene.policies.items():
        for statement in policy["Statement"]:
            if statement["Effect"] == "Deny" or statement["Resource"] == ["*"]:
                continue
            for thing in statement["Resource"]:
                _, _, service, region, account, rest = thing.split(":", 5)
                if service == "s3" or API in rest:
                    continue
                assert region, (name, thing)
                assert account, (name, thing)
                assert any(f"{begin}lab{end}" in rest for begin in "/:" for end in "-/") or (
                    rest.startswith(("lab-", "secret:signing-", "parameter/deploy-key"))
                ), (name, thing)


def test_policies_fit(scene):
    for name, policy in scene.policies.items():
        assert len(json.dumps(policy, separators=(",", ":"))) < LONGEST, name
