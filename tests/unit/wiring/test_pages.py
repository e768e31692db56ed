"""Which artifacts are published, when, and how often."""

from __future__ import annotations

import pytest
from msgspec import structs
from tests.unit.wiring.pages_scene import (
    FILES,
    NAME,
    NEW,
    OLD,
    REPOSITORY,
    SHA,
    SHOWN,
    artifact,
    facts,
)

from praktika.model.events import CancelRequested, JobFinished, JobStarted, RerunRequested
from praktika.model.facts import Merge
from praktika.model.plan import Origin
from praktika.model.result import Status
from praktika.wiring.github.pages.announce import QUEUE, announce


def test_the_folder_of_an_artifact_is_published_noted_and_shown(scene):
    scene.begin("run", artifact())
    scene.finish("run", FILES)
    scene.settle()
    assert scene.branch.files == SHOWN
    (commit,) = scene.branch.commits
    assert commit.message.splitlines() == [
        "docs: Main of aaaaaaaaaaaa",
        "",
        "Artifact 'site' of run run",
    ]
    done = scene.record("run").folders["docs"]
    assert (done.commit, done.problem, done.is_shown) == ("commit 1", "", True)
    assert scene.statuses == {
        "pages: docs": ("success", "Published: artifact 'site'", "https://o.github.io/r/docs/")
    }
    assert [each["event"] for each in scene.told] == ["pages.published"]
    assert list((scene.folder / "cache/praktika").iterdir()) == []
    assert scene.trouble == []


def test_the_token_may_write_this_repository_and_ends_at_once(scene):
    """Security 18, faults 1 and 2."""
    tokens = []
    scene.branch.before = lambda token: tokens.append((token, scene.tokens.grant_of(token)))
    scene.begin("run", artifact(), artifact("more", "more"))
    scene.finish("run", FILES)
    scene.settle()
    assert len({token for token, _ in tokens}) == 2
    for token, grant in tokens:
        assert (grant.repository, dict(grant.permissions)) == (NAME, {"contents": "write"})
        assert scene.tokens.grant_of(token) is None


@pytest.mark.parametrize(
    "known",
    [
        facts(trust="untrusted"),
        facts(local=True),
        facts(by_hand=True),
        facts(branch="feature"),
        facts(branch="", base_branch=""),
        facts(pr_number=3),
        facts(fork="stranger/r"),
    ],
    ids=["untrusted", "local", "by hand", "a branch", "no branch", "a pull request", "a fork"],
)
def test_only_what_was_pushed_to_the_default_branch_is_published(scene, known):
    """Security 1: what strangers write, or is not in the repository yet, is not shown as ours."""
    scene.begin("run", artifact(), known=known)
    scene.finish("run", FILES)
    assert scene.queue.depth(QUEUE) == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"subject": None},
        {"event": "schedule"},
        {"event": "pull_request"},
        {"merge": Merge(base=OLD, head=SHA, common=OLD)},
    ],
    ids=["no forge", "schedule", "pull request", "merge"],
)
def test_only_a_push_that_the_forge_has_told_of_publishes(scene, fields):
    scene.begin("run", artifact(), **fields)
    scene.finish("run", FILES)
    assert scene.queue.depth(QUEUE) == 0


@pytest.mark.parametrize("status", [Status.FAIL, Status.ERROR])
def test_a_run_that_failed_publishes_nothing(scene, status):
    scene.begin("run", artifact())
    scene.finish("run", {}, status)
    assert scene.queue.depth(QUEUE) == 0


def test_a_run_that_was_cancelled_publishes_nothing(scene):
    scene.begin("run", artifact())
    now = scene.clock.now()
    scene.tell("run", CancelRequested(at=now, by="ada"))
    assert scene.runs["run"].stage.value == "concluded"
    assert scene.queue.depth(QUEUE) == 0


@pytest.mark.parametrize(
    "other",
    [artifact(publish=""), artifact(kind="phony", paths=()), artifact(kind="image")],
    ids=["not published", "a name", "an image"],
)
def test_what_is_not_to_be_published_is_not_announced(scene, other):
    scene.begin("run", structs.replace(other, optional=True))
    scene.finish("run", FILES)
    assert scene.queue.depth(QUEUE) == 0


