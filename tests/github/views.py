"""How GitHub writes the things that it knows: its own examples, with our values in them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from tests.github import description
from tests.github.git import ChangedFile
from tests.github.state import Installation, Pull, Repository, State

_REPO = "/repos/{owner}/{repo}"
ASSOCIATIONS = {"admin": "OWNER", "none": "NONE", "read": "CONTRIBUTOR"}


class Views:
    """Writes things.

    Args:
        state: what there is.

    Attributes:
        api: URL of the REST API.
        site: URL where the repositories are fetched from, and the pages are.
    """

    def __init__(self, state: State) -> None:
        self.state = state
        self.api = ""
        self.site = ""

    def user(self, login: str) -> dict[str, Any]:
        bot = login.endswith("[bot]")
        found = self._template("get", f"{_REPO}/commits/{{ref}}", name="octocat/Hello-World")[
            "author"
        ]
        found = json.loads(json.dumps(found).replace("octocat", login))
        number = self.state.user(login)
        return found | {"id": number, "node_id": f"U_{number}", "type": "Bot" if bot else "User"}

    def app(self) -> dict[str, Any]:
        app = self.state.app
        return self._template("get", "/app") | {
            "id": app.id,
            "slug": app.slug,
            "client_id": app.client_id,
            "name": app.slug,
            "node_id": f"A_{app.id}",
            "owner": self.user("ada"),
            "permissions": dict(app.permissions),
            "events": list(app.events),
        }

    def installation(self, found: Installation) -> dict[str, Any]:
        return self._template("get", f"{_REPO}/installation") | {
            "id": found.id,
            "account": self.user(found.account),
            "app_id": self.state.app.id,
            "app_slug": self.state.app.slug,
            "target_id": self.state.user(found.account),
            "target_type": "Organization",
            "repository_selection": "all" if found.selected is None else "selected",
            "permissions": dict(found.permissions),
            "events": list(self.state.app.events),
            "access_tokens_url": f"{self.api}/app/installations/{found.id}/access_tokens",
        }

    def repository(self, repository: Repository) -> dict[str, Any]:
        found = self._template("get", _REPO, name=repository.name)
        for key in ("source", "parent", "template_repository", "organization"):
            found.pop(key, None)
        found |= self._repository(repository) | {"language": None}
        if repository.parent:
            parent = found | self._repository(self.state.repositories[repository.parent])
            found |= {"parent": parent, "source": parent}
        return found

    def short_repository(self, repository: Repository) -> dict[str, Any]:
        found = self._template("get", "/installation/repositories", name=repository.name)
        return found["repositories"][0] | self._repository(repository) | {"language": None}

    def _repository(self, repository: Repository) -> dict[str, Any]:
        name = repository.name
        when = self.state.clock.text(repository.created)
        return {
            "id": repository.id,
            "node_id": f"R_{repository.id}",
            "name": name.split("/")[1],
            "full_name": name,
            "owner": self.user(repository.owner),
            "private": repository.private,
            "visibility": "private" if repository.private else "public",
            "fork": bool(repository.parent),
            "default_branch": repository.main,
            "url": f"{self.api}/repos/{name}",
            "html_url": f"{self.site}/{name}",
            "clone_url": f"{self.site}/{name}.git",
            "allow_auto_merge": repository.allows_auto_merge,
            "created_at": when,
            "updated_at": when,
            "pushed_at": when,
        }

    def branch(self, repository: Repository, branch: str, sha: str) -> dict[str, Any]:
        found = self._template("get", f"{_REPO}/branches/{{branch}}", name=repository.name)
        link = f"{self.api}/repos/{repository.name}/branches/{branch}"
        return found | {
            "name": branch,
            "commit": self.commit(repository, sha),
            "_links": {"self": link, "html": f"{self.site}/{repository.name}/tree/{branch}"},
            "protected": bool(repository.required),
        }

    def commit(self, repository: Repository, sha: str) -> dict[str, Any]:
        found = self._template("get", f"{_REPO}/commits/{{ref}}", name=repository.name)
        found.pop("files")
        found.pop("stats")
        about = self.state.git.about(repository.name, sha)
        who = {"name": about["author"], "email": about["mail"], "date": about["date"]}
        url = f"{self.api}/repos/{repository.name}"
        inner = found["commit"] | {
            "author": who,
            "committer": who,
            "message": about["message"],
            "tree": {"sha": about["tree"], "url": f"{url}/git/trees/{about['tree']}"},
        }
        parents = [
            {"sha": each, "url": f"{url}/commits/{each}"} for each in about["parents"].split()
        ]
        return found | {
            "sha": sha,
            "node_id": f"C_{sha}",
            "url": f"{url}/commits/{sha}",
            "html_url": f"{self.site}/{repository.name}/commit/{sha}",
            "commit": inner,
            "parents": parents,
            "author": self.user("ada"),
            "committer": self.user("ada"),
        }

    def file(self, repository: Repository, sha: str, file: ChangedFile) -> dict[str, Any]:
        url = f"{self.site}/{repository.name}"
        found: dict[str, Any] = {
            "sha": file.blob,
            "filename": file.path,
            "status": file.status,
            "additions": file.additions,
            "deletions": file.deletions,
            "changes": file.additions + file.deletions,
            "blob_url": f"{url}/blob/{sha}/{file.path}",
            "raw_url": f"{url}/raw/{sha}/{file.path}",
            "contents_url": f"{self.api}/repos/{repository.name}/contents/{file.path}?ref={sha}",
        }
        return found | ({"previous_filename": file.before} if file.before else {})

    def pull(
        self, repository: Repository, pull: Pull, merging: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """A pull request; in full if it is told how it can be merged."""
        path = f"{_REPO}/pulls" + ("/{pull_number}" if merging else "")
        template = description.example("get", path).replace("1347", str(pull.number))
        found = json.loads(self._here(template, repository.name))
        found = found if merging else found[0]
        clock = self.state.clock
        base = self.state.git.resolve(repository.name, f"heads/{pull.base}")
        fork = self.state.repositories.get(pull.head_repository)
        by = self.state.role(repository, pull.author)
        return (
            found
            | {
                "id": pull.id,
                "node_id": f"PR_{repository.id}_{pull.number}",
                "number": pull.number,
                "state": pull.state,
                "locked": False,
                "active_lock_reason": None,
                "title": pull.title,
                "body": pull.body or None,
                "user": self.user(pull.author),
                "labels": [self.label(repository, name) for name in pull.labels],
                "milestone": None,
                "assignee": None,
                "assignees": [],
                "requested_reviewers": [],
                "requested_teams": [],
                "created_at": clock.text(pull.created),
                "updated_at": clock.text(pull.updated),
                "closed_at": None if pull.closed is None else clock.text(pull.closed),
                "merged_at": None if pull.merged is None else clock.text(pull.merged),
                "merge_commit_sha": pull.merged_as or None,
                "head": self._end(fork, pull.head_repository, pull.head, pull.sha),
                "base": self._end(repository, repository.name, pull.base, base or pull.sha),
                "author_association": ASSOCIATIONS.get(by, "COLLABORATOR"),
                "auto_merge": self._auto_merge(pull),
                "draft": pull.draft,
            }
            | dict(merging or {})
        )

    def _auto_merge(self, pull: Pull) -> dict[str, Any] | None:
        if not pull.auto_merge:
            return None
        who = self.user(pull.auto_merge)
        return {
            "enabled_by": who,
            "merge_method": "merge",
            "commit_title": "",
            "commit_message": "",
        }

    def _end(
        self, repository: Repository | None, name: str, branch: str, sha: str
    ) -> dict[str, Any]:
        owner = name.split("/")[0]
        written = None
        if repository is not None:
            written = self.repository(repository)
            written.pop("parent", None)
            written.pop("source", None)
        return {
            "label": f"{owner}:{branch}",
            "ref": branch,
            "sha": sha,
            "user": self.user(owner),
            "repo": written,
        }

    def label(self, repository: Repository, name: str) -> dict[str, Any]:
        number = sum(name.encode())
        return {
            "id": number,
            "node_id": f"L_{number}",
            "url": f"{self.api}/repos/{repository.name}/labels/{name}",
            "name": name,
            "description": None,
            "color": "d73a4a",
            "default": False,
        }

    def short_pull(self, repository: Repository, pull: Pull) -> dict[str, Any]:
        """As a check names it."""
        url = f"{self.api}/repos/{repository.name}"
        short = {"id": repository.id, "url": url, "name": repository.name.split("/")[1]}
        base = self.state.git.resolve(repository.name, f"heads/{pull.base}")
        return {
            "id": pull.id,
            "number": pull.number,
            "url": f"{url}/pulls/{pull.number}",
            "head": {"ref": pull.head, "sha": pull.sha, "repo": short},
            "base": {"ref": pull.base, "sha": base, "repo": short},
        }

    def check(self, repository: Repository, check: Mapping[str, Any]) -> dict[str, Any]:
        """A check of those that are kept with the repository."""
        number = check["id"]
        url = f"{self.api}/repos/{repository.name}"
        # Pull requests of forks are not named.
        pulls = [
            self.short_pull(repository, pull)
            for pull in repository.pulls.values()
            if pull.state == "open"
            and pull.sha == check["head_sha"]
            and pull.head_repository == repository.name
        ]
        output = {"title": None, "summary": None, "text": None} | check["output"]
        count = len(repository.annotations.get(number, ()))
        app = self.app() if check["app"] == self.state.app.id else self._other_app(check["app"])
        kept = (
            "id",
            "name",
            "head_sha",
            "external_id",
            "status",
            "conclusion",
            "started_at",
            "completed_at",
        )
        return {key: check[key] for key in kept} | {
            "node_id": f"CR_{number}",
            "url": f"{url}/check-runs/{number}",
            "html_url": f"{self.site}/{repository.name}/runs/{number}",
            "details_url": check["details_url"] or f"{self.site}/apps/{app['slug']}",
            "output": output
            | {
                "annotations_count": count,
                "annotations_url": f"{url}/check-runs/{number}/annotations",
            },
            "check_suite": {"id": repository.suites[check["head_sha"]]},
            "app": app,
            "pull_requests": pulls,
        }

    def _other_app(self, number: int) -> dict[str, Any]:
        return self.app() | {
            "id": number,
            "client_id": f"Iv1.{number}",
            "slug": f"app-{number}",
            "name": f"App {number}",
        }

    def status(self, repository: Repository, status: Mapping[str, Any]) -> dict[str, Any]:
        number = status["id"]
        found = self._template("post", f"{_REPO}/statuses/{{sha}}", 201, name=repository.name)
        kept = ("id", "state", "description", "context", "target_url", "created_at", "updated_at")
        return (
            found
            | {key: status[key] for key in kept}
            | {
                "node_id": f"S_{number}",
                "url": f"{self.api}/repos/{repository.name}/statuses/{status['sha']}",
                "creator": self.user(status["by"]),
            }
        )

    def comment(self, repository: Repository, comment: Mapping[str, Any]) -> dict[str, Any]:
        path = f"{_REPO}/issues/{{issue_number}}/comments"
        found = self._template("post", path, 201, name=repository.name)
        number, issue = comment["id"], comment["issue"]
        page = f"{self.site}/{repository.name}/pull/{issue}#issuecomment-{number}"
        role = self.state.role(repository, comment["by"])
        kept = ("id", "body", "created_at", "updated_at")
        return (
            found
            | {key: comment[key] for key in kept}
            | {
                "node_id": f"IC_{number}",
                "url": f"{self.api}/repos/{repository.name}/issues/comments/{number}",
                "html_url": page,
                "issue_url": f"{self.api}/repos/{repository.name}/issues/{issue}",
                "user": self.user(comment["by"]),
                "author_association": ASSOCIATIONS.get(role, "COLLABORATOR"),
            }
        )

    def _template(
        self, method: str, path: str, status: int = 200, *, name: str = "acme/shop"
    ) -> Any:
        return json.loads(self._here(description.example(method, path, status), name))

    def _here(self, text: str, name: str) -> str:
        return _here(text, name, self.api, self.site)


@cache
def _here(text: str, name: str, api: str, site: str) -> str:
    text = text.replace("https://api.github.com", api).replace("https://github.com", site)
    return text.replace("octocat/Hello-World", name)
