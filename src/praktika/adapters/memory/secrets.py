"""Secrets in memory."""

from __future__ import annotations

from collections.abc import Mapping

from praktika.adapters.fields import field_of, missing, parts_of


class MemorySecrets:
    """A `Secrets` of given values, which may be changed meanwhile.

    Args:
        values: by name.
    """

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def __repr__(self) -> str:
        return f"MemorySecrets({sorted(self._values)})"

    def get(self, name: str, kind: str = "") -> str:
        """The value of a secret; see the port."""
        return self.get_all([(name, kind)])[name]

    def get_all(self, names: list[tuple[str, str]]) -> dict[str, str]:
        """The values of many secrets; see the port."""
        found: dict[str, str] = {}
        for name, _ in names:
            value = self._find(name)
            if value is not None:
                found[name] = value
        absent = [name for name, _ in names if name not in found]
        if absent:
            raise missing(absent, "the memory of this process")
        return found

    def _find(self, name: str) -> str | None:
        if name in self._values:
            return self._values[name]
        whole, key = parts_of(name)
        return field_of(whole, self._values[whole], key) if whole in self._values else None
