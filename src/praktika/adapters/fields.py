"""Names of secrets: `NAME.KEY` is one field of a secret that is a JSON object."""

from __future__ import annotations

import json
from collections.abc import Iterable

from praktika.errors import Absent, OperatorError


def parts_of(name: str) -> tuple[str, str]:
    """The name of a secret and that of the field, "" if there is none."""
    whole, dot, key = name.rpartition(".")
    return (whole, key) if dot and whole and key else (name, "")


def field_of(name: str, value: str, key: str) -> str | None:
    """The field `key` of a secret's value, None if it has no such field; "" takes all of it.

    Raises:
        OperatorError: the value is not a JSON object. The text never has any of it.
    """
    if not key:
        return value
    try:
        fields = json.loads(value)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise OperatorError(
            f"secret {name} is not a JSON object, so it has no field {key}. Ask for {name} itself, "
            "or store an object."
        )
    found = fields.get(key)
    return found if found is None or isinstance(found, str) else json.dumps(found)


def missing(names: Iterable[str], where: str) -> Absent:
    """What is said of secrets that are not there."""
    listed = ", ".join(names)
    return Absent(f"there is no secret of this name: {listed}. Looked for in {where}.")
