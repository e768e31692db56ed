"""What people do on the fake GitHub."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.github.events import Events
from tests.github.git import NOTHING, Files
from tests.github.state import Pull, Repository, State
from tests.github.views import Views

ADA = "ada"  # owns everything, and does what nobody else is named for


class Deeds:
    """Each emits the webhooks that GitHub sends of it."""

    state: State
    views: Views
    events: Events

    def commit(
        self,
        name: str,
        branch: str,
        files: Files,
        message: str = "",
        *,
        by: str = ADA,
        onto: str = "",
    ) -> str:
        """Commit and push to a branch, which is made if there is none; the commit.

        Args:
            name: of the repository.
            branch: that is moved.
            files: new content by path; None removes one. What begins with "#!" is executable.
            message: of the commit.
            by: who pushes.
            onto: another parent than the tip of the branch (then this is a forced push); of a
                new branch, what it starts from if not the default branch.
        """
        with self.state.lock:
            git, known = self.state.git, self._of(name)
            before = git.branches(name).get(branch, NOTHING)
            parent = git.resolve(name, onto or (branch if before != NOTHING else known.main))
            text = message or f"Change {', '.join(files)}"
            sha = git.commit(name, branch, files, message=text, onto=parent)
            self.events.moved(known, branch, before, by)
            return sha

    def push(self, name: str, branch: str, sha: str, *, by: str = ADA) -> None:
        """Let a branch be at a commit that is there; "" deletes it."""
        with self.state.lock:
            before = self.state.git.branches(name).get(branch, NOTHING)
            self.state.git.move(name, f"refs/heads/{branch}", sha or NOTHING)
            self.events.moved(self._of(name), branch, before, by)

    def tip(self, name: str, branch: str = "main") -> str:
        """The commit that a branch is at."""
        return self.state.git.branches(name)[branch]

    def open_pull(
        self,
        name: str,
        *,
        head: str,
        base: str = "",
        by: str = "",
        title: str = "",
        body: str = "",
        draft: bool = False,
        labels: Sequence[str] = (),
    ) -> Pull:
        """Open a pull request.

        Args:
            name: of the repository that it is for.
            head: a branch of it, or `owner:branch` of a fork.
            base: the branch to merge into, the default branch if "".
            by: whose it is; the owner of the fork, or ADA, if "".
        """
        with self.state.lock:
            known = self._of(name)
            owner, _, branch = head.rpartition(":")
            origin = f"{owner}/{name.split('/')[1]}" if owner else name
            number = len(known.pulls) + 1
            author = by or owner or ADA
            self.state.user(author)
            now = self.state.clock.now()
            pull = Pull(
                next(self.state.ids),
                number,
                base or known.main,
                branch,
                origin,
                self.tip(origin, branch),
                author,
                title or f"Pull request {number}",
                body,
                created=now,
                updated=now,
                draft=draft,
                labels=list(labels),
            )
            self.events.opened(known, pull)
            return pull

    def push_to_pull(
        self, name: str, number: int, files: Files, message: str = "", *, by: str = ""
    ) -> str:
        """Commit to the branch of a pull request; the commit."""
        pull = self.pull(name, number)
        return self.commit(pull.head_repository, pull.head, files, message, by=by or pull.author)

    def pull(self, name: str, number: int) -> Pull:
        """A pull request as it is now."""
        return self._of(name).pulls[number]

    def close_pull(self, name: str, number: int, *, by: str = ADA) -> None:
        with self.state.lock:
            self.events.close(self._of(name), self.pull(name, number), by)

    def reopen(self, name: str, number: int, *, by: str = ADA) -> None:
        with self.state.lock:
            pull = self.pull(name, number)
            assert pull.merged is None, "what is merged stays closed"
            pull.state, pull.closed = "open", None
            pull.sha = self.tip(pull.head_repository, pull.head)
            self.state.git.move(name, f"refs/pull/{number}/head", pull.sha)
            self.events.pull(self._of(name), pull, "reopened", by)

    def merge_pull(self, name: str, number: int, *, by: str = ADA) -> str:
        """Merge a pull request, whatever is required; the new commit of its base."""
        with self.state.lock:
            return self.events.merge(self._of(name), self.pull(name, number), by)

    def retarget(self, name: str, number: int, base: str, *, by: str = ADA) -> None:
        """Let a pull request be for another branch."""
        with self.state.lock:
            pull = self.pull(name, number)
            before, pull.base = pull.base, base
            sha = self.tip(name, before)
            changes = {"base": {"ref": {"from": before}, "sha": {"from": sha}}}
            self.events.pull(self._of(name), pull, "edited", by, changes=changes)

    def label(self, name: str, number: int, label: str, *, by: str = ADA) -> None:
        """Put a label on a pull request."""
        with self.state.lock:
            pull = self.pull(name, number)
            pull.labels.append(label)
            written = self.views.label(self._of(name), label)
            self.events.pull(self._of(name), pull, "labeled", by, label=written)

    def ready(self, name: str, number: int, *, by: str = ADA) -> None:
        """Let a draft be none any more."""
        with self.state.lock:
            pull = self.pull(name, number)
            pull.draft = False
            self.events.pull(self._of(name), pull, "ready_for_review", by)

    def comment(self, name: str, number: int, text: str, *, by: str = ADA) -> int:
        """Comment on a pull request; the id of the comment."""
        with self.state.lock:
            self.state.user(by)
            return int(self.events.new_comment(self._of(name), number, text, by)["id"])

    def merge_group(self, name: str, numbers: Sequence[int], *, base: str = "main") -> str:
        """Let a merge queue ask for checks of some pull requests; the commit to check."""
        with self.state.lock:
            git, known = self.state.git, self._of(name)
            before = sha = self.tip(name, base)
            for number in numbers:
                pull = known.pulls[number]
                sha = git.merge(name, sha, pull.sha, f"Merge pull request #{number}")
                assert sha, f"{number} conflicts"
            branch = f"gh-readonly-queue/{base}/pr-{numbers[-1]}-{before}"
            git.move(name, f"refs/heads/{branch}", sha)
            self.events.moved(known, branch, NOTHING, ADA)
            self._tell_group(known, "checks_requested", branch, base)
            return sha

    def destroy_merge_group(
        self, name: str, sha: str, *, reason: str = "dequeued", base: str = "main"
    ) -> None:
        """Let a merge queue give up, or be done with (reason "merged"), a group."""
        with self.state.lock:
            known = self._of(name)
            branches = self.state.git.branches(name).items()
            branch = next(
                key for key, tip in branches if tip == sha and key.startswith("gh-readonly")
            )
            self._tell_group(known, "destroyed", branch, base)
            self.push(name, branch, "")
            if reason == "merged":
                self.push(name, base, sha)

    def press(
        self, name: str, check: int, button: str = "", *, by: str = ADA, is_stale: bool = False
    ) -> None:
        """Press a button of a check; GitHub's own "Re-run" if "".

        Args:
            name: of the repository.
            check: its id.
            button: its identifier.
            by: who.
            is_stale: whether it is on a page that was loaded long ago.

        Raises:
            AssertionError: there is no such button, or the check is not over.
        """
        with self.state.lock:
            known = self._of(name)
            found = known.checks[check]
            self.state.user(by)
            if not button:
                assert found["status"] == "completed", "what is under way cannot be run again"
                self.events.check(known, found, "rerequested", by)
                return
            there = {each["identifier"] for each in found["actions"]}
            assert is_stale or button in there, there
            wanted = {"identifier": button}
            self.events.check(known, found, "requested_action", by, requested_action=wanted)

    def rerun_all(self, name: str, sha: str, *, by: str = ADA) -> None:
        """Press "Re-run all checks"."""
        with self.state.lock:
            self.events.suite_rerequested(self._of(name), sha, by)

    def emit(self, event: str, name: str, *, by: str = ADA, **told: Any) -> None:
        """Send any other webhook, with these things in it; the rest is as in GitHub's example."""
        with self.state.lock:
            self.state.user(by)
            self.events.emit(event, self._of(name), by, **told)

    def _tell_group(self, repository: Repository, action: str, branch: str, base: str) -> None:
        sha = self.tip(repository.name, branch)
        commit = self.events.payloads.commit(repository, sha)
        kept = ("id", "tree_id", "message", "timestamp", "author", "committer")
        group = {
            "head_sha": sha,
            "head_ref": f"refs/heads/{branch}",
            "base_sha": branch.rpartition("-")[2],
            "base_ref": f"refs/heads/{base}",
            "head_commit": {key: commit[key] for key in kept},
        }
        self.events.tell("merge_group", repository, ADA, action=action, merge_group=group)

    def _of(self, name: str) -> Repository:
        return self.state.repositories[name]
