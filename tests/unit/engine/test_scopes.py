"""Whose outcomes a run may take, and where its own are kept."""

from __future__ import annotations

import itertools

import pytest

from praktika.engine.choice.scopes import Scopes, scopes
from praktika.model.facts import Facts

HOST = "laptop:/home/ann/code"


def of(**facts) -> Scopes:
    return scopes(
        Facts(**{"repository": "o/r", "local": False, "sha": "abc", **facts}), HOST, "main"
    )


MAIN = of(branch="main")
RELEASE = of(branch="release/1")
CHANGE = of(branch="fix", base_branch="main", pr_number=5)
BACKPORT = of(branch="fix", base_branch="release/1", pr_number=6)
FORK = of(branch="main", base_branch="main", pr_number=7, trust="untrusted")
OTHER_FORK = of(branch="main", base_branch="main", pr_number=8, trust="untrusted")
BY_HAND = of(branch="main", by_hand=True)
LOCAL = of(branch="main", local=True, by_hand=True)
EVERY = [MAIN, RELEASE, CHANGE, BACKPORT, FORK, OTHER_FORK, BY_HAND, LOCAL]


def test_a_branch_reads_its_own_and_the_main_branch() -> None:
    assert Scopes("branch main", ("branch main",), "branch main") == MAIN
    assert Scopes("branch release/1", ("branch release/1", "branch main"), "branch main") == RELEASE


def test_a_pull_request_reads_its_own_its_base_and_the_main_branch() -> None:
    assert Scopes("pull request 5", ("pull request 5", "branch main"), "branch main") == CHANGE
    assert BACKPORT.reads == ("pull request 6", "branch release/1", "branch main")


@pytest.mark.parametrize("reader", [MAIN, RELEASE])
def test_row_7_fault_6_a_branch_never_reads_what_anybody_else_made(reader: Scopes) -> None:
    written = {scope.writes for scope in EVERY if scope not in {MAIN, RELEASE}}
    assert written.isdisjoint(reader.reads)


def test_row_7_fault_6_a_fork_whose_branch_is_called_main_writes_a_scope_of_its_own() -> None:
    assert FORK.writes == "untrusted pull request 7"
    readers = [scope for scope in EVERY if FORK.writes in scope.reads]
    assert readers == [FORK]


def test_row_7_every_scope_is_written_by_one_of_them_only() -> None:
    assert len({scope.writes for scope in EVERY}) == len(EVERY)


def test_row_7_no_name_of_a_branch_leads_into_another_scope() -> None:
    names = ["pull request 5", "5", "untrusted pull request 7", "by hand branch main", ""]
    own = {of(branch=name).writes for name in names}
    assert own.isdisjoint({scope.writes for scope in EVERY})


def test_code_by_hand_reads_what_branches_made_but_keeps_its_own_apart() -> None:
    assert (
        Scopes("by hand branch main", ("by hand branch main", "branch main"), "branch main")
        == BY_HAND
    )
    assert LOCAL.writes == f"machine {HOST}"
    assert "branch main" in LOCAL.reads


def test_machines_do_not_read_one_another() -> None:
    facts = Facts(repository="o/r", branch="fix", local=True)
    one, other = (scopes(facts, host, "main") for host in ("a:/x", "b:/x"))
    assert one.writes not in other.reads


def test_a_detached_head_has_the_scope_of_its_commit() -> None:
    assert of(branch="").writes == "commit abc"
    assert of(branch="").reads == ("commit abc", "branch main")


def test_row_7_untrusted_code_is_read_by_nobody_who_is_trusted_whatever_the_facts() -> None:
    flags = itertools.product(("main", "fix", ""), (0, 5), (True, False), (True, False))
    for branch, number, local, by_hand in flags:
        facts = {"branch": branch, "pr_number": number, "local": local, "by_hand": by_hand}
        untrusted = of(**facts, trust="untrusted")
        trusted = [of(**facts), *EVERY[:4], BY_HAND, LOCAL]
        assert all(untrusted.writes not in scope.reads for scope in trusted)
