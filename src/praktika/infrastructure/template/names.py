"""The names that things have on AWS. Nobody else puts names together."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Final

from praktika.model.facts import Trust
from praktika.model.plan import job_key
from praktika.ports.queue import ORDERED

SHARED: Final = (
    "events.fifo",
    "reports.fifo",
    "alarms",
    "notices.fifo",
    "checks.fifo",
    "checks-later",
    "pages.fifo",
)
"""The queues that orchestrators serve, as the rooms that use them name them; a test compares."""

RUNG: Final = ("alarms",)
"""Those of them whose messages the tick function deals with."""

APP_ID: Final = "GithubAppId"
"""The parameter of the runtime stack with the id of the GitHub App; a deploy knows it."""

_ON_SQS = re.compile(r"[A-Za-z0-9_-]{1,80}")
_LABEL = re.compile(r"[A-Za-z0-9._-]{1,40}")


def slug_of(name: str) -> str:
    """The name of a project as names on AWS begin: lower case, digits and "-"."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def logical(*parts: str) -> str:
    """A logical id from words: `Role`, `arm-small` give `RoleArmSmall`."""
    words = (word for part in parts for word in re.split(r"[^A-Za-z0-9]+", part) if word)
    return "".join(word[:1].upper() + word[1:] for word in words)


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one project.

    Attributes:
        slug: see `slug_of`.
    """

    slug: str

    def own(self, name: str) -> str:
        """`<slug>-<name>`: of a role, function, group, bucket, queue."""
        return f"{self.slug}-{name}"

    def parameter(self, name: str) -> str:
        """Of a secret parameter: `<slug>-<name>`, or `/<slug>-<name>` if it begins with "/"."""
        return f"/{self.own(name[1:])}" if name.startswith("/") else self.own(name)

    def queue(self, queue: str) -> str:
        """The name on SQS of a queue of the port, with a digest where SQS does not take its name.

        The adapter of SQS and orchestrators say the same; a test compares them.
        """
        bare = queue.removesuffix(ORDERED)
        ending = queue[len(bare) :]
        name = self.own(bare)
        if _ON_SQS.fullmatch(name) and len(name + ending) <= 80:
            return name + ending
        digest = hashlib.sha256(queue.encode()).hexdigest()[:12]
        readable = re.sub(r"[^A-Za-z0-9_-]", "_", name)[: 80 - len(ending) - 13]
        return f"{readable}-{digest}{ending}"

    @property
    def stateful(self) -> str:
        """The stack with what would be missed."""
        return self.own("stateful")

    @property
    def runtime(self) -> str:
        """The stack with what can be made anew."""
        return self.own("runtime")

    @property
    def path(self) -> str:
        """Of roles and instance profiles, so that policies name those of this project exactly."""
        return f"/praktika/{self.slug}/"

    @property
    def manifest(self) -> str:
        """The parameter that says what is deployed."""
        return f"/praktika/{self.slug}/manifest"

    @property
    def platform(self) -> str:
        """What begins the names of praktika's own secret parameters, which no runner can read."""
        return f"/praktika/{self.slug}/platform"

    @property
    def webhook_secret(self) -> str:
        """The secret parameter with which GitHub signs."""
        return f"{self.platform}/webhook-secret"

    @property
    def task_key(self) -> str:
        """The secret parameter with the seed of the key that signs tasks: 32 bytes, base64."""
        return f"{self.platform}/task-key"

    @property
    def database(self) -> str:
        """The secret parameter that says how rows get into the CI database."""
        return f"{self.platform}/ci-db"

    @property
    def task_public_key(self) -> str:
        """The parameter with the public part, which runners verify with: 32 bytes, base64."""
        return f"/praktika/{self.slug}/public/task-key"

    def image(self, builder: str) -> str:
        """The parameter with the id of the newest good image of a builder.

        Image Builder's own role may write below `/imagebuilder/` and nowhere else.
        """
        return f"/imagebuilder/praktika/{self.slug}/{builder}"

    @property
    def instance_logs(self) -> str:
        """The log group of machines; a stream for each."""
        return f"/praktika/{self.slug}/instances"

    def function_logs(self, function: str) -> str:
        """The log group of a function, by its declared name."""
        return f"/praktika/{self.slug}/functions/{function}"


def tasks(label: str, trust: Trust = "trusted") -> str:
    """The queue of the port with the tasks of a label, as orchestrators name it."""
    name = f"tasks-{label}" if _LABEL.fullmatch(label) else f"tasks-{job_key(label)}"
    return f"untrusted-{name}" if trust == "untrusted" else name
