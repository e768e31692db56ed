"""What a deploy has told of an installation, read from its blobs."""

from __future__ import annotations

from praktika.errors import Absent, OperatorError
from praktika.model import installation
from praktika.model.installation import Installation
from praktika.model.wire import WireError, decode
from praktika.patience import patiently
from praktika.ports.blobs import Blobs


def read_installation(blobs: Blobs) -> Installation:
    """The installation as it was deployed last.

    Raises:
        OperatorError: it was not, or by a praktika that this one does not understand.
        PraktikaError: see `Blobs`.
    """
    try:
        return decode(patiently(lambda: blobs.get(installation.FILE)), Installation)
    except Absent as error:
        raise OperatorError(
            f"there is no installation here ({installation.FILE} is missing in its bucket): "
            "`praktika infrastructure --deploy` makes one"
        ) from error
    except WireError as error:
        raise OperatorError(
            f"{installation.FILE} is not understood: {error}. Deploy with this version of praktika."
        ) from error
