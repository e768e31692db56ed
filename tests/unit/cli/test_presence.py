"""Whether the process that serves a run still lives."""

import subprocess
import sys
import threading

import pytest

from praktika.errors import Conflict, OperatorError
from praktika.wiring.runs.presence import alone, forget, gone, is_present, presence

HOLD = (
    "import sys, time, pathlib\nfrom praktika.wiring.runs.presence import presence\n"
    "with presence(pathlib.Path(sys.argv[1]), 'run-1'):\n    print('here', flush=True)\n"
    "    time.sleep(60)"
)


def test_present_inside_and_gone_without_trace_after(tmp_path):
    with presence(tmp_path, "run-1"):
        assert is_present(tmp_path, "run-1")
        assert not is_present(tmp_path, "run-2")
        assert gone(tmp_path) == []
    assert not is_present(tmp_path, "run-1")
    assert gone(tmp_path) == []
    assert list((tmp_path / "alive").iterdir()) == []


def test_only_one_is_present(tmp_path):
    with presence(tmp_path, "run-1"):
        with pytest.raises(Conflict, match="another process serves run-1"):
            presence(tmp_path, "run-1").__enter__()
        with presence(tmp_path, "run-2"):
            pass
        assert is_present(tmp_path, "run-1")
    with presence(tmp_path, "run-1"):
        pass


def test_nobody_begins_while_somebody_cleans_up(tmp_path):
    begun = threading.Event()

    def begin() -> None:
        with presence(tmp_path, "run-1"):
            begun.set()

    with alone(tmp_path):
        beginning = threading.Thread(target=begin)
        beginning.start()
        assert not begun.wait(0.3)
    beginning.join(5)
    assert begun.is_set()


def test_a_failure_inside_is_an_end_too(tmp_path):
    with pytest.raises(ZeroDivisionError), presence(tmp_path, "run-1"):
        raise ZeroDivisionError
    assert not is_present(tmp_path, "run-1")
    assert gone(tmp_path) == []


def test_a_killed_process_is_gone_until_it_is_forgotten(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout.readline() == b"here\n"
        assert is_present(tmp_path, "run-1")
        assert gone(tmp_path) == []
        process.kill()
    assert not is_present(tmp_path, "run-1")
    assert gone(tmp_path) == ["run-1"]
    forget(tmp_path, "run-1")
    forget(tmp_path, "run-1")
    assert gone(tmp_path) == []


def test_a_process_that_is_just_beginning_is_not_gone(tmp_path):
    (tmp_path / "alive").mkdir()
    (tmp_path / "alive" / "~run-1.123").touch()
    assert gone(tmp_path) == []


def test_a_folder_that_cannot_be_made_is_the_surroundings(tmp_path):
    (tmp_path / "alive").touch()
    with pytest.raises(OperatorError, match="alive"), presence(tmp_path, "run-1"):
        pass
    assert not is_present(tmp_path, "run-1")
    assert gone(tmp_path) == []
