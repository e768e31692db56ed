"""What a request for a run means, once its commits are here.

What a forge's API says of a change is cut off somewhere; git has all of it.
"""

from __future__ import annotations

from msgspec.structs import replace

from praktika.errors import Absent
from praktika.model.events import RunRequested
from praktika.ports.checkouts import Checkouts
from praktika.wiring.checkout import told

_MESSAGE = 16_000
"""Characters of a commit's message that jobs get."""


def settled(request: RunRequested, checkouts: Checkouts) -> RunRequested:
    """The request with the merge that is run, the files that changed, and the words of its head.

    One for code as it lies in somebody's checkout knows all of that already, or nobody does.

    Args:
        request: as it was made. Its `facts.sha` is the head, and `facts.base_sha` what the head is
            compared with, where nothing is merged.
        checkouts: where the commits come from.

    Raises:
        AuthorError: head and base conflict.
        OperatorError, TransientError: the remote refuses, or does not answer for too long.
    """
    facts = request.facts
    if not request.remote or not facts.sha or facts.local or facts.by_hand:
        return request
    head, base = facts.sha, facts.base_sha
    if request.merge:
        head, base = request.merge.head, request.merge.base
        facts = replace(facts, sha=checkouts.merged(request.remote, request.merge))
    words = checkouts.described(request.remote, head)
    return replace(
        request,
        facts=replace(
            facts,
            base_sha=base,
            changed=_changed(request, base, facts.sha, checkouts),
            message=words.message[:_MESSAGE],
            author=words.author,
        ),
    )


def _changed(
    request: RunRequested, base: str, sha: str, checkouts: Checkouts
) -> tuple[str, ...] | None:
    """The changed files; None if there is nothing to compare with, or not any more."""
    if not base.strip("0"):
        return None
    try:
        return told(checkouts.changed(request.remote, base, sha, request.merge))
    except Absent:  # somebody has pushed with force; should it be the head, a job would say so
        return None
