"""Programs and processes of the machine."""

import shutil
import subprocess

import pytest

from praktika.utils import ContextManager, Utils


@pytest.mark.skipif(shutil.which("zstd") is None, reason="needs the program zstd")
def test_zstd(place):
    (place / "a b").write_text("hello" * 1000)
    packed = Utils.compress_zst("a b")
    assert packed == "a b.zst"
    (place / "a b").unlink()
    assert Utils.decompress_file(packed) == "a b"
    assert (place / "a b").read_text() == "hello" * 1000
    assert Utils.compress_file("a b") == "a b.zst"
    (place / "d").mkdir()
    assert Utils.compress_zst("d") == "d.tar.zst"
    assert not (place / "d.tar").exists()
    with pytest.raises(RuntimeError, match="zstd"):
        Utils.compress_zst("none")


def test_ending_a_process():
    process = subprocess.Popen(["sleep", "30"])
    assert Utils.terminate_process(process.pid)
    process.wait()
    assert Utils.terminate_process(process.pid)


def test_ending_a_process_that_does_not_want_to():
    process = subprocess.Popen(
        ["bash", "-c", "trap '' TERM; echo ready; while :; do sleep 0.1; done"],
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    with process:
        process.stdout.readline()
        assert Utils.terminate_process_group(process.pid, grace=0.2)


def test_force():
    process = subprocess.Popen(["bash", "-c", "trap '' TERM; sleep 30"], start_new_session=True)
    assert Utils.terminate_process_group(process.pid, force=True)
    process.wait()


def test_the_kernels_log_can_be_asked_whoever_we_are():
    assert Utils.is_killed_with_oom() in {True, False}


def test_the_root_of_the_repository(place):
    (place / "deep").mkdir()
    with ContextManager.cd("deep"), ContextManager.cd():
        assert Utils.cwd() == str(place / "deep")
    subprocess.run(["git", "init", "-q"], check=True)
    with ContextManager.cd("deep"), ContextManager.cd():
        assert Utils.cwd() == str(place)
