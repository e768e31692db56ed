"""What is asked for: from facts, and the same for the same."""

from __future__ import annotations

import re

from msgspec.structs import replace

from praktika.intake.asking.requests import (
    Circumstances,
    for_dispatch,
    for_group,
    for_pull,
    for_push,
    for_tick,
)
from praktika.model.facts import Merge
from praktika.model.forge import Apart, Pull, Repository
from praktika.model.notices import Queued
from praktika.model.routes import Route

BASE, HEAD, COMMON = "b" * 40, "a" * 40, "c" * 40
REPOSITORY = Repository(
    name="acme/shop", id=1, main="main", url="https://git.example/acme/shop.git",
    page="https://git.example/acme/shop",
)  # fmt: skip
AROUND = Circumstances(
    repository=REPOSITORY, inbox="events.fifo", at=100.0, time="2026-01-01T00:00:00Z", by="ann"
)
PULL = Pull(
    repository="acme/shop", number=7, is_open=True, head_sha=HEAD, head_branch="fix",
    head_repository="acme/shop", is_outside=False, base_branch="main", base_sha="d" * 40,
    author="bob", title="Mend it", body="x" * 70_000, labels=("bug",), url="https://pulls/7",
)  # fmt: skip
APART = Apart(base=BASE, common=COMMON)
ROUTE = Route(workflow="PR", event="pull_request")


def test_a_pull_request_is_tested_merged_with_the_tip_of_its_base():
    request = for_pull(AROUND, ROUTE, PULL, APART).request
    assert request.merge == Merge(base=BASE, head=HEAD, common=COMMON)
    assert (request.facts.sha, request.facts.base_sha) == (HEAD, BASE)
    assert request.subject is not None
    assert request.subject.sha == HEAD


def test_without_merge_its_head_is_tested_against_where_they_went_apart():
    request = for_pull(AROUND, replace(ROUTE, merge=False), PULL, APART).request
    assert request.merge is None
    assert (request.facts.sha, request.facts.base_sha) == (HEAD, COMMON)


def test_a_history_without_a_common_commit_is_tested_at_its_head():
    assert for_pull(AROUND, ROUTE, PULL, Apart(base=BASE, common="")).request.merge is None


def test_what_strangers_wrote_is_untrusted_waits_and_does_not_declare_security_1():
    request = for_pull(AROUND, ROUTE, replace(PULL, is_outside=True), APART).request
    assert request.facts.trust == "untrusted"
    assert request.needs_approval
    assert request.declared == BASE


def test_a_workflow_may_let_strangers_run_but_never_trusts_them():
    route = replace(ROUTE, open=True)
    request = for_pull(AROUND, route, replace(PULL, is_outside=True), APART).request
    assert not request.needs_approval
    assert (request.facts.trust, request.declared) == ("untrusted", BASE)


def test_who_belongs_here_declares_for_himself():
    request = for_pull(AROUND, ROUTE, PULL, APART).request
    assert (request.facts.trust, request.declared) == ("trusted", "")
    assert not request.needs_approval


def test_an_id_is_of_the_head_and_the_base_whoever_tells_security_4():
    one = for_pull(AROUND, ROUTE, PULL, APART).run
    later = Circumstances(repository=REPOSITORY, inbox="x", at=999.0, time="", by="the reconciler")
    assert for_pull(later, ROUTE, replace(PULL, title="Other"), APART).run == one
    others = {
        for_pull(AROUND, ROUTE, replace(PULL, head_sha="e" * 40), APART).run,
        for_pull(AROUND, ROUTE, replace(PULL, base_branch="next"), APART).run,
        for_pull(AROUND, ROUTE, replace(PULL, number=8), APART).run,
        for_pull(AROUND, replace(ROUTE, workflow="P.R."), PULL, APART).run,
        for_pull(AROUND, ROUTE, replace(PULL, repository="acme/tools"), APART).run,
        for_push(AROUND, ROUTE, "fix", HEAD).run,
    }
    assert len(others | {one}) == 7


def test_the_id_of_a_strangers_run_says_so_however_a_workflow_is_called_security_9():
    outside = replace(PULL, is_outside=True)
    for workflow in ("P.R.", "X", "x-ray", "xx", "", "é"):
        route = replace(ROUTE, workflow=workflow)
        assert for_pull(AROUND, route, outside, APART).run.startswith("x-")
        for trusted in (for_pull(AROUND, route, PULL, APART), for_push(AROUND, route, "x", HEAD)):
            assert not trusted.run.startswith("x-")
            assert re.fullmatch("[a-z0-9-]{18,39}", trusted.run)


def test_a_description_is_cut_so_that_the_request_is_one_message():
    request = for_pull(AROUND, ROUTE, PULL, APART).request
    assert len(request.facts.body) == 16_000


def test_the_facts_of_a_pull_request_fault_41():
    facts = for_pull(AROUND, ROUTE, replace(PULL, head_repository="eve/shop"), APART).request.facts
    told = facts.of_event("pull_request").environment
    assert told["PR_NUMBER"] == 7
    assert told["FORK_NAME"] == "eve/shop"
    assert told["EVENT_TYPE"] == "pull_request"
    assert told["EVENT_TIME"] == "2026-01-01T00:00:00Z"
    assert (told["PR_TITLE"], told["PR_LABELS"], told["USER_LOGIN"]) == ("Mend it", ["bug"], "bob")
    assert told["CHANGE_URL"] == "https://pulls/7"
    assert told["COMMIT_URL"] == f"https://git.example/acme/shop/commit/{HEAD}"


def test_a_push_knows_where_it_came_from():
    facts = for_push(AROUND, ROUTE, "main", HEAD, BASE).request.facts
    assert (facts.branch, facts.sha, facts.base_sha, facts.pr_number) == ("main", HEAD, BASE, 0)


def test_a_group_of_a_merge_queue_is_for_its_base_and_names_its_pull_request():
    notice = Queued(
        delivery="1", action="checks_requested", sha=HEAD, base_branch="main", base_sha=BASE,
        branch=f"gh-readonly-queue/main/pr-12-{BASE}",
    )  # fmt: skip
    facts = for_group(AROUND, ROUTE, notice).request.facts
    assert (facts.linked_pr, facts.base_branch, facts.base_sha) == (12, "main", BASE)


def test_each_dispatch_is_one_of_its_own_and_each_time_of_a_schedule_too():
    one, other = (
        for_dispatch(
            Circumstances(repository=REPOSITORY, inbox="x", at=1.0, time="", again=again),
            ROUTE, "main", HEAD, {"level": 3},
        )
        for again in ("first", "second")
    )  # fmt: skip
    assert one.run != other.run
    assert one.request.facts.inputs == {"level": 3}
    assert for_tick(AROUND, ROUTE, HEAD, 60.0).run != for_tick(AROUND, ROUTE, HEAD, 120.0).run
    assert for_tick(AROUND, ROUTE, HEAD, 60.0).run == for_tick(AROUND, ROUTE, BASE, 60.0).run
