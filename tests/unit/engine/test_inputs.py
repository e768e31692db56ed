"""What a dispatch is given, and what becomes of it."""

import math

import pytest

from praktika.engine.routing.inputs import checked
from praktika.errors import AuthorError
from praktika.model.routes import Input

VERSION = Input(name="version", required=True, description="as in the tag")
DRY = Input(name="dry_run", kind="boolean", default=True)
COUNT = Input(name="count", kind="number")
WHERE = Input(name="where", kind="choice", options=("staging", "production"))


def refusal(inputs, **given):
    with pytest.raises(AuthorError) as caught:
        checked(inputs, given)
    return str(caught.value)


def test_defaults_are_filled_in_and_what_has_none_is_left_out():
    assert checked([VERSION, DRY, COUNT], {"version": "1.2"}) == {"version": "1.2", "dry_run": True}


def test_a_default_stands_in_for_what_is_required():
    assert checked([Input(name="a", required=True, default="x")], {"a": ""}) == {"a": "x"}


@pytest.mark.parametrize(
    ("said", "means"),
    [
        *((said, True) for said in ("true", "Yes", "1", True, 1)),
        *((said, False) for said in ("false", "NO", " no ", "0", False, 0)),
    ],
)
def test_a_boolean_is_said_in_several_ways(said, means):
    assert checked([DRY], {"dry_run": said})["dry_run"] is means


@pytest.mark.parametrize("said", ["maybe", "2", 2, 1.0, "on"])
def test_what_is_no_boolean_is_refused(said):
    assert "it is true or false" in refusal([DRY], dry_run=said)


@pytest.mark.parametrize(
    ("said", "means"), [("3", 3), ("-1.5", -1.5), (7, 7), (2.5, 2.5), ("1e3", 1000.0)]
)
def test_a_number_is_whole_where_it_is_written_so(said, means):
    found = checked([COUNT], {"count": said})["count"]
    assert found == means
    assert type(found) is type(means)


@pytest.mark.parametrize("said", ["three", "nan", "inf", math.inf, True, "0x10", "9" * 400])
def test_what_is_no_number_is_refused(said):
    assert "it is a number" in refusal([COUNT], count=said)


def test_a_choice_is_one_of_its_options():
    assert checked([WHERE], {"where": "staging"}) == {"where": "staging"}
    said = refusal([WHERE], where="stagin")
    assert said == (
        "input 'where' is 'stagin'; it is one of 'staging', 'production'. Did you mean 'staging'?"
    )


def test_a_text_is_a_text():
    assert checked([VERSION], {"version": "true"}) == {"version": "true"}
    assert "it is a text" in refusal([VERSION], version=3)
    assert "UTF-8" in refusal([VERSION], version="\udcff")


def test_texts_are_not_too_long_together():
    inputs = [Input(name="a"), Input(name="b")]
    assert checked(inputs, {"a": "x" * 10_000, "b": "y" * 10_000})
    assert "20,001 characters" in refusal(inputs, a="x" * 10_000, b="y" * 10_001)


def test_an_empty_text_is_missing_where_something_is_required_and_else_a_text():
    assert refusal([VERSION], version="") == "input 'version' is missing: as in the tag"
    assert checked([Input(name="note")], {"note": ""}) == {"note": ""}
    assert checked([COUNT], {"count": ""}) == {}


def test_all_that_is_wrong_is_said_at_once():
    said = refusal([VERSION, DRY, COUNT, WHERE], verison="1", count="x", where="home")
    assert said.splitlines()[0].endswith("Did you mean 'version'?")
    assert [line.split(" is ")[0] for line in said.splitlines()[1:]] == [
        "input 'version'",
        "input 'count'",
        "input 'where'",
    ]


def test_a_workflow_without_inputs_takes_none():
    assert checked([], {}) == {}
    assert refusal([], a="b") == "there is no input 'a'; the workflow has none"
