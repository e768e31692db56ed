"""A call that goes on beside another."""

import subprocess
import sys
import threading

import pytest

from praktika.cli.ahead import Ahead
from praktika.errors import OperatorError


def test_both_go_on_at_once_and_the_answer_comes_back():
    go_on = threading.Event()
    with Ahead(lambda: go_on.wait(10)) as ahead:
        go_on.set()
        assert ahead.result() is True


def test_what_the_call_raises_is_raised_where_its_answer_is_wanted():
    def call() -> None:
        raise OperatorError("no git")

    with Ahead(call) as ahead, pytest.raises(OperatorError, match="no git"):
        ahead.result()


INTERRUPTED = """
import subprocess, threading
from praktika.cli.ahead import Ahead

children, started = [], threading.Event()

def call():
    children.append(subprocess.Popen(["sleep", "60"]))
    started.set()
    return children[0].wait()

try:
    with Ahead(call):
        started.wait(10)
        raise KeyboardInterrupt
except KeyboardInterrupt:
    print(children[0].returncode)
"""


def test_an_interruption_before_the_answer_ends_the_child():
    # In a process of its own, as every child of the process is ended.
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout == "-9\n"
