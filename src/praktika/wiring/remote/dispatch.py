"""What can be dispatched in this installation, and asking its intake for it."""

from __future__ import annotations

from praktika.errors import Absent, OperatorError
from praktika.intake.asking.requests import dispatch_id
from praktika.intake.kept import keys
from praktika.intake.names import NOTICES, group_of
from praktika.model.notices import Dispatched
from praktika.model.routes import RoutingTable
from praktika.model.wire import WireError, decode, encode
from praktika.patience import patiently
from praktika.wiring.stores import Stores


def known_table(stores: Stores, repository: str) -> RoutingTable:
    """The routing table that the intake keeps of a repository.

    Raises:
        OperatorError: it keeps none.
    """
    try:
        return decode(stores.blobs.get(keys.table(repository)), RoutingTable)
    except (Absent, WireError) as error:
        raise OperatorError(
            f"nothing here listens for dispatches of '{repository}': there is no routing table. "
            "`praktika serve` makes one, of the repositories of a forge that it is set up for; "
            "--repository names one of these. A server is named with --server. "
            "`praktika run --detach` runs the code that is here."
        ) from error


def send_dispatch(stores: Stores, notice: Dispatched) -> None:
    """Tell the intake that somebody wants a run; the same notice again wants nothing new."""
    run = dispatch_id(notice.repository, notice.workflow, notice.delivery)
    patiently(lambda: stores.queue.create(NOTICES))
    patiently(
        lambda: stores.queue.send(NOTICES, [encode(notice)], group=group_of(notice), identity=[run])
    )
