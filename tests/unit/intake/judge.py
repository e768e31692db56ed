"""What must be true of every answer of the reception, whatever it is sent."""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Sequence
from typing import Any

from tests.unit.intake.deliveries import REPOSITORIES, SECRET, Desk
from tests.unit.intake.mutations import Mutator, Request

from praktika.adapters.rules import paired
from praktika.intake.names import NOTICES, group_of
from praktika.model.notices import ButtonPressed, Commented, Installed, decode_notice

STATUSES = {200, 202, 400, 401, 413}
ALLOWED = {name.lower() for name in REPOSITORIES}
OWNERS = {name.partition("/")[0] for name in ALLOWED}


class Tray:
    """A queue that shows what is sent to it, and minds the rules of real ones."""

    def __init__(self) -> None:
        self.sent: list[tuple[bytes, str, str]] = []

    def send(
        self, queue: str, bodies: Sequence[bytes], *, group: str, identity: Sequence[str]
    ) -> None:
        assert queue == NOTICES
        for body, name in paired(queue, bodies, group, identity, 0.0):
            assert name
            self.sent.append((body, name, group))


def fuzz(seed: int, count: int, **broken: Any) -> Counter[str]:
    """How many requests met what, after `count` of them; parts of the desk may be replaced.

    Raises:
        AssertionError: one was not dealt with as it must be.
    """
    tray = Tray()
    desk = Desk(queue=tray, **broken)
    mutator = Mutator(seed)
    met: Counter[str] = Counter()
    for number in range(count):
        request = mutator.request()
        try:
            met.update(judge(desk, tray, request))
        except Exception as error:
            told = f"request {number} of seed {seed}, {request.history}: {error!r}"
            raise AssertionError(f"{told}\n{request.headers}\n{request.body[:2000]!r}") from error
        tray.sent.clear()
        desk.seen.entries.clear()
    return met


def judge(desk: Desk, tray: Tray, request: Request) -> list[str]:
    """What the request met: the status, and the kinds of notices that were queued."""
    answer = desk.reception.receive(request.headers, request.body)
    assert answer.status in STATUSES, answer
    if not is_signed(request):
        assert answer.status in {401, 413}, answer
    assert (answer.text == "queued") == bool(tray.sent)
    assert answer.status == 202 or not tray.sent
    assert (answer.status >= 400) == (desk.logged == ["webhook.refused"])
    return [str(answer.status), *(judge_notice(request, *one) for one in tray.sent)]


def judge_notice(request: Request, body: bytes, identity: str, group: str) -> str:
    """The kind of a notice that was queued."""
    notice = decode_notice(body)
    assert identity == named(request, "x-github-delivery")
    if not isinstance(notice, ButtonPressed | Commented):  # those have names that are signed
        assert notice.delivery == identity
    assert group == group_of(notice)
    if isinstance(notice, Installed):
        assert notice.account.lower() in OWNERS
    else:
        assert notice.repository.lower() in ALLOWED
    return type(notice).__name__


def named(request: Request, name: str) -> str:
    """The value of a header, "" if there is none."""
    return next((value for key, value in request.headers.items() if key.lower() == name), "")


def is_signed(request: Request) -> bool:
    """Whether the body is signed with the secret; computed apart from what is tested."""
    made = hmac.new(SECRET.encode(), request.body, hashlib.sha256).hexdigest()
    return named(request, "x-hub-signature-256") == f"sha256={made}"
