"""Files of a run as answers, in pieces, with ranges."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from functools import partial

from starlette.responses import Response, StreamingResponse

from praktika.errors import PraktikaError
from praktika.web.http.exchange import Visit
from praktika.web.http.ranges import asked_range
from praktika.web.http.refusal import Refusal

_PIECE = 256 * 1024


async def file_answer(visit: Visit, run: str, path: str, headers: Mapping[str, str]) -> Response:
    """The bytes of a file, or the part that is asked for.

    Args:
        visit: the request.
        run: id.
        path: below the run's folder.
        headers: of the answer.

    Raises:
        Refusal: 416, the range is none.
        PraktikaError: there is no such file, or it cannot be read.
    """
    books, threads, request = visit.house.surface.books, visit.house.threads, visit.request
    size = await threads.do(books.size, run, path)
    try:
        part = asked_range(request.headers.get("range", ""), size)
    except Refusal as refusal:
        return _beyond(refusal, size)
    start, end = part or (0, size)
    told = {**headers, "accept-ranges": "bytes", "content-length": str(end - start)}
    if part is not None:
        told["content-range"] = f"bytes {start}-{end - 1}/{size}"
    status = 200 if part is None else 206
    if request.method == "HEAD":
        return Response(status_code=status, headers=told)
    read = partial(books.read, run, path)

    async def pieces() -> AsyncIterator[bytes]:
        at = start
        while at < end:
            piece = await threads.do(read, at, min(at + _PIECE, end))
            if not piece:
                # The connection ends here, so that nobody takes a part for the whole.
                raise _Shorter
            at += len(piece)
            yield piece

    return StreamingResponse(pieces(), status, told)


class _Shorter(PraktikaError):
    """A file has become shorter while it was sent."""


def _beyond(refusal: Refusal, size: int) -> Response:
    """A 416 says how large the file is, so that who follows it knows that nothing is new."""
    return Response(
        refusal.text,
        416,
        {"content-range": f"bytes */{size}", "accept-ranges": "bytes"},
        media_type="text/plain",
    )
