"""Info: what authors ask about the run, and what they tell it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from typing import Any

from praktika.sdk.files import read_json
from praktika.sdk.job.environment import Environment
from praktika.sdk.job.facts import Facts
from praktika.sdk.job.links import report_url
from praktika.sdk.job.secret import SecretValue, find_secret
from praktika.sdk.result.result import Result
from praktika.sdk.settings import Settings


class Info(Facts):
    """The facts, and what the job tells the run: data for later jobs, messages for the report."""

    def get_secret(self, name: str) -> SecretValue:
        """The secret of that name; errors as those of `find_secret`."""
        return find_secret(name)

    def store_kv_data(self, key: str, value: Any) -> None:
        """Store a JSON value for the jobs that come after this one.

        Raises:
            TypeError: JSON cannot hold the value.
        """
        json.dumps(value)
        self._update(lambda env: env.JOB_KV_DATA.update({key: value}))

    def get_kv_data(self, key: str | None = None) -> Any:
        """The value stored under a key, None if there is none; without a key, all of them."""
        data = self.env.JOB_KV_DATA
        return data if key is None else data.get(key)

    def get_changed_files(self) -> list[str] | None:
        """Paths that the change touches, or None if nobody stored them."""
        files = self.get_kv_data("changed_files")
        return files if isinstance(files, list) else None

    def set_parent_pr_number(self, number: int) -> None:
        """Store the number of the pull request that this one is a backport of."""
        self.store_kv_data("parent_pr_number", number)

    def add_workflow_warning(self, message: str) -> None:
        """Add a warning to the report of the run."""
        self._add_message("warning", message)

    def add_workflow_error(self, message: str) -> None:
        """Add an error to the report of the run."""
        self._add_message("error", message)

    def add_workflow_note(self, message: str) -> None:
        """Add a note to the report of the run."""
        self._add_message("note", message)

    def add_workflow_report_message(self, message: str) -> None:
        """Deprecated name of `add_workflow_note`."""
        self.add_workflow_note(message)

    def set_pr_labels(self, labels: list[str]) -> None:
        """Replace the pull request's labels as this run knows them; GitHub is not told."""
        self._update(lambda env: setattr(env, "PR_LABELS", list(dict.fromkeys(labels))))

    def add_pr_label(self, label: str) -> None:
        """Add a label, as `set_pr_labels` does."""
        self.set_pr_labels([*self.pr_labels, label])

    def remove_pr_label(self, label: str) -> None:
        """Remove a label, as `set_pr_labels` does."""
        self.set_pr_labels([each for each in self.pr_labels if each != label])

    def store_traceback(self) -> None:
        """Store the traceback of the exception that is being handled, if any."""
        if sys.exc_info()[0] is not None:
            import traceback  # noqa: PLC0415 - costs 5 ms, few scripts need it

            text = traceback.format_exc()
            self._update(lambda env: env.TRACEBACKS.append(text))

    def dump(self) -> None:
        """Write the facts, with what was changed in `env`, to environment.json."""
        self.env.dump()

    def docker_tag(self, image: str) -> str | None:
        """The tag that this run uses for an image, or None."""
        tags = json.loads(os.environ.get("DOCKER_TAG") or "{}")
        if image not in tags:
            config = self.env.WORKFLOW_CONFIG
            tags = (config.get("digest_dockers") if isinstance(config, dict) else None) or {}
        tag = tags.get(image)
        return None if tag is None else str(tag)

    def is_workflow_ok(self) -> bool:
        """Whether the run is OK so far; errors as those of `Result.from_fs`."""
        return Result.get_workflow_result().is_ok()

    def get_job_url(self) -> str:
        """Address of the job: that of the run."""
        return self.run_url

    def get_report_url(self, *, latest: bool = False) -> str:
        """Address of the run's report, "" if it has none; with `latest`, of the newest commit's."""
        return report_url(self._place(), "latest" if latest else self.sha, self.workflow_name)

    def get_job_report_url(self, *, latest: bool = False) -> str:
        """Address of the job's page in the report, "" if it has none."""
        sha = "latest" if latest else self.sha
        return report_url(self._place(), sha, self.workflow_name, self.job_name)

    def get_specific_report_url(
        self, pr_number: int, branch: str, sha: str, job_name: str = "", workflow_name: str = ""
    ) -> str:
        """Address of any page of a report."""
        workflow = workflow_name or self.workflow_name
        return self.get_specific_report_url_static(pr_number, branch, sha, job_name, workflow)

    @staticmethod
    def get_specific_report_url_static(
        pr_number: int, branch: str, sha: str, job_name: str = "", workflow_name: str = ""
    ) -> str:
        """Address of any page of a report, given the name of the workflow."""
        place = ("PR", str(pr_number)) if pr_number > 0 else ("REF", branch)
        return report_url(place, sha, workflow_name, job_name)

    @staticmethod
    def get_workflow_input_value(name: str) -> Any:
        """What was given as an input of the workflow, or None."""
        try:
            inputs = read_json(Settings.WORKFLOW_INPUTS_FILE)
        except FileNotFoundError:
            return None
        return inputs.get(name) if isinstance(inputs, dict) else None

    def _place(self) -> tuple[str, str]:
        number = self.pr_number
        return ("PR", str(number)) if number > 0 else ("REF", self.git_branch)

    def _add_message(self, kind: str, message: str) -> None:
        entry = {"message": message, "kind": kind, "from": self.job_name}
        self._update(lambda env: env.REPORT_MESSAGES.append(entry))

    def _update(self, change: Callable[[Environment], object]) -> None:
        self.env = Environment.update(change)
