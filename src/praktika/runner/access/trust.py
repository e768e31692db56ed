"""What jobs of untrusted code get of the machine that they run on: as little as possible. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from praktika.errors import OperatorError
from praktika.model.facts import Trust
from praktika.runner.container.docker import PROGRAM

_ALLOWED = frozenset(
    (
        *("PATH", "VIRTUAL_ENV", "LANG", "LANGUAGE", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR"),
        *("DOCKER_HOST", PROGRAM, "no_proxy", "NO_PROXY"),
    )
)
_OF_DOCKER = frozenset(("HOME", "DOCKER_CONFIG", "DOCKER_CERT_PATH", "DOCKER_TLS_VERIFY"))
_PROXIES = frozenset(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"))


def check(runner: Trust, code: Trust) -> None:
    """Make sure that a runner may run this code.

    Raises:
        OperatorError: it serves another kind.
    """
    if runner != code:
        raise OperatorError(
            f"the runner is for {runner} code and the run is {code}: its task was in a queue where"
            " it does not belong"
        )


def inherited_by_strangers(inherited: Mapping[str, str]) -> dict[str, str]:
    """What untrusted jobs, and those of another user, get of the environment: a few variables.

    What is not known to be harmless is left out; a proxy's address is, unless it has a password.
    """
    return {
        name: value
        for name, value in inherited.items()
        if name in _ALLOWED or name.startswith("LC_") or (name in _PROXIES and "@" not in value)
    }


def of_docker(inherited: Mapping[str, str]) -> dict[str, str]:
    """The environment of `docker` where jobs are another user: the runner's own home, no secrets.

    In a job's home it would find configuration that the job has written, and obey it.
    """
    own = {name: value for name, value in inherited.items() if name in _OF_DOCKER}
    return inherited_by_strangers(inherited) | own
