"""Addresses of report pages."""

from __future__ import annotations

from praktika.sdk.settings import Settings


def report_url(place: tuple[str, str], sha: str, *names: str) -> str:
    """Address of a page of the report, or "" where reports have no public address.

    Args:
        place: `("PR", number)` or `("REF", branch)`.
        sha: of the commit, or "latest".
        names: of the workflow, the job, and so on down.
    """
    bucket, _, folder = str(Settings.S3_REPORT_BUCKET or "").partition("/")
    if not bucket:
        return ""
    from urllib.parse import urlencode  # noqa: PLC0415 - costs 5 ms, few scripts need it

    endpoints = Settings.S3_BUCKET_TO_HTTP_ENDPOINT or {}
    host = endpoints.get(bucket, f"{bucket}.s3.amazonaws.com")
    page = str(Settings.HTML_PAGE_FILE).rpartition("/")[2] or "json.html"
    query = {place[0]: place[1], "sha": sha}
    query |= {f"name_{level}": name for level, name in enumerate(names) if name}
    return f"https://{'/'.join(filter(None, (host, folder, page)))}?{urlencode(query)}"
