"""What every Board does."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import pytest
from msgspec import structs
from tests.contracts.hubs import GitHub, github

from praktika.adapters.github.board import GitHubBoard
from praktika.adapters.memory import MemoryBoard
from praktika.errors import Absent, Conflict
from praktika.model.forge import Action, Annotation, Check, CommitStatus, KnownCheck
from praktika.ports.board import Board

NAME = "acme/shop"
UNKNOWN = "0123456789" * 4
RERUN = Action(label="Re-run", description="Run the failed jobs again", identifier="rerun-failed")


class Wall(Protocol):
    """A board, and what people see there of the repository NAME."""

    board: Board

    def change(self) -> tuple[int, str]:
        """A pull request that can be merged, and its head."""

    def push(self, number: int) -> str:
        """A new head of a pull request."""

    def shown(self, sha: str) -> list[Check]:
        """The checks with all that they show, the oldest first."""

    def statuses(self, sha: str) -> dict[str, CommitStatus]: ...

    def comments(self, number: int) -> list[str]:
        """Texts of our comments, without what is not seen."""

    def is_merged(self, number: int) -> bool: ...


@dataclass
class HubWall:
    """On the hub."""

    known: GitHub

    def __post_init__(self) -> None:
        self.board = self.known.board
        self.hub = self.known.hub
        self.hub.create_repository(NAME)
        self.numbers = itertools.count()

    def change(self) -> tuple[int, str]:
        branch = f"change-{next(self.numbers)}"
        self.hub.commit(NAME, branch, {branch: "new"})
        pull = self.hub.open_pull(NAME, head=branch)
        return pull.number, pull.sha

    def push(self, number: int) -> str:
        return self.hub.push_to_pull(NAME, number, {"more": str(next(self.numbers))})

    def shown(self, sha: str) -> list[Check]:
        found = self.hub.all_checks(NAME, sha)
        with_notes = self.hub.checks(NAME, sha)
        return [_check(each, with_notes[each["name"]]) for each in found]

    def statuses(self, sha: str) -> dict[str, CommitStatus]:
        return {
            context: CommitStatus(
                context=context,
                state=each["state"],
                description=each["description"],
                url=each["target_url"] or "",
            )
            for context, each in self.hub.statuses(NAME, sha).items()
        }

    def comments(self, number: int) -> list[str]:
        ours = [it for it in self.hub.comments(NAME, number) if it["by"].endswith("[bot]")]
        return [it["body"].partition("-->\n")[2] for it in ours]

    def is_merged(self, number: int) -> bool:
        return self.known.forge.pull(NAME, number).is_merged


def _check(told: dict[str, Any], notes: dict[str, Any]) -> Check:
    """A check as the API tells it."""
    output = told["output"]
    return Check(
        name=told["name"],
        sha=told["head_sha"],
        external_id=told["external_id"],
        status=told["status"],
        conclusion=told["conclusion"] or "",
        title=output["title"] or "",
        summary=output["summary"] or "",
        text=output["text"] or "",
        annotations=tuple(
            Annotation(
                path=each["path"],
                line=each["start_line"],
                level=each["annotation_level"],
                message=each["message"],
                title=each["title"] or "",
            )
            for each in notes["annotations"]
        ),
        actions=tuple(Action(**each) for each in notes["actions"]),
        url=told["details_url"] or "",
        started_at=_seconds(told["started_at"]),
        completed_at=_seconds(told["completed_at"]),
    )


def _seconds(text: str | None) -> float:
    return datetime.fromisoformat(text).timestamp() if text else 0.0


class MemoryWall:
    """In memory."""

    def __init__(self) -> None:
        self.board = MemoryBoard(frozenset({NAME}))
        self.numbers = itertools.count(1)

    def change(self) -> tuple[int, str]:
        number = next(self.numbers)
        return number, self.push(number)

    def push(self, number: int) -> str:
        sha = self.board.heads[NAME, number] = f"{next(self.numbers):040x}"
        return sha

    def shown(self, sha: str) -> list[Check]:
        return list(self.board.shown(NAME, sha).values())

    def statuses(self, sha: str) -> dict[str, CommitStatus]:
        return self.board.statuses(NAME, sha)

    def comments(self, number: int) -> list[str]:
        return list(self.board.comments(NAME, number).values())

    def is_merged(self, number: int) -> bool:
        return number in self.board.merged(NAME)


@pytest.fixture
def known(tmp_path: Path) -> Iterator[GitHub]:
    with github(tmp_path) as known:
        yield known


@pytest.fixture(params=["memory", "github"])
def wall(request: Any) -> Wall:
    if request.param == "memory":
        return MemoryWall()
    return HubWall(request.getfixturevalue("known"))


@pytest.fixture
def on_github(known: GitHub) -> HubWall:
    return HubWall(known)


def check_of(sha: str, **more: Any) -> Check:
    return Check(
        **{
            "name": "PR",
            "sha": sha,
            "external_id": "run-1",
            "status": "in_progress",
            "title": "2 of 3 jobs",
            "summary": "All is **well**",
            "url": "https://example.com/runs/run-1",
            "started_at": 1_700_000_000.0,
            **more,
        }
    )


def notes(first: int, count: int) -> tuple[Annotation, ...]:
    return tuple(
        Annotation(path="a.py", line=line, level="failure", message=f"wrong {line}", title="test")
        for line in range(first, first + count)
    )


def test_a_check_shows_what_it_was_given(wall):
    _, sha = wall.change()
    check = check_of(sha, text="- a\n- ü", actions=(RERUN,), annotations=notes(1, 2))
    number = wall.board.create_check(NAME, check)
    assert wall.shown(sha) == [check]
    assert wall.board.checks(NAME, sha) == [
        KnownCheck(id=number, name="PR", external_id="run-1", status="in_progress")
    ]


def test_a_check_can_be_short(wall):
    _, sha = wall.change()
    wall.board.create_check(NAME, Check(name="PR", sha=sha, external_id="run-1", status="queued"))
    (shown,) = wall.shown(sha)
    assert (shown.status, shown.conclusion, shown.title) == ("queued", "", "")


@pytest.mark.parametrize(
    "conclusion",
    ["success", "failure", "neutral", "cancelled", "skipped", "timed_out", "action_required"],
)
def test_a_check_is_completed_with_a_conclusion(wall, conclusion):
    _, sha = wall.change()
    number = wall.board.create_check(NAME, check_of(sha))
    over = check_of(
        sha, status="completed", conclusion=conclusion, title="Over", completed_at=1_700_000_060.0
    )
    wall.board.update_check(NAME, number, over)
    assert wall.shown(sha) == [over]
    assert wall.board.checks(NAME, sha)[0].conclusion == conclusion


@pytest.mark.parametrize("wrong", [{"status": "completed"}, {"conclusion": "success"}])
def test_a_conclusion_belongs_to_what_is_completed(wall, wrong):
    _, sha = wall.change()
    with pytest.raises(ValueError):
        wall.board.create_check(NAME, check_of(sha, **wrong))
    number = wall.board.create_check(NAME, check_of(sha))
    with pytest.raises(ValueError):
        wall.board.update_check(NAME, number, check_of(sha, **wrong))


def test_any_number_of_annotations_is_shown_in_order(wall):
    _, sha = wall.change()
    number = wall.board.create_check(NAME, check_of(sha, annotations=notes(1, 120)))
    assert wall.shown(sha) == [check_of(sha, annotations=notes(1, 120))]
    wall.board.update_check(NAME, number, check_of(sha, annotations=notes(121, 51)))
    assert wall.shown(sha) == [check_of(sha, annotations=notes(1, 171))]
    wall.board.update_check(NAME, number, check_of(sha))
    assert wall.shown(sha) == [check_of(sha, annotations=notes(1, 171))]


def test_checks_are_those_of_the_commit_the_oldest_first(wall):
    number, sha = wall.change()
    assert wall.board.checks(NAME, sha) == []
    ids = [
        wall.board.create_check(NAME, check_of(sha, name=name, external_id=f"run-1/{name}"))
        for name in ("b", "a", "a")
    ]
    assert len(set(ids)) == 3
    newer = wall.push(number)
    wall.board.create_check(NAME, check_of(newer))
    assert [check.id for check in wall.board.checks(NAME, sha)] == ids
    assert [check.external_id for check in wall.board.checks(NAME, newer)] == ["run-1"]


def test_of_statuses_with_one_context_the_last_one_counts(wall):
    _, sha = wall.change()
    first = CommitStatus(context="ready", state="pending", description="waits")
    last = CommitStatus(
        context="ready", state="success", description="x" * 140, url="https://example.com/"
    )
    other = CommitStatus(context="other", state="error")
    for status in (first, other, last):
        wall.board.set_status(NAME, sha, status)
    assert wall.statuses(sha) == {"ready": last, "other": other}


def test_a_comment_is_changed_in_place(wall):
    number, _ = wall.change()
    other, _ = wall.change()
    wall.board.set_comment(NAME, number, "summary", "one")
    assert wall.comments(number) == ["one"]
    wall.board.set_comment(NAME, number, "summary", "two\n\n- ü")
    wall.board.set_comment(NAME, number, "summary/more", "three")
    wall.board.set_comment(NAME, other, "summary", "four")
    assert wall.comments(number) == ["two\n\n- ü", "three"]
    assert wall.comments(other) == ["four"]


def test_a_pull_request_is_merged_at_the_commit_that_was_meant(wall):
    number, sha = wall.change()
    newer = wall.push(number)
    with pytest.raises(Conflict):
        wall.board.merge(NAME, number, sha)
    assert not wall.is_merged(number)
    wall.board.merge(NAME, number, newer)
    assert wall.is_merged(number)
    wall.board.merge(NAME, number, newer)


def test_where_there_is_nothing_nothing_is_shown(wall):
    _, sha = wall.change()
    for ask in (
        lambda: wall.board.checks("acme/nothing", sha),
        lambda: wall.board.create_check("acme/nothing", check_of(sha)),
        lambda: wall.board.update_check(NAME, 999_999, check_of(sha)),
        lambda: wall.board.set_status(
            "acme/nothing", sha, CommitStatus(context="a", state="error")
        ),
        lambda: wall.board.set_comment("acme/nothing", 1, "summary", "x"),
        lambda: wall.board.merge(NAME, 999, sha),
        lambda: wall.board.merge("acme/nothing", 1, sha),
    ):
        with pytest.raises(Absent):
            ask()


# GitHub only


def test_an_unknown_commit_is_absent(on_github):
    status = CommitStatus(context="a", state="error")
    for ask in (
        lambda: on_github.board.checks(NAME, UNKNOWN),
        lambda: on_github.board.create_check(NAME, check_of(UNKNOWN)),
        lambda: on_github.board.set_status(NAME, UNKNOWN, status),
    ):
        with pytest.raises(Absent):
            ask()


def test_checks_of_others_are_not_ours_and_all_pages_of_ours_are_read(on_github):
    _, sha = on_github.change()
    state = on_github.hub.state
    on_github.hub.foreign_check(NAME, sha, "PR")
    for number in range(101):
        on_github.hub.events.new_check(state.repositories[NAME], f"{number}", sha, state.app.id)
    assert [check.name for check in on_github.board.checks(NAME, sha)] == [
        str(number) for number in range(101)
    ]


def test_what_is_too_long_is_cut_rather_than_refused(on_github):
    _, sha = on_github.change()
    code = "```\n" + "é" * 50 + "\n" + "x\n" * 70_000 + "```\n"
    number = on_github.board.create_check(
        NAME,
        check_of(
            sha,
            title="t" * 1000,
            summary=code,
            text="ü" * 70_000,
            annotations=(structs.replace(notes(0, 1)[0], title="y" * 300, message="é" * 70_000),),
            actions=(Action(label="l" * 30, description="d" * 50, identifier="rerun"),) * 4,
        ),
    )
    (shown,) = on_github.shown(sha)
    for text in (shown.summary, shown.text):
        assert 65_000 < len(text.encode()) <= 65_535
        assert "cut" in text[-60:]
    assert shown.summary.count("```") == 2
    assert len(shown.title) == 255
    assert len(shown.actions) == 3
    assert shown.annotations[0].line == 1
    on_github.board.update_check(NAME, number, check_of(sha, title="", summary=""))
    on_github.board.set_status(
        NAME, sha, CommitStatus(context="c" * 300, state="error", description="d\n" * 200)
    )
    (status,) = on_github.statuses(sha).values()
    assert len(status.description) == 140
    assert "\n" not in status.description


def test_what_json_cannot_carry_is_replaced(on_github):
    _, sha = on_github.change()
    on_github.board.create_check(NAME, check_of(sha, title="a\udcffb", summary="x\0y"))
    (shown,) = on_github.shown(sha)
    assert (shown.title, shown.summary) == ("a?b", "x�y")


def test_a_long_comment_is_cut(on_github):
    number, _ = on_github.change()
    on_github.board.set_comment(NAME, number, "summary", "ü\n" * 40_000)
    (comment,) = on_github.hub.comments(NAME, number)
    assert len(comment["body"]) <= 65_536
    assert "cut" in comment["body"][-60:]


def test_our_comment_is_found_among_many_by_whoever_comes_later(on_github, known):
    """Fault 53: also if it is not on the first page; others may copy our mark."""
    number, _ = on_github.change()
    hub = on_github.hub
    mark = "<!-- praktika:summary -->"
    hub.comment(NAME, number, f"{mark}\nlook at me", by="eve")
    for each in range(120):
        hub.comment(NAME, number, f"comment {each}")
    hub.comment(NAME, number, f"quoted:\n{mark}", by="praktika-ci[bot]")
    on_github.board.set_comment(NAME, number, "summary", "one")
    later = GitHubBoard(known.board._api, known.tokens.app)
    later.set_comment(NAME, number, "summary", "two")
    found = [it for it in hub.comments(NAME, number) if it["body"].startswith(mark)]
    assert [it["body"] for it in found] == [f"{mark}\nlook at me", f"{mark}\ntwo"]


def test_a_comment_that_says_so_already_is_not_written_again(on_github, known):
    number, _ = on_github.change()
    writes = lambda: [  # noqa: E731
        it for it in on_github.hub.server.requests if "comments" in it and not it.startswith("GET")
    ]
    on_github.board.set_comment(NAME, number, "summary", "one\n")
    assert len(writes()) == 1
    on_github.board.set_comment(NAME, number, "summary", "one\n")
    GitHubBoard(known.board._api, known.tokens.app).set_comment(NAME, number, "summary", "one\n")
    assert len(writes()) == 1


def test_a_comment_that_somebody_has_deleted_is_made_again(on_github):
    number, _ = on_github.change()
    on_github.board.set_comment(NAME, number, "summary", "one")
    on_github.hub.state.repositories[NAME].comments.clear()
    on_github.board.set_comment(NAME, number, "summary", "two")
    assert on_github.comments(number) == ["two"]


@pytest.mark.parametrize("marker", ["", "a b", "a--b", "-->", "a\nb"])
def test_a_marker_cannot_leave_its_place(wall, marker):
    """Security 6."""
    with pytest.raises(ValueError):
        wall.board.set_comment(NAME, 1, marker, "text")


def test_a_merge_that_has_to_wait_is_left_to_github(on_github):
    number, sha = on_github.change()
    on_github.hub.require(NAME, "PR")
    on_github.board.merge(NAME, number, sha)
    assert not on_github.is_merged(number)
    on_github.board.create_check(NAME, check_of(sha, status="completed", conclusion="success"))
    assert on_github.is_merged(number)


def test_a_merge_that_cannot_be_is_a_conflict_and_says_why(on_github):
    number, sha = on_github.change()
    on_github.hub.require(NAME, "PR")
    on_github.hub.state.repositories[NAME].allows_auto_merge = False
    with pytest.raises(Conflict, match=r"not mergeable.*not allowed"):
        on_github.board.merge(NAME, number, sha)
    on_github.hub.state.repositories[NAME].allows_auto_merge = True
    on_github.hub.commit(NAME, "main", {"change-0": "other"})
    with pytest.raises(Conflict, match="dirty"):
        on_github.board.merge(NAME, number, sha)
    on_github.hub.close_pull(NAME, number)
    with pytest.raises(Conflict, match="closed"):
        on_github.board.merge(NAME, number, sha)
