"""Security 3, fault 10: nearly right webhooks. `scripts/fuzz_webhooks.py` tries many more."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.intake.judge import fuzz
from tests.unit.intake.mutations import Mutator

KINDS = {"PullChanged", "Pushed", "Queued", "ButtonPressed", "Dispatched", "Commented", "Installed"}


def test_security_3_nothing_breaks_and_nobody_gets_in() -> None:
    met = fuzz(seed=1, count=3000)

    assert met.keys() >= KINDS | {"200", "202", "400", "401"}
    assert min(met[kind] for kind in KINDS) > 5


def test_the_same_seed_makes_the_same_requests() -> None:
    def some() -> list[object]:
        mutator = Mutator(7)
        return [mutator.request() for _ in range(50)]

    assert some() == some()


@pytest.mark.parametrize(
    "broken",
    [
        {"verify": lambda _signature, _body: True},
        {"verify": lambda signature, _body: signature.startswith("sha256=")},
        {"allowed": ("octo-org/octo-repo2", "other/repository", "octo-org/octo-repo")},
        {"understand": lambda *_: {}["bug"]},
    ],
)
def test_the_judge_sees_what_is_wrong(broken: dict[str, Any]) -> None:
    with pytest.raises(AssertionError):
        fuzz(seed=1, count=1000, **broken)
