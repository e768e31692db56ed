"""Logs and attached files of jobs, which may say anything.

None of them can act as a page of this site: they are sandboxed, never sniffed, and only what a
browser shows without running it keeps its type.
"""

from __future__ import annotations

from starlette.responses import Response

from praktika.web.http.blobs import file_answer
from praktika.web.http.exchange import Visit
from praktika.web.pages.frame import page
from praktika.web.pages.markup import h

_TEXT = "text/plain; charset=utf-8"
_TYPES = {
    "gif": "image/gif",
    "htm": "text/html; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "png": "image/png",
    "svg": "image/svg+xml",
    "webp": "image/webp",
}
_TEXTS = frozenset(
    ("log", "txt", "md", "rst", "json", "xml", "csv", "tsv", "yml", "yaml", "toml", "ini", "cfg")
) | frozenset(("diff", "patch", "py", "js", "css", "sh", "out", "err"))
_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'"
)


def file_headers(path: str) -> dict[str, str]:
    """The headers with which a file of a job is given to a browser."""
    name = path.rpartition("/")[2]
    ending = name.rpartition(".")[2].lower()
    headers = {"content-security-policy": _POLICY}
    if ending in _TEXTS:
        return {**headers, "content-type": _TEXT}
    if ending in _TYPES:
        return {**headers, "content-type": _TYPES[ending]}
    return {
        **headers,
        "content-type": "application/octet-stream",
        "content-disposition": "attachment",
    }


async def file_page(visit: Visit) -> Response:
    """A file below the run's folder, as the report links to it."""
    await visit.reader()
    found = visit.request.path_params
    return await file_answer(visit, found["run"], found["path"], file_headers(found["path"]))


async def log_text(visit: Visit) -> Response:
    """The log of an attempt, also while it grows; a Range reads on."""
    await visit.reader()
    run, path = _log_of(visit)
    return await file_answer(visit, run, path, file_headers(path))


async def live_page(visit: Visit) -> Response:
    """The log of an attempt, which a script continues."""
    login = await visit.reader()
    found = visit.request.path_params
    run = await visit.house.threads.do(visit.house.surface.books.details, found["run"])
    names = [job.name for job in run.jobs if job.key == found["key"]]
    title = f"{names[0] if names else found['key']}, attempt {found['attempt']}"
    return page(
        title,
        h("p", h("a", "Jobs", href="../../../jobs"), " · ", h("a", "Plain text", href="log")),
        h("pre", id="log", data_log="log", class_="log"),
        h("noscript", h("p", "Without JavaScript, the plain text has to be reloaded.")),
        login=login,
    )


def _log_of(visit: Visit) -> tuple[str, str]:
    found = visit.request.path_params
    return found["run"], f"jobs/{found['key']}/{found['attempt']}/job.log"
