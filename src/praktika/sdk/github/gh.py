"""GH: what job scripts do on GitHub, under one name."""

from __future__ import annotations

from typing import Any, NoReturn

from praktika.sdk.github import comments, pulls, status, summary
from praktika.sdk.job.environment import Environment
from praktika.sdk.services.errors import NotInThisRelease


class GH:
    """Each member is a function of its own; see there.

    Where `pr` and `repo` are left out they are those of the run. What asks raises ServiceFailed;
    what posts returns whether it worked, and prints why not.
    """

    CommitStatus = summary.CommitStatus
    ResultSummaryForGH = summary.ResultSummaryForGH

    post_commit_status = staticmethod(status.post_commit_status)
    post_foreign_commit_status = staticmethod(status.post_foreign_commit_status)

    post_updateable_comment = staticmethod(comments.post_updateable_comment)
    post_fresh_comment = staticmethod(comments.post_fresh_comment)
    post_pr_comment = staticmethod(comments.post_pr_comment)

    get_changed_files = staticmethod(pulls.get_changed_files)
    get_pr_title_body_labels = staticmethod(pulls.get_pr_title_body_labels)
    get_pr_labels = staticmethod(pulls.get_pr_labels)
    get_pr_contributors = staticmethod(pulls.get_pr_contributors)
    get_pr_label_assigner = staticmethod(pulls.get_pr_label_assigner)
    get_pr_diff = staticmethod(pulls.get_pr_diff)
    pr_has_conflicts = staticmethod(pulls.pr_has_conflicts)
    update_pr_body = staticmethod(pulls.update_pr_body)
    merge_pr = staticmethod(pulls.merge_pr)
    create_issue = staticmethod(pulls.create_issue)
    list_pr_review_threads = staticmethod(pulls.list_pr_review_threads)

    @staticmethod
    def gh_pages_url(repo: str = "") -> str:
        """Address of the repository's GitHub Pages."""
        owner, _, name = (repo or Environment.get().REPOSITORY).partition("/")
        return f"https://{owner}.github.io/{name}"

    @staticmethod
    def publish_gh_pages(*_arguments: Any, **_options: Any) -> NoReturn:
        """Not available yet.

        Raises:
            NotInThisRelease: always.
        """
        raise NotInThisRelease(
            "GH.publish_gh_pages is not part of this release; push to the branch of the pages"
        )
