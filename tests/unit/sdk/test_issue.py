import pytest

from praktika.issue import Issue, IssueLabels, TestCaseIssueCatalog
from praktika.result import Result


def catalog():
    return TestCaseIssueCatalog(
        [
            Issue(1, "Flaky", "Test name: `t.py::a`\nmore", "https://i/1", ("flaky test",)),
            Issue(2, "test_b fails sometimes", "", "https://i/2"),
        ]
    )


@pytest.mark.parametrize(
    ("test", "number"),
    [("t.py::a", 1), ("test_b", 2), ("test", None), ("est_b", None), ("t.py", None)],
)
def test_finding_the_issue_about_a_test(test, number):
    found = catalog().find_issue(test)
    assert (found.number if found else None) == number


def test_failures_are_labelled():
    result = Result(
        "job",
        "FAIL",
        results=[
            Result("t.py::a", "FAIL"),
            Result("test_b", "OK"),
            Result("other", "FAIL"),
        ],
    )
    assert catalog().label_failures(result) == 1
    assert result.results[0].get_label_link(Result.Label.ISSUE) == "https://i/1"
    assert [part.get_labels() for part in result.results] == [["issue"], [], []]


def test_the_catalog_is_stored(temp):
    catalog().dump()
    assert TestCaseIssueCatalog.from_fs().active_test_issues == catalog().active_test_issues


def test_labels_can_be_iterated():
    assert "flaky test" in set(IssueLabels)
