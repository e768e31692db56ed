"""Files of an artifact on a branch from which pages are served, over HTTP."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests.git_server import GitServer, serve
from tests.integration.git.conftest import Origin, run_git

from praktika.adapters.local.git import pages
from praktika.adapters.local.git.pages import LIMIT, Publication, folder_of, publish
from praktika.errors import Conflict, Denied, OperatorError, OutOfSpace

LOGIN = "x-access-token:secret-token"


class Site:
    """A repository whose pages are published, behind a server that asks for a login."""

    def __init__(self, root: Path, server: GitServer) -> None:
        self.origin = Origin(root / "repo")
        self.origin.commit({"code.c": "int x;\n"})
        run_git(self.origin.path, "config", "http.receivepack", "true")
        self.server = server
        self.server.login = LOGIN
        self.url = server.url("repo/.git")
        self._root = root

    def publish(self, target: str, files: dict[str, str], **more: Any) -> str:
        folder = self.folder(target, files)
        return publish(self.url, self.publication(folder, target), **{"login": LOGIN, **more})

    def folder(self, name: str, files: dict[str, str]) -> Path:
        folder = self._root / "artifacts" / name / str(len(files))
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        return folder

    @staticmethod
    def publication(folder: Path, target: str) -> Publication:
        return Publication(files=folder, target=target, message=f"Pages: {target}", at=1e9)

    def tree(self, branch: str = "gh-pages") -> dict[str, str]:
        names = run_git(self.origin.path, "ls-tree", "-r", "-z", "--name-only", branch)
        return {
            name: run_git(self.origin.path, "show", f"{branch}:{name}")
            for name in names.split("\0")
            if name
        }

    def count(self) -> int:
        return int(run_git(self.origin.path, "rev-list", "--count", "gh-pages"))


@pytest.fixture
def site(tmp_path) -> Iterator[Site]:
    with serve(tmp_path) as server:
        yield Site(tmp_path, server)


def test_a_folder_is_replaced_and_others_are_kept(site):
    main = run_git(site.origin.path, "rev-parse", "main")
    first = site.publish("coverage", {"index.html": "1", "old/a.html": "a", "_static/x.js": "x"})
    assert run_git(site.origin.path, "rev-parse", "gh-pages") == first
    assert site.tree() == {
        ".nojekyll": "",
        "coverage/index.html": "1",
        "coverage/old/a.html": "a",
        "coverage/_static/x.js": "x",
    }
    site.publish("docs/api", {"index.html": "api"})
    site.publish("coverage", {"index.html": "2"})
    assert site.tree() == {
        ".nojekyll": "",
        "coverage/index.html": "2",
        "docs/api/index.html": "api",
    }
    assert site.count() == 3
    assert run_git(site.origin.path, "rev-parse", "main") == main
    said = run_git(site.origin.path, "log", "-1", "--format=%an %cn %ct %s", "gh-pages")
    assert said == "praktika praktika 1000000000 Pages: coverage"


def test_what_is_there_already_makes_no_commit(site):
    first = site.publish("x", {"a": "1"})
    assert site.publish("x", {"a": "1"}) == first
    assert site.count() == 1


def test_names_are_kept_whatever_they_hold(site):
    names = ['a "b".html', "ü\\n.html", "line\nbreak", "-x", "sp ace/ü", "a'b"]
    site.publish('t "x"', {name: name for name in names})
    assert site.tree() == {".nojekyll": "", **{f't "x"/{name}': name for name in names}}


def test_a_file_in_the_way_becomes_the_folder(site):
    site.publish("a", {"b": "file"})
    site.publish("a/b", {"c": "1"})
    assert site.tree() == {".nojekyll": "", "a/b/c": "1"}


def test_who_loses_a_race_builds_upon_the_winner(site):
    """The branch moves while the push is under way."""
    site.publish("x", {"a": "1"})
    empty = run_git(site.origin.path, "rev-parse", "gh-pages^{tree}")
    other = run_git(site.origin.path, "commit-tree", "-p", "gh-pages", "-m", "somebody else", empty)
    hook = site.origin.path / ".git/hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        "#!/bin/sh\n[ -e once ] && exit 0\ntouch once\n"
        f"env -u GIT_QUARANTINE_PATH git update-ref refs/heads/gh-pages {other}\n"
    )
    hook.chmod(0o755)
    made = site.publish("y", {"b": "2"})
    assert (site.origin.path / ".git/once").exists()
    assert run_git(site.origin.path, "rev-parse", f"{made}^", "gh-pages").split() == [other, made]
    assert site.tree() == {".nojekyll": "", "x/a": "1", "y/b": "2"}


def test_whoever_may_not_any_more_writes_nothing(site):
    """What others have written after the branch was read is not written over, either."""
    site.publish("x", {"a": "1"})
    seen = []

    def confirm():
        seen.append(site.count())
        if len(seen) > 1:
            raise Conflict("somebody else")
        site.publish("x", {"a": "3", "b": ""})

    with pytest.raises(Conflict, match="somebody else"):
        site.publish("x", {"a": "2"}, confirm=confirm)
    assert seen == [1, 2]
    assert site.tree() == {".nojekyll": "", "x/a": "3", "x/b": ""}


def test_all_who_publish_at_once_are_there(site):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda name: site.publish(name, {"a": name}), "abcd"))
    assert site.tree() == {".nojekyll": "", "a/a": "a", "b/a": "b", "c/a": "c", "d/a": "d"}
    assert site.count() == 4


def test_who_always_loses_gives_up(site):
    site.publish("x", {"a": "1"})
    hook = site.origin.path / ".git/hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        "#!/bin/sh\nunset GIT_QUARANTINE_PATH\n"
        "new=$(git -c user.name=a -c user.email=a@b commit-tree -p gh-pages -m x gh-pages^{tree})\n"
        "git update-ref refs/heads/gh-pages $new\n"
    )
    hook.chmod(0o755)
    with pytest.raises(Conflict, match="moved 8 times"):
        site.publish("y", {"b": "2"})
    assert "y/b" not in site.tree()


def test_a_push_that_is_refused_is_not_tried_again(site):
    hook = site.origin.path / ".git/hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho tried >> tries\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(OperatorError, match="hook declined"):
        site.publish("y", {"b": "2"})
    assert (site.origin.path / ".git/tries").read_text() == "tried\n"


def test_a_server_that_does_not_answer_is_asked_again(site):
    site.server.failing = 2
    site.publish("y", {"b": "2"})
    assert "y/b" in site.tree()


def test_a_wrong_login_is_refused_and_not_shown(site):
    with pytest.raises(Denied) as refused:
        site.publish("y", {"b": "2"}, login="x-access-token:other-secret")
    assert "other-secret" not in str(refused.value)


@pytest.mark.parametrize(
    "target", ["", "/", ".", "..", "../x", "a/../b", "/a", ".git", "a/.GiT", "a\0"]
)
def test_folders_that_lead_out_are_refused(target):
    with pytest.raises(OperatorError, match="no folder in which pages"):
        folder_of(target)


@pytest.mark.parametrize("where", ["/etc/passwd", "../outside", "loop", "sub", "nowhere"])
def test_links_that_lead_out_or_nowhere_are_refused(site, where):
    """What a job leaves may not bring in files of the control plane."""
    folder = site.folder("x", {"a": "1", "sub/b": "2"})
    (folder.parent / "outside").write_text("secret")
    os.symlink(where, folder / "loop")
    with pytest.raises(OperatorError, match="'loop' cannot be published"):
        publish(site.url, site.publication(folder, "x"), login=LOGIN)


def test_a_link_within_is_the_file_that_it_leads_to(site):
    folder = site.folder("x", {"a": "1"})
    os.symlink("a", folder / "index.html")
    publish(site.url, site.publication(folder, "x"), login=LOGIN)
    assert site.tree() == {".nojekyll": "", "x/a": "1", "x/index.html": "1"}


def test_what_git_would_take_for_a_repository_is_refused(site):
    with pytest.raises(OperatorError, match=r"'sub/\.git/config' cannot be published"):
        site.publish("x", {"sub/.git/config": "[core]"})


def test_nothing_and_too_much_are_refused(site):
    folder = site.folder("x", {})
    folder.mkdir(parents=True)
    with pytest.raises(OperatorError, match="no files"):
        publish(site.url, site.publication(folder, "x"), login=LOGIN)
    with (folder / "huge").open("wb") as file:
        file.truncate(LIMIT + 1)
    with pytest.raises(OperatorError, match="too many for pages"):
        publish(site.url, site.publication(folder, "x"), login=LOGIN)


def test_a_full_disk_is_told_as_one(site, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(pages, "TemporaryFile", full)
    with pytest.raises(OutOfSpace, match="cannot prepare the pages"):
        site.publish("x", {"a": "1"})
