"""A GitHub as it is on bad days, and what it costs on good ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.contracts.hubs import GitHub, github

from praktika.errors import Absent, Conflict, Denied, Limited, Unavailable
from praktika.model.forge import Check, CommitStatus
from praktika.patience import patiently

NAME = "acme/shop"


@pytest.fixture
def known(tmp_path: Path) -> Iterator[GitHub]:
    with github(tmp_path) as known:
        known.hub.create_repository(NAME)
        yield known


@pytest.mark.parametrize("kind", ["502", "503", "reset"])
def test_what_passes_is_tried_again_by_whoever_is_patient(known, kind):
    known.hub.fail(kind, times=2)
    assert patiently(lambda: known.forge.repository(NAME)).name == NAME
    known.hub.fail(kind)
    with pytest.raises(Unavailable):
        known.forge.commit(NAME, "main")


def test_a_change_whose_answer_is_lost_is_unavailable_and_may_have_been_made(known):
    sha = known.hub.tip(NAME)
    check = Check(name="PR", sha=sha, external_id="run-1", status="queued")
    known.board.checks(NAME, sha)
    known.hub.fail("lost", method="POST", path="check-runs")
    with pytest.raises(Unavailable):
        known.board.create_check(NAME, check)
    assert [it.external_id for it in known.board.checks(NAME, sha)] == ["run-1"]


def test_the_limit_of_an_hour_is_kept_and_passes(known):
    known.forge.repository(NAME)
    (app, ours) = known.transport.left()
    assert (app.party, ours.party, ours.limit) == ("the app", "acme", 5000)
    used = ours.limit - ours.remaining
    known.hub.limits.an_hour = used + 2
    for branch in ("a", "b"):
        with pytest.raises(Absent):
            known.forge.commit(NAME, branch)
    sent = len(known.hub.server.requests)
    with pytest.raises(Limited) as caught:
        known.forge.commit(NAME, "main")
    # Where an answer says "absent", it does not say what is left: then one is refused.
    assert len(known.hub.server.requests) <= sent + 1
    sent = len(known.hub.server.requests)
    with pytest.raises(Limited):
        known.forge.commit(NAME, "main")
    assert len(known.hub.server.requests) == sent
    known.hub.clock.forward(caught.value.until - known.hub.clock.now() + 1)
    assert known.forge.commit(NAME, "main") == known.hub.tip(NAME)


def test_the_limit_of_changes_is_kept_and_passes(known):
    sha = known.hub.tip(NAME)
    known.hub.limits.content_a_minute = 3
    status = CommitStatus(context="ready", state="success")
    for _ in range(3):
        known.board.set_status(NAME, sha, status)
    with pytest.raises(Limited) as caught:
        known.board.set_status(NAME, sha, status)
    assert 0 < caught.value.until - known.hub.clock.now() <= 61
    sent = len(known.hub.server.requests)
    with pytest.raises(Limited):
        known.board.set_status(NAME, sha, status)
    assert len(known.hub.server.requests) == sent
    known.hub.clock.forward(61)
    known.board.set_status(NAME, sha, status)


def test_asking_again_costs_nothing_while_nothing_changes(known):
    for _ in range(5):
        known.forge.branches(NAME)
    assert known.hub.counts["304"] == 4
    assert known.hub.counts["POST /app/installations/{installation_id}/access_tokens"] == 1
    (_, ours) = known.transport.left()
    assert ours.limit - ours.remaining == 1


def test_tokens_that_end_are_replaced(known):
    """Security 18."""
    for _ in range(3):
        assert known.forge.repository(NAME).name == NAME
        known.hub.clock.forward(4000)
    made = known.hub.counts["POST /app/installations/{installation_id}/access_tokens"]
    assert made == 3
    known.hub.state.tokens.clear()
    assert known.forge.repository(NAME).name == NAME


def test_all_tokens_are_for_one_repository_and_one_purpose(known):
    """Security 18, faults 1 and 2."""
    hub = known.hub
    hub.create_repository("acme/other")
    hub.commit(NAME, "feature", {"a": "b"})
    pull = hub.open_pull(NAME, head="feature")
    known.forge.open_pulls(NAME)
    known.forge.permission("acme/other", "ada")
    known.board.create_check(
        NAME, Check(name="PR", sha=pull.sha, external_id="run-1", status="queued")
    )
    known.board.set_status(NAME, pull.sha, CommitStatus(context="a", state="success"))
    known.board.set_comment(NAME, pull.number, "summary", "text")
    known.board.merge(NAME, pull.number, pull.sha)
    found = {
        (*token.repositories, *sorted(f"{key}:{it}" for key, it in token.permissions.items()))
        for token in hub.state.tokens.values()
    }
    assert found == {
        (NAME, "contents:read", "metadata:read", "pull_requests:read"),
        ("acme/other", "contents:read", "metadata:read", "pull_requests:read"),
        (NAME, "checks:write", "metadata:read"),
        (NAME, "metadata:read", "statuses:write"),
        (NAME, "issues:write", "metadata:read", "pull_requests:write"),
        (NAME, "contents:write", "metadata:read", "pull_requests:write"),
    }


def test_an_app_that_was_taken_away_knows_of_nothing(known):
    known.forge.repository(NAME)
    known.hub.uninstall("acme")
    with pytest.raises(Absent, match="not installed"):
        known.forge.repository(NAME)
    known.hub.install("acme")
    assert known.forge.repository(NAME).name == NAME


def test_a_permission_that_the_app_was_not_given_is_named(known):
    known.hub.install("acme", permissions={"contents": "read", "pull_requests": "read"})
    assert known.forge.open_pulls(NAME) == []
    with pytest.raises(Denied, match="statuses: write"):
        known.board.set_status(NAME, known.hub.tip(NAME), CommitStatus(context="a", state="error"))


def test_a_stale_merge_changes_nothing(known):
    """Security 2: what was tested is what is merged."""
    known.hub.commit(NAME, "feature", {"a": "b"})
    pull = known.hub.open_pull(NAME, head="feature")
    before = known.hub.tip(NAME)
    sha = pull.sha
    known.hub.push_to_pull(NAME, pull.number, {"a": "evil"})
    with pytest.raises(Conflict):
        known.board.merge(NAME, pull.number, sha)
    assert known.hub.tip(NAME) == before
