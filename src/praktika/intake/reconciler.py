"""The reconciler: what webhooks should have told, and did not, is found by looking.

It compares the heads that the forge has with those that were dealt with, and deals with the others
as if a webhook had told of them. When a repository is looked at for the first time, heads of which
no webhook has told are only noted: nobody wants hundreds of old branches to run. What starts its
workflows is compiled then, so that people and schedules need not wait for the first push.
"""

from __future__ import annotations

from praktika.errors import Limited, PraktikaError
from praktika.intake.asking.changes import Changes
from praktika.intake.asking.requests import Circumstances
from praktika.intake.desk import Desk
from praktika.intake.kept import keys
from praktika.intake.kept.register import Head, Register
from praktika.intake.kept.tables import Tables
from praktika.model.forge import Pull, Repository
from praktika.model.notices import Queued
from praktika.model.wire import WireError, decode, encode

_QUEUE = "gh-readonly-queue/"
BY = "the reconciler"


class Reconciler:
    """Finds what was missed.

    Args:
        desk: see `Desk`.
        changes: asks for runs.
    """

    def __init__(self, desk: Desk, changes: Changes) -> None:
        self._desk = desk
        self._changes = changes
        self._register = Register(desk)
        self._tables = Tables(desk)

    def look(self, repository: str) -> int:
        """Deal with the heads of a repository that nobody has told of; how many there were.

        Raises:
            PraktikaError: the forge or a store does not answer, or refuses.
        """
        found = self._desk.forge.repository(repository)
        around = self._desk.circumstances(found, BY)  # before the heads are read
        heads = self._heads(found)
        before = self._seen(repository)
        now = {head.ref: [head.sha, head.base] for head, _ in heads}
        fresh = [each for each in heads if before.get(each[0].ref) != now[each[0].ref]]
        missed = 0
        if not before:
            self._tables.of(found)
        for each in fresh:
            if not before and self._register.head(repository, each[0].ref) is None:
                self._register.dealt_with(repository, each[0])
            else:
                missed += self._deal_with_or_later(around, each, now)
        if fresh or len(before) != len(now):
            self._desk.put(keys.seen(repository), encode(now))
        return missed

    def _heads(self, repository: Repository) -> list[tuple[Head, Pull | None]]:
        name = repository.name
        branches = self._desk.forge.branches(name)
        # The default branch first: it says what the others start.
        order = sorted(branches, key=lambda branch: (branch != repository.main, branch))
        tips = [Head(ref=f"branch {branch}", sha=branches[branch]) for branch in order]
        pulls = [
            (Head(ref=f"pull {pull.number}", sha=pull.head_sha, base=pull.base_branch), pull)
            for pull in self._desk.forge.open_pulls(name)
        ]
        return [*((tip, None) for tip in tips), *pulls]

    def _deal_with_or_later(
        self, around: Circumstances, each: tuple[Head, Pull | None], now: dict[str, list[str]]
    ) -> bool:
        """Ask for what a head starts; one that troubles is looked at again the next time."""
        try:
            return self._deal_with(around, *each)
        except Limited:
            raise
        except PraktikaError as error:
            now.pop(each[0].ref, None)
            self._desk.log("head.delayed", ref=each[0].ref, reason=str(error))
            return False

    def _deal_with(self, around: Circumstances, head: Head, pull: Pull | None) -> bool:
        """Ask for what a head starts, unless that was done; whether it was not."""
        repository = around.repository
        if self._register.head(repository.name, head.ref) == head:
            return False
        branch = head.ref.removeprefix("branch ")
        if pull is not None:
            asked = self._changes.head_of_pull(around, pull)
        elif branch.startswith(_QUEUE):
            self._changes.group(_as_told(repository, branch, head.sha))
            self._register.dealt_with(repository.name, head)
            return True
        else:
            asked = self._changes.tip_of_branch(around, branch, head.sha)
        self._desk.log("head.missed", repository=repository.name, ref=head.ref, runs=len(asked))
        return True

    def _seen(self, repository: str) -> dict[str, list[str]]:
        data = self._desk.get(keys.seen(repository))
        if data is None:
            return {}
        try:
            return decode(data, dict[str, list[str]])
        except WireError:
            return {}


def _as_told(repository: Repository, branch: str, sha: str) -> Queued:
    """What the forge should have told of a merge queue's branch, `…/BASE/pr-NUMBER-SHA`."""
    base, _, last = branch.removeprefix(_QUEUE).rpartition("/")
    return Queued(
        delivery=f"{branch} {sha}",
        repository=repository.name,
        sender=BY,
        action="checks_requested",
        sha=sha,
        branch=branch,
        base_branch=base,
        base_sha=last.rpartition("-")[2],
    )
