"""What happens on GitHub, whoever does it, and the webhooks that it sends of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.github.git import NOTHING
from tests.github.payloads import Payloads
from tests.github.state import Pull, Repository, State
from tests.github.views import Views

Send = Callable[[str, dict[str, Any]], None]


class Events:
    """Changes the state, and tells of it.

    Args:
        state: what there is; whoever calls holds its lock.
        views: writes it.
        send: hears the event's name and the payload.
    """

    def __init__(self, state: State, views: Views, send: Send) -> None:
        self.state = state
        self.views = views
        self.payloads = Payloads(state, views)
        self._send = send
        self._merges: dict[tuple[str, str, str], str] = {}

    def tell(self, event: str, repository: Repository | None, sender: str, **told: Any) -> None:
        """Send a webhook, if the app is installed there and has asked for this event."""
        if repository is not None and self.state.installation(repository.name) is None:
            return
        if event in self.state.app.events or event.startswith("installation"):
            self.emit(event, repository, sender, **told)

    def emit(self, event: str, repository: Repository | None, sender: str, **told: Any) -> None:
        """Send a webhook, whether the app has asked for it or not."""
        self._send(event, self.payloads.write(event, repository, sender, told))

    def moved(self, repository: Repository, branch: str, before: str, sender: str) -> None:
        """A branch is not where it was."""
        name = repository.name
        after = self.state.git.branches(name).get(branch, NOTHING)
        if after == before:
            return
        if "push" in self.state.app.events and self.state.installation(name):
            self._send("push", self.payloads.push(repository, branch, before, after, sender))
        if after != NOTHING:
            self._suite(repository, branch, before, after, sender)
        for other in self.state.repositories.values():
            for pull in other.pulls.values():
                if (pull.head_repository, pull.head, pull.state) == (name, branch, "open"):
                    self._head_moved(other, pull, after, sender)
        self._base_moved(repository, branch, after, sender)

    def opened(self, repository: Repository, pull: Pull) -> None:
        repository.pulls[pull.number] = pull
        self.state.git.move(repository.name, f"refs/pull/{pull.number}/head", pull.sha)
        self.pull(repository, pull, "opened", pull.author)

    def pull(
        self, repository: Repository, pull: Pull, action: str, sender: str, **more: Any
    ) -> None:
        """Tell that something has happened to a pull request."""
        pull.updated = self.state.clock.now()
        written = self.views.pull(repository, pull, self.merging(repository, pull))
        told = {"action": action, "number": pull.number, "pull_request": written, **more}
        self.tell("pull_request", repository, sender, **told)

    def close(self, repository: Repository, pull: Pull, sender: str) -> None:
        pull.state, pull.closed, pull.auto_merge = "closed", self.state.clock.now(), ""
        self.pull(repository, pull, "closed", sender)

    def merging(self, repository: Repository, pull: Pull) -> dict[str, Any]:
        """How a pull request can be merged, as its own view tells it."""
        git, name = self.state.git, repository.name
        base = git.resolve(name, f"heads/{pull.base}")
        common = git.common(name, base, pull.sha) if base else ""
        files = git.changed(name, common, pull.sha) if common else []
        merge = ""
        if pull.state == "open" and base:
            merge = self._test_merge(name, base, pull.sha)
            if merge:
                git.move(name, f"refs/pull/{pull.number}/merge", merge)
                pull.merged_as = merge
        return {
            "merged": pull.merged is not None,
            "merged_by": self.views.user(pull.merged_by) if pull.merged_by else None,
            "mergeable": bool(merge) if pull.state == "open" else None,
            "rebaseable": bool(merge) if pull.state == "open" else None,
            "mergeable_state": self._state(repository, pull, merge),
            "merge_commit_sha": pull.merged_as or None,
            "comments": sum(each["issue"] == pull.number for each in repository.comments.values()),
            "review_comments": 0,
            "maintainer_can_modify": False,
            "commits": len(git.between(name, common, pull.sha)) if common else 0,
            "additions": sum(each.additions for each in files),
            "deletions": sum(each.deletions for each in files),
            "changed_files": len(files),
        }

    def merge(self, repository: Repository, pull: Pull, sender: str) -> str:
        """Merge a pull request that can be; the new commit."""
        git, ref = self.state.git, f"refs/heads/{pull.base}"
        base = git.resolve(repository.name, ref.removeprefix("refs/"))
        text = f"Merge pull request #{pull.number} from {pull.head_repository}"
        sha = git.merge(repository.name, base, pull.sha, text)
        assert sha, "it conflicts"
        git.move(repository.name, ref, sha)
        pull.merged, pull.merged_as, pull.merged_by = self.state.clock.now(), sha, sender
        self.close(repository, pull, sender)
        self.moved(repository, pull.base, base, sender)
        return sha

    def try_merges(self, repository: Repository, sha: str) -> None:
        """Merge what was to be merged as soon as everything is there."""
        for pull in repository.pulls.values():
            waits = pull.auto_merge and pull.state == "open" and pull.sha == sha
            if waits and self.merging(repository, pull)["mergeable_state"] == "clean":
                self.merge(repository, pull, pull.auto_merge)

    def new_check(self, repository: Repository, name: str, sha: str, app: int) -> dict[str, Any]:
        """A queued check that nobody has heard of yet."""
        repository.suites.setdefault(sha, next(self.state.ids))
        check = {
            "id": next(self.state.ids),
            "app": app,
            "name": name,
            "head_sha": sha,
            "external_id": "",
            "details_url": "",
            "status": "queued",
            "conclusion": None,
            "started_at": self.state.clock.text(),
            "completed_at": None,
            "output": {},
            "actions": [],
        }
        repository.checks[check["id"]] = check
        return check

    def check(
        self,
        repository: Repository,
        check: dict[str, Any],
        action: str,
        sender: str = "",
        **more: Any,
    ) -> None:
        """Tell the app of a check: of its own only, as GitHub does."""
        if check["app"] == self.state.app.id:
            written = self.views.check(repository, check)
            pulls = written["pull_requests"]
            suite = self._written_suite(repository, check["head_sha"], None, pulls)
            told = {"action": action, "check_run": written | {"check_suite": suite}, **more}
            self.tell("check_run", repository, sender or self.login, **told)

    def suite_rerequested(self, repository: Repository, sha: str, sender: str) -> None:
        checks = [each for each in repository.checks.values() if each["head_sha"] == sha]
        pulls = self.views.check(repository, checks[0])["pull_requests"] if checks else []
        suite = self._written_suite(repository, sha, None, pulls)
        self.tell("check_suite", repository, sender, action="rerequested", check_suite=suite)

    def new_comment(
        self, repository: Repository, number: int, text: str, by: str
    ) -> dict[str, Any]:
        now = self.state.clock.text()
        comment = {
            "id": next(self.state.ids),
            "issue": number,
            "body": text,
            "by": by,
            "created_at": now,
            "updated_at": now,
        }
        repository.comments[comment["id"]] = comment
        self.comment(repository, comment, "created")
        return comment

    def comment(
        self,
        repository: Repository,
        comment: dict[str, Any],
        action: str,
        before: str | None = None,
    ) -> None:
        issue = self.payloads.issue(repository, repository.pulls[comment["issue"]])
        told = {
            "action": action,
            "issue": issue,
            "comment": self.views.comment(repository, comment),
        }
        if before is not None:
            told["changes"] = {"body": {"from": before}}
        self.tell("issue_comment", repository, comment["by"], **told)

    @property
    def login(self) -> str:
        return f"{self.state.app.slug}[bot]"

    def _test_merge(self, name: str, base: str, head: str) -> str:
        """The commit of `refs/pull/N/merge`: one for the same two, "" if they conflict."""
        both = (name, base, head)
        if both not in self._merges:
            self._merges[both] = self.state.git.merge(name, base, head, f"Merge {head} into {base}")
        return self._merges[both]

    def _base_moved(self, repository: Repository, branch: str, after: str, sender: str) -> None:
        """What the branch has got now is merged, however it came there; what was for it ends with it."""
        for pull in repository.pulls.values():
            if (pull.base, pull.state) != (branch, "open"):
                continue
            if after == NOTHING:
                self.close(repository, pull, sender)
            elif self.state.git.common(repository.name, pull.sha, after) == pull.sha:
                now = self.state.clock.now()
                pull.merged, pull.merged_as, pull.merged_by = now, after, sender
                self.close(repository, pull, sender)

    def _head_moved(self, repository: Repository, pull: Pull, after: str, sender: str) -> None:
        if after == NOTHING:
            self.close(repository, pull, sender)
            return
        before, pull.sha = pull.sha, after
        self.state.git.move(repository.name, f"refs/pull/{pull.number}/head", after)
        self.pull(repository, pull, "synchronize", sender, before=before, after=after)

    def _state(self, repository: Repository, pull: Pull, merge: str) -> str:
        if pull.state != "open":
            return "unknown"
        if not merge:
            return "dirty"
        if pull.draft:
            return "draft"
        return "clean" if self._is_green(repository, pull.sha) else "blocked"

    def _is_green(self, repository: Repository, sha: str) -> bool:
        """Whether all that the branch protection requires is there."""
        good = {"success", "neutral", "skipped"}
        latest = {
            each["name"]: each["conclusion"] in good
            for each in repository.checks.values()
            if each["head_sha"] == sha
        }
        latest |= {
            each["context"]: each["state"] == "success"
            for each in repository.statuses
            if each["sha"] == sha
        }
        return all(latest.get(name) for name in repository.required)

    def _suite(
        self, repository: Repository, branch: str, before: str, sha: str, sender: str
    ) -> None:
        new = sha not in repository.suites
        repository.suites.setdefault(sha, next(self.state.ids))
        if new:
            suite = self._written_suite(repository, sha, branch, []) | {"before": before}
            self.tell("check_suite", repository, sender, action="requested", check_suite=suite)

    def _written_suite(
        self, repository: Repository, sha: str, branch: str | None, pulls: list[Any]
    ) -> dict[str, Any]:
        number = repository.suites[sha]
        return {
            "id": number,
            "head_branch": branch or (pulls[0]["head"]["ref"] if pulls else None),
            "head_sha": sha,
            "status": "queued",
            "conclusion": None,
            "url": f"{self.views.api}/repos/{repository.name}/check-suites/{number}",
            "before": NOTHING,
            "after": sha,
            "pull_requests": pulls,
            "app": self.views.app(),
        }
