"""What is dealt with one after another."""

from __future__ import annotations

from praktika.intake.names import group_of
from praktika.model.notices import (
    ButtonPressed,
    Commented,
    Dispatched,
    Installed,
    PullChanged,
    Pushed,
    Queued,
    Ticked,
)

HERE = {"delivery": "d", "repository": "o/r"}


def test_all_about_one_pull_request_is_one_group() -> None:
    opened = PullChanged(**HERE, number=7, action="opened")
    again = PullChanged(delivery="e", repository="O/R", number=7, action="closed", sha="f" * 40)
    commented = Commented(**HERE, number=7, words=("rerun",))

    assert group_of(opened) == group_of(again) == group_of(commented)


def test_all_about_one_branch_is_one_group() -> None:
    pushed = Pushed(**HERE, branch="main", sha="a" * 40)
    queued = Queued(**HERE, action="destroyed", sha="", branch="main", base_branch="x")

    assert group_of(pushed) == group_of(Dispatched(**HERE, workflow="w", branch="main"))
    assert group_of(pushed) == group_of(queued)


def test_what_has_nothing_to_do_with_one_another_is_apart() -> None:
    notices = [
        PullChanged(**HERE, number=7, action="opened"),
        PullChanged(**HERE, number=8, action="opened"),
        PullChanged(delivery="d", repository="o/r2", number=7, action="opened"),
        Pushed(**HERE, branch="7"),
        Pushed(**HERE, branch="feature"),
        Pushed(**HERE, branch="Feature"),
        Dispatched(**HERE, workflow="7"),
        ButtonPressed(**HERE, button="rerun", sha="7"),
        Ticked(**HERE, workflow="7", due=1.0),
        Installed(delivery="d", action="added", account="7"),
        Installed(delivery="d", action="added", account="8"),
    ]

    assert len({group_of(notice) for notice in notices}) == len(notices)
    assert all(0 < len(group_of(notice)) <= 128 for notice in notices)
