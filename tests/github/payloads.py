"""Webhooks as GitHub writes them: its own examples, with our values in them."""

from __future__ import annotations

import json
import lzma
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from tests.github.git import NOTHING
from tests.github.state import Pull, Repository, State
from tests.github.views import Views

FILE = Path(__file__).parents[1] / "fixtures/github/webhooks.json.xz"


class Payloads:
    """Writes webhooks."""

    def __init__(self, state: State, views: Views) -> None:
        self.state = state
        self.views = views

    def write(
        self, event: str, repository: Repository | None, sender: str, told: Mapping[str, Any]
    ) -> dict[str, Any]:
        """A webhook with these things in it.

        Raises:
            AssertionError: GitHub tells no such thing of this event.
        """
        action = told.get("action")
        found = template(event, action)
        if repository is not None:
            found["repository"] = fitted(
                found["repository"], self.views.short_repository(repository)
            )
            installed = self.state.installation(repository.name)
            if installed is not None:
                found["installation"] = {"id": installed.id, "node_id": f"I_{installed.id}"}
            found.pop("organization", None)
        found["sender"] = fitted(found["sender"], self.views.user(sender))
        strange = told.keys() - found.keys() - set(_all()[event]["properties"]) - {"action"}
        assert not strange, f"{event} {action} has no {strange} with GitHub"
        found |= {key: fitted(found.get(key), value) for key, value in told.items()}
        return found

    def push(
        self, repository: Repository, branch: str, before: str, after: str, sender: str
    ) -> dict[str, Any]:
        git, url = self.state.git, f"{self.views.site}/{repository.name}"
        gone, new = after == NOTHING, before == NOTHING
        common = "" if gone or new else git.common(repository.name, before, after)
        shas = (
            []
            if gone
            else [after]
            if new or not common
            else git.between(repository.name, before, after)
        )
        commits = [self.commit(repository, sha) for sha in shas[-20:]]
        told = {
            "ref": f"refs/heads/{branch}",
            "before": before,
            "after": after,
            "created": new,
            "deleted": gone,
            "forced": not gone and not new and common != before,
            "base_ref": None,
            "compare": f"{url}/compare/{before[:12]}...{after[:12]}",
            "commits": commits,
            "head_commit": None if gone else self.commit(repository, after),
            "pusher": {"name": sender, "email": f"{sender}@users.noreply.github.com"},
        }
        found = self.write("push", repository, sender, told)
        when = int(repository.created)
        found["repository"] |= {"created_at": when, "pushed_at": int(self.state.clock.now())}
        return found

    def commit(self, repository: Repository, sha: str) -> dict[str, Any]:
        about = self.state.git.about(repository.name, sha)
        who = {"name": about["author"], "email": about["mail"], "username": "ada"}
        parent = about["parents"].split()[:1]
        changed = self.state.git.changed(repository.name, parent[0], sha) if parent else []
        return {
            "id": sha,
            "tree_id": about["tree"],
            "distinct": True,
            "message": about["message"],
            "timestamp": about["date"],
            "url": f"{self.views.site}/{repository.name}/commit/{sha}",
            "author": who,
            "committer": who,
            "added": [each.path for each in changed if each.status == "added"],
            "removed": [each.path for each in changed if each.status == "removed"],
            "modified": [each.path for each in changed if each.status not in {"added", "removed"}],
        }

    def issue(self, repository: Repository, pull: Pull) -> dict[str, Any]:
        url = f"{self.views.api}/repos/{repository.name}"
        page = f"{self.views.site}/{repository.name}/pull/{pull.number}"
        return {
            "id": pull.id,
            "number": pull.number,
            "title": pull.title,
            "body": pull.body or None,
            "state": pull.state,
            "user": self.views.user(pull.author),
            "labels": [self.views.label(repository, name) for name in pull.labels],
            "url": f"{url}/issues/{pull.number}",
            "html_url": page,
            "pull_request": {
                "url": f"{url}/pulls/{pull.number}",
                "html_url": page,
                "diff_url": f"{page}.diff",
                "patch_url": f"{page}.patch",
                "merged_at": None,
            },
        }


def template(event: str, action: str | None) -> dict[str, Any]:
    """An example of this event and action, the fullest that there is."""
    found = _examples(event)
    fitting = [each for each in found if json.loads(each).get("action") == action]
    chosen = json.loads(max(fitting or found, key=lambda each: ("installation" in each, len(each))))
    assert fitting or event in WITHOUT_EXAMPLE, f"GitHub shows no {event} with {action}"
    return dict(chosen)


# Documented actions that the examples do not show.
WITHOUT_EXAMPLE = {"merge_group", "pull_request"}


def fitted(example: Any, value: Any) -> Any:
    """The value in the shape of the example: what is missing is taken from there.

    Raises:
        AssertionError: GitHub has something of another type there.
    """
    if example is None or value is None:
        return value
    if isinstance(example, int) and isinstance(value, str):  # some webhooks tell times in seconds
        return int(datetime.fromisoformat(value).timestamp())
    assert isinstance(value, type(example)), f"{value!r} where GitHub has {example!r}"
    if isinstance(example, dict):
        return example | {key: fitted(example.get(key), inner) for key, inner in value.items()}
    return value


@cache
def _examples(event: str) -> list[str]:
    return [json.dumps(each) for each in _all()[event]["examples"]]


@cache
def _all() -> dict[str, dict[str, Any]]:
    found = json.loads(lzma.decompress(FILE.read_bytes()))
    return {each["name"]: each for each in found}
