"""A project and the account that it is in: what `praktika infrastructure` works with."""

from __future__ import annotations

import os
import socket
import time
from dataclasses import dataclass

import psutil

from praktika.adapters.aws.client import Clients
from praktika.adapters.aws.cloud import open_cloud
from praktika.adapters.aws.faults import translated
from praktika.errors import OperatorError
from praktika.infrastructure.deploying.deploy import Surroundings
from praktika.infrastructure.deploying.lock import Me
from praktika.infrastructure.deploying.progress import Tell
from praktika.infrastructure.template.names import Names
from praktika.ports.cloud.cloud import Cloud
from praktika.wiring.cloud.projects import Project

_CREDENTIALS = ("AWS_PROFILE", "AWS_ACCESS_KEY_ID")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where a project is, or shall be."""

    project: Project
    cloud: Cloud

    @property
    def names(self) -> Names:
        """The names of what it has."""
        return Names(self.project.slug)

    def check_account(self) -> None:
        """Nothing, if the credentials are for the account of the settings.

        Raises:
            OperatorError: they are not.
        """
        found = self.cloud.account.identity().account
        settled = self.project.setting("AWS_ACCOUNT_ID")
        if found != settled:
            raise OperatorError(
                f"these credentials are for account {found}, and AWS_ACCOUNT_ID in the settings is "
                f"{settled or 'not set'}. Nothing was changed. Choose others with AWS_PROFILE."
            )


def open_site(project: Project) -> Site:
    """The project in its account; nothing is asked of it yet.

    Raises:
        OperatorError: boto3 is not installed, or the settings name a profile that is not there.
    """
    return Site(project=project, cloud=open_cloud(_clients(project), project.slug))


def surroundings(tell: Tell, by: str, *, may_end: bool = False) -> Surroundings:
    """This process, as deploys see it."""
    me = Me(
        by=by,
        host=socket.gethostname(),
        pid=os.getpid(),
        now=time.time,
        is_alive=psutil.pid_exists,
    )
    pause = float(os.environ.get("PRAKTIKA_DEPLOY_PAUSE", "") or 2.0)
    return Surroundings(me=me, tell=tell, pause=pause, may_end=may_end)


def _clients(project: Project) -> Clients:
    region, profile = project.setting("AWS_REGION"), project.setting("AWS_PROFILE")
    if not profile or any(os.environ.get(name) for name in _CREDENTIALS):
        return Clients(region)
    try:
        import boto3  # noqa: PLC0415 - an optional dependency, and slow to import
    except ImportError as error:
        raise OperatorError(
            "boto3 is not installed, which deploying needs: pip install 'praktika[deploy]'"
        ) from error
    with translated(f"cannot use AWS_PROFILE of the settings, '{profile}'"):
        return Clients(region, session=boto3.Session(profile_name=profile))
