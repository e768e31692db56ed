"""Under which names the files of an artifact are published, and where people find them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from msgspec import structs
from tests.unit.wiring.pages_scene import REPOSITORY

from praktika.model.forge import Repository
from praktika.wiring.github.pages.files import address, root_of

FILES = ("build/html/index.html", "build/html/a/b.html", "build/log.txt", "top.html")


@pytest.fixture
def unpacked(tmp_path) -> Path:
    for name in FILES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path


@pytest.mark.parametrize(
    ("paths", "root"),
    [
        (["build/html"], "build/html"),
        (["./build/html/"], "build/html"),
        (["build/html/index.html"], "build/html"),
        (["build/html/*.html"], "build/html"),
        (["build/**/*.html"], "build"),
        (["b*/html"], ""),
        (["top.html"], ""),
        (["build/html", "build/log.txt"], "build"),
        (["build/html", "build/html/a"], "build/html"),
        (["build/html", "top.html"], ""),
        (["build/html", "build/absent"], "build"),
        (["build/html/a", "build/html/absent/*.x"], "build/html"),
        (["."], ""),
        (["/somewhere/build"], ""),
        (["../build"], ""),
        (["absent/*"], ""),
        ([], ""),
    ],
)
def test_the_root_is_what_all_paths_have_in_common(unpacked, paths, root):
    assert root_of(unpacked, paths) == unpacked / root


def test_a_name_with_signs_of_a_pattern_is_the_file_that_is_there(unpacked):
    (unpacked / "a[1]").mkdir()
    (unpacked / "a[1]/x*.html").touch()
    assert root_of(unpacked, ["a[1]"]) == unpacked / "a[1]"
    assert root_of(unpacked, ["a[1]/x*.html"]) == unpacked / "a[1]"


def test_a_link_within_leads_to_the_folder_and_no_link_leads_out(unpacked):
    os.symlink("build/html", unpacked / "latest")
    os.symlink("..", unpacked / "out")
    assert root_of(unpacked, ["latest"]) == unpacked / "latest"
    assert root_of(unpacked, ["out"]) == unpacked


def folder(place: Path, *names: str) -> Path:
    for name in names:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).touch()
    return place


@pytest.mark.parametrize(
    ("names", "url"),
    [
        (["index.html", "b"], "https://Ada.github.io/Shop/docs/api/"),
        (["a b.html"], "https://Ada.github.io/Shop/docs/api/a%20b.html"),
        (["a.html", "b.html"], "https://github.com/Ada/Shop/tree/gh-pages/docs/api"),
        (["a/index.html"], "https://github.com/Ada/Shop/tree/gh-pages/docs/api"),
    ],
)
def test_the_address_is_that_of_a_page_if_there_is_one(tmp_path, names, url):
    ada = structs.replace(REPOSITORY, name="Ada/Shop", page="https://github.com/Ada/Shop")
    assert address(ada, "docs/api", folder(tmp_path, *names)) == url.replace("//Ada.", "//ada.")


def test_the_site_of_an_account_is_at_its_root(tmp_path):
    site = structs.replace(REPOSITORY, name="Ada/ada.github.io")
    assert address(site, "x", folder(tmp_path, "index.html")) == "https://ada.github.io/x/"


def test_where_another_github_serves_pages_is_not_guessed(tmp_path):
    site = folder(tmp_path, "index.html")
    own = structs.replace(REPOSITORY, page="https://git.example/o/r")
    assert address(own, "x", site) == "https://git.example/o/r/tree/gh-pages/x"
    assert address(Repository(name="o/r", id=1, main="main", url="x"), "x", site) == ""
