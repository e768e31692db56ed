"""What machines that run jobs may: their own queue, the blobs of runs, what their pool names.

Those that run code from outside reach the blobs of such runs, whose ids begin with "x-", and no
secret at all. Runners tell what became of attempts in one queue, and cannot send to any other but
the grave of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from praktika.infrastructure.template.policies import guard
from praktika.infrastructure.template.policies.arns import Arns
from praktika.infrastructure.template.policies.everywhere import everywhere
from praktika.infrastructure.template.policies.machines import CONSUME, SEND, Machines, life
from praktika.infrastructure.template.policies.statements import Statement, allow
from praktika.model.facts import Trust

REPORTS = "reports.fifo"

_OBJECTS = ("s3:GetObject", "s3:PutObject", "s3:PutObjectTagging", "s3:AbortMultipartUpload")
_CONTROL = ("sqs:CreateQueue", "sqs:SetQueueAttributes", "sqs:DeleteQueue", *CONSUME)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What a pool names for its jobs; nothing of it counts for code from outside.

    Attributes:
        parameters, secrets: whole names on AWS.
        prefixes: of objects in the bucket.
        every_parameter, every_secret, every_object: of the project; `parameters` and `secrets`
            then are all that it declares.
    """

    parameters: Sequence[str] = ()
    secrets: Sequence[str] = ()
    prefixes: Sequence[str] = ()
    every_parameter: bool = False
    every_secret: bool = False
    every_object: bool = False


def runner(arns: Arns, machines: Machines, trust: Trust, allowed: Allowed) -> list[Statement]:
    """The statements of the role of a pool of runners."""
    return [
        *life(arns, machines),
        *_queues(arns, machines, trust),
        *_runs(arns, "x-*" if trust == "untrusted" else "*"),
        *(_trusted(arns, allowed) if trust == "trusted" else _untrusted(arns)),
        *guard.no_rights(arns),
        *guard.no_secrets_of_others(arns),
        *guard.no_state(arns),
    ]


def _queues(arns: Arns, machines: Machines, trust: Trust) -> list[Statement]:
    return [
        allow("Tasks", CONSUME, arns.queues(machines.queue)),
        allow("Tell", SEND, [*arns.queues(REPORTS), *arns.graves(machines.queue)]),
        allow("Control", _CONTROL, arns.controls(trust)),
    ]


def _runs(arns: Arns, runs: str) -> list[Statement]:
    """Read runs, and write what attempts leave: nothing of the run itself.

    To whom may not list, S3 says of a missing object that it is forbidden. That look has no prefix;
    a list without any gets through, too, which tells names and nothing more.
    """
    slug = arns.names.slug
    prefixes = [f"{slug}/blobs/runs/{runs}", f"{slug}/growing/runs/{runs}"]
    left = arns.blobs(f"runs/{runs}/jobs/*", f"runs/{runs}/kv/*")
    growing = arns.own_objects(f"growing/runs/{runs}")
    return [
        allow("Runs", ["s3:GetObject"], [*arns.blobs(f"runs/{runs}"), *growing]),
        allow("Attempts", _OBJECTS, [*left, *growing]),
        allow("Grown", ["s3:DeleteObject"], growing),
        allow(
            "Look",
            ["s3:ListBucket"],
            [arns.bucket],
            when={"StringLikeIfExists": {"s3:prefix": prefixes}},
        ),
    ]


def _untrusted(arns: Arns) -> list[Statement]:
    return [allow("Present", ["s3:PutObject"], arns.blobs("untrusted-runners/*"))]


def _trusted(arns: Arns, allowed: Allowed) -> list[Statement]:
    made = [
        allow("Present", ["s3:PutObject"], arns.blobs("runners/*")),
        allow("Sources", ["s3:GetObject"], arns.blobs("sources/*", "overlays/*")),
        *_parameters(arns, allowed),
        *_secrets(arns, allowed),
    ]
    prefixes = ["*"] if allowed.every_object else [_folder(name) for name in allowed.prefixes]
    if prefixes:
        made += [
            allow("Prefixes", _OBJECTS, arns.objects(*prefixes)),
            allow(
                "PrefixesLook",
                ["s3:ListBucket"],
                [arns.bucket],
                when={"StringLike": {"s3:prefix": prefixes}},
            ),
        ]
    return made


def _parameters(arns: Arns, allowed: Allowed) -> list[Statement]:
    names = list(allowed.parameters)
    if allowed.every_parameter:
        names.append(f"{arns.names.slug}/*")
    if not names:
        return []
    return [allow("Parameters", ["ssm:GetParameter", "ssm:GetParameters"], arns.parameters(*names))]


def _secrets(arns: Arns, allowed: Allowed) -> list[Statement]:
    names = list(allowed.secrets)
    if allowed.every_secret:
        names.append(f"{arns.names.slug}/*")
    if not names:
        return []
    actions = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
    return [
        allow("Secrets", actions, arns.secrets(*names)),
        everywhere("SecretsAtOnce", "secretsmanager:BatchGetSecretValue"),
    ]


def _folder(prefix: str) -> str:
    """A pattern for what lies below a prefix: `a/b` is not `a/bc`."""
    bare = prefix.strip("/").removesuffix("*").rstrip("/")
    return f"{bare}/*"
