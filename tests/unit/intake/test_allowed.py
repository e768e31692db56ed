"""Fault 10: an explicit list of repositories, by owner and name."""

from __future__ import annotations

import pytest

from praktika.errors import OperatorError
from praktika.intake.allowed import Allowed
from praktika.model.notices import Installed, Pushed


@pytest.mark.parametrize(
    "names",
    [[], [""], ["name"], ["/name"], ["owner/"], ["owner/*"], ["*"], ["a/b/c"], ["a/b", "c"]],
)
def test_fault_10_there_is_no_list_that_means_all(names: list[str]) -> None:
    with pytest.raises(OperatorError):
        Allowed(names)


def test_fault_10_names_are_compared_whole_and_whatever_their_case() -> None:
    allowed = Allowed(["Owner/Name"])

    assert "owner/NAME" in allowed
    assert not any(one in allowed for one in ("", "Name", "other/Name", "Owner/Name2", "Owner", 3))


def test_what_an_account_changes_concerns_those_with_a_repository_there() -> None:
    allowed = Allowed(["Owner/Name"])

    def installed(account: str) -> Installed:
        return Installed(delivery="d", action="created", account=account)

    assert allowed.concerns(installed("owner"))
    assert not allowed.concerns(installed("stranger"))
    assert not allowed.concerns(installed(""))
    assert not allowed.concerns(Pushed(delivery="d", branch="main"))
