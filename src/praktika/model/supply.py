"""How a pool of runners is supplied."""

from __future__ import annotations

import msgspec


class Supply(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of the runners that serve a label.

    Attributes:
        known: whether anybody has declared or started a pool for the label.
        runners: how many live.
        coming: how many more are being started.
        maximum: how many there may be; None if nobody says.
        complaint: why no further one can be had ("no capacity for m8g.large in eu-west-1b"), or "".
    """

    known: bool = True
    runners: int = 0
    coming: int = 0
    maximum: int | None = None
    complaint: str = ""
