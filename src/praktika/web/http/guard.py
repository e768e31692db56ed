"""Who asks: a token in a header, or a browser with a cookie."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from praktika.web.http.refusal import Refusal

LIFE = 30 * 24 * 3600
"""Seconds after which a browser has to be told the token again."""

_PLAIN, _SECURE = "praktika", "__Host-praktika"
_LONGEST = 200
_SAFE = {"GET", "HEAD", "OPTIONS"}


class Guard:
    """Knows who asks.

    Args:
        login_of: whom a token stands for; "" if it is none. It may wait, so it is not called here.
        url: where people find the server; "" if that is not known.
    """

    def __init__(self, login_of: Callable[[str], str], url: str) -> None:
        self.login_of = login_of
        self._url = url
        self._is_secure = url.startswith("https://")

    def token(self, request: Request) -> str:
        """The token that a request brings, or "".

        Raises:
            Refusal: 403, it comes with a cookie from the page of another site.
        """
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return value.strip()[:_LONGEST]
        cookie = request.cookies.get(self._cookie, "")[:_LONGEST]
        if cookie and request.method not in _SAFE:
            self.check_origin(request)
        return cookie

    def check_origin(self, request: Request) -> None:
        """Refuse what a page of another site lets a browser send.

        Raises:
            Refusal: 403, it does, or it cannot be told.
        """
        site = request.headers.get("sec-fetch-site")
        origin = request.headers.get("origin")
        if site is not None and site != "same-origin":
            raise Refusal(403, "cross_site", "this request comes from another site")
        if origin is None and site is None:
            raise Refusal(403, "cross_site", "it cannot be told from which site this comes")
        if origin is not None and not self._is_own(origin, request):
            raise Refusal(403, "cross_site", f"this request comes from {origin[:100]}")

    def remember(self, response: Response, token: str) -> None:
        """Let the browser bring the token along from now on; none lets it forget."""
        response.set_cookie(
            self._cookie,
            token,
            max_age=LIFE if token else 0,
            path="/",
            secure=self._is_secure,
            httponly=True,
            samesite="strict",
        )

    @property
    def _cookie(self) -> str:
        return _SECURE if self._is_secure else _PLAIN

    def _is_own(self, origin: str, request: Request) -> bool:
        if self._url:
            own = urlsplit(self._url)
            if origin == f"{own.scheme}://{own.netloc}":
                return True
        return urlsplit(origin).netloc == request.headers.get("host", "")
