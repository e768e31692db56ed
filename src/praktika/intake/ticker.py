"""The clock: schedules that are due become notices."""

from __future__ import annotations

from praktika.engine.routing.schedule import due
from praktika.intake.kept import keys
from praktika.intake.kept.shelf import Shelf
from praktika.intake.names import NOTICES, group_of
from praktika.model.notices import Ticked
from praktika.model.routes import Route
from praktika.model.wire import WireError, decode, encode
from praktika.patience import patiently


class Ticker:
    """Looks at schedules.

    Until when it has looked is stored after the notices are sent, and these have names: whoever
    dies in between sends them once more, which begins nothing new.

    Args:
        shelf: has the routing tables; no forge is asked.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def look(self, repository: str) -> int:
        """Tell of the schedules of a repository that are due; how many there were.

        Of several times that have passed unheard, only the last one counts.
        """
        table = self._shelf.table(repository)
        if table is None:
            return 0
        now = self._shelf.clock.now()
        looked = self._looked(repository)
        told = 0
        for route in table.routes:
            if route.schedules:
                told += self._tell(repository, route, looked.get(route.workflow, now), now)
        names_now = {route.workflow: now for route in table.routes if route.schedules}
        was_ahead = any(at > now for at in looked.values())  # the clock was put back
        if names_now and (told or was_ahead or looked.keys() != names_now.keys()):
            self._shelf.put(keys.schedules(repository), encode(names_now))
        return told

    def _tell(self, repository: str, route: Route, since: float, now: float) -> bool:
        found = due(route.schedules, since, now)
        if found is None:
            return False
        identity = f"{repository} {route.workflow} {found.at:.0f}"
        notice = Ticked(
            delivery=identity,
            repository=repository,
            sender="the clock",
            at=now,
            workflow=route.workflow,
            due=found.at,
            missed=found.missed,
        )
        queue, group = self._shelf.queue, group_of(notice)
        patiently(lambda: queue.send(NOTICES, [encode(notice)], group=group, identity=[identity]))
        return True

    def _looked(self, repository: str) -> dict[str, float]:
        data = self._shelf.get(keys.schedules(repository))
        try:
            return decode(data, dict[str, float]) if data is not None else {}
        except WireError:
            return {}
