"""Which workflow of which repository a name on the command line means."""

import pytest

from praktika.cli.tables import dispatched, tables_of
from praktika.errors import AuthorError
from praktika.model.routes import Route, RoutingTable


def table(repository: str, *routes: Route, problems: str = "") -> RoutingTable:
    return RoutingTable(repository=repository, sha="a", at=1.0, routes=routes, problems=problems)


RELEASE = Route(workflow="Release", event="dispatch")
TESTS = Route(workflow="Tests", event="pull_request")
TABLES = [table("o/one", RELEASE, TESTS), table("o/two", RELEASE, TESTS)]


def refusal(action) -> str:
    with pytest.raises(AuthorError) as caught:
        action()
    return str(caught.value)


def test_a_repository_is_named_in_any_case():
    assert tables_of(TABLES, "O/One") == TABLES[:1]
    assert tables_of(TABLES, "") == TABLES
    assert "Did you mean 'o/one'?" in refusal(lambda: tables_of(TABLES, "o/onee"))


def test_a_workflow_of_several_repositories_has_to_be_told_apart():
    assert "'o/one', 'o/two'" in refusal(lambda: dispatched(TABLES, "release"))
    assert dispatched(TABLES[1:], "release") == (TABLES[1], RELEASE)


def test_what_a_change_starts_is_left_to_whoever_decides():
    assert "started by pull_request" in refusal(lambda: dispatched(TABLES[:1], "Tests"))
    assert dispatched(TABLES[:1], "tests", any_event=True) == (TABLES[0], TESTS)


def test_of_two_of_one_name_the_one_that_people_start_is_meant():
    by_hand = Route(workflow="Tests", event="dispatch")
    both = table("o/one", TESTS, by_hand)
    assert dispatched([both], "Tests", any_event=True) == (both, by_hand)


def test_an_unknown_one_may_be_so_because_of_errors():
    broken = table("o/one", problems="ci/w.py:1: no")
    said = refusal(lambda: dispatched([broken], "Release"))
    assert said.startswith("There is no workflow 'Release'. None is started by hand.")
    assert "'o/one' has errors" in said
