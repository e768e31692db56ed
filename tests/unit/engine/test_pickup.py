"""Why nobody takes a job, in words."""

from __future__ import annotations

import pytest

from praktika.engine.pickup import cause
from praktika.model.supply import Supply

CASES = [
    (Supply(known=False), "no pool serves the label 'arm'"),
    (Supply(runners=0), "no runner of pool 'arm' lives"),
    (Supply(runners=3), "all 3 runners of pool 'arm' are busy"),
    (
        Supply(runners=4, maximum=4),
        "pool 'arm' is at its maximum of 4 runners, all of which are busy",
    ),
    (Supply(runners=3, maximum=4), "all 3 runners of pool 'arm' are busy"),
    (Supply(coming=1, maximum=4), "1 runner is being started in pool 'arm'"),
    (
        Supply(runners=2, coming=2, maximum=4),
        "2 runners are being started in pool 'arm', and all 2 others are busy",
    ),
    (
        Supply(complaint="no capacity for m8g.large in eu-west-1b"),
        "no capacity in pool 'arm': no capacity for m8g.large in eu-west-1b",
    ),
]


def test_untrusted_code_has_runners_of_its_own_and_is_told_how_to_get_some() -> None:
    said = cause("arm", Supply(known=False), "untrusted")
    assert said == (
        "no pool serves the label 'arm' for untrusted code, which trusted runners do not take"
        " (`praktika runner --label arm --untrusted` would)"
    )
    assert cause("arm", Supply(), "untrusted") == "no runner of untrusted pool 'arm' lives"


@pytest.mark.parametrize(("supply", "text"), CASES, ids=[text for _, text in CASES])
def test_the_cause_names_the_pool_and_what_is_wrong_with_it(supply: Supply, text: str) -> None:
    assert cause("arm", supply) == text
