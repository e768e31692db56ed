"""Notices, one after another: what each of them asks for, by how things are now."""

from __future__ import annotations

from typing import assert_never

from praktika.errors import Absent
from praktika.intake.asking.changes import Changes
from praktika.intake.asking.commands import Commands
from praktika.intake.asking.starts import Starts
from praktika.intake.desk import Desk
from praktika.intake.kept.register import Register
from praktika.intake.kept.tables import Tables
from praktika.model.notices import (
    AnyNotice,
    ButtonPressed,
    Commented,
    Dispatched,
    Installed,
    PullChanged,
    Pushed,
    Queued,
    Ticked,
)


class Intake:
    """Deals with notices. Each may come twice, late, or in any order.

    Args:
        desk: see `Desk`.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        register = Register(desk)
        tables = Tables(desk)
        self.changes = Changes(desk, register, tables)
        self._starts = Starts(desk, register, tables)
        self._commands = Commands(desk, register, self.changes)

    def take(self, notice: AnyNotice) -> None:
        """Ask for what follows from a notice; what it is about may be gone by now.

        Raises:
            TransientError: the forge or a store does not answer; the notice has to come again.
            OperatorError: they refuse.
        """
        if not self._desk.allowed.concerns(notice):
            self._desk.log("notice.refused", repository=notice.repository, reason="not served here")
            return
        try:
            self._deal_with(notice)
        except Absent as error:
            self._desk.log("notice.outdated", delivery=notice.delivery, reason=str(error))

    def _deal_with(self, notice: AnyNotice) -> None:
        match notice:
            case PullChanged():
                self.changes.pull(notice)
            case Pushed():
                self.changes.push(notice)
            case Queued():
                self.changes.group(notice)
            case Dispatched():
                self._starts.dispatch(notice)
            case Ticked():
                self._starts.tick(notice)
            case ButtonPressed():
                self._commands.button(notice)
            case Commented():
                self._commands.comment(notice)
            case Installed():
                self._desk.log("app.installed", action=notice.action, by=notice.sender)
            case _:
                assert_never(notice)
