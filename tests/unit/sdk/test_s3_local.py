import json
import threading

import pytest

from praktika.s3 import S3, NotInThisRelease, ServiceFailed


@pytest.fixture
def root(temp, monkeypatch):
    monkeypatch.setenv("PRAKTIKA", "1")
    (temp / "environment.json").write_text('{"LOCAL_RUN": true}')
    return temp / "s3_local"


@pytest.fixture
def file(place):
    path = place / "a.txt"
    path.write_text("hello")
    return path


def test_a_file_goes_into_a_folder_and_comes_back(root, file, place):
    url = S3.copy_file_to_s3("bucket/dir", file, text=True, tags={"t": "1"})
    assert url == (root / "bucket/dir/a.txt").as_uri()
    assert (root / "bucket/dir/a.txt").read_text() == "hello"
    meta = json.loads((root / "bucket/dir/a.txt.s3meta.json").read_text())
    assert meta["tags"] == {"t": "1"}
    assert meta["content_type"].startswith("text/plain")
    assert S3.copy_file_from_s3("bucket/dir/a.txt", place / "new" / "b.txt")
    assert (place / "new/b.txt").read_text() == "hello"
    (place / "into").mkdir()
    assert S3.copy_file_from_s3("bucket/dir/a.txt", place / "into")
    assert (place / "into/a.txt").read_text() == "hello"


@pytest.mark.parametrize(
    ("s3_path", "key", "with_rename"),
    [
        ("b/dir/a.txt", "b/dir/a.txt", False),
        ("b/dir/", "b/dir/a.txt", False),
        ("b/data.txt", "b/data.txt/a.txt", False),
        ("b/other", "b/other", True),
    ],
)
def test_fault_34_the_key_is_the_one_that_is_meant(root, file, s3_path, key, with_rename):
    S3.copy_file_to_s3(s3_path, file, with_rename=with_rename)
    assert (root / key).read_text() == "hello"


def test_fault_58_a_failed_upload_has_no_address(root):
    assert S3.copy_file_to_s3("b/dir", "missing.txt", no_strict=True) == ""
    with pytest.raises(ServiceFailed, match=r"missing\.txt"):
        S3.copy_file_to_s3("b/dir", "missing.txt")
    assert not S3.put("b/x", "missing.txt", no_strict=True)


def test_what_is_not_there(root, place):
    assert not S3.copy_file_from_s3("b/none", place / "x", no_strict=True)
    with pytest.raises(ServiceFailed, match="b/none"):
        S3.copy_file_from_s3("b/none", place / "x")
    assert S3.head_object("b/none") is None
    assert not S3.delete("b/none")


def test_folders(root, file, place):
    for key in ("b/d/1.log", "b/d/sub/2.log", "b/d/3.txt", "b/dx/4.log"):
        S3.copy_file_to_s3(key, file, with_rename=True)

    def got():
        return sorted(
            str(p.relative_to(place / "t")) for p in (place / "t").rglob("*") if p.is_file()
        )

    assert S3.copy_file_from_s3_matching_pattern("b/d", place / "t", "*.log")
    assert got() == ["1.log", "sub/2.log"]
    assert S3.copy_file_from_s3("b/d/", place / "t", recursive=True)
    assert got() == ["1.log", "3.txt", "sub/2.log"]
    assert S3.clean_s3_directory("b/d", "*.log") == 2
    assert S3.clean_s3_directory("b/d") == 1
    assert S3.head_object("b/dx/4.log")["size"] == 5


def test_conditional_puts(root, file):
    assert S3.put("b/k", file, if_none_matched=True, metadata={"a": "b"})
    assert not S3.put("b/k", file, if_none_matched=True)
    head = S3.head_object("b/k")
    assert head["metadata"] == {"a": "b"}
    file.write_text("other")
    assert S3.put("b/k", file, if_match=head["etag"])
    assert not S3.put("b/k", file, if_match=head["etag"])
    assert not S3.put("b/none", file, if_match=head["etag"])


def test_versions(root, file, place):
    assert S3.copy_file_from_s3_with_version("b/k", place / "x") == 0
    assert S3.copy_file_to_s3_with_version("b/k", file, 0)
    assert not S3.copy_file_to_s3_with_version("b/k", file, 0)
    assert S3.copy_file_to_s3_with_version("b/k", file, 1)
    assert S3.copy_file_from_s3_with_version("b/k", place / "x") == 2
    assert (place / "x").read_text() == "hello"


def test_of_many_that_create_one_wins(root, file):
    won = []
    threads = [
        threading.Thread(target=lambda: won.append(S3.put("b/k", file, if_none_matched=True)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == [False] * 7 + [True]


@pytest.mark.parametrize("key", ["../x", "b/../../x", "/etc/x", "", "b/x.s3meta.json"])
def test_keys_do_not_lead_out_of_the_store(root, file, key):
    with pytest.raises(ValueError, match="not a key"):
        S3.put(key, file)


def test_outside_local_runs_it_says_what_to_do(root, temp):
    (temp / "environment.json").write_text('{"LOCAL_RUN": false}')
    with pytest.raises(NotInThisRelease, match="aws"):
        S3.head_object("b/k")
