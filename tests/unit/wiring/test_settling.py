"""What a request means, once its commits are here."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from praktika.errors import Absent, AuthorError
from praktika.model.events import RunRequested
from praktika.model.facts import Facts, Merge
from praktika.ports.checkouts import Description
from praktika.wiring.plans.settling import settled

BASE, HEAD, COMMON, MERGED = ("b" * 40, "d" * 40, "c" * 40, "e" * 40)
MERGE = Merge(base=BASE, head=HEAD, common=COMMON)
FACTS = Facts(repository="o/r", sha=HEAD, branch="change", local=False, pr_number=7)
REMOTE = "https://example.invalid/o/r"


class FakeCheckouts:
    """Knows what changed between two commits; a list that is too long is everything."""

    def __init__(self, changed: dict[tuple[str, str], Sequence[str]]) -> None:
        self.known = changed
        self.merges: list[Merge] = []

    def checkout(self, _commit, _place):
        raise AssertionError("nothing is checked out")

    def merged(self, _remote: str, merge: Merge) -> str:
        self.merges.append(merge)
        if merge.base == "0bad":
            raise AuthorError(text="they conflict in 'a'")
        return MERGED

    def changed(
        self, _remote: str, old: str, new: str, merge: Merge | None = None
    ) -> Sequence[str]:
        assert (merge is not None) == (new == MERGED)
        if (old, new) not in self.known:
            raise Absent(f"{old} is gone")
        return self.known[old, new]

    def described(self, _remote: str, sha: str) -> Description:
        return Description(message=f"says {sha[0]}", author="Ann <ann@example.invalid>")


def request(facts: Facts = FACTS, **fields) -> RunRequested:
    return RunRequested(at=0.0, workflow="W", facts=facts, **{"remote": REMOTE, **fields})


def test_a_change_is_run_merged_and_its_files_are_those_that_the_merge_changes():
    checkouts = FakeCheckouts({(BASE, MERGED): ["a", "b"]})
    facts = settled(request(merge=MERGE), checkouts).facts
    assert checkouts.merges == [MERGE]
    assert (facts.sha, facts.base_sha, facts.changed) == (MERGED, BASE, ("a", "b"))


def test_fault_41_the_words_are_those_of_the_head_and_not_of_the_merge():
    checkouts = FakeCheckouts({(BASE, MERGED): []})
    facts = settled(request(merge=MERGE), checkouts).facts
    assert facts.message == "says d"
    assert facts.author == "Ann <ann@example.invalid>"


def test_a_head_that_is_not_merged_is_compared_with_where_it_went_apart():
    checkouts = FakeCheckouts({(COMMON, HEAD): ["a"]})
    facts = settled(request(replace(FACTS, base_sha=COMMON)), checkouts).facts
    assert (facts.sha, facts.base_sha, facts.changed) == (HEAD, COMMON, ("a",))


@pytest.mark.parametrize("before", ["", "0" * 40, "f" * 40])
def test_of_a_push_to_a_new_branch_or_with_force_it_is_not_known_what_changed(before):
    push = Facts(repository="o/r", sha=HEAD, branch="main", local=False, base_sha=before)
    facts = settled(request(push), FakeCheckouts({})).facts
    assert facts.changed is None
    assert facts.message == "says d"


def test_fault_53_too_many_files_are_none_and_never_a_part_of_them():
    many = [f"file {number:05}" for number in range(20_000)]
    checkouts = FakeCheckouts({(BASE, MERGED): many[:3000]})
    assert len(settled(request(merge=MERGE), checkouts).facts.changed or ()) == 3000
    checkouts = FakeCheckouts({(BASE, MERGED): many})
    assert settled(request(merge=MERGE), checkouts).facts.changed is None


def test_a_name_that_is_no_text_can_be_told():
    checkouts = FakeCheckouts({(BASE, MERGED): ["\udcff"]})
    assert settled(request(merge=MERGE), checkouts).facts.changed == ("\\udcff",)


def test_a_conflict_is_the_authors():
    merge = replace(MERGE, base="0bad")
    with pytest.raises(AuthorError, match="conflict in 'a'"):
        settled(request(merge=merge), FakeCheckouts({}))


@pytest.mark.parametrize(
    "asked",
    [
        request(replace(FACTS, local=True)),
        request(replace(FACTS, by_hand=True, changed=("a",))),
        request(replace(FACTS, sha="")),
        request(remote=""),
    ],
)
def test_code_as_it_lies_in_a_checkout_is_known_already(asked):
    assert settled(asked, FakeCheckouts({})) is asked
