"""Which URLs are fetched from, and where those of submodules lead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from praktika.adapters.local.git.mirrors.checkouts import granted
from praktika.adapters.local.git.mirrors.command import authorization
from praktika.adapters.local.git.mirrors.gitmodules import Submodule, submodules
from praktika.adapters.local.git.mirrors.remote import remote, submodule_remote
from praktika.adapters.local.git.mirrors.work_tree import is_branch
from praktika.errors import OperatorError, PraktikaError


@pytest.mark.parametrize(
    ("url", "meant", "protocol"),
    [
        ("https://github.com/o/r.git", "https://github.com/o/r.git", "https"),
        ("https://GitHub.com:8443/o/r/", "https://github.com:8443/o/r", "https"),
        ("https://u:p@github.com/o/r", "https://github.com/o/r", "https"),
        ("ssh://git@host:22/o/r.git", "ssh://git@host:22/o/r.git", "ssh"),
        ("ssh://git:secret@host/o/r", "ssh://git@host/o/r", "ssh"),
        ("git@github.com:o/r.git", "git@github.com:o/r.git", "ssh"),
        ("host:o/r", "host:o/r", "ssh"),
        ("file:///srv/r.git", "file:///srv/r.git", "file"),
        ("/srv/r.git", "file:///srv/r.git", "file"),
        ("/srv/a b%20", "file:///srv/a%20b%2520", "file"),
        ("http://127.0.0.1:8080/r", "http://127.0.0.1:8080/r", "http"),
        ("http://[::1]:8080/r", "http://[::1]:8080/r", "http"),
    ],
)
def test_what_is_fetched_from(url, meant, protocol):
    found = remote(url)
    assert (found.url, found.protocol) == (meant, protocol)
    assert remote(found.url) == remote(meant)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ext::sh -c touch% /tmp/x",
        "ext::sh",
        "fd::17",
        "transport::https://host/x",
        "-oProxyCommand=x:y",
        "--upload-pack=touch x",
        "ssh://-oProxyCommand=x/y",
        "ssh://u@-oProxyCommand=x/y",
        "git@-oProxyCommand=x:y",
        "git@host:-x",
        "ssh://host/-x",
        "git://host/x",
        "ftp://host/x",
        "http://host/x",
        "http://127.0.0.1.example.com/x",
        "http://127.0.0.1@evil.example/x",
        "https:///x",
        "https://host:port/x",
        "https://host/x?token=1",
        "https://host/a/../b",
        "https://host/a/%2e%2e/b",
        "https://host/x\nhost: y",
        "https://host/x%0ahost",
        "https://ho st/x",
        "file://host/x",
        "file:///",
        "/",
        "/a\nb",
        "relative/path",
        "../up",
    ],
)
def test_what_is_refused(url):
    with pytest.raises(OperatorError, match="nothing is fetched from"):
        remote(url)


def test_credentials_are_not_part_of_what_is_shown():
    found = remote("https://user:p%40ss@host/o/r")
    assert found.login == "user:p@ss"
    assert "p@ss" not in repr(found)
    with pytest.raises(OperatorError) as refused:
        remote("ftp://user:S3CRET@host/x")
    assert "S3CRET" not in str(refused.value)


@given(st.text(max_size=40) | st.from_regex(r"[a-z]{0,5}:?//?[-a-z@:.%/]{0,20}", fullmatch=True))
def test_any_text_is_a_remote_or_refused(text):
    try:
        found = remote(text)
    except PraktikaError:
        return
    assert not found.url.startswith("-")
    assert remote(found.url).url == found.url
    assert found.slug
    assert not set(found.slug) & set("/.:@~")


@pytest.mark.parametrize(
    ("parent", "url", "meant"),
    [
        ("https://h/a/b.git", "../c.git", "https://h/a/c.git"),
        ("https://h/a/b.git", "../../x/c", "https://h/x/c"),
        ("https://h/a/b", "./c", "https://h/a/b/c"),
        ("git@h:a/b", "../c", "git@h:a/c"),
        ("git@h:/a/b", "../c", "git@h:/a/c"),
        ("file:///a/b", "../c", "file:///a/c"),
        ("ssh://git@h/a/b", "../c", "ssh://git@h/a/c"),
        ("https://h/a/b", "https://other/c", "https://other/c"),
        ("file:///a/b", "/c", "file:///c"),
    ],
)
def test_where_the_url_of_a_submodule_leads(parent, url, meant):
    assert submodule_remote(url, remote(parent)).url == meant


@pytest.mark.parametrize(
    ("parent", "url"),
    [
        ("https://h/a", "../../x"),
        ("https://h/a/b", "../x/../../y"),
        ("https://h/a/b", "file:///etc"),
        ("https://h/a/b", "/etc"),
        ("git@h:a/b", "/srv/private.git"),
        ("https://h/a/b", "http://127.0.0.1:8080/x"),
        ("https://h/a/b", "ext::sh"),
    ],
)
def test_where_the_url_of_a_submodule_must_not_lead(parent, url):
    with pytest.raises(OperatorError):
        submodule_remote(url, remote(parent))


def test_the_credentials_of_the_parent_are_for_the_same_origin():
    parent = remote("https://u:p@h/a/b")
    assert submodule_remote("../c", parent).login == "u:p"
    assert submodule_remote("https://h/x", parent).login == "u:p"
    for other in ("https://h:444/x", "https://h2/x", "ssh://h/x"):
        assert submodule_remote(other, parent).login == ""


def test_granted_credentials_go_by_the_beginning_of_a_url():
    credentials = granted("https://a:1@h https://b:2@h/org/ https://c:3@other:8443")
    assert credentials("https://h/x") == "a:1"
    assert credentials("https://h/org/x") == "b:2"
    assert credentials("https://h/organisation/x") == "a:1"
    assert credentials("https://h.evil/x") == ""
    assert credentials("https://other/x") == ""
    for wrong in ("S3CRET", "https://h", "ftp://S3CRET:x@h", "/srv/x"):
        with pytest.raises(OperatorError, match="credential number 1") as refused:
            granted(wrong)
        assert "S3CRET" not in str(refused.value)


def test_credentials_never_lead_elsewhere():
    env, words = authorization(remote("https://h/x"), "u:p")
    assert "followRedirects" in repr(env)
    assert words == ["dTpw", "u:p", "p"]
    assert "Basic" not in repr(authorization(remote("ssh://h/x"), "u:p"))


@pytest.mark.parametrize("name", ["main", "feature/x", "ünï", "a.b", "1"])
def test_names_of_branches(name):
    assert is_branch(name)


@pytest.mark.parametrize(
    "name",
    ["", "/", "a/", "/a", "a//b", "..", "a..b", ".a", "a/.b", "a.lock", "a.lock/b", "a b", "a~1",
     "a^", "a:b", "a?", "a*", "a[b", "a\\b", "@{u}", "a\nb", "-a", "a.", "\x7f"],
)  # fmt: skip
def test_what_is_no_name_of_a_branch(name):
    assert not is_branch(name)


PARENT = remote("https://h/a/b")
SHA = "a" * 40


def of(path: str = "sub", url: str = "../c", name: str = "sub", **more: str) -> list[Submodule]:
    settings = {"path": path, "url": url, **more}
    pairs = [(f"submodule.{name}.{key}", value) for key, value in settings.items()]
    return submodules(pairs, {path: SHA}, PARENT)


def test_a_submodule():
    (found,) = of()
    assert (found.path, found.sha, found.remote.url) == ("sub", SHA, "https://h/a/c")
    assert of(name="with.dots and spaces")[0].path == "sub"
    assert of(update="none") == []
    assert of(update="rebase") != []


@pytest.mark.parametrize(
    "path",
    ["../x", "a/../../x", "/x", ".", "a//b", ".git", ".GIT", "a/.git", "a/.git/hooks", "git~1",
     "-x", ".g\u200cit"],
)  # fmt: skip
def test_fault_12_a_path_that_leads_elsewhere_is_refused(path):
    with pytest.raises(OperatorError, match=r"the submodule '.*' is refused: its path"):
        of(path, name="x")


@pytest.mark.parametrize("name", ["..", "../x", "a/../b", "a\\..\\b", ""])
def test_fault_12_a_name_that_leads_elsewhere_is_refused(name):
    with pytest.raises(OperatorError, match=r"the submodule 'sub'.* is refused: its name"):
        of(name=name)


@pytest.mark.parametrize(
    "url", ["ext::sh -c x", "--upload-pack=x", "-x", "file:///etc", "../../../x"]
)
def test_fault_12_a_url_that_runs_or_reads_something_is_refused(url):
    with pytest.raises(OperatorError, match="the submodule 'sub' is refused: nothing is fetched"):
        of(url=url)


def test_fault_12_an_update_that_runs_something_is_refused():
    with pytest.raises(OperatorError, match=r"the submodule 'sub' is refused: .*run a command"):
        of(update="!touch x")


def test_a_recorded_commit_without_a_url():
    with pytest.raises(OperatorError, match="the submodule 'other' is refused: no URL"):
        submodules([("submodule.sub.path", "sub")], {"other": SHA}, PARENT)
