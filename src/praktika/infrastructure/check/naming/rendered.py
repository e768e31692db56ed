"""The names on AWS that each component stands for, and what AWS takes as such names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from praktika.infrastructure.component import Component
from praktika.infrastructure.parts import label_of, name_of, profile_of, role_of
from praktika.infrastructure.template.names import SHARED, Names
from praktika.ports.queue import dead_letters


class Space(NamedTuple):
    """Things of one kind on AWS, among which a name is used once.

    Attributes:
        noun: for people.
        longest: characters of a whole name.
        pattern: of a whole name.
        words: the pattern for people.
    """

    noun: str
    longest: int
    pattern: re.Pattern[str]
    words: str


_LETTERS = "letters, digits, '-' and '_'"
_MARKS = "letters, digits, '-', '_' and '.'"
_DASHED, _DOTTED = re.compile(r"[A-Za-z0-9_-]+"), re.compile(r"[A-Za-z0-9._-]+")

ROLE = Space("role", 64, _DOTTED, _MARKS)
PROFILE = Space("instance profile", 128, _DOTTED, _MARKS)
FUNCTION = Space("function", 64, _DASHED, _LETTERS)
QUEUE = Space("queue", 80, re.compile(r"[A-Za-z0-9_-]+(\.fifo)?"), _LETTERS)
BUCKET = Space(
    "bucket", 63, re.compile(r"[a-z0-9][a-z0-9-]*[a-z0-9]"), "lower-case letters, digits and '-'"
)
PARAMETER = Space("parameter", 1011, re.compile(r"/?[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*"), _MARKS)
SECRET = Space("secret", 512, re.compile(r"[A-Za-z0-9/_+=.@-]+"), _MARKS)
GROUP = Space("Auto Scaling group", 250, _DOTTED, _MARKS)
TEMPLATE = Space("launch template", 120, _DOTTED, _MARKS)
IMAGE = Space("image", 100, _DASHED, _LETTERS)
NETWORK = Space("network", 100, _DOTTED, _MARKS)
MACHINE = Space("machine", 200, _DOTTED, _MARKS)
HOST = Space("host", 200, _DOTTED, _MARKS)

Rendered = tuple[Space, str, str]
"""A space, the field that the name comes from, and the name without the slug."""

IMPLIED: tuple[tuple[Space, str], ...] = (
    *((FUNCTION, name) for name in ("webhook", "token-broker", "tick")),
    *((ROLE, f"{name}-role") for name in ("webhook", "token-broker", "tick")),
    *((QUEUE, queue) for shared in SHARED for queue in (shared, dead_letters(shared))),
)
"""Names that every installation has of its own."""


def rendered(part: Component) -> Iterator[Rendered]:
    """The names of what is made of a component."""
    name = name_of(part)
    match part.KIND:
        case "RunnerPool" | "OrchestratorPool":
            yield from _of_pool(part)
        case "CIDBCluster":
            yield from _of_machine(MACHINE, name)
            yield GROUP, "name", name
            yield ROLE, "name", f"{name}-backup-role"
        case "EC2Instance":
            yield from _of_machine(MACHINE, name)
        case "SQSQueue":
            yield QUEUE, "name", name
            if getattr(part, "dead_letter_queue", False):
                yield QUEUE, "name", dead_letters(name)
        case "ReportPage" | "PoolAutoscaler" | "GitHubTokenMinter":
            pass  # the token broker has a name of its own
        case "ImageBuilder":
            yield IMAGE, "name", name
            yield ROLE, "name", f"{name}-image-role"
            yield ROLE, "name", f"{name}-image-cleaning-role"
            yield PROFILE, "name", f"{name}-image-profile"
        case "Lambda":
            yield from _of_function(part)
        case kind if kind in _SPACES:
            yield _SPACES[kind], "name", name


def whole(names: Names, space: Space, name: str) -> str:
    """A name as it is on AWS."""
    return names.parameter(name) if space is PARAMETER else names.own(name)


_SPACES = {
    "VPC": NETWORK,
    "Storage": BUCKET,
    "SecretParameter": PARAMETER,
    "IAMRole": ROLE,
    "IAMInstanceProfile": PROFILE,
    "LaunchTemplate": TEMPLATE,
    "AutoScalingGroup": GROUP,
    "DedicatedHost": HOST,
}


def _of_machine(space: Space, name: str) -> Iterator[Rendered]:
    """What a machine that stays has: a template to start from, a role of its own."""
    yield space, "name", name
    yield TEMPLATE, "name", name
    yield ROLE, "name", f"{name}-role"
    yield PROFILE, "name", f"{name}-profile"


def _of_function(function: Any) -> Iterator[Rendered]:
    yield FUNCTION, "name", function.name
    if not function.role_name:
        yield ROLE, "name", f"{function.name}-role"


def _of_pool(pool: Any) -> Iterator[Rendered]:
    name = name_of(pool)
    yield GROUP, "name", name
    if pool.spot:
        yield GROUP, "name", f"{name}-on-demand"
    yield TEMPLATE, "name", name
    if role_of(pool):
        yield ROLE, "name" if pool.KIND == "RunnerPool" else "ec2_role_name", role_of(pool)
    if profile_of(pool):
        field = "name" if pool.KIND == "RunnerPool" else "iam_instance_profile_name"
        yield PROFILE, field, profile_of(pool)
    if pool.KIND == "RunnerPool" and re.fullmatch(r"[A-Za-z0-9._-]{1,40}", label_of(pool)):
        trust = "untrusted-" if pool.untrusted else ""
        field = "label" if pool.label else "name"
        queue = f"{trust}tasks-{label_of(pool)}"
        yield QUEUE, field, queue
        yield QUEUE, field, dead_letters(queue)
