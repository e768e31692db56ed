"""Runs that nobody's push asks for: a person does, or the clock."""

from __future__ import annotations

import time

from praktika.engine.routing.inputs import checked
from praktika.engine.routing.route import route
from praktika.errors import AuthorError
from praktika.intake.asking import requests
from praktika.intake.asking.requests import Asked
from praktika.intake.desk import Desk
from praktika.intake.kept.register import Register
from praktika.intake.kept.tables import Tables
from praktika.model.forge import may_write
from praktika.model.notices import Dispatched, Ticked
from praktika.model.routes import Occasion


class Starts:
    """Asks for runs that were dispatched or are due.

    Args:
        desk: see `Desk`.
        register: see `Register`.
        tables: see `Tables`.
    """

    def __init__(self, desk: Desk, register: Register, tables: Tables) -> None:
        self._desk = desk
        self._register = register
        self._tables = tables

    def dispatch(self, notice: Dispatched) -> None:
        """Ask for a run that somebody wants, if that is for him to say and makes sense."""
        forge = self._desk.forge
        if not may_write(forge.permission(notice.repository, notice.sender)):
            self._refuse(notice, f"{notice.sender} may not write to {notice.repository}")
            return
        repository = forge.repository(notice.repository)
        around = self._desk.circumstances(repository, notice.sender, again=notice.delivery)
        table = self._tables.of(repository)
        branch = notice.branch or repository.main
        occasion = Occasion(event="dispatch", workflow=notice.workflow, branch=branch)
        found = route(table, occasion)
        if not found:
            self._refuse(notice, f"no workflow '{notice.workflow}' can be dispatched on '{branch}'")
            return
        try:
            inputs = checked(found[0].inputs, notice.inputs)
        except AuthorError as error:
            self._refuse(notice, str(error))
            return
        sha = forge.commit(notice.repository, branch)
        self._ask(requests.for_dispatch(around, found[0], branch, sha, inputs))

    def tick(self, notice: Ticked) -> None:
        """Ask for a run that is due."""
        repository = self._desk.forge.repository(notice.repository)
        due = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(notice.due))
        by = f"the schedule of {due}"
        if notice.missed:
            times = "time was" if notice.missed == 1 else "times were"
            by += f" ({notice.missed} earlier {times} missed)"
        around = self._desk.circumstances(repository, by)
        table = self._tables.of(repository)
        tip = self._desk.forge.commit(notice.repository, repository.main)
        for each in route(table, Occasion(event="schedule", workflow=notice.workflow)):
            self._ask(requests.for_tick(around, each, tip, notice.due))

    def _ask(self, asked: Asked) -> None:
        self._register.note(asked.run, asked.request)
        self._desk.request(asked.run, asked.request)

    def _refuse(self, notice: Dispatched, why: str) -> None:
        self._desk.log("dispatch.refused", delivery=notice.delivery, reason=why)
