"""What every Forge does."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from tests.contracts.hubs import github
from tests.github.hub import Hub

from praktika.adapters.memory import MemoryForge
from praktika.errors import Absent
from praktika.model.forge import Apart, Permission, Pull, Repository
from praktika.ports.forge import Forge

NAME = "acme/shop"
UNKNOWN = "0123456789" * 4


class World(Protocol):
    """A forge, and what people do there."""

    forge: Forge

    def create(self, name: str) -> str:
        """A repository with one commit on main; its id."""

    def commit(self, name: str, branch: str, onto: str = "") -> str:
        """A commit on a branch, which starts from main or from `onto` if it is new."""

    def orphan(self, name: str, branch: str) -> str:
        """A commit that comes from no other."""

    def fork(self, name: str, login: str) -> str:
        """A fork."""

    def pull(self, name: str, head: str, **more: Any) -> int:
        """A pull request of a branch, or of `login:branch`."""

    def close(self, name: str, number: int) -> None: ...

    def delete_branch(self, name: str, branch: str) -> None: ...

    def permit(self, name: str, login: str, permission: Permission) -> None: ...


class HubWorld:
    """On the hub."""

    def __init__(self, hub: Hub, forge: Forge) -> None:
        self.hub, self.forge = hub, forge
        self.numbers = itertools.count()
        self.create = hub.create_repository
        self.fork = hub.fork
        self.permit = hub.set_permission

    def commit(self, name: str, branch: str, onto: str = "") -> str:
        return self.hub.commit(name, branch, {"file": str(next(self.numbers))}, onto=onto)

    def orphan(self, name: str, branch: str) -> str:
        git = self.hub.state.git
        return git.commit(name, branch, {"other": "x"}, message="alone", onto="")

    def pull(self, name: str, head: str, **more: Any) -> int:
        return self.hub.open_pull(name, head=head, **more).number

    def close(self, name: str, number: int) -> None:
        self.hub.close_pull(name, number)

    def delete_branch(self, name: str, branch: str) -> None:
        self.hub.push(name, branch, "")


class MemoryWorld:
    """In memory."""

    def __init__(self) -> None:
        self.forge = MemoryForge()
        self.numbers = itertools.count(1)
        self.forks: dict[str, str] = {}
        self.tips: dict[tuple[str, str], str] = {}

    def create(self, name: str) -> str:
        self.forge.put_repository(
            Repository(
                name=name,
                id=next(self.numbers),
                main="main",
                url=f"https://example.com/{name}.git",
                page=f"https://example.com/{name}",
            )
        )
        return self.orphan(name, "main")

    def commit(self, name: str, branch: str, onto: str = "") -> str:
        parent = onto or self.tips.get((name, branch)) or self.tips[name, "main"]
        return self._put(name, branch, parent)

    def orphan(self, name: str, branch: str) -> str:
        return self._put(name, branch)

    def _put(self, name: str, branch: str, *parents: str) -> str:
        sha = hashlib.sha1(str(next(self.numbers)).encode()).hexdigest()
        self.forge.put_commit(self.forks.get(name, name), sha, *parents)
        if name not in self.forks:
            self.forge.put_branch(name, branch, sha)
        self.tips[name, branch] = sha
        return sha

    def fork(self, name: str, login: str) -> str:
        fork = f"{login}/{name.split('/')[1]}"
        self.forks[fork] = name
        self.tips[fork, "main"] = self.tips[name, "main"]
        return fork

    def pull(self, name: str, head: str, **more: Any) -> int:
        owner, _, branch = head.rpartition(":")
        origin = f"{owner}/{name.split('/')[1]}" if owner else name
        number = next(self.numbers)
        self.forge.put_pull(
            Pull(
                repository=name,
                number=number,
                is_open=True,
                head_sha=self.tips[origin, branch],
                head_branch=branch,
                head_repository=origin,
                is_outside=bool(owner),
                base_branch=more.get("base", "") or "main",
                base_sha=self.tips[name, more.get("base", "") or "main"],
                author=owner or "ada",
                title=more.get("title", ""),
                body=more.get("body", ""),
                labels=tuple(more.get("labels", ())),
                is_draft=more.get("draft", False),
                url=f"https://example.com/{name}/pull/{number}",
                updated_at="2026-01-02T03:04:05Z",
            )
        )
        return number

    def close(self, name: str, number: int) -> None:
        pull = self.forge.pull(name, number)
        known = {field: getattr(pull, field) for field in pull.__struct_fields__}
        self.forge.put_pull(Pull(**{**known, "is_open": False}))

    def delete_branch(self, name: str, branch: str) -> None:
        self.forge.put_branch(name, branch, "")

    def permit(self, name: str, login: str, permission: Permission) -> None:
        self.forge.put_permission(name, login, permission)


@pytest.fixture(params=["memory", "github"])
def world(request: Any, tmp_path: Path) -> Iterator[World]:
    if request.param == "memory":
        yield MemoryWorld()
        return
    with github(tmp_path) as known:
        yield HubWorld(known.hub, known.forge)


@pytest.fixture
def forge(world):
    return world.forge


def test_a_repository_is_as_it_is(world, forge):
    world.create(NAME)
    found = forge.repository(NAME)
    assert (found.name, found.main) == (NAME, "main")
    assert found.id > 0
    assert found.url.endswith(f"/{NAME}.git")
    assert "@" not in found.url
    assert found.page.endswith(NAME)


def test_what_is_not_there_is_absent(world, forge):
    sha = world.create(NAME)
    for ask in (
        lambda: forge.repository("acme/nothing"),
        lambda: forge.pull("acme/nothing", 1),
        lambda: forge.pull(NAME, 999),
        lambda: forge.open_pulls("acme/nothing"),
        lambda: forge.branches("acme/nothing"),
        lambda: forge.commit(NAME, "nothing"),
        lambda: forge.commit("acme/nothing", "main"),
        lambda: forge.apart(NAME, "nothing", sha),
        lambda: forge.apart(NAME, "main", UNKNOWN),
        lambda: forge.permission("acme/nothing", "ada"),
    ):
        with pytest.raises(Absent):
            ask()


@pytest.mark.parametrize(
    "name", ["", "shop", "acme/..", "../x", "acme/shop/pulls", "acme/sh?op", "a b/c"]
)
def test_what_can_be_no_name_is_absent(world, forge, name):
    """Security 6: a name does not lead elsewhere."""
    world.create(NAME)
    with pytest.raises(Absent):
        forge.repository(name)


def test_branches_have_their_tips(world, forge):
    first = world.create(NAME)
    other = world.commit(NAME, "feature/a;b#c%+ü")
    assert forge.branches(NAME) == {"main": first, "feature/a;b#c%+ü": other}
    assert forge.commit(NAME, "main") == first
    assert forge.commit(NAME, "feature/a;b#c%+ü") == other
    newer = world.commit(NAME, "feature/a;b#c%+ü")
    assert forge.commit(NAME, "feature/a;b#c%+ü") == newer
    world.delete_branch(NAME, "feature/a;b#c%+ü")
    assert forge.branches(NAME) == {"main": first}
    with pytest.raises(Absent):
        forge.commit(NAME, "feature/a;b#c%+ü")
    for hostile in ("..", "../../..", "", "a//b", "main/../main"):
        with pytest.raises(Absent):
            forge.commit(NAME, hostile)


def test_all_branches_are_told(world, forge):
    first = world.create(NAME)
    for number in range(110):
        if isinstance(world, HubWorld):
            world.hub.state.git.move(NAME, f"refs/heads/b{number}", first)
        else:
            world.forge.put_branch(NAME, f"b{number}", first)
    assert len(forge.branches(NAME)) == 111


def test_a_pull_request_is_as_it_is(world, forge):
    base = world.create(NAME)
    head = world.commit(NAME, "feature")
    number = world.pull(NAME, "feature", title="A <b>", body="text", labels=("one", "two"))
    pull = forge.pull(NAME, number)
    assert (pull.repository, pull.number, pull.is_open) == (NAME, number, True)
    assert (pull.head_sha, pull.head_branch, pull.head_repository) == (head, "feature", NAME)
    assert (pull.base_sha, pull.base_branch) == (base, "main")
    assert not pull.is_outside
    assert (pull.author, pull.title, pull.body) == ("ada", "A <b>", "text")
    assert pull.labels == ("one", "two")
    assert not pull.is_draft
    assert not pull.is_merged
    assert pull.url.endswith(f"/pull/{number}")
    assert pull.updated_at.endswith("Z")


def test_a_pull_request_of_a_fork_comes_from_outside(world, forge):
    """Security 1."""
    world.create(NAME)
    fork = world.fork(NAME, "eve")
    head = world.commit(fork, "main")
    number = world.pull(NAME, "eve:main", draft=True)
    pull = forge.pull(NAME, number)
    assert pull.is_outside
    assert pull.is_draft
    assert (pull.head_repository, pull.head_sha, pull.author) == (fork, head, "eve")
    assert forge.open_pulls(NAME) == [pull]


def test_open_pull_requests_are_those_that_are_open(world, forge):
    world.create(NAME)
    assert forge.open_pulls(NAME) == []
    numbers = []
    for branch in ("one", "two"):
        world.commit(NAME, branch)
        numbers.append(world.pull(NAME, branch))
    assert forge.open_pulls(NAME) == [forge.pull(NAME, number) for number in numbers]
    world.close(NAME, numbers[0])
    assert [pull.number for pull in forge.open_pulls(NAME)] == numbers[1:]
    assert not forge.pull(NAME, numbers[0]).is_open


def test_a_branch_and_a_commit_went_apart_somewhere(world, forge):
    first = world.create(NAME)
    change = world.commit(NAME, "feature")
    assert forge.apart(NAME, "main", change) == Apart(base=first, common=first)
    second = world.commit(NAME, "main")
    assert forge.apart(NAME, "main", change) == Apart(base=second, common=first)
    newer = world.commit(NAME, "feature")
    assert forge.apart(NAME, "main", newer) == Apart(base=second, common=first)
    assert forge.apart(NAME, "main", second) == Apart(base=second, common=second)
    assert forge.apart(NAME, "main", first) == Apart(base=second, common=first)
    assert forge.apart(NAME, "feature", second) == Apart(base=newer, common=first)


def test_a_commit_of_a_fork_is_known_by_its_id(world, forge):
    first = world.create(NAME)
    change = world.commit(world.fork(NAME, "eve"), "main")
    second = world.commit(NAME, "main")
    assert forge.apart(NAME, "main", change) == Apart(base=second, common=first)


def test_what_has_nothing_in_common_is_told(world, forge):
    first = world.create(NAME)
    alone = world.orphan(NAME, "alone")
    assert forge.apart(NAME, "main", alone) == Apart(base=first, common="")


@pytest.mark.parametrize("permission", ["none", "read", "triage", "write", "maintain", "admin"])
def test_permissions_are_told(world, forge, permission):
    """Security 23."""
    world.create(NAME)
    world.permit(NAME, "bob", permission)
    assert forge.permission(NAME, "bob") == permission


def test_a_permission_that_is_taken_away_is_gone(world, forge):
    """Security 23: what is returned is as new as the call."""
    world.create(NAME)
    world.permit(NAME, "bob", "admin")
    assert forge.permission(NAME, "bob") == "admin"
    world.permit(NAME, "bob", "read")
    assert forge.permission(NAME, "bob") == "read"


@pytest.mark.parametrize(
    "login", ["nobody", "", "..", "bob/../ada", "ada?x=1", "some-app[bot]", "ad\na"]
)
def test_whom_it_does_not_know_may_nothing(world, forge, login):
    world.create(NAME)
    assert forge.permission(NAME, login) == "none"
