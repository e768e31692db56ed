"""One run, published once: its files, a note of it, and what the forge shows of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from msgspec import structs

from praktika.adapters.local.git.pages import Publication
from praktika.checks.content.desired import Rank
from praktika.checks.content.text import line
from praktika.engine.run import Run
from praktika.errors import Absent, OperatorError, OutOfSpace, PraktikaError
from praktika.model.events import RunRequested
from praktika.model.forge import CommitStatus, Repository
from praktika.patience import patiently
from praktika.ports.tokens import Grant, TokenBroker
from praktika.runner.access.wallet import USER
from praktika.runner.artifacts.fetch import check_expiry
from praktika.runner.artifacts.record import limits_of
from praktika.wiring.github.pages import record as notes
from praktika.wiring.github.pages.due import Page
from praktika.wiring.github.pages.files import address, root_of, unpacked
from praktika.wiring.github.pages.record import Published, Record
from praktika.wiring.github.pages.tools import Tools

WRITE = {"contents": "write"}

_CONTEXT, _SHORT = 200, 140
"""Characters of a status."""


class Outdated(Exception):
    """The run is not the one that is to be published any more; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publishing:
    """Publishes a run.

    Attributes:
        run_id, run: which.
        pages: what it has to publish.
        tools: see there.
        confirm: raises Conflict if somebody else deals with the repository by now.
    """

    run_id: str
    run: Run
    pages: Sequence[Page]
    tools: Tools
    confirm: Callable[[], None]

    def bring(self) -> float:
        """Publish what was not, and show it; seconds after which there is more to do, or 0.

        Raises:
            TransientError, Conflict, OutOfSpace: it has to be tried again.
            OperatorError: the forge refuses.
        """
        record = notes.load(self.tools.blobs, self.run_id, self.run.round)
        left = [page for page in self.pages if page.artifact.publish not in record.folders]
        if left and not record.outdated:
            record = self._publish(left, record)
        return self._show(record)

    @property
    def _request(self) -> RunRequested:
        assert self.run.requested is not None
        return self.run.requested

    def _publish(self, pages: Sequence[Page], record: Record) -> Record:
        try:
            repository = self._latest()
            for page in pages:
                done = self._one(page, repository)
                record = self._noted(record, page.artifact.publish, done)
                self._tell(page.artifact.publish, done)
        except Outdated as error:
            self.tools.log.info("pages.outdated", run=self.run_id, reason=str(error))
            record = structs.replace(record, outdated=str(error))
            self._save(record)
        return record

    def _tell(self, folder: str, done: Published) -> None:
        log = self.tools.log.bind(run=self.run_id, folder=folder)
        if done.problem:
            log.error("pages.refused", reason=done.problem)
        else:
            log.info("pages.published", commit=done.commit)

    def _latest(self) -> Repository:
        """The repository, of which the run has the latest commit.

        Raises:
            Outdated: it has not, or the repository is not served any more.
        """
        facts = self._request.facts
        if facts.repository not in self.tools.allowed:
            raise Outdated(f"{facts.repository} is not served here")
        try:
            repository = self.tools.forge.repository(facts.repository)
            tip = self.tools.forge.commit(facts.repository, facts.branch)
        except Absent as error:
            raise Outdated(str(error)) from error
        if repository.main != facts.branch:
            raise Outdated(f"'{facts.branch}' is not the default branch any more")
        if tip != facts.sha:
            raise Outdated(f"'{facts.branch}' is at {tip} by now")
        return repository

    def _go_on(self) -> None:
        self.confirm()
        self._latest()

    def _one(self, page: Page, repository: Repository) -> Published:
        name = page.artifact.name
        try:
            with self._unpacked(page) as unpacked:
                root = root_of(unpacked, page.artifact.paths)
                commit = self._print(page, repository, root)
                url = address(repository, page.artifact.publish, root)
                return Published(artifact=name, commit=commit, url=url)
        except OutOfSpace:
            raise
        except OperatorError as error:
            return Published(artifact=name, problem=str(error))

    def _unpacked(self, page: Page) -> AbstractContextManager[Path]:
        assert self.run.plan is not None
        check_expiry(page.stored, self.tools.clock.now())
        return unpacked(self.tools.blobs, page, limits_of(self.run.plan))

    def _print(self, page: Page, repository: Repository, root: Path) -> str:
        request, folder = self._request, page.artifact.publish
        lines = [
            f"{folder}: {request.workflow} of {request.facts.sha[:12]}",
            "",
            f"Artifact '{page.artifact.name}' of run {self.run_id}",
            request.facts.commit_url,
        ]
        message = "\n".join(lines).rstrip() + "\n"
        publication = Publication(files=root, target=folder, message=message, at=self.run.at)
        with _login(self.tools.tokens, repository.name) as login:
            return self.tools.press(repository.url, publication, login=login, confirm=self._go_on)

    def _show(self, record: Record) -> float:
        """Let the commit have a status for each folder."""
        for folder, done in sorted(record.folders.items()):
            if done.is_shown:
                continue
            wait = self._set(folder, done)
            if wait:
                return wait
            record = self._noted(record, folder, structs.replace(done, is_shown=True))
        return 0.0

    def _set(self, folder: str, done: Published) -> float:
        repository = self._request.facts.repository
        wait = self.tools.budget.take(repository.split("/", 1)[0], Rank.FAILURE)
        if wait:
            return wait
        status = CommitStatus(
            context=line(f"pages: {folder}", _CONTEXT),
            state="error" if done.problem else "success",
            description=line(done.problem or f"Published: artifact '{done.artifact}'", _SHORT),
            url=done.url,
        )
        try:
            self.tools.board.set_status(repository, self._request.facts.sha, status)
        except OperatorError as error:
            self.tools.log.warning("pages.not_shown", run=self.run_id, reason=str(error))
        return 0.0

    def _noted(self, record: Record, folder: str, done: Published) -> Record:
        record = structs.replace(record, folders={**record.folders, folder: done})
        self._save(record)
        return record

    def _save(self, record: Record) -> None:
        self.confirm()
        notes.save(self.tools.blobs, self.run_id, record)


@contextmanager
def _login(tokens: TokenBroker, repository: str) -> Iterator[str]:
    """`USER:PASSWORD` of a token that ends with the block."""
    token = patiently(lambda: tokens.own_token(Grant(repository=repository, permissions=WRITE)))
    try:
        yield f"{USER}:{token.value}"
    finally:
        with suppress(PraktikaError):  # it ends by itself within the hour
            tokens.revoke(token)
