import io
import os
import sys

import pytest

from praktika.interactive import UserPrompt
from praktika.utils import ContextManager, MetaClasses, Utils


def test_facts_of_the_machine(place):
    assert Utils.cpu_count() >= 1
    assert Utils.physical_memory() > 1 << 26
    assert Utils.is_arm() + Utils.is_amd() <= 1
    assert Utils.is_mac() == (sys.platform == "darwin")
    assert Utils.cwd() == str(place)
    assert Utils.absolute_path("a") == str(place / "a")


def test_time():
    assert Utils.timestamp() > 1.7e9
    assert Utils.timestamp_to_str(0) == "1970-01-01 00:00:00"
    assert Utils.timestamp_to_str(1_700_000_000.9) == "2023-11-14 22:13:20"
    Utils.sleep(0)


def test_the_process_environment(monkeypatch):
    monkeypatch.setenv("PATH", "/bin:/x")
    Utils.add_to_PATH("/x")
    assert os.environ["PATH"] == "/x:/bin"
    monkeypatch.setenv("SOME_NAME", "")
    Utils.set_env("SOME_NAME", 3)
    assert os.environ["SOME_NAME"] == "3"


def test_text():
    assert Utils.from_base64(Utils.to_base64("ü🚀")) == "ü🚀"
    assert Utils.is_hex("00aF")
    assert not Utils.is_hex("")
    assert not Utils.is_hex("0x1")
    assert Utils.normalize_string("A b") == "a_b"


def test_errors(capsys):
    with pytest.raises(RuntimeError, match="bad") as error:
        Utils.raise_with_error("bad", stdout="out", stderr="err", ex=KeyError("k"))
    assert isinstance(error.value.__cause__, KeyError)
    with pytest.raises(SystemExit) as exit_info:
        Utils.exit_with_error("worse")
    assert exit_info.value.code == 1
    assert capsys.readouterr().err.splitlines() == [
        "ERROR: bad",
        "----- stdout -----",
        "out",
        "----- stderr -----",
        "err",
        "ERROR: worse",
    ]


@pytest.fixture
def tree(place):
    for name in ("d/b.log", "d/a.txt", "d/sub/c.log", "e.log"):
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_text(name)
    return place


@pytest.mark.usefixtures("tree")
def test_files_below_paths():
    assert Utils.traverse_path("d", sorted=True) == ["d/a.txt", "d/b.log", "d/sub/c.log"]
    assert Utils.traverse_path("d", [".log"], sorted=True) == ["d/b.log", "d/sub/c.log"]
    assert Utils.traverse_path("e.log") == ["e.log"]
    assert Utils.traverse_path("none", not_exists_ok=True) == []
    with pytest.raises(FileNotFoundError):
        Utils.traverse_path("none")


@pytest.mark.usefixtures("tree")
def test_files_below_some_paths_and_not_below_others():
    found = Utils.traverse_paths(["./d", "d/b.log", "e.log"], ["d/sub"], sorted=True)
    assert found == ["d/a.txt", "d/b.log", "e.log"]


def test_links_and_folders(tree):
    Utils.link("e.log", "l")
    Utils.link("d/a.txt", "l")
    assert (tree / "l").read_text() == "d/a.txt"
    Utils.link("../e.log", "d/link")
    Utils.clean_dir("d")
    assert list((tree / "d").iterdir()) == []
    assert (tree / "e.log").exists()
    Utils.clean_dir("new/deep")
    assert (tree / "new/deep").is_dir()


def test_gzip(tree):
    packed = Utils.compress_gz("e.log")
    assert packed == "e.log.gz"
    assert Utils.decompress_file(packed, "back", remove_archive=True) == "back"
    assert (tree / "back").read_text() == "e.log"
    assert not (tree / "e.log.gz").exists()
    assert Utils.compress_gz("d") == "d.tar.gz"
    assert Utils.compress_files_gz(["e.log", "d"], "all.tar.gz") == "all.tar.gz"
    with pytest.raises(ValueError, match="expected a file"):
        Utils.decompress_file("e.log")


def test_without_zstd_it_says_what_to_install(tree, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RuntimeError, match="install the package 'zstd'"):
        Utils.compress_zst("e.log")
    assert Utils.compress_file("e.log") == "e.log.gz"


def test_what_is_not_there_yet_says_so():
    with pytest.raises(NotImplementedError, match="encrypt"):
        Utils.encrypt("x")


def test_a_class_lists_its_values():
    class Words(metaclass=MetaClasses.WithIter):
        A = "a"
        B = "b"
        _HIDDEN = "h"

    assert list(Words) == ["a", "b"]


def test_an_object_that_is_a_file(place):
    class Thing(MetaClasses.Serializable):
        def __init__(self, name, size):
            self.name, self.size = name, size

        @classmethod
        def file_name_static(cls, name):
            return f"thing_{name}.json"

    thing = Thing("a", 3).dump()
    assert Thing.exist("a")
    assert Thing.from_fs("a").size == 3
    assert thing.to_json() == '{"name":"a","size":3}'
    assert "\n" in thing.to_json(pretty=True)
    assert not Thing.exist("b")


def test_working_in_another_folder(tree):
    with ContextManager.cd("d"):
        assert Utils.cwd() == str(tree / "d")
    assert Utils.cwd() == str(tree)


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("typed", "ask", "answer"),
    [
        ("y\n", lambda: UserPrompt.confirm("Sure?"), True),
        ("\n", lambda: UserPrompt.confirm("Sure?"), False),
        ("what\nno\n", lambda: UserPrompt.confirm("Sure?", default=True), False),
        ("\nx\n", lambda: UserPrompt.get_string("Name"), "x"),
        ("x\n7\n3\n", lambda: UserPrompt.get_number("N", lambda n: n < 5), 3),
        ("0\n2\n", lambda: UserPrompt.select_from_menu([("a", "A"), ("b", "B")]), "B"),
    ],
)
def test_questions(monkeypatch, typed, ask, answer):
    monkeypatch.setattr("sys.stdin", Terminal(typed))
    assert ask() == answer


def test_nobody_waits_for_an_answer_without_a_terminal(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    with pytest.raises(EOFError, match="Sure"):
        UserPrompt.confirm("Sure?")
