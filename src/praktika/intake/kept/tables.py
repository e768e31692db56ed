"""The routing tables: compiled from default branches, kept until these move."""

from __future__ import annotations

from msgspec.structs import replace

from praktika.intake.desk import Desk
from praktika.intake.kept import keys
from praktika.model.forge import Repository
from praktika.model.routes import RoutingTable
from praktika.model.wire import encode

_WORDS = 2000
"""Characters of what is wrong with a declaration that are logged."""


class Tables:
    """The routing tables of the repositories that are served.

    Args:
        desk: see `Desk`.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def of(self, repository: Repository) -> RoutingTable:
        """The table of a repository, which is compiled if there is none yet."""
        return self._desk.table(repository.name) or self.renewed(repository)

    def renewed(self, repository: Repository, sha: str = "") -> RoutingTable:
        """The table as the default branch says now; it is published.

        A declaration with errors leaves the routes as they were: what they start fails, and shows
        the errors where people look.

        Args:
            repository: whose.
            sha: the tip of the default branch, if it is known.
        """
        sha = sha or self._desk.forge.commit(repository.name, repository.main)
        known = self._desk.table(repository.name)
        if known is not None and known.sha == sha:
            return known
        table = self._desk.compile(repository, sha)
        if table.problems and known is not None:
            table = replace(table, routes=known.routes)
        if table.problems:
            reason = table.problems[:_WORDS]
            self._desk.log("routes.broken", repository=repository.name, sha=sha, reason=reason)
        self._desk.put(keys.table(repository.name), encode(table))
        return table
