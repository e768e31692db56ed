"""What tokens may be asked for at all, whoever asks."""

from __future__ import annotations

from praktika.adapters.github.http.site import path_of
from praktika.errors import Denied
from praktika.ports.tokens import Grant

ALLOWED = {
    "actions": "read",
    "checks": "write",
    "contents": "write",
    "issues": "write",
    "metadata": "read",
    "pull_requests": "write",
    "statuses": "write",
}
"""The most that a token may have, by permission. What is not here, none has."""

_LEVELS = {"read": 1, "write": 2}


def check(grant: Grant) -> None:
    """Refuse a grant that nobody may have.

    Raises:
        Denied: it asks for too much, or for nothing, which GitHub takes for everything.
        Absent: no repository can have that name.
    """
    path_of(grant.repository)
    if not grant.permissions:
        raise Denied("A token without permissions is not given: say what it is for.")
    for name, level in grant.permissions.items():
        most = ALLOWED.get(name, "")
        if not most or not 0 < _LEVELS.get(level, 0) <= _LEVELS[most]:
            raise Denied(f"No token is given with the permission '{name}: {level}'.")
