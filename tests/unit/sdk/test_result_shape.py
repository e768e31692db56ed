import json

import pytest

from praktika.model.result import Result as WireResult
from praktika.model.wire import decode
from praktika.result import Result


def sample():
    return Result(
        "Tests 🚀",
        "FAIL",
        100.5,
        2,
        [Result("a", True), Result("b", False, info="boom", ext={"file": "t.py", "line": 3})],
        files=["x.log"],
        links=["https://example.org"],
        info="two lines\nhere",
        ext={"comment": "c"},
    )


def test_what_is_written_is_what_the_control_plane_reads():
    wire = decode(sample().to_json(), WireResult)
    assert wire.name == "Tests 🚀"
    assert wire.status == "FAIL"
    assert (wire.start_time, wire.duration) == (100.5, 2)
    assert [part.status for part in wire.results] == ["OK", "FAIL"]
    assert wire.results[1].ext == {"file": "t.py", "line": 3}
    assert (wire.files, wire.links) == (("x.log",), ("https://example.org",))


def test_there_and_back():
    assert Result.from_dict(json.loads(sample().to_json())) == sample()


def test_all_keys_are_written_even_when_they_are_empty():
    keys = ["name", "status", "start_time", "duration", "results", "files", "links", "info", "ext"]
    assert list(Result("x", "OK").to_dict()) == keys


@pytest.mark.parametrize(
    "result",
    [
        Result("x", "OK", float("nan"), float("inf")),
        Result("x\udc80", "OK", info="\udcff"),
        Result("x", "OK", ext={"a": {1, 2}, "b": float("nan"), "c": object}),
        Result("x", "OK", files=[1], links=[None]),
        Result("x", "OK", "yesterday", "long"),
    ],
)
def test_whatever_an_author_puts_in_the_control_plane_can_read_it(result):
    assert decode(result.to_json(), WireResult).status == "OK"


def test_an_info_that_is_no_text_becomes_text():
    result = Result("x", "OK")
    result.info = ["one", 2]
    assert result.to_dict()["info"] == "one\n2"


def test_unknown_keys_are_kept():
    result = Result.from_dict({"name": "x", "status": "OK", "assets": ["a"], "ext": {"b": 1}})
    assert result.ext == {"b": 1, "assets": ["a"]}


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"name": 3, "status": None},
        {"results": "none", "files": None, "links": {}, "ext": [], "info": None},
        {"results": [None, 1, {"name": "a"}], "start_time": "x"},
    ],
)
def test_a_document_of_a_wrong_shape_is_read_as_far_as_it_goes(document):
    result = Result.from_dict(document)
    assert result.status == "UNKNOWN"
    assert decode(result.to_json(), WireResult).status == "UNKNOWN"


def test_an_unknown_status_says_so():
    result = Result.from_dict(
        {"name": "x", "status": "fine", "ext": {"errors": [{"message": "e"}]}}
    )
    assert result.status == "UNKNOWN"
    assert [error["message"][:6] for error in result.ext["errors"]] == ["e", "'fine'"]


@pytest.mark.parametrize("document", [None, [], "x", 3])
def test_a_document_that_is_no_object_is_refused(document):
    with pytest.raises(ValueError, match="JSON object"):
        Result.from_dict(document)


def test_old_status_words_are_read_and_assigned():
    assert Result.from_dict({"name": "x", "status": "success"}).status == "OK"
    result = Result("x", Result.Status.SUCCESS)
    result.status = "failure"
    assert result.status == Result.Status.FAILED == Result.StatusExtended.FAIL == "FAIL"


def test_a_wrong_status_is_refused_where_it_is_assigned():
    result = Result("x", "OK")
    with pytest.raises(ValueError, match="'okay' is not a status"):
        result.status = "okay"
    assert result.status == "OK"


@pytest.mark.parametrize(
    ("status", "true"),
    [
        ("OK", {"is_ok", "is_success", "is_completed"}),
        ("XFAIL", {"is_ok", "is_success", "is_completed"}),
        ("SKIPPED", {"is_ok", "is_skipped", "is_completed"}),
        ("FAIL", {"is_failure", "is_completed"}),
        ("XPASS", {"is_failure", "is_completed"}),
        ("UNKNOWN", {"is_completed"}),
        ("ERROR", {"is_error", "is_completed"}),
        ("DROPPED", {"is_dropped", "is_completed"}),
        ("PENDING", {"is_pending"}),
        ("RUNNING", {"is_running"}),
    ],
)
def test_questions(status, true):
    result = Result("x", status)
    names = [name for name in dir(Result) if name.startswith("is_")]
    assert {name for name in names if getattr(result, name)()} == true


def test_small_results_are_indented_for_people_and_large_ones_are_not():
    small = Result("x", "OK", results=[Result("y", "OK")] * 10)
    large = Result("x", "OK", results=[Result("y", "OK")] * 3000)
    assert b"\n    " in small.to_json()
    assert b"\n" not in large.to_json()


def test_a_deep_tree_is_written():
    result = Result("leaf", "OK")
    for level in range(200):
        result = Result(str(level), "OK", results=[result])
    assert decode(result.to_json(), WireResult).name == "199"
