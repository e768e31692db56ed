"""Containers of jobs that run as another user than the runner, by a real daemon."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.docker_engine import BASE
from tests.integration.docker.image_builds import elsewhere
from tests.integration.runner.test_job_user import (
    UNTRUSTED,
    Scripted,
    place,
    pytestmark,
    user,
)

from praktika import process_tree
from praktika.model.plan import Artifact

__all__ = ["place", "pytestmark", "user"]

LOOK = (
    "id -u; id -g; echo out > made; echo home > ~/x;"
    " chown 0:0 made 2>&1; grep -E 'CapEff|NoNewPrivs' /proc/self/status; sleep 600 & true"
)


@pytest.mark.parametrize("trust", ["trusted", "untrusted"])
def test_security_16_a_container_is_its_job_s_user(place, user, docker_engine, trust):
    runner = Scripted(place)
    runner.artifacts = (Artifact(name="out", provider="job", kind="artifact", paths=("made",)),)
    is_trusted = trust == "trusted"
    runner.bench = replace(
        runner.bench,
        user=replace(user, gains=is_trusted),
        trust=trust,
        inherited={**runner.bench.inherited, **docker_engine.environment()},
    )
    runner.facts = runner.facts if is_trusted else UNTRUSTED

    def run():
        process_tree.become_subreaper()
        result = runner.run(
            LOOK, run_in_docker=f"{BASE}+--network=none", provides=("out",), post_hooks=("rm made",)
        )
        return str(result.status), runner.log.decode()

    status, log = elsewhere(run)
    assert status == "OK", log
    assert log.split("\n")[:2] == [str(user.uid), str(user.gid)]
    assert "chown: made: Operation not permitted" in log
    assert "CapEff:\t0000000000000000" in log
    assert f"NoNewPrivs:\t{int(not is_trusted)}" in log
    assert docker_engine.containers() == []
