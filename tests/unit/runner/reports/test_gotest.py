"""The event stream of `go test -json`."""

from __future__ import annotations

import json
import time

import pytest

from praktika.runner.reports import ReportError

SHOP = "example.com/shop/shop"


def _events(*events: dict[str, object], package: str = "p") -> str:
    return "".join(json.dumps({"Package": package, **event}) + "\n" for event in events)


def _by_name(results):
    return {result.name: result for result in results}


def test_a_run_of_many_packages(recorded):
    assert {r.name: str(r.status) for r in recorded("go-1.19.txt")} == {
        "example.com/shop/broken": "ERROR",
        "example.com/shop/crash.TestFine": "OK",
        "example.com/shop/crash.TestPanics": "FAIL",
        "example.com/shop/exit.TestFine": "OK",
        "example.com/shop/exit": "FAIL",
        f"{SHOP}.TestTotal": "OK",
        f"{SHOP}.TestShort": "FAIL",
        f"{SHOP}.TestClosed": "SKIPPED",
        f"{SHOP}.TestPrices/two_words#01": "FAIL",
        f"{SHOP}.TestPrices/one": "OK",
        f"{SHOP}.TestPrices/three/four": "OK",
        f"{SHOP}.TestPrices/two_words": "OK",
        f"{SHOP}.TestPrices": "FAIL",
        f"{SHOP}.ExampleHello": "FAIL",
        "example.com/shop/slow.TestSlow": "ERROR",
    }


def test_output_without_the_framework_is_the_info(recorded):
    results = _by_name(recorded("go-1.19.txt"))
    assert results[f"{SHOP}.TestShort"].info == (
        "counting\n    shop_test.go:12: a note\n    shop_test.go:13: the till is short by 1"
    )
    assert results[f"{SHOP}.TestShort"].ext == {
        "file": "shop_test.go",
        "line": 12,
        "classname": SHOP,
    }
    assert results[f"{SHOP}.TestClosed"].info == "    shop_test.go:16: closed today"
    assert results[f"{SHOP}.TestTotal"].info == ""


def test_a_test_that_failed_for_its_subtests_names_them(recorded):
    info = _by_name(recorded("go-1.19.txt"))[f"{SHOP}.TestPrices"].info
    assert info == "Failed: TestPrices/two_words#01"


def test_a_panic_and_a_timeout_show_their_traces(recorded):
    results = _by_name(recorded("go-1.19.txt"))
    assert "assignment to entry in nil map" in results["example.com/shop/crash.TestPanics"].info
    slow = results["example.com/shop/slow.TestSlow"].info
    assert slow.startswith("panic: test timed out after 2s")
    assert slow.endswith("This test began and never ended.")


def test_a_package_that_does_not_compile_shows_the_compiler(recorded):
    info = _by_name(recorded("go-1.19.txt"))["example.com/shop/broken"].info
    assert info.endswith("broken/broken_test.go:5:32: undefined: undefined")


def test_build_events_of_newer_versions(recorded):
    broken = recorded("go-1.24.jsonl")[0]
    assert (broken.name, broken.status) == ("example.com/shop/broken", "ERROR")
    assert "broken/broken_test.go:5:32: undefined: undefined" in broken.info


def test_a_repeated_package_makes_its_tests_flaky(recorded):
    _, flaky = recorded("go-1.24.jsonl")
    assert (flaky.name, flaky.status) == ("example.com/shop.TestFlickers", "OK")
    assert (flaky.duration, flaky.start_time) == (0.5, 1767945013.3)
    assert flaky.ext["labels"] == [{"name": "flaky"}]
    assert "Earlier attempt: FAIL\n    shop_test.go:9: first time" in flaky.info


def test_count_keeps_every_repetition(written):
    once = ({"Action": "run", "Test": "A"}, {"Action": "pass", "Test": "A"})
    results = written(_events(*once, *once, {"Action": "pass"}))
    assert [r.name for r in results] == ["p.A", "p.A"]


def test_a_dependency_that_does_not_compile_is_shown_with_the_package(written):
    text = (
        "# example.com/dep\ndep/dep.go:3:1: syntax error\nFAIL\texample.com/uses [build failed]\n"
    )
    (result,) = written(text)
    assert (result.name, result.status) == ("example.com/uses", "ERROR")
    assert "dep/dep.go:3:1: syntax error" in result.info


