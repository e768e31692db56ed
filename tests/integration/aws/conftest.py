"""What all tests against API servers of AWS have in common."""

import pytest
from botocore.retries.standard import ExponentialBackoff


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Clients try again as often as they do, but sooner: a server on this machine needs no rest."""
    planned = ExponentialBackoff.delay_amount

    def delay_amount(self, context):
        return planned(self, context) / 10

    monkeypatch.setattr(ExponentialBackoff, "delay_amount", delay_amount)
