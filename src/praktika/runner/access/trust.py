"""What jobs of untrusted code get of the machine that they run on: as little as possible. Pure."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from praktika.errors import OperatorError
from praktika.model.facts import Trust
from praktika.runner.container.docker import PROGRAM

_ALLOWED = frozenset(
    (
        *("PATH", "LANG", "LANGUAGE", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR"),
        *("DOCKER_HOST", PROGRAM, "no_proxy", "NO_PROXY"),
    )
)
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


def inherited_by_strangers(inherited: Mapping[str, str], home: Path) -> dict[str, str]:
    """The environment that untrusted jobs get: a few variables, and a home folder of their own.

    What is not known to be harmless is left out; a proxy's address is, unless it has a password.
    """
    kept = {
        name: value
        for name, value in inherited.items()
        if name in _ALLOWED or name.startswith("LC_") or (name in _PROXIES and "@" not in value)
    }
    return kept | {"HOME": os.fspath(home)}
