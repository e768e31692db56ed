"""How a server says that it is, or is not, well."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from praktika.adapters.memory import MemoryJournal
from praktika.wiring.serving import figures
from praktika.wiring.serving.loops import Loops


@pytest.mark.parametrize(("free", "status"), [(2**30, "ok"), (2**20, "failing")])
def test_a_full_disk_is_told_before_a_webhook_is_lost(tmp_path, monkeypatch, free, status):
    monkeypatch.setattr(figures, "disk_usage", lambda _path: SimpleNamespace(free=free))
    stores = SimpleNamespace(journal=MemoryJournal(), state=tmp_path)
    health = figures.look(stores, Loops([], None))
    assert health.status == status
    assert (health.parts["disk"] == "ok") is (status == "ok")
