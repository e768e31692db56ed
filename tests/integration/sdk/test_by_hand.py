"""Scripts that are started without praktika around them: facts come from git."""

import json
import subprocess

from praktika.info import Info


def stored(temp):
    return json.loads((temp / "environment.json").read_text())


def test_by_hand_without_git(place):
    info = Info()
    assert (info.pr_number, info.is_local_run, info.sha) == (-1, True, "")
    assert info.repo_name == place.name


def test_by_hand_in_a_repository(place, monkeypatch):
    def git(*arguments):
        subprocess.run(["git", *arguments], check=True, capture_output=True)

    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Ada")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "ada@example.org")
    git("init", "-q", "-b", "topic")
    git("remote", "add", "origin", "git@github.com:owner/name.git")
    git("commit", "-q", "--allow-empty", "-m", "Subject\n\nBody")
    info = Info()
    assert (info.git_branch, info.repo_name, len(info.sha)) == ("topic", "owner/name", 40)
    assert info.commit_message == "Subject\n\nBody"
    assert info.commit_authors == ["Ada <ada@example.org>"]


def test_by_hand_data_is_kept_and_facts_are_not(temp):
    Info().store_kv_data("a", 1)
    facts = stored(temp) | {"SHA": "stale"}
    (temp / "environment.json").write_text(json.dumps(facts))
    info = Info()
    assert info.get_kv_data("a") == 1
    assert info.sha == ""
