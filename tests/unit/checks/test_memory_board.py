"""The board in memory refuses what GitHub would: tests that use it would not notice otherwise."""

from __future__ import annotations

import pytest
from msgspec import structs

from praktika.adapters.memory import MemoryBoard
from praktika.errors import Absent
from praktika.model.forge import Action, Annotation, Check, CommitStatus

GOOD = Check(name="PR", sha="a", external_id="r", status="queued", title="t", summary="s")
BUTTON = Action(label="l", description="d", identifier="i")


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"sha": ""},
        {"status": "completed"},
        {"conclusion": "success"},
        {"summary": ""},
        {"title": ""},
        {"summary": "x" * 65_536},
        {"text": "x" * 65_536},
        {"actions": (BUTTON,) * 4},
        {"actions": (structs.replace(BUTTON, label="x" * 21),)},
        {"actions": (structs.replace(BUTTON, description="x" * 41),)},
        {"actions": (structs.replace(BUTTON, identifier=""),)},
        {"annotations": (Annotation(path="", line=1, level="notice", message="m"),)},
        {"annotations": (Annotation(path="a", line=0, level="notice", message="m"),)},
        {"annotations": (Annotation(path="a", line=1, level="notice", message=""),)},
    ],
)
def test_what_github_refuses_is_refused(change):
    board = MemoryBoard()
    number = board.create_check("o/r", GOOD)
    with pytest.raises(ValueError):
        board.create_check("o/r", structs.replace(GOOD, **change))
    with pytest.raises(ValueError):
        board.update_check("o/r", number, structs.replace(GOOD, **change))
    assert board.shown("o/r", "a") == {number: GOOD}


def test_so_are_statuses_and_comments_that_are_too_long():
    board = MemoryBoard()
    with pytest.raises(ValueError):
        board.set_status(
            "o/r", "a", CommitStatus(context="c", state="error", description="x" * 141)
        )
    with pytest.raises(ValueError):
        board.set_comment("o/r", 1, "m", "x" * 65_001)


def test_what_no_wire_can_carry_is_refused():
    with pytest.raises(UnicodeEncodeError):
        MemoryBoard().create_check("o/r", structs.replace(GOOD, title="\ud800"))


def test_a_repository_that_it_does_not_know_is_absent():
    board = MemoryBoard(frozenset({"o/r"}))
    board.create_check("o/r", GOOD)
    with pytest.raises(Absent):
        board.create_check("o/other", GOOD)
    with pytest.raises(Absent):
        board.merge("o/r", 1, "a")
