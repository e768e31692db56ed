"""Deliberate bugs in what decides about the size of pools, and in how its groups are set up."""

from __future__ import annotations

import builtins
import importlib
import inspect
import sys
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from tests.simulation.scaling.world import Parts

SCALE = "praktika.engine.scaling.scale"
SCALER = "praktika.orchestrator.scaling.scaler"
DEBOUNCE = "praktika.orchestrator.scaling.debounce"
IDLE = "praktika_controller.idle"
MODULES = (SCALE, SCALER, DEBOUNCE, IDLE)
"""Copied for each bug, each after those that it imports."""


@dataclass(frozen=True)
class Bug:
    """A deliberate one.

    A fragment that is not in the source exactly once is an error, so the bugs follow the code.

    Attributes:
        title: what it does wrong.
        noticed_by: name of the rule that it breaks.
        module, old, new: the fragment, where it is, and its replacement.
        protected: whether machines are protected, as those of a deploy are.
        kind: of the scenarios in which it is looked for; "" looks in all.
    """

    title: str
    noticed_by: str
    module: str
    old: str
    new: str
    protected: bool = True
    kind: str = ""

    def parts(self) -> Parts:
        """What decides, with this bug; the real ones are untouched."""
        copies: dict[str, ModuleType] = {}
        for name in MODULES:
            copies[name] = self._copy(name, copies)
        return Parts(
            scaler=copies[SCALER].Scaler,
            debounce=copies[DEBOUNCE].Debounce,
            idle=copies[IDLE],
            protected=self.protected,
        )

    def _copy(self, name: str, copies: dict[str, ModuleType]) -> ModuleType:
        source = inspect.getsource(importlib.import_module(name))
        if name == self.module:
            count = source.count(self.old)
            assert count == 1, f"{self.old!r} is in {count} places of {name}"
            source = source.replace(self.old, self.new)

        def imported(wanted: str, *rest: Any) -> ModuleType:
            return copies.get(wanted) or builtins.__import__(wanted, *rest)

        module = ModuleType(f"{name} with a bug")
        module.__dict__["__builtins__"] = {**vars(builtins), "__import__": imported}
        sys.modules[module.__name__] = module  # dataclasses look there
        try:
            exec(compile(source, name, "exec"), module.__dict__)
        finally:
            del sys.modules[module.__name__]
        return module


