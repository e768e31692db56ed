import pytest

from praktika.result import Result
from praktika.utils import Utils


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (["OK", "SKIPPED", "XFAIL"], "OK"),
        (["OK", "FAIL"], "FAIL"),
        (["UNKNOWN"], "FAIL"),
        (["XPASS"], "FAIL"),
        (["FAIL", "ERROR"], "ERROR"),
        ([], "ERROR"),
    ],
)
def test_the_status_comes_from_the_parts(parts, expected):
    result = Result.create_from("x", [Result(str(n), word) for n, word in enumerate(parts)])
    assert result.status == expected


@pytest.mark.parametrize(
    ("child", "expected"), [("PENDING", "PENDING"), ("RUNNING", "RUNNING"), ("DROPPED", "FAIL")]
)
def test_fault_49_parts_in_flight_do_not_raise(child, expected):
    assert Result.create_from("x", [Result("a", "OK"), Result("b", child)]).status == expected


@pytest.mark.parametrize(
    ("status", "expected"), [(True, "OK"), (False, "FAIL"), ("success", "OK"), ("XFAIL", "XFAIL")]
)
def test_a_given_status_wins(status, expected):
    assert Result.create_from("x", [Result("a", "ERROR")], status=status).status == expected


def test_nothing_given_is_an_error_that_says_so():
    result = Result.create_from("x")
    assert result.status == "ERROR"
    assert "Neither a status nor parts" in result.info


def test_a_wrong_status_is_refused():
    with pytest.raises(ValueError, match="not a status"):
        Result.create_from("x", status="passed-ish")


def test_the_name_is_that_of_the_job(temp, monkeypatch):
    (temp / "environment.json").write_text('{"JOB_NAME": "From file"}')
    assert Result.create_from(status=True).name == "From file"
    monkeypatch.setenv("JOB_NAME", "From variable")
    assert Result.create_from(status=True).name == "From variable"


def test_by_hand_the_name_is_that_of_the_script(monkeypatch):
    monkeypatch.setattr("sys.argv", ["ci/build_it.py"])
    assert Result.create_from(status=True).name == "build_it"


def test_the_time_comes_from_the_stopwatch():
    watch = Utils.Stopwatch()
    result = Result.create_from("x", status=True, stopwatch=watch)
    assert result.start_time == watch.start_time
    assert 0 <= result.duration < 10


def test_without_a_stopwatch_the_time_comes_from_the_running_result(temp):
    Result("x", "RUNNING", Utils.timestamp() - 5).dump()
    result = Result.create_from("x", status=True)
    assert 5 <= result.duration < 60
    Result("x", "OK", 5).dump()
    assert Result.create_from("x", status=True).start_time is None


def test_everything_else_is_taken_over():
    result = Result.create_from(
        "x",
        [Result("a", "FAIL", info="why a"), Result("b", "OK")],
        info=["one", "two"],
        with_info_from_results=True,
        files=["f1", "f1", "f2"],
        assets=["p.html"],
        links=["l"],
        labels=["flaky"],
    )
    assert result.info == "one\ntwo\na: why a"
    assert result.files == ["f1", "f2"]
    assert result.ext["assets"] == ["p.html"]
    assert result.links == ["l"]
    assert result.get_labels() == ["flaky"]


def test_parts_may_come_from_a_generator():
    assert len(Result.create_from("x", (Result(n, "OK") for n in "abc")).results) == 3


def test_create_new_has_no_times():
    result = Result.create_new("x", True, ["l"], ["a", "b"], [Result("y", "OK")])
    assert (result.status, result.start_time, result.duration) == ("OK", None, None)
    assert (result.links, result.info, len(result.results)) == (["l"], "a\nb", 1)
