"""Which tokens an attempt may have: faults 1 and 2, security 18."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from tests.unit.engine.scenes import CHANGE, Scene, after, job, key

from praktika.engine.grants import READING, WRITING, granted, home
from praktika.engine.run import Run
from praktika.model.events import RunRequested
from praktika.model.facts import Facts
from praktika.model.forge import Subject
from praktika.model.result import Status

STRANGE = structs.replace(CHANGE, trust="untrusted", fork="eve/r")
AUTHED = {"enable_gh_auth": True}
EVERYTHING = dict.fromkeys(
    [*WRITING, "administration", "actions", "secrets", "workflows", "members", "pages"], "write"
)


def scene(facts: Facts = CHANGE, **config: object) -> Scene:
    return Scene(job("a", config=config), job("b", after("a")), facts=facts)


def asked(scene: Scene, name: str = "a", attempt: int = 1) -> dict[str, str]:
    return granted(scene.run, key(name), attempt, EVERYTHING)


def test_an_attempt_may_read_its_code_while_it_is_queued_or_runs():
    run = scene()
    assert asked(run) == {"contents": "read"}
    run.start("a")
    assert asked(run) == {"contents": "read"}
    run.finish("a")
    assert asked(run) == {}
    assert asked(run, "b") == {"contents": "read"}


def test_what_waits_has_nothing():
    assert asked(scene(), "b", 0) == {}
    assert asked(scene(), "b", 1) == {}


@pytest.mark.parametrize("status", [Status.OK, Status.FAIL, Status.ERROR, Status.DROPPED])
def test_a_settled_attempt_has_nothing(status):
    run = scene(**AUTHED)
    run.start("a")
    run.finish("a", status)
    assert asked(run) == {}


def test_a_job_that_speaks_to_github_may_do_so_where_its_code_is_trusted():
    run = scene(**AUTHED)
    assert asked(run) == {
        "checks": "read",
        "contents": "read",
        "issues": "write",
        "pull_requests": "write",
        "statuses": "write",
    }
    assert asked(scene(STRANGE, **AUTHED)) == {"contents": "read"}


@pytest.mark.parametrize("value", [False, None, "", "no", 1, "true", [True]])
def test_only_true_is_true(value):
    assert asked(scene(enable_gh_auth=value)) == {"contents": "read"}


def test_no_more_is_given_than_was_asked_for():
    run = scene(**AUTHED).run
    assert granted(run, key("a"), 1, {"issues": "read"}) == {"issues": "read"}
    assert granted(run, key("a"), 1, {"contents": "write"}) == {"contents": "read"}
    assert granted(run, key("a"), 1, {"contents": "admin", "checks": ""}) == {}
    assert granted(run, key("a"), 1, {}) == {}


@pytest.mark.parametrize(("name", "attempt"), [("nothing", 1), ("a", 0), ("a", 2), ("a", -1)])
def test_who_is_not_known_has_nothing(name, attempt):
    assert asked(scene(**AUTHED), name, attempt) == {}


def test_an_attempt_that_was_lost_has_nothing_and_its_successor_has():
    run = scene()
    run.start("a")
    run.lose("a")
    assert run.attempt("a") == 2
    assert asked(run, attempt=1) == {}
    assert asked(run, attempt=2) == {"contents": "read"}


def test_an_attempt_that_is_to_stop_gets_no_more():
    run = scene(**AUTHED)
    run.start("a")
    run.cancel()
    assert asked(run) == {}


def test_a_run_that_nobody_asked_for_has_nothing():
    assert granted(Run(), key("a"), 1, EVERYTHING) == {}
    assert home(Run()) == ""


def test_home_is_where_a_change_is_for():
    run = scene(STRANGE).run
    assert home(run) == "o/r"
    subject = Subject(repository="acme/shop", sha="a" * 40)
    request = structs.replace(run.requested, subject=subject)
    assert isinstance(request, RunRequested)
    assert home(replace(run, requested=request)) == "acme/shop"


@given(
    st.dictionaries(
        st.sampled_from([*EVERYTHING, "x"]), st.sampled_from(["read", "write", "admin", ""])
    ),
    st.booleans(),
    st.booleans(),
)
def test_nobody_has_more_than_is_written_down(wanted, is_trusted, is_authed):
    run = scene(CHANGE if is_trusted else STRANGE, enable_gh_auth=is_authed).run
    most = WRITING if is_trusted and is_authed else READING
    for name, level in granted(run, key("a"), 1, wanted).items():
        assert level in {"read", most[name]}
        assert level in {"read", wanted[name]}
