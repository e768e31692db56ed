"""What this machine is; its tags say so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from praktika_controller.faults import Fault
from praktika_controller.machine.metadata import Metadata

RUNNER = "job_runner"
ORCHESTRATOR = "workflow_orchestrator"

_NEEDED = (
    *("praktika_role", "praktika_project_slug", "praktika_pool", "praktika_trust"),
    *("praktika_asg", "praktika_bucket", "praktika_log_group"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A machine of an installation.

    Attributes:
        instance: its id.
        region: of AWS.
        role: `RUNNER` or `ORCHESTRATOR`.
        project: slug of the installation.
        pool: declared name of its pool.
        trust: of the code that runs here.
        group: name of its Auto Scaling group.
        bucket: of the installation.
        log_group: where its log goes.
        label: what it serves, as jobs write it into `runs_on`; "" for orchestrators.
        queue: praktika's name of its queue of tasks; "" for orchestrators.
        api: base URL of the installation's API, or "".
        scaling: "auto" follows the queues, "disabled" keeps its size.
        reserve: how many idle machines its pool keeps.
        idle_seconds: how long it has to be idle before it leaves.
    """

    instance: str
    region: str
    role: Literal["job_runner", "workflow_orchestrator"]
    project: str
    pool: str
    trust: Literal["trusted", "untrusted"]
    group: str
    bucket: str
    log_group: str
    label: str = ""
    queue: str = ""
    api: str = ""
    scaling: str = "disabled"
    reserve: int = 0
    idle_seconds: float = 300.0

    @property
    def runner(self) -> str:
        """The name of its runner. Its beginning lets policies tell whose control queue is whose."""
        return f"{self.trust}-{self.instance}"


def identify(metadata: Metadata) -> Identity:
    """What this machine is.

    Raises:
        Fault: its tags do not say.
    """
    tags = {
        name: metadata.get(f"meta-data/tags/instance/{name}") or ""
        for name in metadata.listed("meta-data/tags/instance/")
    }
    instance = metadata.get("meta-data/instance-id") or ""
    return of_tags(tags, instance, metadata.get("meta-data/placement/region") or "")


def of_tags(tags: Mapping[str, str], instance: str, region: str) -> Identity:
    """What the tags of a machine say.

    Raises:
        Fault: one is missing, or makes no sense.
    """
    missing = [name for name in _NEEDED if not tags.get(name)]
    if missing:
        raise Fault(
            f"the tags {', '.join(missing)} are missing: this is no machine of praktika, or its "
            "launch template does not show tags in its metadata (InstanceMetadataTags)"
        )
    role = tags["praktika_role"]
    if role not in {RUNNER, ORCHESTRATOR}:
        raise Fault(f"the tag praktika_role is '{role}'; it must be {RUNNER} or {ORCHESTRATOR}")
    if role == RUNNER and not (tags.get("praktika_label") and tags.get("praktika_queue")):
        raise Fault("the tags praktika_label and praktika_queue are missing")
    return Identity(
        instance=instance,
        region=region,
        role="job_runner" if role == RUNNER else "workflow_orchestrator",
        project=tags["praktika_project_slug"],
        pool=tags["praktika_pool"],
        # Whatever is not said to be trusted is not.
        trust="trusted" if tags["praktika_trust"] == "trusted" else "untrusted",
        group=tags["praktika_asg"],
        bucket=tags["praktika_bucket"],
        log_group=tags["praktika_log_group"],
        label=tags.get("praktika_label", ""),
        queue=tags.get("praktika_queue", ""),
        api=tags.get("praktika_api", "").rstrip("/"),
        scaling=tags.get("praktika_scaling") or "disabled",
        reserve=_number(tags, "praktika_capacity_reserve", 0),
        idle_seconds=float(_number(tags, "praktika_idle_seconds", 300)),
    )


def _number(tags: Mapping[str, str], name: str, default: int) -> int:
    text = tags.get(name, "") or str(default)
    if not text.isdecimal():
        raise Fault(f"the tag {name} is '{text}'; it must be a number")
    return int(text)
