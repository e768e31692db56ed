"""Waking processes that wait."""

import os
import select
import threading
import time
from pathlib import Path

import pytest

from praktika.adapters.local.bell import Bell


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "bells"


def test_a_ring_is_not_missed_once_one_listens(folder):
    with Bell(folder).listening("work") as listener:
        Bell(folder).ring("work")
        assert listener.wait(5)
        assert not listener.wait(0.02)  # it counts once
        Bell(folder).ring("work")
        assert listener.wait(5)


def test_a_ring_ends_a_wait(folder):
    with Bell(folder).listening("work") as listener:
        timer = threading.Timer(0.02, Bell(folder).ring, ["work"])
        timer.start()
        assert any(listener.wait(5) for _ in range(50))
        timer.join()


def test_all_listeners_of_a_name_are_woken_and_no_others(folder):
    bell = Bell(folder)
    with bell.listening("a") as one, bell.listening("a") as two, bell.listening("b") as other:
        bell.ring("a")
        assert one.wait(5)
        assert two.wait(5)
        assert not other.wait(0.02)


def test_ringing_for_nobody_does_nothing(folder):
    Bell(folder).ring("work")
    assert not folder.exists()
    with Bell(folder).listening("work") as listener:
        assert not listener.wait(0.02)  # earlier rings do not count


def listen_and_be_interrupted(folder: Path) -> None:
    with Bell(folder).listening("work"):
        assert len(list(folder.iterdir())) == 1
        raise KeyboardInterrupt


def test_no_pipe_is_left_behind(folder):
    with pytest.raises(KeyboardInterrupt):
        listen_and_be_interrupted(folder)
    assert list(folder.iterdir()) == []


def test_pipes_of_killed_processes_are_removed(folder):
    with Bell(folder).listening("work") as living:
        (name,) = [path.name for path in folder.iterdir()]
        for dead in (name[:-1] + "!", "other.0", "~draft"):
            os.mkfifo(folder / dead)
        Bell(folder)
        assert [path.name for path in folder.iterdir()] == [name]
        os.mkfifo(folder / (name[:-1] + "!"))
        Bell(folder).ring("work")
        assert [path.name for path in folder.iterdir()] == [name]
        assert living.wait(5)


def test_ringing_never_blocks(folder):
    with Bell(folder).listening("work") as listener:
        (path,) = folder.iterdir()
        pipe = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        while os.write(pipe, b"." * 4096) == 4096:
            if not select.select([], [pipe], [], 0)[1]:
                break
        os.close(pipe)
        Bell(folder).ring("work")
        assert listener.wait(5)


def test_without_pipes_waiting_means_looking_often(tmp_path):
    (tmp_path / "file").touch()
    with Bell(tmp_path / "file").listening("work") as listener:
        begun = time.monotonic()
        assert not listener.wait(5)
        assert 0.005 < time.monotonic() - begun < 2
    Bell(tmp_path / "file").ring("work")
