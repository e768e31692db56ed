"""What a function is told by its environment; none of it is a secret."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping

from praktika.adapters.aws.light.clients import LightClients, Makers
from praktika.errors import OperatorError

SLUG = "PRAKTIKA_PROJECT_SLUG"
BUCKET = "PRAKTIKA_S3_ARTIFACT_BUCKET"
REPOSITORIES = "PRAKTIKA_GITHUB_REPOSITORIES"
APP = "PRAKTIKA_GITHUB_APP_ID"
API = "PRAKTIKA_GITHUB_API"
WEBHOOK_SECRET = "PRAKTIKA_WEBHOOK_SECRET_PARAMETER"  # noqa: S105 - the name of a variable
APP_SECRET = "PRAKTIKA_GITHUB_SECRET"  # noqa: S105 - the same
TICK = "PRAKTIKA_TICK_FUNCTION"

_TIMEOUT = 8.0
"""Seconds until a request without an answer is made again: whoever called waits."""


class FunctionClock:
    """A `Clock`; that of `adapters.local` imports what no function needs."""

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds of this instance of the function."""
        return time.monotonic()


def told(name: str, environment: Mapping[str, str] = os.environ) -> str:
    """The value of a variable.

    Raises:
        OperatorError: it is not set, which a deploy does.
    """
    value = environment.get(name, "").strip()
    if not value:
        raise OperatorError(f"{name} is not set: deploy again, which sets it")
    return value


def repositories(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """The repositories that are served."""
    return tuple(re.split(r"[\s,]+", told(REPOSITORIES, environment)))


def clients(makers: Makers) -> LightClients:
    """Clients of some services, with the credentials of the function's role."""
    return LightClients(makers, timeout=_TIMEOUT)
