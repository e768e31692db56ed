"""Who the runner is to the registry of an image: for the time of a pull, and never for the job."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from praktika.errors import PraktikaError
from praktika.model.plan import Plan
from praktika.model.reference import Reference
from praktika.patience import patiently
from praktika.ports.secrets import Secrets
from praktika.sdk.images.engine import client_settings
from praktika.sdk.registry.access import Login
from praktika.sdk.registry.login import login_of


@contextmanager
def logged_in(plan: Plan, secrets: Secrets, place: Path, image: str) -> Iterator[Mapping[str, str]]:
    """Variables with which `docker` is logged in where the image is, inside the block.

    Without the secret that SECRET_DOCKER_REGISTRY names, or where it is for another registry, there
    are none: then the login of the runner's own user counts.

    Args:
        plan: of the run.
        secrets: where the secret is.
        place: a folder that no job sees, and that goes with the attempt.
        image: to be pulled.
    """
    logins = _logins(plan, secrets, Reference.parse(image).registry)
    with client_settings(logins, str(place)) as settings:
        yield {"DOCKER_CONFIG": settings} if settings else {}


def _logins(plan: Plan, secrets: Secrets, wanted: str) -> dict[str, Login]:
    name = str(plan.settings.get("SECRET_DOCKER_REGISTRY") or "")
    if not name:
        return {}
    try:
        registry, login = login_of(patiently(lambda: secrets.get(name)))
    except (PraktikaError, ValueError):
        return {}  # a public image needs none; any other one says what is missing
    return {registry: login} if registry == wanted else {}
