"""A GitHub of a test's own: what the test's side does there.

    with serve(tmp_path) as hub:
        hub.create_repository("acme/shop", {"README": "Hello"})
        hub.deliveries.url = "http://127.0.0.1:8000/webhooks/github"
        hub.commit("acme/shop", "feature", {"README": "Hello, world"})
        pull = hub.open_pull("acme/shop", head="feature")
        hub.deliveries.settle()
        assert not hub.violations

Everybody in the stories is named by login. Whatever is done emits the webhooks that GitHub sends.
"""

from __future__ import annotations

import copy
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from tests.github.api import Api
from tests.github.deeds import ADA, Deeds
from tests.github.deliveries import Deliveries
from tests.github.events import Events
from tests.github.git import NOTHING, Files
from tests.github.server import Fault, Kind, Server
from tests.github.state import ROLES, Installation, Repository, State
from tests.github.views import Views

T = TypeVar("T")


class Hub(Deeds):
    """GitHub.

    Args:
        folder: for the repositories; has nothing in it.
        base: path of the REST API.
        seed: of what is dropped and shuffled.

    Attributes:
        api_url: of the REST API.
        site_url: below which the repositories are, for git.
        app: id, slug, private_key, secret, permissions, events of the app.
        clock: `clock.forward(seconds)` lets time pass.
        deliveries: the webhooks.
        limits: of requests.
    """

    def __init__(self, folder: Path, base: str, seed: int) -> None:
        self.state = State(folder)
        self.clock = self.state.clock
        self.app = self.state.app
        self.views = Views(self.state)
        self.deliveries = Deliveries(seed, self.app.id, self.app.secret, self.clock.now)
        self.events = Events(self.state, self.views, self.deliveries.send)
        self._api = Api(self.state, self.views, self.events, self.deliveries)
        self.limits = self._api.limits
        self.server = Server(self._api, base, self._pushed)
        self.site_url = f"http://127.0.0.1:{self.server.server_port}"
        self.api_url = self.views.api = self.site_url + base
        self.views.site = self.site_url
        self.state.user(ADA)

    @property
    def violations(self) -> list[str]:
        """What was asked that GitHub's description forbids. Empty at the end of every story."""
        return self._api.violations

    @property
    def counts(self) -> Counter[str]:
        """Requests by "METHOD /path/{of}/description", and "304", "refused", "POST /graphql"."""
        return self._api.counts

    def fail(
        self, kind: Kind, times: int = 1, *, method: str = "", path: str = "", seconds: float = 0.0
    ) -> None:
        """Let something happen to the next requests that fit, see `Fault`."""
        self.server.faults.append(Fault(kind, times, method, path, seconds))

    def heal(self) -> None:
        """Let no more faults happen."""
        self.server.faults.clear()

    def unsure(self, times: int = 1) -> None:
        """Let GitHub still find out whether a pull request can be merged, the next times it is asked."""
        self.state.unsure = times

    def until(self, happened: Callable[[], T], timeout: float = 20.0) -> T:
        """What this says as soon as it says anything true.

        Raises:
            TimeoutError: it does not.
        """
        end = time.monotonic() + timeout
        while not (said := happened()):
            if time.monotonic() > end:
                raise TimeoutError(f"nothing yet; violations: {self.violations}")
            time.sleep(0.02)
        return said

    def url(self, repository: str) -> str:
        """Of a repository, for git, without credentials."""
        return f"{self.site_url}/{repository}.git"

    def create_repository(
        self,
        name: str,
        files: Files | None = None,
        *,
        private: bool = False,
        main: str = "main",
        installed: bool = True,
    ) -> str:
        """Make a repository with one commit; its id. The app is installed on the account, if so wished."""
        with self.state.lock:
            repository = self._new(name, private=private, main=main)
            if installed and repository.owner not in self.state.installations:
                self.install(repository.owner)
            self.state.git.create(name, main)
            first = {"README.md": name} if files is None else files
            return self.state.git.commit(name, main, first, message="The first commit", onto="")

    def install(
        self,
        account: str,
        *,
        repositories: Sequence[str] | None = None,
        permissions: dict[str, str] | None = None,
    ) -> int:
        """Install the app on an account, or change that; the id of the installation."""
        with self.state.lock:
            new = self.state.installations.get(account)
            old = copy.copy(new)
            if new is None:
                new = Installation(next(self.state.ids), account, {})
                self.state.installations[account] = new
            new.permissions = dict(permissions or self.app.permissions)
            new.selected = None if repositories is None else set(repositories)
            if old is None:
                written = self.views.installation(new)
                self.events.tell(
                    "installation", None, account, action="created", installation=written
                )
            elif old.selected != new.selected:
                self._tell_choice(old, new)
            return new.id

    def uninstall(self, account: str) -> None:
        """Take the app away from an account, with its tokens."""
        with self.state.lock:
            gone = self.state.installations.pop(account)
            for value, token in list(self.state.tokens.items()):
                if token.installation is gone:
                    del self.state.tokens[value]
            written = self.views.installation(gone)
            self.events.tell("installation", None, account, action="deleted", installation=written)

    def delete_repository(self, name: str) -> None:
        """Let a repository be gone; of a fork, the pull requests stay, and their commits."""
        with self.state.lock:
            del self.state.repositories[name]

    def fork(self, name: str, login: str) -> str:
        """Fork a repository to somebody's account; the name of the fork."""
        with self.state.lock:
            origin = self.state.repositories[name]
            fork = f"{login}/{name.split('/')[1]}"
            self._new(fork, private=origin.private, main=origin.main).parent = name
            self._of(fork).roles[login] = "admin"
            self.state.git.fork(name, fork)
            return fork

    def set_permission(self, name: str, login: str, role: str) -> None:
        """Let somebody be "none", "read", "triage", "write", "maintain" or "admin"."""
        assert role in ROLES
        with self.state.lock:
            self.state.user(login)
            self._of(name).roles[login] = role

    def require(self, name: str, *checks: str) -> None:
        """Let the default branch need these checks (or statuses) of whatever is merged."""
        self._of(name).required = list(checks)

    def foreign_check(self, name: str, sha: str, check: str, *, app: int = 15368) -> int:
        """Put a check of another app on a commit; its id."""
        with self.state.lock:
            return int(self.events.new_check(self._of(name), check, sha, app)["id"])

    def checks(self, name: str, sha: str = "") -> dict[str, dict[str, Any]]:
        """The latest check of each name, as the API tells it, with `actions` and `annotations`."""
        with self.state.lock:
            known = self._of(name)
            return {
                check["name"]: self.views.check(known, check)
                | {
                    "actions": check["actions"],
                    "annotations": list(known.annotations.get(check["id"], ())),
                }
                for check in known.checks.values()
                if sha in {"", check["head_sha"]}
            }

    def all_checks(self, name: str, sha: str = "") -> list[dict[str, Any]]:
        """Every check that there is, also those that newer ones of the same name hide."""
        with self.state.lock:
            known = self._of(name)
            found = [each for each in known.checks.values() if sha in {"", each["head_sha"]}]
            return [self.views.check(known, each) for each in found]

    def statuses(self, name: str, sha: str) -> dict[str, dict[str, Any]]:
        """The latest status of each context."""
        with self.state.lock:
            found = self._of(name).statuses
            return {each["context"]: each for each in found if each["sha"] == sha}

    def comments(self, name: str, number: int) -> list[dict[str, Any]]:
        """`id`, `body`, `by` … of all comments, in order."""
        with self.state.lock:
            found = self._of(name).comments.values()
            return [dict(each) for each in found if each["issue"] == number]

    def _tell_choice(self, old: Installation, new: Installation) -> None:
        names = [name for name in self.state.repositories if name.startswith(f"{new.account}/")]
        short = {
            name: {
                "id": self._of(name).id,
                "node_id": f"R_{self._of(name).id}",
                "name": name.split("/")[1],
                "full_name": name,
                "private": self._of(name).private,
            }
            for name in names
        }
        added = [short[name] for name in names if new.reaches(name) and not old.reaches(name)]
        removed = [short[name] for name in names if old.reaches(name) and not new.reaches(name)]
        for action, changed in (("added", added), ("removed", removed)):
            if changed:
                self.events.tell(
                    "installation_repositories",
                    None,
                    new.account,
                    action=action,
                    installation=self.views.installation(new),
                    repository_selection="all" if new.selected is None else "selected",
                    repositories_added=added if action == "added" else [],
                    repositories_removed=removed if action == "removed" else [],
                )

    def _pushed(self, name: str, before: dict[str, str]) -> None:
        with self.state.lock:
            now = self.state.git.refs(name)
            for ref in sorted(before.keys() | now.keys()):
                if ref.startswith("refs/heads/"):
                    was = before.get(ref, NOTHING)
                    self.events.moved(
                        self._of(name), ref.removeprefix("refs/heads/"), was, self.events.login
                    )

    def _new(self, name: str, *, private: bool, main: str) -> Repository:
        owner = name.split("/")[0]
        self.state.user(owner)
        new = Repository(next(self.state.ids), name, main, private, self.clock.now())
        new.roles |= {ADA: "admin", owner: "admin"}
        self.state.repositories[name] = new
        return new


@contextmanager
def serve(folder: Path, *, base: str = "/api/v3", seed: int = 0) -> Iterator[Hub]:
    """A GitHub with nothing in it."""
    hub = Hub(folder, base, seed)
    thread = threading.Thread(target=hub.server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.server.ended.set()
        hub.deliveries.close()
        hub.server.shutdown()
        hub.server.hang_up()
        hub.server.server_close()
        thread.join()
