"""Answers that are kept to be asked about: has it changed? A "no" does not count as a request."""

from __future__ import annotations

import threading
from collections import OrderedDict

from praktika.adapters.github.http.answer import Answer, Request

_Key = tuple[str, str]


class Etags:
    """Keeps the latest answers of GETs, each for whoever may see it. Any number of threads.

    Args:
        size: bytes of bodies to keep in all.
    """

    def __init__(self, size: int = 32 << 20) -> None:
        self._size = size
        self._used = 0
        self._kept: OrderedDict[_Key, Answer] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, request: Request) -> Answer | None:
        """The answer that is kept for such a request."""
        if request.method != "GET":
            return None
        with self._lock:
            kept = self._kept.get(_key(request))
            if kept is not None:
                self._kept.move_to_end(_key(request))
            return kept

    def keep(self, request: Request, answer: Answer) -> None:
        """Keep an answer if it can be asked about; the ones that were not used for long go."""
        if request.method != "GET" or answer.status != 200:
            return
        key = _key(request)
        with self._lock:
            self._drop(key)
            if "etag" not in answer.headers or len(answer.body) > self._size // 8:
                return
            self._kept[key] = answer
            self._used += len(answer.body)
            while self._used > self._size or len(self._kept) > self._size // 1024:
                self._drop(next(iter(self._kept)))

    def _drop(self, key: _Key) -> None:
        old = self._kept.pop(key, None)
        if old is not None:
            self._used -= len(old.body)


def _key(request: Request) -> _Key:
    return (request.purview, request.url)
