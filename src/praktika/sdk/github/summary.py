"""What GitHub shows of a run: a commit status, and a summary for a comment."""

from __future__ import annotations

from typing import NamedTuple, Self

from praktika.sdk.job.links import report_url
from praktika.sdk.result.node import Node
from praktika.sdk.result.status import github_status
from praktika.sdk.result.text import to_markdown


class CommitStatus(NamedTuple):
    """A commit status.

    Attributes:
        context: its name.
        state: a word of `GHStatus`.
        description: one line.
        target_url: where it leads.
    """

    context: str
    state: str
    description: str = ""
    target_url: str = ""

    @classmethod
    def of(cls, result: Node, target_url: str = "") -> Self:
        """The commit status that tells of a Result."""
        description = result.info.partition("\n")[0]
        return cls(result.name, github_status(result.status), description, target_url)


class ResultSummaryForGH(NamedTuple):
    """A run's Result, for a comment."""

    result: Node
    sha: str

    @classmethod
    def from_result(cls, result: Node, sha: str) -> Self:
        """The summary of a Result of that commit."""
        return cls(result, sha)

    def to_markdown(
        self, pr_number: int, sha: str = "", workflow_name: str = "", branch: str = ""
    ) -> str:
        """A heading that links to the report, and a table of what failed."""
        place = ("PR", str(pr_number)) if pr_number > 0 else ("REF", branch)
        url = report_url(place, sha or self.sha, workflow_name or self.result.name)
        return to_markdown(self.result, report_url=url)
