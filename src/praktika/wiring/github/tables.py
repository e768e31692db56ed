"""Compiling routing tables, from default branches."""

from __future__ import annotations

from dataclasses import dataclass

from praktika.model.forge import Repository
from praktika.model.routes import RoutingTable
from praktika.ports.checkouts import Checkouts, Commit
from praktika.ports.clock import Clock
from praktika.wiring.checkout import compile_declaration
from praktika.wiring.places import scratch_folder

_PROBLEMS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class TableCompiler:
    """Compiles routing tables.

    Attributes:
        checkouts: where commits come from.
        clock: tells when.
    """

    checkouts: Checkouts
    clock: Clock

    def __call__(self, repository: Repository, sha: str) -> RoutingTable:
        """The routing table of a repository at a commit; errors of the declaration are in it.

        Raises:
            PraktikaError: the commit cannot be had, or the sandbox does not start.
        """
        with scratch_folder("routes") as folder:
            place = folder / repository.name.rpartition("/")[2]
            commit = Commit(remote=repository.url, sha=sha, branch=repository.main)
            with self.checkouts.checkout(commit, place):
                compilation = compile_declaration(place)
        errors = [str(each) for each in compilation.problems if each.severity == "error"]
        return RoutingTable(
            repository=repository.name,
            sha=sha,
            at=self.clock.now(),
            routes=() if errors else compilation.routes,
            problems="\n".join(errors[:_PROBLEMS]),
        )
