"""Secrets of this machine: environment variables, and a file that nobody else can read."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from praktika.adapters.disk import os_fault
from praktika.adapters.fields import field_of, missing, parts_of
from praktika.errors import Denied, OperatorError
from praktika.sdk.job.secret import variable_of

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class LocalSecrets:
    """A `Secrets` of environment variables and a file; of whatever kind they are declared.

    A secret's variable is PRAKTIKA_SECRET_ and its name, or else the name itself. The file has
    lines NAME=VALUE; it is read anew each time.

    Args:
        environment: the variables; None takes those of this process.
        file: with lines, if there is one.
    """

    def __init__(
        self, environment: Mapping[str, str] | None = None, file: Path | None = None
    ) -> None:
        self._environment = os.environ if environment is None else environment
        self._file = file

    def __repr__(self) -> str:
        return f"LocalSecrets(file={self._file})"

    def get(self, name: str, kind: str = "") -> str:
        """The value of a secret; see the port."""
        return self.get_all([(name, kind)])[name]

    def get_all(self, names: list[tuple[str, str]]) -> dict[str, str]:
        """The values of many secrets; see the port.

        Raises:
            OperatorError: the file has a line that is none of NAME=VALUE.
        """
        lines = _lines(self._file) if self._file else {}
        found: dict[str, str] = {}
        for name, _ in names:
            value = self._find(name, lines)
            if value is not None:
                found[name] = value
        absent = [name for name, _ in names if name not in found]
        if absent:
            variables = ", ".join(variable_of(name) for name in absent)
            where = f"the environment ({variables})"
            raise missing(absent, f"{where} and in {self._file}" if self._file else where)
        return found

    def _find(self, name: str, lines: Mapping[str, str]) -> str | None:
        value = self._whole(name, lines)
        whole, key = parts_of(name)
        if value is not None or not key:
            return value
        value = self._whole(whole, lines)
        return None if value is None else field_of(whole, value, key)

    def _whole(self, name: str, lines: Mapping[str, str]) -> str | None:
        for places, place in (
            (self._environment, variable_of(name)),
            (self._environment, name),
            (lines, name),
        ):
            if places.get(place):
                return places[place]
        return None


def _lines(path: Path) -> dict[str, str]:
    """The values in a file, by name."""
    try:
        with path.open(encoding="utf-8") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & _OTHERS:
                raise Denied(
                    f"{path} has secrets, and others than its owner can read or change it: "
                    f"chmod 600 {path}"
                )
            lines = file.read().splitlines()
    except OSError as error:
        raise os_fault(error, f"cannot read {path}") from error
    except UnicodeDecodeError:
        raise OperatorError(f"{path} is not text in UTF-8") from None
    values: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        name, equals, value = line.partition("=")
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not equals or not name.strip():
            raise OperatorError(f"{path}:{number}: this line is none of NAME=VALUE")
        values[name.strip()] = value
    return values