def test_a_package_that_did_not_build_is_told_of_once(written):
    results = written(
        "FAIL\tp [build failed]\n"
        + _events(
            {"Action": "output", "Output": "FAIL\tp [build failed]\n"},
            {"Action": "fail", "Elapsed": 0},
        )
    )
    assert [(r.name, str(r.status), r.ext) for r in results] == [("p", "ERROR", {"classname": "p"})]


def test_many_silent_failures_are_read_quickly(written):
    fails = [{"Action": "fail", "Test": f"A/{number}"} for number in range(5_000)]
    begun = time.perf_counter()
    results = written(_events(*fails, {"Action": "fail", "Test": "A"}, {"Action": "fail"}))
    assert time.perf_counter() - begun < 3
    assert results[-1].info == "Failed: " + ", ".join(f"A/{number}" for number in range(10))


def test_a_build_failure_among_the_package_s_output(written):
    (result,) = written(
        _events(
            {"Action": "output", "Output": "FAIL\tp [setup failed]\n"},
            {"Action": "fail", "Elapsed": 0},
        )
    )
    assert (result.name, result.status) == ("p", "ERROR")


def test_a_stream_that_ends_early(written):
    results = written(
        _events(
            {"Action": "start"},
            {"Action": "run", "Test": "A"},
            {"Action": "pass", "Test": "A", "Elapsed": 0.25},
            {"Action": "run", "Test": "B"},
            {"Action": "output", "Test": "B", "Output": "working\n"},
        )
        + '{"Action":"out'
    )
    assert [(r.name, str(r.status)) for r in results] == [
        ("p.A", "OK"),
        ("p.B", "ERROR"),
        ("report report.txt", "ERROR"),
    ]
    assert results[0].duration == 0.25
    assert results[1].info == "working\nThis test began and never ended."
    assert "ends in the middle while p ran" in results[2].info


def test_a_cut_last_line_is_told(written):
    *_, report = written(_events({"Action": "pass", "Test": "A"}, {"Action": "pass"}) + '{"Acti')
    assert "ends in the middle" in report.info


def test_tests_without_an_end_are_fine_in_a_package_that_passed(written):
    # Benchmarks are told of so.
    run = {"Action": "run", "Test": "BenchmarkA"}
    assert [str(r.status) for r in written(_events(run, {"Action": "pass"}))] == ["OK"]


def test_packages_without_tests_are_no_cases(written):
    text = _events({"Action": "output", "Output": "?\tp\t[no test files]\n"}, {"Action": "skip"})
    assert written(text) == ()


def test_a_test_that_stayed_open_explains_the_failed_package(written):
    text = _events({"Action": "run", "Test": "A"}, {"Action": "fail"})
    assert [(r.name, str(r.status)) for r in written(text)] == [("p.A", "ERROR")]


def test_a_stream_of_a_single_binary_has_no_package(written):
    text = '{"Action":"run","Test":"A"}\n{"Action":"fail","Test":"A","Elapsed":1}\n'
    first, report = written(text)
    assert (first.name, first.status, first.duration) == ("A", "FAIL", 1.0)
    assert report.status == "ERROR"


def test_a_stream_in_utf_16_is_read(written):
    # PowerShell writes what it redirects in UTF-16.
    text = _events({"Action": "pass", "Test": "A"}, {"Action": "pass"}).replace("\n", "\r\n")
    assert [r.name for r in written(text.encode("utf-16"))] == ["p.A"]


def test_fields_of_unexpected_types_do_not_hurt(written):
    text = _events(
        {"Action": "run", "Test": ["A"], "Time": 3},
        {"Action": ["pass"]},
        {"Action": "output", "Output": {}, "Test": "A"},
        {"Action": "pass", "Test": "A", "Elapsed": "soon", "Time": "noon"},
        {"Action": "pass"},
    )
    assert [(r.name, r.duration) for r in written(text)] == [("p.A", None)]


@pytest.mark.parametrize("text", ["go: downloading x v1\n", "PASS\nok p 0.1s\n"])
def test_plain_output_of_go_is_no_report(written, text):
    with pytest.raises(ReportError, match="no test report that praktika knows"):
        written(text)
