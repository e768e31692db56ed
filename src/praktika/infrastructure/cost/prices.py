"""List prices of AWS, in US dollars, of us-east-1; on demand, without free tiers or discounts.

They are for telling a cent from a hundred dollars, not for a bill.
"""

from __future__ import annotations

from typing import Final

DATE: Final = "June 2025"
"""When they were taken down."""

HOURS: Final = 730.0
"""In a month."""

LARGE: Final = {
    "t3": 0.0832,
    "t3a": 0.0752,
    "t4g": 0.0672,
    "t2": 0.0928,
    "m5": 0.096,
    "m5a": 0.086,
    "m6i": 0.096,
    "m6a": 0.0864,
    "m6g": 0.077,
    "m6gd": 0.0904,
    "m6id": 0.11865,
    "m7i": 0.1008,
    "m7a": 0.11592,
    "m7g": 0.0816,
    "m7gd": 0.1068,
    "m8g": 0.08976,
    "c5": 0.085,
    "c5a": 0.077,
    "c6i": 0.085,
    "c6a": 0.0765,
    "c6g": 0.068,
    "c6gd": 0.0768,
    "c6id": 0.1008,
    "c7i": 0.08925,
    "c7a": 0.10264,
    "c7g": 0.0725,
    "c7gd": 0.0907,
    "c8g": 0.07976,
    "r5": 0.126,
    "r6i": 0.126,
    "r6g": 0.1008,
    "r7i": 0.1323,
    "r7a": 0.15215,
    "r7g": 0.1071,
    "r8g": 0.11782,
    "i3": 0.156,
    "i4i": 0.172,
    "i4g": 0.1544,
}
"""Dollars an hour of the size `large`, by family."""

SIZES: Final = {"nano": 1 / 16, "micro": 1 / 8, "small": 1 / 4, "medium": 1 / 2, "large": 1.0}
"""What other sizes cost, in units of `large`; `4xlarge` is eight of them."""

HOSTS: Final = {"mac1": 1.083, "mac2": 0.65, "mac2-m2": 0.878, "mac2-m2pro": 1.56}
"""Dollars an hour of a dedicated host; of others it is not known here."""

SPOT: Final = 0.4
"""What a spot machine costs of the full price, at a guess: it changes by the hour."""

ADDRESS: Final = 0.005
"""Dollars an hour of a public IPv4 address; each machine has one."""

VOLUME: Final = 0.08
"""Dollars a month of a GB of gp3."""

SNAPSHOT: Final = 0.05
OBJECTS: Final = 0.023
LOGS: Final = 0.5
"""Dollars of a GB that is taken in."""

SECRET: Final = 0.4
ALARM: Final = 0.1
REQUESTS: Final = 0.4e-6
"""Dollars of a request to a queue."""

CALL: Final = 0.2e-6
COMPUTING: Final = 13.3334e-6
"""Dollars of a GB-second of a function on arm64."""

REGIONS: Final = {
    "us-east-1": 1.0,
    "us-east-2": 1.0,
    "us-west-2": 1.0,
    "us-west-1": 1.17,
    "ca-central-1": 1.11,
    "sa-east-1": 1.59,
    "eu-west-1": 1.11,
    "eu-west-2": 1.16,
    "eu-west-3": 1.17,
    "eu-central-1": 1.2,
    "eu-north-1": 1.06,
    "eu-south-1": 1.17,
    "ap-south-1": 1.05,
    "ap-southeast-1": 1.25,
    "ap-southeast-2": 1.25,
    "ap-northeast-1": 1.29,
}
"""About how much dearer a region is: the price of an m5.large there by that of us-east-1."""


def machine(kind: str) -> float | None:
    """Dollars an hour of a machine of a type; None if it is not known."""
    family, _, size = kind.partition(".")
    number, sign, rest = size.partition("xlarge")
    factor = SIZES.get(size)
    if factor is None and sign and not rest and (not number or number.isdecimal()):
        factor = 2.0 * int(number or 1)
    if family not in LARGE or factor is None:
        return None
    return LARGE[family] * factor
