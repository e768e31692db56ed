"""CIDB: the CI database, a ClickHouse server, over HTTP."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

from praktika.sdk.files import to_json
from praktika.sdk.job.environment import Environment
from praktika.sdk.result.node import Node
from praktika.sdk.services.cidb_rows import rows, usage_row
from praktika.sdk.services.errors import ServiceFailed
from praktika.sdk.settings import Settings

_BATCH = 10_000
_PAUSE = 2.0


class CIDB:
    """The CI database.

    Args:
        url: of the server's HTTP interface.
        user: who asks; "" sends no name.
        passwd: the password; "" sends none.
    """

    PAUSE = _PAUSE

    def __init__(self, url: str, user: str = "", passwd: str = "") -> None:
        self.url = url.rstrip("/")
        self.user = user
        self._headers = {
            name: value
            for name, value in (("X-ClickHouse-User", user), ("X-ClickHouse-Key", passwd))
            if value
        }

    @classmethod
    def from_connection_secret(cls, connection: str) -> Self:
        """The database of a secret's JSON, `{"url", "user", "password"}`.

        Raises:
            ValueError: it is not such JSON.
        """
        try:
            facts = json.loads(connection)
            return cls(facts["url"], facts.get("user", ""), facts.get("password", ""))
        except (ValueError, TypeError, KeyError, AttributeError):
            raise ValueError("the secret must be JSON with url, user and password") from None

    def query(self, sql: str, retries: int = 5) -> str:
        """The answer to a query, stripped.

        Raises:
            ServiceFailed: the server refused it, or none of the tries got an answer.
        """
        timeout = float(Settings.CI_DB_QUERY_TIMEOUT_SEC)
        return self._post({}, sql.encode(), timeout=timeout, tries=retries).strip()

    def check(self) -> tuple[bool, str]:
        """Whether the database answers, and why not."""
        try:
            answer = self.query("SELECT 1", retries=1)
        except ServiceFailed as error:
            return False, str(error)
        return answer == "1", "" if answer == "1" else f"unexpected answer: {answer[:200]}"

    def insert(self, result: Node, result_name_for_cidb: str = "") -> int:
        """How many rows were written for a job; errors as those of `insert_rows`."""
        return self.insert_rows(rows(Environment.get(), result, result_name_for_cidb))

    def insert_rows(self, content: Iterable[Mapping[str, Any]], table: str = "") -> int:
        """How many rows were written, in blocks of 10,000.

        A block that is sent again after a lost answer is not written twice: it has a token.

        Args:
            content: rows by column.
            table: `database.table`; by default that of the settings.

        Raises:
            ServiceFailed: the server refused a block, or none of the tries got an answer.
        """
        table = table or f"{Settings.CI_DB_DB_NAME}.{Settings.CI_DB_TABLE_NAME}"
        count = 0
        block: list[bytes] = []
        for row in content:
            block.append(to_json(row))
            if len(block) == _BATCH:
                count += self._insert(table, block)
                block = []
        return count + (self._insert(table, block) if block else 0)

    def insert_storage_usage(self, usage: Mapping[str, Any]) -> int:
        """How many rows were written for `{"uploaded": bytes, "uploaded_details": {…}}`."""
        env, check = Environment.get(), "Usage Storage"
        uploaded = (("storage_usage_uploaded_bytes", int(usage.get("uploaded", 0))),)
        items = (("storage_usage_uploaded_items", len(usage.get("uploaded_details", {}))),)
        return self.insert_rows(usage_row(env, check, *each) for each in uploaded + items)

    def insert_compute_usage(self, usage: Mapping[str, Any]) -> int:
        """How many rows were written for `{"runners_usage": {runner: seconds}}`."""
        env = Environment.get()
        seconds = usage.get("runners_usage", {})
        return self.insert_rows(
            usage_row(env, "Usage Compute", runner, round(taken * 1000))
            for runner, taken in seconds.items()
        )

    @staticmethod
    def get_link_to_test_case_statistics(  # noqa: PLR0913 - the vocabulary's signature
        test_name: str,
        job_name: str = "",
        failure_patterns: Sequence[str] | None = None,
        test_output: str = "",
        *,
        url: str = "",
        user: str = "",
        pr_base_branches: Sequence[str] = (),
    ) -> str:
        """Address of a page that shows how often a test failed, day by day.

        Args:
            test_name: of the test.
            job_name: only in this job.
            failure_patterns: if one of these occurs in `test_output`, only failures that have it.
            test_output: of the failure at hand.
            url: of the server; by default that of the settings.
            user: who asks there; by default that of the settings.
            pr_base_branches: only in runs for these branches.
        """
        from urllib.parse import urlencode  # noqa: PLC0415 - costs 5 ms, rarely used

        patterns = failure_patterns or Settings.TEST_FAILURE_PATTERNS or ()
        pattern = next((each for each in patterns if each in test_output), "")
        conditions = [f"test_name = {_quoted(test_name)}"]
        if job_name:
            conditions.append(f"check_name = {_quoted(job_name)}")
        if pattern:
            conditions.append(f"position(test_context_raw, {_quoted(pattern)}) > 0")
        if pr_base_branches:
            conditions.append(f"base_ref IN ({', '.join(map(_quoted, pr_base_branches))})")
        sql = (
            "SELECT toStartOfDay(check_start_time) AS day, count() AS runs, "
            "countIf(test_status NOT IN ('OK', 'SKIPPED', 'XFAIL')) AS failures\n"
            f"FROM {Settings.CI_DB_DB_NAME}.{Settings.CI_DB_TABLE_NAME}\n"
            f"WHERE {' AND '.join(conditions)}\n"
            "GROUP BY day ORDER BY day DESC"
        )
        query = urlencode({"user": user or Settings.CI_DB_READ_USER, "run": 1})
        page = (url or str(Settings.CI_DB_READ_URL)).rstrip("/")
        return f"{page}/play?{query}#{base64.b64encode(sql.encode()).decode()}"

    def _insert(self, table: str, block: list[bytes]) -> int:
        from hashlib import sha256  # noqa: PLC0415 - costs 2 ms, rarely used

        data = b"\n".join(block)
        parameters = {
            "query": f"INSERT INTO {table} FORMAT JSONEachRow",
            "date_time_input_format": "best_effort",
            "insert_deduplication_token": sha256(data).hexdigest(),
        }
        timeout = float(Settings.CI_DB_INSERT_TIMEOUT_SEC)
        self._post(parameters, data, timeout=timeout, tries=3)
        return len(block)

    def _post(
        self, parameters: Mapping[str, str], data: bytes, *, timeout: float, tries: int
    ) -> str:
        from http.client import HTTPException  # noqa: PLC0415 - costs 10 ms, rarely used
        from urllib.error import HTTPError  # noqa: PLC0415 - urllib costs 30 ms, rarely used
        from urllib.parse import urlencode  # noqa: PLC0415 - the same
        from urllib.request import Request, urlopen  # noqa: PLC0415 - the same

        if not self.url.startswith(("http://", "https://")):
            raise ServiceFailed(f"the CI database's url must start with https://, not '{self.url}'")
        address = f"{self.url}/?{urlencode(parameters)}"
        why = ""
        for attempt in range(max(tries, 1)):
            if attempt:
                time.sleep(self.PAUSE * attempt)
            request = Request(address, data, self._headers)  # noqa: S310 - checked above
            try:
                with urlopen(request, timeout=timeout) as answer:  # noqa: S310 - the same
                    return bytes(answer.read()).decode("utf-8", "replace")
            except HTTPError as error:
                why = f"{error.code} {error.read(2000).decode('utf-8', 'replace').strip()}"
                if error.code < 500:
                    break
            except (OSError, HTTPException) as error:
                why = str(error)
        raise ServiceFailed(f"the CI database at {self.url}: {why}")


def _quoted(text: str) -> str:
    """A text as a string of SQL."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
