"""Deliberate bugs in retries, and in what is remembered of attempts."""

from __future__ import annotations

from tests.simulation.bugs.broken import Bug

BUGS = (
    Bug(
        "what failed is told as lost",
        "reason_always",
        '"was lost" if is_lost else',
        '"was lost" if True else',
        "moves",
    ),
    Bug(
        "what was lost is told as a failure of its own",
        "reason_always",
        "is_lost=True",
        "is_lost=False",
        "step",
    ),
    Bug(
        "lost attempts are replaced for ever, whatever else fails",
        "retries_are_bounded",
        "replace(state, lost=state.lost + 1)",
        "replace(state, failed=state.failed + 1)",
        "retry",
    ),
    Bug(
        "a failure of the author's is tried again for ever",
        "retries_are_bounded",
        "and state.failed < job.retries:",
        ":",
        "retry",
    ),
    Bug(
        "a failure of the author's is never tried again",
        "retries_are_bounded",
        "and state.failed < job.retries:",
        "and False:",
        "retry",
    ),
    Bug(
        "a timeout is not tried again",
        "retries_are_bounded",
        'frozenset({"author", "timeout"})',
        'frozenset({"author"})',
        "retry",
    ),
    Bug(
        "success is tried again",
        "retries_are_bounded",
        "if verdict in _AUTHORS and not status.is_ok and",
        "if verdict in _AUTHORS and",
        "retry",
    ),
    Bug(
        "every error is the infrastructure's",
        "retries_are_bounded",
        "if verdict == INFRASTRUCTURE and status is Status.ERROR:",
        "if status is Status.ERROR:",
        "retry",
    ),
    Bug(
        "a failure that the infrastructure is blamed for is tried again",
        "retries_are_bounded",
        "if verdict == INFRASTRUCTURE and status is Status.ERROR:",
        "if verdict == INFRASTRUCTURE:",
        "retry",
    ),
    Bug(
        "every pause is the first",
        "retries_are_bounded",
        "pauses[min(state.lost, len(pauses) - 1)]",
        "pauses[0]",
        "retry",
    ),
    Bug(
        "there is no pause",
        "retries_are_bounded",
        "        if again.pause:\n",
        "        if False:\n",
        "moves",
    ),
    Bug(
        "a stopped attempt that fails is tried again",
        "retries_are_bounded",
        "    if state.revoked:\n        moves.settle(outcome)\n",
        "    if False:\n        moves.settle(outcome)\n",
        "step",
    ),
    Bug(
        "the attempt before is forgotten",
        "attempts_are_remembered",
        "replace(again.state, past=past)",
        "again.state",
        "moves",
    ),
    Bug(
        "who had an attempt is forgotten",
        "attempts_are_remembered",
        "if event.runner and not state.runner:",
        "if False:",
        "step",
    ),
    Bug(
        "a retry does not wait for what is run again",
        "needs_first",
        "        if unmet:\n            self.wait(key, reason, unmet)\n",
        "        if False:\n            self.wait(key, reason, unmet)\n",
        "moves",
    ),
    Bug(
        "a retry overlooks what has failed meanwhile",
        "needs_first",
        "            if consequence and not job.always_run:\n"
        "                self.settle(consequence)\n",
        "            if False:\n                self.settle(consequence)\n",
        "moves",
    ),
)
