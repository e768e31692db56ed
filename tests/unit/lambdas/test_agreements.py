"""What a deploy makes of functions, and what functions expect, is the same."""

import importlib

import pytest
from tests.unit.infrastructure.runtime_samples import project, properties

from praktika.infrastructure.bundles import Bundles
from praktika.infrastructure.bundles.functions import HANDLERS
from praktika.infrastructure.template.runtime.functions import watch
from praktika.lambdas import surroundings
from praktika.lambdas.ticking import parts

NEEDED = {
    "webhook": [
        surroundings.SLUG,
        surroundings.REPOSITORIES,
        surroundings.APP,
        surroundings.WEBHOOK_SECRET,
        surroundings.TICK,
    ],
    "token-broker": [
        surroundings.SLUG,
        surroundings.BUCKET,
        surroundings.APP_SECRET,
        surroundings.API,
    ],
    "tick": [surroundings.SLUG, surroundings.BUCKET],
}


@pytest.fixture(scope="module")
def deployed():
    done = project()
    return done, {
        one["FunctionName"].removeprefix("lab-"): one
        for one in properties(done, "Lambda::Function").values()
    }


@pytest.mark.parametrize("name", HANDLERS)
def test_a_function_is_deployed_with_the_handler_and_the_variables_that_it_needs(deployed, name):
    function = deployed[1][name]
    module, _, handler = function["Handler"].rpartition(".")
    assert module == HANDLERS[name]
    assert callable(getattr(importlib.import_module(module), handler))
    assert set(NEEDED[name]) <= set(function["Environment"]["Variables"])


def test_all_that_is_uploaded_can_be_built_for_what_runs_it(deployed):
    done, functions = deployed
    bundles = Bundles()
    assert all(bundles.digest(name) for name in done.code)
    for one in functions.values():
        assert (one["Runtime"], one["Architectures"]) == ("python3.13", ["arm64"])


def test_dead_letters_are_counted_by_what_is_logged_of_them():
    assert parts.DEAD == watch.DEAD
