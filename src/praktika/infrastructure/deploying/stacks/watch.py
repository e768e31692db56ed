"""Following what becomes of a stack, and what to say if it fails."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from praktika.errors import OperatorError
from praktika.infrastructure.deploying.progress import Tell, Told
from praktika.infrastructure.deploying.wanted import Template, owner_of
from praktika.patience import patiently
from praktika.ports.cloud.stacks import Stack, StackEvent, Stacks

_ENDS = ("_COMPLETE", "_FAILED", "DELETE_SKIPPED")
_LOOKS = 5
"""After which a stack with which nothing is done has indeed nothing done with it."""

_NOISE = ("resource creation cancelled", "resource update cancelled", "resource deletion cancelled")


class StackFailed(OperatorError):
    """A stack could not be changed; AWS has gone back to what was before, or says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What has become of a stack; None if it is gone. A failure is in words, "" without one."""

    stack: Stack | None
    failure: str = ""

    def or_fail(self) -> Stack | None:
        """The stack.

        Raises:
            StackFailed: it has not become what it should.
        """
        if self.failure:
            raise StackFailed(self.failure)
        return self.stack


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """How to look at stacks.

    Attributes:
        stacks: where they are.
        tell: is told of each resource that has changed.
        pause: seconds between two looks.
        check: is called at each look, and may raise.
    """

    stacks: Stacks
    tell: Tell
    pause: float = 2.0
    check: Callable[[], None] = lambda: None

    def last_event(self, stack: Stack) -> str:
        """The newest event of a stack: what comes after it is new."""
        events = patiently(lambda: self.stacks.events(stack.id))
        return events[-1].id if events else ""

    def follow(
        self,
        stack: Stack,
        after: str,
        *templates: Template,
        changing: Collection[str] | None = None,
    ) -> Followed:
        """What has become of a stack, once nothing is done with it any more.

        Args:
            stack: that is being changed.
            after: the event from which on to tell.
            templates: that say whose its resources are.
            changing: logical ids of what is told of, besides failures; None is all.
        """
        seen: list[StackEvent] = []
        looks = 0
        while True:
            # first the stack: once it is at rest, all events are there
            found = patiently(lambda: self.stacks.find(stack.name))
            found = found if found is not None and found.id == stack.id else None
            news = self._news(stack, seen[-1].id if seen else after)
            for event in news:
                is_failure = event.status.endswith("_FAILED")
                if changing is None or event.logical in changing or is_failure:
                    self._tell(event, stack, templates)
            seen += news
            looks += 1
            is_over = found is None or not found.is_busy
            # right after a request, AWS may still tell of the state before it
            if is_over and (found is None or looks > _LOOKS or _has_end(seen, stack)):
                break
            self.check()
            time.sleep(self.pause)
        failure = None if _succeeded(seen, stack) else first_failure(seen)
        words = _words(failure, stack, found, templates) if failure else ""
        return Followed(stack=found, failure=words)

    def _news(self, stack: Stack, after: str) -> list[StackEvent]:
        return patiently(lambda: self.stacks.events(stack.id, after))

    def _tell(self, event: StackEvent, stack: Stack, templates: Sequence[Template]) -> None:
        if event.physical == stack.id or not event.status.endswith(_ENDS):
            return
        self.tell(
            Told(
                subject="resource",
                component=_owner(event.logical, templates),
                logical=event.logical,
                kind=event.kind,
                status=event.status,
                reason=event.reason,
            )
        )


def first_failure(events: Sequence[StackEvent]) -> StackEvent | None:
    """What went wrong first; what was cancelled because of it is not what anybody looks for."""
    failed = [event for event in events if event.status.endswith("_FAILED")]
    causes = [one for one in failed if not one.reason.lower().startswith(_NOISE)]
    return next(iter(causes or failed), None)


def _has_end(events: Sequence[StackEvent], stack: Stack) -> bool:
    """Whether something that was done with the stack has come to its end."""
    own = (event.status for event in events if event.physical == stack.id)
    return any(status.endswith(("_COMPLETE", "_FAILED")) for status in own)


def _succeeded(events: Sequence[StackEvent], stack: Stack) -> bool:
    last = next((one for one in reversed(events) if one.physical == stack.id), None)
    good = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE", "IMPORT_COMPLETE")
    return last is not None and last.status in good


def _owner(logical: str, templates: Sequence[Template]) -> str:
    return next(filter(None, (owner_of(template, logical) for template in templates)), "")


def _words(
    failure: StackEvent, stack: Stack, found: Stack | None, templates: Sequence[Template]
) -> str:
    owner = _owner(failure.logical, templates)
    whose = f"{owner}: " if owner else ""
    after = {
        "ROLLBACK_COMPLETE": "AWS has taken back what it had made; the next deploy begins anew.",
        "UPDATE_ROLLBACK_COMPLETE": "AWS has gone back to what was deployed before.",
        "DELETE_FAILED": "What is left of the stack is still there: mend this, then try again.",
    }.get(
        found.status if found else "", f"The stack is in {found.status if found else 'no state'}."
    )
    return (
        f"stack {stack.name}: {whose}{failure.logical} ({failure.kind}) {failure.status}: "
        f"{failure.reason or 'AWS gives no reason'}\n  {after}"
    )
