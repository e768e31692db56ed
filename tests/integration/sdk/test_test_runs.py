"""Result.from_pytest_run and from_gtest_run with real programs."""

import os
import stat
import sys

import pytest

from praktika.result import Result

TESTS = """
import pytest

def test_ok():
    print("quiet")

def test_bad():
    print("loud")
    assert 1 == 2, "because"

@pytest.mark.parametrize("x", ["a b", "/"])
def test_each(x):
    pass

@pytest.mark.skip(reason="not now")
def test_skip():
    pass

@pytest.mark.xfail(reason="known")
def test_xfail():
    assert False

@pytest.mark.xfail(reason="mended", strict=True)
def test_xpass():
    pass

@pytest.fixture
def broken():
    raise RuntimeError("no database")

def test_setup(broken):
    pass

@pytest.fixture
def leaky():
    yield
    raise RuntimeError("cannot clean")

def test_teardown(leaky):
    pass
"""

STATUSES = {
    "test_ok": "OK",
    "test_bad": "FAIL",
    "test_each[a b]": "OK",
    "test_each[/]": "OK",
    "test_skip": "SKIPPED",
    "test_xfail": "XFAIL",
    "test_xpass": "XPASS",
    "test_setup": "ERROR",
    "test_teardown": "ERROR",
}


@pytest.fixture
def suite(place, monkeypatch):
    """A folder with tests; pytest there knows nothing of ours."""
    (place / "suite").mkdir()
    (place / "suite" / "pytest.ini").write_text("[pytest]\n")
    (place / "suite" / "test_it.py").write_text(TESTS)
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    return place / "suite"


def run(command="", **options):
    options.setdefault("pytest_command", f"{sys.executable} -m pytest -p no:cacheprovider")
    return Result.from_pytest_run(command, cwd="suite", **options)


@pytest.mark.usefixtures("suite")
def test_every_test_is_a_part():
    result = run()
    assert {
        part.name.removeprefix("test_it.py::"): part.status for part in result.results
    } == STATUSES
    assert (result.name, result.status) == ("Tests", "ERROR")
    assert result.files[0] == "./ci/tmp/pytest.jsonl"
    bad = result.get_sub_result_by_name("test_it.py::test_bad")
    assert "because" in bad.info
    assert "loud" in bad.info
    assert (bad.ext["file"], bad.ext["line"]) == ("test_it.py", 7)
    assert bad.duration >= 0
    assert "no database" in result.get_sub_result_by_name("test_it.py::test_setup").info
    assert result.get_sub_result_by_name("test_it.py::test_skip").info.endswith("not now")


@pytest.mark.usefixtures("suite")
def test_without_reportlog_the_report_is_pytests_own():
    result = run("-p no:reportlog")
    assert {part.name.removeprefix("test_it::"): part.status for part in result.results} == STATUSES
    assert "./ci/tmp/pytest.xml" in result.files
    assert "because" in result.get_sub_result_by_name("test_it::test_bad").info


@pytest.mark.usefixtures("suite")
def test_arguments_reach_pytest(place):
    result = run("-k 'test_ok or skip'", name="My tests", env={"PYTEST_ADDOPTS": "-v"})
    assert [part.status for part in result.results] == ["OK", "SKIPPED"]
    assert (result.name, result.status, result.info) == ("My tests", "OK", "")
    assert "test_ok PASSED" in (place / "ci/tmp/my_tests.log").read_text()


@pytest.mark.usefixtures("suite")
def test_no_test_at_all_is_a_failure():
    result = run("-k none_of_them")
    assert (result.status, result.results) == ("FAIL", [])
    assert "No tests were found" in result.info


def test_a_file_that_cannot_be_collected(suite):
    (suite / "test_broken.py").write_text("import no_such_module\n")
    result = run()
    assert result.status == "ERROR"
    assert "no_such_module" in result.get_sub_result_by_name("test_broken.py").info


def test_a_timeout_is_an_error_with_what_is_known(suite):
    (suite / "test_it.py").write_text(
        "import time\ndef test_a():\n    pass\ndef test_b():\n    time.sleep(60)\n"
    )
    result = run(timeout=5)
    assert result.status == "ERROR"
    assert "out of time" in result.info
    assert [part.status for part in result.results if part.name.endswith("test_a")] == ["OK"]


def test_a_crash_is_not_ok(suite):
    (suite / "test_it.py").write_text(
        "import os\ndef test_a():\n    pass\ndef test_b():\n    os._exit(3)\n"
    )
    result = run()
    assert result.status == "FAIL"
    assert "Exit code 3" in result.info


@pytest.mark.usefixtures("suite")
def test_a_pytest_that_is_not_there():
    result = run(pytest_command="no-such-pytest")
    assert result.status == "FAIL"
    assert "no-such-pytest" in result.info
    assert result.results == []


@pytest.mark.usefixtures("suite")
def test_an_old_report_does_not_speak_for_a_new_run():
    assert run("-k test_ok").status == "OK"
    assert run(pytest_command="false", command="").results == []


REPORT = """{"testsuites": [{"name": "S", "testsuite": [
  {"name": "A", "classname": "S", "status": "RUN", "result": "COMPLETED", "time": "0.5s"}]}]}"""


@pytest.fixture
def program(place):
    """Writes a program that behaves like one of Google Test."""

    def write(*lines):
        path = place / "unit tests"
        report = "for a; do case $a in --gtest_output=json:*) out=${a#*json:};; esac; done\n"
        path.write_text("#!/bin/bash\n" + report + "\n".join(lines))
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    return write


def test_gtest(program):
    path = program(f"cat >\"$out\" <<'E'\n{REPORT}\nE", "echo args: $@")
    result = Result.from_gtest_run(path, gtest_filter="S.*:-S.B c", with_log=True)
    assert (result.name, result.status) == ("unit tests", "OK")
    assert [(part.name, part.status, part.duration) for part in result.results] == [
        ("S.A", "OK", 0.5)
    ]
    assert result.files == ["./ci/tmp/gtest.json", "./ci/tmp/unit_tests.log"]
    with open("ci/tmp/unit_tests.log") as log:
        assert "--gtest_filter=S.*:-S.B c" in log.read()
    assert Result.from_gtest_run(path, name="other").files == ["./ci/tmp/gtest.json"]


def test_gtest_that_fails_after_its_tests(program):
    path = program(f"cat >\"$out\" <<'E'\n{REPORT}\nE", "exit 7")
    result = Result.from_gtest_run(path)
    assert (result.status, len(result.results)) == ("FAIL", 1)
    assert "Exit code 7" in result.info


def test_gtest_that_crashes_before_its_report(program):
    path = program("echo 'SUMMARY: AddressSanitizer: heap-use-after-free'; seq 500; exit 1")
    result = Result.from_gtest_run(path)
    assert (result.status, result.results) == ("FAIL", [])
    assert "SUMMARY: AddressSanitizer" in result.info


def test_gtest_that_is_killed(program):
    result = Result.from_gtest_run(program("kill -SEGV $$"))
    assert result.status != "OK"


def test_gtest_with_a_launcher(program):
    path = program('echo "$LAUNCHED" >launched', f"cat >\"$out\" <<'E'\n{REPORT}\nE")
    assert Result.from_gtest_run(path, command_launcher="env LAUNCHED=yes").is_ok()
    assert os.path.exists("launched")
