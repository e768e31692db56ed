"""Our comments under pull requests, found again by a mark that nobody sees (fault 53)."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

from praktika.adapters.github.answers import Comment
from praktika.adapters.github.api import COMMENTS, Api, Session
from praktika.adapters.github.app.tokens import App
from praktika.adapters.github.board import texts
from praktika.adapters.rules import check_marker
from praktika.errors import Absent

_KNOWN = 10_000


class Comments:
    """Writes comments. Any number of threads; for one pull request, one at a time.

    Args:
        api: asks GitHub.
        app: who we are.
    """

    def __init__(self, api: Api, app: Callable[[], App]) -> None:
        self._api = api
        self._app = app
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, int, str], int] = OrderedDict()

    def put(self, repository: str, pull: int, marker: str, text: str) -> None:
        """Let our comment with that marker be this text; see the port.

        Raises:
            ValueError: the marker could end the comment of HTML that it is in.
        """
        body = f"{mark_of(marker)}\n{_fitting(marker, text)}"
        session = self._api.on(repository, COMMENTS)
        found = self._find(session, (repository, pull, marker))
        if found is None:
            answer = session.send("POST", f"issues/{pull:d}/comments", {"body": body})
            self._remember((repository, pull, marker), answer.read(Comment).id)
        elif _plain(found.body or "") != _plain(body):
            session.send("PATCH", f"issues/comments/{found.id}", {"body": body})

    def _find(self, session: Session, key: tuple[str, int, str]) -> Comment | None:
        """Our comment: where it was the last time, or on any page of the list."""
        _, pull, marker = key
        with self._lock:
            number = self._known.get(key, 0)
        if number:
            try:
                return session.get(f"issues/comments/{number}", Comment)
            except Absent:
                pass
        app = self._app()
        for page in session.pages(f"issues/{pull:d}/comments", list[Comment]):
            for comment in page:
                if _is_ours(comment, app) and _plain(comment.body or "").startswith(
                    mark_of(marker)
                ):
                    self._remember(key, comment.id)
                    return comment
        return None

    def _remember(self, key: tuple[str, int, str], number: int) -> None:
        with self._lock:
            self._known[key] = number
            while len(self._known) > _KNOWN:
                self._known.popitem(last=False)


def mark_of(marker: str) -> str:
    """The first line of a comment that has this marker; browsers do not show it."""
    return f"<!-- praktika:{check_marker(marker)} -->"


def _fitting(marker: str, text: str) -> str:
    """The text, cut if it has too many characters."""
    room = texts.COMMENT - len(mark_of(marker)) - 1
    text = texts.clean(text)
    return text if len(text) <= room else texts.markdown(text, room)


def _is_ours(comment: Comment, app: App) -> bool:
    """Whether we have written it; anybody can write our mark."""
    if comment.performed_via_github_app is not None:
        return comment.performed_via_github_app.id == app.id
    return comment.user is not None and comment.user.login == f"{app.slug}[bot]"


def _plain(text: str) -> str:
    """A text but for what GitHub may change in it."""
    return text.replace("\r\n", "\n").strip()