BUGS: tuple[Bug, ...] = (
    Bug(
        "one machine more with each look (fault 61)",
        "a_look_is_enough",
        SCALE,
        "more = min(missing, room, share.group.largest - share.most)",
        "more = min(1, missing, room, share.group.largest - share.most)",
    ),
    Bug(
        "leased messages are forgotten: nobody is started beside those at work",
        "who_is_needed_is_there",
        SCALE,
        "messages = max(0, waiting) + max(0, leased)",
        "messages = max(0, waiting)",
    ),
    Bug(
        "the reserve is not beyond the busy ones",
        "who_is_needed_is_there",
        SCALE,
        "machines(pool, messages) + max(0, pool.reserve), size), most)",
        "max(machines(pool, messages), pool.reserve), size), most)",
        kind="reserve",
    ),
    Bug(
        "the last message that waits is not counted",
        "every_message_is_served",
        SCALE,
        "messages = max(0, waiting) + max(0, leased)",
        "messages = max(0, waiting - 1) + max(0, leased)",
    ),
    Bug(
        "what is missing is added again with every look",
        "launches_are_bounded",
        SCALE,
        "return self.had if self.dry else self.most",
        "return self.group.in_service",
    ),
    Bug(
        "groups without machines are trusted for ever",
        "who_is_needed_is_there",
        SCALE,
        "        share.dry = share.failing\n",
        "        share.dry = False\n",
        kind="fallback",
    ),
    Bug(
        "the wish of a group without machines leaves no room for the fallback",
        "who_is_needed_is_there",
        SCALE,
        "    if not _take_back(shares, missing, target) and missing > 0:\n",
        "    if missing > 0:\n",
        kind="fallback",
    ),
    Bug(
        "one more, to be sure",
        "never_above_the_maximum",
        SCALER,
        "            self._groups.resize(name, desired)\n",
        "            self._groups.resize(name, desired + 1)\n",
    ),
    Bug(
        "an orchestrator for every message",
        "launches_are_bounded",
        SCALE,
        'if pool.role == "workflow_orchestrator":',
        'if pool.role == "orchestrator":',
        kind="orchestrators",
    ),
    Bug(
        "sizes follow the work down, and machines are not protected",
        "no_machine_at_work_is_ended",
        SCALE,
        "    if not _take_back(shares, missing, target) and missing > 0:\n",
        "    if missing < 0:\n"
        "        shares[0].desired = max(shares[0].group.smallest, target)\n"
        "    elif not _take_back(shares, missing, target) and missing > 0:\n",
        protected=False,
    ),
    Bug(
        "machines are not protected (fault 45)",
        "no_machine_at_work_is_ended",
        SCALE,
        "PATIENCE = 180.0",
        "PATIENCE = 180.0",
        protected=False,
        kind="resets",
    ),
    Bug(
        "nudges are for the name of the pool only",
        "decided_within_five_seconds",
        SCALER,
        "return pool.name in names or any(queue in names for queue in pool.queues)",
        "return pool.name in names",
    ),
    Bug(
        "what an empty group wishes no more is asked of the others with the next look",
        "a_look_is_enough",
        SCALER,
        "            if self._set(pool, decision, found):\n",
        "            if self._set(pool, decision, found) and False:\n",
        kind="fallback",
    ),
    Bug(
        "only what waits is counted",
        "who_is_needed_is_there",
        SCALER,
        "            self.leased += backlog.leased\n",
        "            self.leased += 0\n",
    ),
    Bug(
        "nothing is told twice: late counts show the first look nothing",
        "decided_within_five_seconds",
        DEBOUNCE,
        "                self._due[name] = now + self._period\n",
        "                pass\n",
    ),
    Bug(
        "who asks again and again is never told",
        "decided_within_five_seconds",
        DEBOUNCE,
        "self._due[name] = min(self._due.get(name, soonest), soonest)",
        "self._due[name] = now + 30",
    ),
    Bug(
        "a machine leaves as soon as it has nothing to do",
        "nobody_leaves_early",
        IDLE,
        "return idle >= max(0.0, idle_seconds) * (1 + SPREAD * number / 2**32)",
        "return idle >= 0.5 * idle_seconds * (1 + SPREAD * number / 2**32)",
    ),
    Bug(
        "a long job keeps everybody (fault 62)",
        "surplus_leaves",
        IDLE,
        "    if left < busy + max(0, view.reserve):\n",
        "    if busy or left < max(0, view.reserve):\n",
    ),
    Bug(
        "idle machines of the reserve leave (fault 62)",
        "nobody_leaves_who_is_needed",
        IDLE,
        "    if left < busy + max(0, view.reserve):\n",
        "    if left < busy:\n",
    ),
    Bug(
        "busy ones are the reserve",
        "nobody_leaves_who_is_needed",
        IDLE,
        "    if left < busy + max(0, view.reserve):\n",
        "    if left < view.reserve:\n",
    ),
    Bug(
        "all leave at the same time",
        "nobody_leaves_who_is_needed",
        IDLE,
        'return f"leaving/{pool}/{int(now)}"',
        'return f"leaving/{pool}/{now}"',
        kind="reserve",
    ),
    Bug(
        "who has a ticket looks at once, beside the one of the second before",
        "nobody_leaves_who_is_needed",
        IDLE,
        "return int(now) + 1.0",
        "return now",
        kind="reserve",
    ),
    Bug(
        "who is not counted by its group cannot leave",
        "surplus_leaves",
        IDLE,
        "shrinks = view.desired >= view.machines",
        "shrinks = True",
        kind="resets",
    ),
    Bug(
        "who leaves is replaced",
        "launches_are_bounded",
        IDLE,
        "shrinks = view.desired >= view.machines",
        "shrinks = False",
    ),
    Bug(
        "whoever has done its one task is replaced, needed or not",
        "launches_are_bounded",
        IDLE,
        'return view.scaling == "auto" and others >=',
        "return others < 0 and others >=",
        kind="one task",
    ),
    Bug(
        "nobody comes in the place of who has done its one task before the next tick",
        "one_task_after_another",
        IDLE,
        'return view.scaling == "auto" and others >=',
        "return others >= 0 or others >=",
        kind="one task",
    ),
)
