"""What people ask of runs: buttons on checks, commands in comments.

Whoever asks must have write permission, and GitHub is asked for it each time (never the notice).
"""

from __future__ import annotations

from dataclasses import dataclass

from praktika.engine.run import Run, Stage
from praktika.intake.asking.changes import Changes
from praktika.intake.desk import Desk
from praktika.intake.kept.register import Register
from praktika.model.events import AnyEvent, Approved, CancelRequested, RerunRequested, RerunScope
from praktika.model.forge import Pull, Subject, may_write
from praktika.model.notices import ButtonPressed, Commented
from praktika.model.result import Status

_HELP = (
    "`/praktika rerun` runs again what failed, `/praktika rerun all` everything, "
    "`/praktika cancel` stops what goes on, `/praktika approve COMMIT` lets a change from outside "
    "run, as it is at that commit."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """What somebody wants of a run."""

    verb: str
    by: str
    id: str
    sha: str
    job: str = ""


class Commands:
    """Carries out what people ask for.

    Args:
        desk: see `Desk`.
        register: see `Register`.
        changes: see `Changes`.
    """

    def __init__(self, desk: Desk, register: Register, changes: Changes) -> None:
        self._desk = desk
        self._register = register
        self._changes = changes

    def button(self, notice: ButtonPressed) -> None:
        """A button on a check; one without `external_id` is for all checks of the commit."""
        if not self._may(notice.repository, notice.sender, notice.button):
            return
        run_id, _, job = notice.external_id.partition("/")
        runs = [run_id] if run_id else self._register.of_commit(notice.repository, notice.sha)
        wish = _Wish(
            verb=notice.button, by=notice.sender, id=notice.delivery, sha=notice.sha, job=job
        )
        for each in runs:
            run = self._desk.load(each)
            subject = _subject(run)
            if subject is None or subject.repository.lower() != notice.repository.lower():
                self._desk.log("button.refused", run=each, reason="the run is of something else")
            elif subject.sha != notice.sha:
                self._desk.log("button.refused", run=each, reason="the check is of another commit")
            else:
                self._carry_out(each, run, wish)

    def comment(self, notice: Commented) -> None:
        """A command in a comment, for the runs of the pull request's head."""
        verb, rest = (notice.words or ("help",))[0], notice.words[1:]
        repository, number = notice.repository, notice.number
        if not self._may(repository, notice.sender, verb):
            return
        pull = self._desk.forge.pull(repository, number)
        wish = _Wish(
            verb=_verb(verb, rest), by=notice.sender, id=notice.delivery, sha=pull.head_sha
        )
        if not wish.verb:
            self._desk.answer(repository, number, _HELP)
            return
        if wish.verb == "approve" and not _names(rest, pull.head_sha):
            text = (
                "To approve, name the commit that you have looked at in full; now it is the head:"
            )
            self._desk.answer(repository, number, f"{text} `/praktika approve {pull.head_sha}`")
            return
        runs = self._runs_of(pull)
        if not any(_concerns(wish, run) for run in runs.values()):
            what = "waits for approval" if wish.verb == "approve" else "has run"
            text = f"Of `{pull.head_sha[:12]}`, the latest commit here, nothing {what}."
            self._desk.answer(repository, number, text)
        for each, run in runs.items():
            self._carry_out(each, run, wish)

    def _runs_of(self, pull: Pull) -> dict[str, Run]:
        """The runs that were asked for the head of a pull request, by id."""
        ids = self._register.of_commit(pull.repository, pull.head_sha)
        loaded = {each: self._desk.load(each) for each in ids}
        return {
            each: run
            for each, run in loaded.items()
            if (subject := _subject(run)) is not None and subject.number == pull.number
        }

    def _may(self, repository: str, login: str, verb: str) -> bool:
        if may_write(self._desk.forge.permission(repository, login)):
            return True
        self._desk.log("command.refused", verb=verb, by=login, reason="no write permission")
        return False

    def _carry_out(self, run_id: str, run: Run, wish: _Wish) -> None:
        match wish.verb:
            case "approve":
                self._approve(run_id, run, wish)
            case "cancel":
                event: AnyEvent = CancelRequested(
                    at=self._now, by=wish.by, id=wish.id, job=wish.job
                )
                self._tell(run_id, event, wish)
            case "rerun" | "rerun-failed" | "rerun-all":
                self._rerun(run_id, run, wish)
            case _:
                self._desk.log("button.refused", run=run_id, reason=f"no button '{wish.verb}'")

    def _approve(self, run_id: str, run: Run, wish: _Wish) -> None:
        """Approve of a commit, if it is still what would be merged."""
        subject = _subject(run)
        if run.stage is not Stage.AWAITING or subject is None:
            self._desk.log("approval.refused", run=run_id, reason="nothing awaits it")
            return
        pull = self._desk.forge.pull(subject.repository, subject.number)
        if not pull.is_open or pull.head_sha != wish.sha:
            self._desk.log("approval.refused", run=run_id, reason="the pull request has moved on")
            return
        self._tell(run_id, Approved(at=self._now, by=wish.by, sha=wish.sha, id=wish.id), wish)

    def _rerun(self, run_id: str, run: Run, wish: _Wish) -> None:
        subject = _subject(run)
        is_planless = run.stage is Stage.CONCLUDED and run.plan is None
        if is_planless and subject is not None and subject.number:
            self._anew(subject, run.requested.workflow if run.requested else "", wish)
            return
        failed = any(not state.status.is_ok for state in run.jobs.values())
        scope: RerunScope = "failed" if wish.verb != "rerun-all" and failed else "all"
        if wish.verb == "rerun-failed" and run.worst is Status.OK:
            return
        if wish.job:
            scope = "jobs"
        jobs = (wish.job,) if wish.job else ()
        event = RerunRequested(at=self._now, by=wish.by, id=wish.id, scope=scope, jobs=jobs)
        if run.requested is not None:  # it may have been forgotten when it was over
            self._register.note(run_id, run.requested)
        self._tell(run_id, event, wish)

    def _anew(self, subject: Subject, workflow: str, wish: _Wish) -> None:
        """Begin anew what came to no plan: its conflict may be gone from the base branch."""
        repository = self._desk.forge.repository(subject.repository)
        around = self._desk.circumstances(repository, wish.by, again=wish.id)
        pull = self._desk.forge.pull(subject.repository, subject.number)
        if pull.is_open and pull.head_sha == subject.sha:
            self._changes.again(around, pull, workflow)

    def _tell(self, run: str, event: AnyEvent, wish: _Wish) -> None:
        self._desk.tell(run, event, identity=f"{run} {wish.id}")

    @property
    def _now(self) -> float:
        return self._desk.clock.now()


def _concerns(wish: _Wish, run: Run) -> bool:
    """Whether there is something to wish, or was when it was told for the first time."""
    return wish.verb != "approve" or run.stage is Stage.AWAITING or wish.id in run.heard


def _subject(run: Run) -> Subject | None:
    return run.requested.subject if run.requested is not None else None


def _verb(word: str, rest: tuple[str, ...]) -> str:
    """The verb of a comment's command, "" if it is none."""
    match (word, rest):
        case ("approve", _):
            return "approve"
        case ("cancel", ()):
            return "cancel"
        case ("rerun", () | ("failed",)):
            return "rerun"
        case ("rerun", ("all",)):
            return "rerun-all"
        case _:
            return ""


def _names(words: tuple[str, ...], sha: str) -> bool:
    """Whether this is the whole id of the commit: another that begins alike is soon made."""
    return [word.lower() for word in words] == [sha]
