"""Which runs were asked for on behalf of which commit, pull request and branch.

A run is noted before it is asked for: whoever dies in between, or is told the same twice, notes the
same id again.
"""

from __future__ import annotations

import msgspec

from praktika.engine.run import Run, Stage
from praktika.intake.desk import Desk
from praktika.intake.kept import keys
from praktika.model.events import RunRequested
from praktika.model.forge import Pull
from praktika.model.wire import WireError, decode, encode


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The blob of a branch or pull request: what of it was dealt with last.

    Attributes:
        ref: `branch NAME` or `pull NUMBER`.
        sha: its tip.
        base: the branch that a pull request is for, or "".
    """

    ref: str
    sha: str
    base: str = ""


class Register:
    """What was asked for so far.

    Args:
        desk: see `Desk`.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def note(self, run: str, request: RunRequested) -> None:
        """Note a run that is about to be asked for."""
        subject = request.subject
        if subject is None:
            return
        folders = [keys.runs_of_commit(subject.repository, subject.sha)]
        if subject.number:
            folders.append(keys.runs_of_pull(subject.repository, subject.number))
        for folder in folders:
            self._desk.put(f"{folder}/{run}", b"")

    def of_commit(self, repository: str, sha: str) -> list[str]:
        """Ids of the runs that were asked for a commit."""
        return self._listed(keys.runs_of_commit(repository, sha))

    def going(self, pull: Pull) -> dict[str, Run]:
        """The runs of a pull request that are not over, by id.

        The others are forgotten, but for those of its head, which may be run again.
        """
        folder = keys.runs_of_pull(pull.repository, pull.number)
        found = {}
        for run_id in self._listed(folder):
            run = self._desk.load(run_id)
            if run.stage is Stage.CONCLUDED:
                if run.requested is not None and run.requested.sha == pull.head_sha:
                    continue
                self._desk.blobs.delete(f"{folder}/{run_id}")
            elif run.stage is not Stage.NEW:
                found[run_id] = run
        return found

    def head(self, repository: str, ref: str) -> Head | None:
        """What was dealt with last of a branch or pull request."""
        data = self._desk.get(keys.head(repository, ref))
        if data is None:
            return None
        try:
            return decode(data, Head)
        except WireError:
            return None

    def dealt_with(self, repository: str, head: Head) -> None:
        """Note that everything that this head starts was asked for."""
        self._desk.put(keys.head(repository, head.ref), encode(head))

    def _listed(self, folder: str) -> list[str]:
        return [key.rpartition("/")[2] for key in self._desk.blobs.list(folder)]
