"""Result.from_commands_run with real commands. Fault 47 of the predecessor."""

# ruff: noqa: T201 - what is printed is what is tested

import logging
import subprocess
import sys
import time

import pytest

from praktika.result import Result
from praktika.utils import Shell


def run(command, **options):
    return Result.from_commands_run("My step", command, **options)


def log(place):
    return (place / "ci/tmp/my_step.log").read_text()


def test_one_line():
    result = run("echo hello")
    assert (result.name, result.status, result.info, result.files) == ("My step", "OK", "", [])
    assert 0 <= result.duration < 60
    assert abs(result.start_time - time.time()) < 60


def test_a_failure_says_why():
    result = run("echo first; echo why >&2; exit 2")
    assert (result.status, result.info) == ("FAIL", "first\nwhy")
    assert run("false").info == ""
    assert run("echo why; false", with_info_on_failure=False).info == ""


def test_info_and_log_on_demand(place):
    result = run("echo hello", with_info=True, with_log=True)
    assert result.info == "hello"
    assert result.files == ["./ci/tmp/my_step.log"]
    assert log(place) == "hello\n"


def test_a_long_output_is_cut_and_attached():
    result = run("seq 1000; false")
    assert result.info.splitlines() == [str(n) for n in range(701, 1001)]
    assert result.files == ["./ci/tmp/my_step.log"]


@pytest.mark.parametrize(
    "commands", [["false", "true"], ["true", "false", "true"], [lambda: False, "true"]]
)
def test_fault_47_an_earlier_failure_is_not_forgotten(commands):
    assert run(commands, fail_fast=False).status == "FAIL"


def test_the_first_failure_ends_the_run_unless_told_otherwise(place):
    run(["false", "touch later"])
    assert not (place / "later").exists()
    run(["false", "touch later"], fail_fast=False)
    assert (place / "later").exists()


def test_fault_47_the_log_has_the_output_of_all_commands(place):
    run(["echo 1", lambda: print("2"), "echo 3", lambda: print("4", file=sys.stderr)])
    assert log(place).split() == ["1", "2", "3", "4"]
    run("echo 5")
    assert log(place) == "5\n"


@pytest.mark.parametrize("value", [True, None, "", 0, []])
def test_callables_that_succeed(value):
    result = run(lambda: value)
    assert (result.status, result.info) == ("OK", "")


@pytest.mark.parametrize(
    ("value", "info"),
    [(False, ""), ("broken", "broken"), (["a", "b"], "a\nb"), (3, "3"), (KeyError("x"), "'x'")],
)
def test_callables_that_fail(value, info):
    result = run(lambda: value)
    assert (result.status, result.info) == ("FAIL", info)


def test_a_callable_that_raises():
    def broken():
        raise ZeroDivisionError("ouch")

    result = run([broken, "touch later"])
    assert result.status == "FAIL"
    assert "ZeroDivisionError: ouch" in result.info
    assert "def broken" not in result.info


@pytest.mark.parametrize(("code", "status"), [(0, "OK"), (None, "OK"), (2, "FAIL"), ("m", "FAIL")])
def test_a_callable_that_exits(code, status):
    assert run(lambda: sys.exit(code)).status == status


def test_a_callable_that_returns_a_result():
    result = run(lambda: Result("inner", "FAIL", info="why"))
    assert result.status == "FAIL"
    assert [part.name for part in result.results] == ["inner"]
    assert run(lambda: Result("inner", "SKIPPED")).status == "OK"


@pytest.mark.parametrize("options", [{}, {"with_info": False, "with_info_on_failure": False}])
def test_fault_47_callables_may_print(options, capfd, place):
    def prints():
        print("to stdout ü")
        print("to stderr", file=sys.stderr)
        logging.getLogger("x").warning("logged")
        sys.stdout.buffer.write(b"bytes \xff\n")
        subprocess.run(["echo", "from a process"], stdout=sys.stdout, check=True)
        Shell.check("echo from the shell")
        assert sys.stdout.isatty() is False
        return False

    assert run(prints, **options).status == "FAIL"
    shown = capfd.readouterr().out
    for words in ("to stdout ü", "to stderr", "from a process", "from the shell"):
        assert words in shown
    for words in ("to stdout ü", "to stderr", "bytes", "from the shell"):
        assert words in (place / "ci/tmp/my_step.log").read_bytes().decode(errors="replace")


def test_streams_that_outlive_the_callable_still_print(capfd):
    kept = []
    run(lambda: kept.append(sys.stdout))
    print("later", file=kept[0])
    assert "later" in capfd.readouterr().out


def test_arguments_and_folder(place):
    (place / "d").mkdir()
    got = []
    run(lambda *args, **kw: got.append((args, kw)), command_args=[1, 2], command_kwargs={"a": 3})
    assert got == [((1, 2), {"a": 3})]
    result = run(["pwd", lambda: __import__("os").getcwd()], workdir="d", with_info=True)
    assert str(place / "d") in result.info
    assert result.status == "FAIL"
    assert (place / "ci/tmp/my_step.log").exists()


def test_retries(place):
    command = "printf x >>tries; echo net down >&2; [ $(wc -c <tries) = 2 ]"
    started = time.monotonic()
    assert run(command, retries=2).status == "OK"
    assert time.monotonic() - started >= 2
    (place / "tries").unlink()
    assert run(command, retry_errors="no such").status == "FAIL"


def test_no_commands_at_all():
    assert run([]).status == "OK"


@pytest.mark.parametrize("name", ["x" * 300, "🚀" * 100, "a/b\n'c'\"d\""])
def test_every_name_can_be_used(name, place):
    result = Result.from_commands_run(name, "echo hello", with_log=True)
    assert (place / result.files[0]).read_text() == "hello\n"
    result.dump()
    assert Result.from_fs(name).name == name


def test_output_that_is_no_utf8():
    result = run("printf 'a\\xff\\n'; false")
    assert result.info == "a�"
    result.to_json().decode("utf-8")


def test_a_parameter_is_passed_to_bash_as_it_is():
    assert run("""x='a b'; [[ "$x" == "a b" ]]""").status == "OK"
