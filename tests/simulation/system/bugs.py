"""Systems with a bug: fragments of praktika's source, and what each is replaced by.

Each bug names the rule that has to notice it. A fragment that is not in its function exactly once
is an error, so this list follows the code.
"""

from __future__ import annotations
import __future__

import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

from praktika.adapters.memory import MemoryJournal
from praktika.engine import rerun as engine_rerun
from praktika.engine import step as engine_step
from praktika.engine.due import due
from praktika.engine.run import JobState, Stage
from praktika.model.commands import MakePlan
from praktika.orchestrator import case as case_module
from praktika.orchestrator import hands, summary
from praktika.orchestrator.alarms import Alarms
from praktika.orchestrator.case import Case
from praktika.orchestrator.groups import Groups
from praktika.orchestrator.hands import Hands
from praktika.orchestrator.orchestrator import Orchestrator
from praktika.runner import claims
from praktika.runner.attempt import Assignment
from praktika.runner.control import Control
from praktika.runner.hold import Hold
from praktika.runner.loop import Runner


@dataclass(frozen=True)
class Change:
    """A fragment of a function's source, and its replacement; or another function altogether."""

    owner: Any
    name: str
    old: str = ""
    new: str = ""
    instead: Any = None

    @contextmanager
    def made(self) -> Iterator[None]:
        other = self.instead if self.instead is not None else self._altered()
        with mock.patch.object(self.owner, self.name, other):
            yield

    def _altered(self) -> Any:
        found = inspect.getattr_static(self.owner, self.name)
        function: Callable[..., Any] = found.fget if isinstance(found, property) else found
        source = textwrap.dedent(inspect.getsource(function))
        assert source.count(self.old) == 1, f"{self.old!r}: {source.count(self.old)} in {self.name}"
        names = sys.modules[function.__module__].__dict__
        local: dict[str, Any] = {}
        flags = __future__.annotations.compiler_flag
        source = source.replace(self.old, self.new)
        exec(compile(source, f"<{self.name}>", "exec", flags=flags), names, local)
        return local[function.__name__]


@dataclass(frozen=True)
class Bug:
    """A deliberate one.

    Attributes:
        title: what it does wrong.
        noticed_by: name of the rule that it breaks.
        near: the seed from which on to look; most show in any handful of seeds, some are rare.
        everywhere: whether the rule reads the journals with this bug, too, as one of the engine.
        reuse: whether outcomes travel between runs.
    """

    title: str
    noticed_by: str
    changes: tuple[Change, ...]
    near: int = 0
    everywhere: bool = False
    reuse: bool = False

    @contextmanager
    def made(self) -> Iterator[None]:
        with ExitStack() as stack:
            for change in self.changes:
                stack.enter_context(change.made())
            yield


def _bug(
    title: str, noticed_by: str, *changes: Change, near: int = 0, everywhere: bool = False
) -> Bug:
    return Bug(title, noticed_by, changes, near, everywhere)


def _append_anywhere(self: MemoryJournal, run: str, position: int, events: Any) -> None:
    _real_append(self, run, len(self._runs.get(run, ())), events)


_real_append = MemoryJournal.append

