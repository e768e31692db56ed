"""Known issues: which failing tests somebody has already reported."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple, Self

from praktika.sdk.files import read_json, to_json, write_atomic
from praktika.sdk.github.cli import pages
from praktika.sdk.host.meta import WithIter
from praktika.sdk.job.environment import Environment
from praktika.sdk.result.result import Result
from praktika.sdk.result.status import Label
from praktika.sdk.settings import Settings

_TEST_NAME = re.compile(r"^\s*Test name:\s*(.+?)\s*$", re.MULTILINE | re.IGNORECASE)
_FIELDS = '{number, title, body: (.body // ""), html_url, labels: [.labels[].name]}'


class IssueLabels(metaclass=WithIter):
    """Labels that mark an issue as one about tests."""

    CI_ISSUE = "testing"
    FLAKY_TEST = "flaky test"
    FUZZ = "fuzz"
    INFRASTRUCTURE = "infrastructure"
    SANITIZER = "sanitizer"


class Issue(NamedTuple):
    """An open issue about a test.

    Attributes:
        number: in its repository.
        title: one line.
        body: text; a line `Test name: …` in it names the test.
        html_url: its address.
        labels: their names.
    """

    number: int
    title: str
    body: str = ""
    html_url: str = ""
    labels: tuple[str, ...] = ()

    @classmethod
    def from_dict(cls, obj: dict[str, Any]) -> Self:
        """The issue in plain data; further keys do not matter."""
        known = {key: obj[key] for key in cls._fields if key in obj}
        return cls(**{**known, "labels": tuple(obj.get("labels") or ())})

    @property
    def test_name(self) -> str:
        """The test that it is about, or ""."""
        found = _TEST_NAME.search(self.body)
        return found[1].strip("`") if found else ""

    def is_about(self, test: str) -> bool:
        """Whether it is about a test: names it in its body, or as a whole word in its title."""
        if self.test_name:
            return self.test_name == test
        return re.search(rf"(?<![\w.:/-]){re.escape(test)}(?![\w.:/-])", self.title) is not None


class TestCaseIssueCatalog:
    """The open issues about tests."""

    __test__ = False  # its name would make pytest take it for tests

    def __init__(self, active_test_issues: Iterable[Issue] = ()) -> None:
        self.active_test_issues = list(active_test_issues)

    @staticmethod
    def file_name_static(_name: str = "") -> str:
        """Path of the stored catalog."""
        return f"{Settings.TEMP_DIR}/test_case_issues.json"

    @classmethod
    def from_fs(cls, _name: str = "") -> Self:
        """The stored catalog; raises OSError or ValueError if there is none."""
        content = read_json(cls.file_name_static())
        return cls(Issue.from_dict(each) for each in content["active_test_issues"])

    @classmethod
    def from_gh(cls, repo: str = "") -> Self:
        """The open issues with one of `IssueLabels`, from GitHub.

        Raises:
            ServiceFailed: GitHub could not be asked.
        """
        path = f"repos/{repo or Environment.get().REPOSITORY}/issues?state=open&per_page=100"
        wanted = set(IssueLabels)
        issues = [Issue.from_dict(each) for each in pages(path, _FIELDS)]
        return cls(each for each in issues if wanted & set(each.labels))

    def dump(self) -> Self:
        """Store the catalog."""
        issues = [
            {**each._asdict(), "labels": list(each.labels)} for each in self.active_test_issues
        ]
        content = to_json({"active_test_issues": issues}, indent=4)
        write_atomic(Path(self.file_name_static()), content)
        return self

    def find_issue(self, test: str) -> Issue | None:
        """The issue about a test, or None."""
        return next((issue for issue in self.active_test_issues if issue.is_about(test)), None)

    def label_failures(self, result: Result) -> int:
        """How many failed leaves of a Result were labelled with the issue that is about them."""
        count = 0
        for _, node in result.walk():
            if node.results or not node.has_failed():
                continue
            issue = self.find_issue(node.name)
            if issue:
                node.set_label(Label.ISSUE, link=issue.html_url)
                count += 1
        return count
