"""What a container of code from outside may have. Pure.

Such a container is to keep its job from the machine: from its network and so from its metadata
service, from its processes, its devices, its files, and from the rights of root.
"""

from __future__ import annotations

from praktika.errors import AuthorError
from praktika.model.container import Container, Option, is_relative

_HARMLESS = frozenset(
    {"--add-host", "--cap-drop", "--cpu-shares", "--cpus", "--dns", "--dns-search", "--domainname"}
    | {"--entrypoint", "--env", "--expose", "--health-cmd", "--hostname", "--init", "--label"}
    | {"--memory", "--memory-reservation", "--memory-swap", "--memory-swappiness"}
    | {"--no-healthcheck", "--pids-limit", "--platform", "--read-only", "--shm-size"}
    | {"--stop-signal", "--stop-timeout", "--tmpfs", "--ulimit", "--workdir"}
)
_VALUES = {
    "--network": frozenset({"none", "bridge"}),
    "--security-opt": frozenset({"no-new-privileges", "no-new-privileges:true"}),
}


def check(container: Container, *, has_user: bool) -> None:
    """Make sure that a container keeps its job in.

    Args:
        container: that the job asks for.
        has_user: whether jobs are another user than the runner. Root inside of a container is root
            for the files of the workspace, so it must not be anybody on the machine.

    Raises:
        AuthorError: an option is not among those that are known to be harmless.
    """
    refused = [str(option) for option in container.options if not _is_harmless(option)]
    if has_user and container.is_root:
        refused.append("root")
    if refused:
        said = ", ".join(f"`{text}`" for text in refused)
        raise AuthorError(
            text=f"run_in_docker: {said} would let code from outside out of its container: leave it"
            " out, or let no change from outside run this job"
        )


def confined() -> tuple[str, ...]:
    """The options that such a container gets."""
    return ("--cap-drop=ALL", "--security-opt=no-new-privileges")


def _is_harmless(option: Option) -> bool:
    if option.name == "--volume":
        return is_relative((option.value or "").partition(":")[0])
    if option.name in _VALUES:
        return option.value in _VALUES[option.name]
    return option.name in _HARMLESS
