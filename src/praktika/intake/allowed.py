"""The repositories that an installation works for. There is no "all of them"."""

from __future__ import annotations

import re
from collections.abc import Iterable

from praktika.errors import OperatorError
from praktika.model.notices import AnyNotice, Installed

_NAME = re.compile(r"[A-Za-z0-9_-]+/[A-Za-z0-9._-]+")


class Allowed:
    """An explicit list of repositories.

    Args:
        names: each `owner/name`; case does not matter, as on GitHub.

    Raises:
        OperatorError: the list is empty, or one of the names is none.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(name.lower() for name in names)
        if not self._names:
            raise OperatorError("no repository is allowed: name those to work for, as owner/name")
        for name in sorted(self._names):
            if not _NAME.fullmatch(name):
                raise OperatorError(f"not a repository: {name!r}; write owner/name, one by one")
        self._owners = frozenset(name.partition("/")[0] for name in self._names)

    def __contains__(self, repository: object) -> bool:
        return isinstance(repository, str) and repository.lower() in self._names

    def concerns(self, notice: AnyNotice) -> bool:
        """Whether a notice is about one of the repositories, or about an owner of one."""
        if isinstance(notice, Installed) and not notice.repository:
            return notice.account.lower() in self._owners
        return notice.repository in self
