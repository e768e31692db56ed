"""The face `praktika.issue`; its parts are in `praktika.sdk.services.issue`."""

from praktika.sdk.services.issue import Issue, IssueLabels, TestCaseIssueCatalog

__all__ = ["Issue", "IssueLabels", "TestCaseIssueCatalog"]