BUGS = (
    _bug(
        "an event that comes again is not looked into",
        "every_run_concludes",
        Change(Orchestrator, "_deal_with", "again=any(", "again=False and any("),
    ),
    _bug(
        "nothing is due",
        "every_run_concludes",
        Change(case_module, "due", instead=lambda run: ()),
    ),
    _bug(
        "every claim is ours",
        "one_counted_effect",
        Change(claims, "_whose", "found = decode(data, Claim)", "return Claimed.OURS"),
    ),
    _bug(
        "a duplicate counts as lapsed",
        "lost_means_lapsed",
        Change(claims, "_whose", "else Claimed.DUPLICATE", "else Claimed.LAPSED"),
    ),
    _bug(
        "what lapsed counts as a duplicate",
        "lost_runner_is_noticed",
        Change(claims, "_whose", "return Claimed.LAPSED if", "return Claimed.DUPLICATE if"),
    ),
    _bug(
        "nobody notices that a lease is lost",
        "nothing_published_after_the_lease",
        Change(Hold, "is_lost", instead=False),
        Change(Hold, "renew", instead=lambda self: None),
        Change(Hold, "confirm", instead=lambda self: None),
    ),
    _bug(
        "an event is acknowledged before it is journalled",
        "every_run_concludes",
        Change(
            Orchestrator,
            "_deal_with",
            "        with case.lock",
            "        patiently(partial(self.around.queue.ack, batch))\n        with case.lock",
        ),
    ),
    _bug(
        "an event is acknowledged before what follows is done",
        "every_run_concludes",
        Change(
            Orchestrator,
            "_deal_with",
            "            case.take(",
            "            case.early = partial(self.around.queue.ack, batch)\n            case.take(",
        ),
        Change(
            Case,
            "_carry_out",
            "    answers, result",
            "    patiently(self.early)\n    answers, result",
        ),
    ),
    _bug(
        "the journal takes events at any position",
        "journal_is_a_fold",
        Change(MemoryJournal, "append", instead=_append_anywhere),
    ),
    _bug(
        "a conflict drops the events",
        "every_run_concludes",
        Change(Case, "take", "elif again", "elif news:\n            return\n        elif again"),
    ),
    _bug(
        "after a conflict nothing is read",
        "every_run_concludes",
        Change(Case, "_write", "return False, self.refresh()", "return False, []"),
    ),
    _bug(
        "what looks outdated is dropped",
        "every_run_concludes",
        Change(Case, "_write", "[] if is_sure else self.refresh()", "[]"),
    ),
    _bug(
        "a report on any attempt counts",
        "journal_is_a_fold",
        Change(engine_step, "_current", "or state.attempt != attempt", ""),
    ),
    _bug(
        "requests to stop are not heard",
        "stops_arrive",
        Change(Control, "reason_to_stop", instead=lambda self, task: ""),
    ),
    _bug(
        "requests to stop from before the start are not looked for",
        "stops_arrive",
        Change(Runner, "_known_stop", instead=lambda self, task: ""),
    ),
    _bug(
        "a late start is not answered",
        "stops_arrive",
        Change(Case, "_answer_late_start", instead=lambda self, event: None),
    ),
    _bug(
        "the rest of a long alarm is forgotten",
        "every_run_concludes",
        Change(Alarms, "_pass_on", "self._hold(alarm)", "pass"),
    ),
    _bug(
        "alarms ring for nobody",
        "every_run_concludes",
        Change(Alarms, "_pass_on", "    patiently(\n", "    (lambda _: None)(\n"),
    ),
    _bug(
        "an alarm is acknowledged before it is passed on",
        "every_run_concludes",
        Change(
            Alarms,
            "_deal_with",
            "    try:\n",
            "    patiently(lambda: self._queue.ack([message]))\n    try:\n",
        ),
        near=1230,
    ),
    _bug(
        "all attempts store their Result in one place",
        "results_agree",
        Change(
            Assignment,
            "prefix",
            instead=property(lambda self: f"runs/{self.task.run}/jobs/{self.task.job}/1"),
        ),
    ),
    _bug(
        "all attempts tell of their start under one name",
        "stops_arrive",
        Change(Runner, "_tell", "{task.attempt}/{type(event)", "{type(event)"),
    ),
    _bug(
        "what others wrote meanwhile is not followed up",
        "every_run_concludes",
        Change(Case, "take", "elif again or _share(news, (*moved, *idle)):", "elif False:"),
    ),
    _bug(
        "a late start is answered only while its attempt counts",
        "stops_arrive",
        Change(JobState, "why_stopped", "if past.revoked and past.attempt == attempt", "if False"),
        near=1330,
    ),
    _bug(
        "a group is not handed on",
        "every_run_concludes",
        Change(Groups, "leave", 'if policy == "queue":', "if False:"),
    ),
    _bug(
        "a run looks whose turn it is before it has a ticket",
        "every_run_concludes",
        Change(
            Groups,
            "enter",
            "    self._blobs.put(_place(group, ticket), encode(ticket))\n"
            '    if policy == "queue":\n'
            "        holder = self._pass_on(group, ticket)\n",
            '    if policy == "queue":\n'
            "        holder = self._pass_on(group, ticket)\n"
            "    self._blobs.put(_place(group, ticket), encode(ticket))\n"
            '    if policy == "queue":\n',
        ),
    ),
    _bug(
        "a run does not look for newer ones of its group",
        "groups_exclude",
        Change(Groups, "enter", "if found.newer else []", "if False else []"),
        near=1280,
    ),
    _bug(
        "older runs of a group are not told to give way",
        "groups_exclude",
        Change(Groups, "enter", "for older in found.older:", "for older in ():"),
    ),
    _bug(
        "an old admission counts",
        "journal_is_a_fold",
        Change(engine_step, "_admitted", " or event.stay != run.stay", ""),
        near=980,
    ),
    _bug(
        "all admissions of a run have one name",
        "every_run_concludes",
        Change(Groups, "_pass_on", "{found.name} has turn {number}, says {by.name}", "{found.run}"),
    ),
    _bug(
        "a task that was waited for is leased as if it had come at once",
        "no_message_is_left",
        Change(Runner, "receive", "if now - since", "if False and now - since"),
    ),
    _bug(
        "a task names the inputs of today",
        "inputs_are_there",
        Change(
            hands,
            "make_task",
            "dict(sorted(state.inputs.items()))",
            "{need.job: run.jobs[need.job].attempt for need in run.graph.jobs[key].needs}",
        ),
        near=9750,
    ),
    _bug(
        "a Result of an earlier round is shown",
        "results_agree",
        Change(summary, "_stored", " or state.is_retired", ""),
    ),
    _bug(
        "a run that goes on again is reported as concluded",
        "told_truly",
        Change(Hands, "carry_out", "if run.stage is Stage.CONCLUDED:", "if True:"),
    ),
    _bug(
        "a runner that stood still reports its successor as lost",
        "lost_means_lapsed",
        Change(Runner, "_report_lost", "        hold.confirm()\n", "        pass\n"),
        near=1640,
    ),
    _bug(
        "a rerun of what failed repeats all",
        "reruns_repeat_nothing_else",
        Change(engine_rerun, "_is_asked_for", "return not state.status.is_ok", "return True"),
        everywhere=True,
    ),
    _bug(
        "security 2: an approval of any commit counts",
        "nothing_unapproved",
        Change(engine_step, "_approved", "event.sha != awaited(run)", "False"),
    ),
    _bug(
        "a successor does not wait for the approval",
        "nothing_unapproved",
        Change(
            case_module,
            "due",
            instead=lambda run: (
                (MakePlan(workflow="w"),) if run.stage is Stage.AWAITING else due(run)
            ),
        ),
    ),
    _bug(
        "a rerun asks for the approval again",
        "approved_once",
        Change(engine_step, "rerun", "approved_by=run.approved_by,", ""),
    ),
    _bug(
        "what was there before is not announced",
        "conclusions_are_announced",
        Change(Case, "take", "if is_second or self.position", "if self.position"),
    ),
    _bug(
        "a run is announced after the acknowledgement",
        "conclusions_are_announced",
        Change(Case, "take", "self._hands.around.announce(self.id, self.run)", "pass"),
        Change(
            Orchestrator,
            "_deal_with",
            "    patiently(partial(self.around.queue.ack, batch))",
            "    patiently(partial(self.around.queue.ack, batch))\n"
            "    self.around.announce(run, case.run)",
        ),
    ),
    _bug(
        "a number is divided by what may be zero",
        "nothing_stumbles",
        Change(Alarms, "_pass_on", "if alarm.left > 0:", "if 1 / alarm.left > 0:"),
    ),
)
