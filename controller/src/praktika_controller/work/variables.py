"""The environment that praktika is started with. There is no secret in it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from praktika_controller.aws import Clients
from praktika_controller.machine.identity import Identity
from praktika_controller.work.places import Places

_OURS = ("NOTIFY_SOCKET", "WATCHDOG_", "INVOCATION_ID", "JOURNAL_STREAM", "PRAKTIKA_CONTROLLER_")
"""How the names of variables begin that are for the controller alone."""


def variables(
    identity: Identity,
    places: Places,
    installation: Mapping[str, Any],
    environment: Mapping[str, str] = os.environ,
) -> dict[str, str]:
    """What a child gets.

    Args:
        identity: of this machine.
        places: see `Places`.
        installation: the document `installation.json`, or nothing where it may not be read.
        environment: of this process.
    """
    kept = {name: value for name, value in environment.items() if not name.startswith(_OURS)}
    found = {
        **kept,
        "PRAKTIKA_BACKEND": "aws",
        "PRAKTIKA_PROJECT_SLUG": identity.project,
        "PRAKTIKA_S3_ARTIFACT_BUCKET": identity.bucket,
        "PRAKTIKA_AWS_REGION": identity.region,
        "PRAKTIKA_JOB_USER": places.user,
        "AWS_REGION": identity.region,
        "AWS_DEFAULT_REGION": identity.region,
        "XDG_CACHE_HOME": str(places.work),
    }
    if identity.api:
        found |= {"PRAKTIKA_BROKER": identity.api, "PRAKTIKA_BROKER_AUTH": "iam"}
    repositories = installation.get("repositories") or []
    if repositories:
        found["PRAKTIKA_GITHUB_REPOSITORIES"] = ",".join(map(str, repositories))
    if installation.get("forge"):
        found["PRAKTIKA_GITHUB_API"] = str(installation["forge"])
    return found


def task_key(aws: Clients, project: str) -> str:
    """The key that tasks are verified with, base64."""
    answer = aws.ssm.get_parameter(Name=f"/praktika/{project}/public/task-key")
    return answer["Parameter"]["Value"]
