"""The secrets that a job may ask for, as variables of its environment.

Their values are nowhere else: not in the plan, the task, the log or the Result.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress

from praktika.errors import Absent, AuthorError
from praktika.ports.secrets import Secrets
from praktika.runner.process.mask import SHORTEST
from praktika.sdk.job.secret import variable_of


def secret_variables(store: Secrets, declared: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The variables of all declared secrets that are there.

    One that is not there fails the job that asks for it, with what to do, and no other.

    Args:
        store: see the port.
        declared: pairs of a name and a kind.

    Raises:
        Denied: one of them may not be read.
        AuthorError: one of them is too short to be masked.
        TransientError: the store does not answer.
    """
    names = list(declared)
    if not names:
        return {}
    try:
        values = store.get_all(names)
    except Absent:
        values = {}
        for name, kind in names:
            with suppress(Absent):
                values[name] = store.get(name, kind)
    short = [name for name, value in values.items() if len(os.fsencode(value)) < SHORTEST]
    if short:
        raise AuthorError(
            text=f"the secret '{short[0]}' has fewer than {SHORTEST} bytes, so it could not be "
            "masked in logs: give it a longer value"
        )
    return {variable_of(name): value for name, value in values.items()}