def test_an_optional_artifact_that_is_not_there_leaves_what_was_published(scene):
    scene.begin("run", artifact())
    scene.finish("run", FILES)
    scene.begin("next", artifact(optional=True), artifact("more", "more", "more.txt"))
    scene.finish("next", {"more.txt": "m"})
    scene.settle()
    assert scene.branch.files == SHOWN | {"more/more.txt": "m"}


def test_what_a_job_has_left_that_may_fail_and_did_is_not_published(scene):
    scene.begin("run", artifact(), job={"allow_failure": True})
    stored = scene.store("run", FILES)
    scene.finish("run", {}, Status.FAIL, stored=stored, provided=("site",))
    assert scene.runs["run"].worst is Status.OK
    assert scene.queue.depth(QUEUE) == 0


def test_a_reused_job_publishes_what_an_earlier_run_has_left(scene):
    scene.begin("earlier", artifact(publish=""))
    scene.finish("earlier", FILES)
    (stored,) = scene.runs["earlier"].jobs["build"].stored
    origin = Origin(run="earlier", attempt=1, at=scene.clock.now(), stored=(stored,))
    scene.begin("run", artifact(), job={"decision": "reuse", "origin": origin})
    assert scene.runs["run"].stage.value == "concluded"
    scene.settle()
    assert scene.branch.files == SHOWN


def test_a_later_attempt_is_the_one_that_counts(scene):
    scene.begin("run", artifact(), job={"retries": 1})
    stored = scene.store("run", {"out/index.html": "bad"})
    now = scene.clock.now()
    scene.tell(
        "run",
        JobStarted(at=now, job="build", attempt=1),
        JobFinished(
            at=now, job="build", attempt=1, status=Status.FAIL, verdict="author", stored=stored
        ),
    )
    assert scene.runs["run"].jobs["build"].attempt == 2
    scene.finish("run", FILES)
    scene.settle()
    assert scene.branch.files == SHOWN


def test_a_run_that_is_run_again_publishes_again(scene):
    scene.begin("run", artifact())
    scene.finish("run", FILES)
    scene.settle()
    scene.tell("run", RerunRequested(at=scene.clock.now(), by="ada", id="1", scope="all"))
    scene.finish("run", {"out/index.html": "2"})
    scene.settle()
    assert scene.branch.files == {"docs/index.html": "2"}
    assert scene.record("run").round == 1


def test_a_run_that_goes_on_again_is_left_alone_until_its_next_end(scene):
    scene.begin("run", artifact())
    scene.finish("run", FILES)
    scene.tell("run", RerunRequested(at=scene.clock.now(), by="ada", id="1", scope="all"))
    scene.settle()
    assert scene.branch.files == {}
    scene.finish("run", {}, Status.FAIL)
    scene.settle()
    assert scene.branch.files == {}


def test_an_older_run_never_replaces_what_a_newer_one_has_published(scene):
    """Security 4: git says what is newer."""
    scene.begin("old", artifact())
    scene.push(NEW)
    scene.begin("new", artifact(), known=facts(sha=NEW))
    scene.finish("new", FILES)
    scene.settle()
    scene.finish("old", {"out/index.html": "old"})
    scene.settle()
    assert scene.branch.files == SHOWN
    assert scene.record("old").outdated == f"'main' is at {NEW} by now"
    assert scene.statuses == {}


def test_a_push_while_the_files_are_made_ready_is_seen(scene):
    scene.begin("run", artifact())
    scene.finish("run", FILES)
    scene.branch.before = lambda _token: scene.push(NEW)
    scene.settle()
    assert scene.branch.files == {}
    assert scene.record("run").outdated


@pytest.mark.parametrize("change", ["main", "gone", "refused"])
def test_a_repository_that_is_not_what_it_was_is_left_alone(scene, change):
    scene.begin("run", artifact())
    scene.finish("run", FILES)
    match change:
        case "main":
            scene.forge.put_repository(structs.replace(REPOSITORY, main="trunk"))
        case "gone":
            scene.forge.remove_repository(NAME)
        case "refused":
            scene.allowed.clear()
    scene.settle()
    assert scene.branch.files == {}
    assert scene.record("run").outdated


def test_what_is_announced_twice_is_published_once(scene):
    scene.begin("run", artifact())
    run = scene.finish("run", FILES)
    scene.settle()
    scene.clock.advance(400)
    announce(scene.queue, "run", run)
    assert scene.queue.depth(QUEUE) == 1
    scene.branch.before = lambda _token: pytest.fail("published twice")
    scene.settle()
    assert scene.branch.files == SHOWN
