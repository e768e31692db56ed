"""What an installation in a cloud is: written by a deploy, read by all of its parts.

There are no secrets in it. Where a name is one of the cloud's own, it says so.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from praktika.model.facts import Trust

FILE = "installation.json"
"""The blob that holds an `Installation`."""

Role = Literal["job_runner", "workflow_orchestrator"]
"""What the machines of a pool do."""


class Pool(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Machines of one kind.

    Attributes:
        name: as it was declared.
        role: what its machines do.
        label: that jobs write into `runs_on`; "" for orchestrators.
        trust: of the code that runs on its machines.
        queues: names of the queues (as the port `Queue` has them) whose messages are its work.
        groups: the cloud's names of its Auto Scaling groups, in the order in which they are grown:
            the second one only where the first has no machines to give.
        scaling: "auto" follows the queues; "disabled" keeps its size.
        size: machines that are always there.
        max_size: machines at most, over all groups.
        reserve: machines that wait idle for work, beyond those that are busy.
        role_name: of the IAM role that its machines have; "" is that of the pool itself.
    """

    name: str
    role: Role
    queues: tuple[str, ...]
    groups: tuple[str, ...]
    max_size: int
    label: str = ""
    trust: Trust = "trusted"
    scaling: Literal["auto", "disabled"] = "auto"
    size: int = 0
    reserve: int = 0
    role_name: str = ""

    def role_in(self, project: str) -> str:
        """The name of the IAM role of its machines."""
        return self.role_name or f"{project}-{self.name}-role"


class Installation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One project's own CI in a cloud.

    Attributes:
        project: slug; the names of its queues on the cloud begin with it and "-".
        region, account: of the cloud.
        bucket: for everything but queues.
        version: of the praktika that deployed it.
        repositories: `owner/name` of those that are served, and of no others.
        app: id of the GitHub App, as text; "" without GitHub.
        forge: base URL of the REST API of GitHub.
        api: base URL of its own API, without a "/" at its end: webhooks and tokens.
        pages: base URL below which the blobs that people may read are found, or "".
        pools: of runners and orchestrators.
    """

    project: str
    region: str
    account: str
    bucket: str
    version: str
    repositories: tuple[str, ...] = ()
    app: str = ""
    forge: str = "https://api.github.com"
    api: str = ""
    pages: str = ""
    pools: tuple[Pool, ...] = ()
