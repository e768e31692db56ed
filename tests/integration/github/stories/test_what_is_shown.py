"""Stories of what people see of a run: checks, remarks, statuses, the comment, the merge, the page."""

from __future__ import annotations

import html
import re
import sys
import urllib.request
from collections.abc import Iterator

import pytest
from tests.integration.github.town import Code, Town, job, open_town, workflow

SECRET = "value-of/the+deploy-key"
EVIL = "<img src=x onerror=alert(1)> @ada **bold** [x](javascript:alert(1)) #1"
LEAK = f"""{sys.executable} -c '
import base64, sys, time
from praktika.info import Info
value = str(Info().get_secret("DEPLOY_KEY").get_value())
for piece in ("begin ", value[:9], value[9:], " end\\n"):
    sys.stdout.write(piece); sys.stdout.flush(); time.sleep(0.05)
print(base64.b64encode(value.encode()).decode())
sys.exit(1)'"""

ERROR = (
    f"{sys.executable} -c 'from praktika.result import Result; "
    'Result.create_from(status="ERROR", info="the disk is full").complete_job()\''
)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """With a secret that its trusted jobs get."""
    folder = tmp_path_factory.mktemp("town")
    with open_town(folder, PRAKTIKA_SECRET_DEPLOY_KEY=SECRET) as town:
        town.start()
        yield town


@pytest.fixture(scope="module", autouse=True)
def erring(town: Town) -> tuple[str, str]:
    """A repository and a head of which the run takes its time: it is tried again and again."""
    files = {
        "ci/workflows/error.py": workflow("pull_request", f"Err: {ERROR}", name="Error"),
        "ci/settings/settings.py": "RETRY_PAUSES_S = []\n",
    }
    shop = town.repository(files)
    return shop, pull(town, shop, {"a": "a"})


def pull(town: Town, shop: str, files: dict[str, str], **options: str) -> str:
    """The head of a new pull request."""
    head = town.hub.commit(shop, options.pop("branch", "feature"), files)
    branch = next(key for key, tip in town.hub.state.git.branches(shop).items() if tip == head)
    town.hub.open_pull(shop, head=branch, **options)
    return head


def junit(*cases: str) -> str:
    return f"<testsuite name='s'>{''.join(cases)}</testsuite>"


def case(name: str, file: str, line: int) -> str:
    quoted = name.replace("<", "&lt;").replace("'", "&apos;")
    return (
        f"<testcase classname='tests' name='{quoted}' file='{file}' line='{line}'>"
        f"<failure message='1 != 2'>trace of {quoted}</failure></testcase>"
    )


def test_a_broken_declaration_is_a_failed_check_and_hurts_nobody_else(town: Town):
    """Faults 23 and 29."""
    shop = town.repository(
        {"ci/workflows/pr.py": workflow("pull_request", "Unit: true", name="PR")}
    )
    broken = workflow("pull_request", "Unit: true", "Unit: true", name="PR", evnt="x")
    head = pull(town, shop, {"ci/workflows/pr.py": broken}, branch="broken")
    worse = pull(town, shop, {"ci/workflows/pr.py": "def ("}, branch="worse")
    exits = pull(town, shop, {"ci/workflows/pr.py": "import os; os._exit(7)"}, branch="exits")
    good = pull(town, shop, {"a": "a"}, branch="good")
    check = town.check(shop, head, "PR", "failure")
    assert "evnt" in check["output"]["summary"]
    assert "ci/workflows/pr.py:2" in check["output"]["summary"]
    assert "ci/workflows/pr.py:1" in town.check(shop, worse, "PR", "failure")["output"]["summary"]
    town.check(shop, exits, "PR", "failure")
    town.check(shop, good, "PR", "success")


def test_a_broken_main_branch_is_told_and_mended(town: Town):
    """Fault 23: the routes stay as they were."""
    declared = workflow("push", "Unit: cat file.txt", name="Main", branches=["main"])
    shop = town.repository({"ci/workflows/main.py": declared, "file.txt": "x\n"})
    tip = town.hub.commit(shop, "main", {"file.txt": "y\n"})
    town.check(shop, tip, "Main", "success")
    tip = town.hub.commit(shop, "main", {"ci/workflows/main.py": declared + "def ("})
    assert "main.py:3" in town.check(shop, tip, "Main", "failure")["output"]["summary"]
    tip = town.hub.commit(shop, "main", {"ci/workflows/main.py": declared, "file.txt": "z\n"})
    assert town.output(town.check(shop, tip, "Main", "success")["external_id"]) == "z\n"


def test_failures_are_shown_where_they_are(town: Town):
    report = junit(case("test_sum", "tests/test_sum.py", 12), case("test_b", "../../etc/passwd", 3))
    tests = job("Unit", "cp given.xml junit.xml; exit 1", test_reports=["junit.xml"])
    may = job("May fail", "exit 1", allow_failure=True)
    files = {
        "ci/workflows/pr.py": workflow("pull_request", tests, may, name="PR"),
        "ci/workflows/may.py": workflow("pull_request", may, name="May"),
        "given.xml": report,
    }
    shop = town.repository(files)
    head = pull(town, shop, {"a": "a"})
    check = town.check(shop, head, "PR", "failure")
    assert check["output"]["title"].startswith("1 of 2 jobs failed: Unit")
    assert "test_sum" in check["output"]["summary"]
    check = town.check(shop, head, "PR / Unit", "failure")
    (note,) = check["annotations"]
    assert (note["path"], note["start_line"], note["annotation_level"]) == (
        "tests/test_sum.py", 12, "failure")  # fmt: skip
    assert "test_sum" in note["title"]
    town.check(shop, head, "PR / May fail", "neutral")
    town.check(shop, head, "May", "success")


def test_statuses_the_comment_and_the_merge(town: Town):
    declared = workflow(
        "pull_request",
        "Unit: test -e fixed.txt",
        name="PR",
        enable_merge_ready_status=True,
        enable_gh_summary_comment=True,
        enable_report=True,
        enable_automerge=True,
        enable_commit_status_on_failure=True,
    )
    shop = town.repository({"ci/workflows/pr.py": declared})
    head = pull(town, shop, {"a": "a"})
    town.check(shop, head, "PR", "failure")
    ready = "Ready For Merge [PR]"

    def told() -> dict[str, str]:
        return {name: each["state"] for name, each in town.hub.statuses(shop, head).items()}

    town.until(lambda: told() == {ready: "failure", "Unit": "failure"})
    town.until(lambda: "FAIL" in str(town.hub.comments(shop, 1)))
    (comment,) = town.hub.comments(shop, 1)
    assert head[:12] in comment["body"]
    assert "Unit" in comment["body"]
    fixed = town.hub.push_to_pull(shop, 1, {"fixed.txt": "x"})
    town.check(shop, fixed, "PR", "success")
    town.until(lambda: town.hub.pull(shop, 1).merged)
    assert town.hub.statuses(shop, fixed)[ready]["state"] == "success"
    town.until(lambda: fixed[:12] in town.hub.comments(shop, 1)[-1]["body"])
    assert [each["id"] for each in town.hub.comments(shop, 1)] == [comment["id"]]
    assert town.hub.pull(shop, 1).sha == fixed


def test_a_secret_in_pieces_is_shown_nowhere(town: Town):
    """Security 13."""
    key = Code('Secret.Config(name="DEPLOY_KEY", type=Secret.Type.GH_SECRET)')
    declared = workflow("pull_request", job("Leak", LEAK), name="PR", secrets=[key])
    shop = town.repository({"ci/workflows/pr.py": declared})
    head = pull(town, shop, {"a": "a"})
    run = str(town.check(shop, head, "PR", "failure")["external_id"])
    told = town.output(run)
    assert re.search(r"begin \S+ end", told), told
    hidden = (SECRET, SECRET[9:], "dmFsdWUtb2YvdGhl")
    page = get(town, f"/runs/{run}").decode()
    shown = [told, page, *(str(each) for each in town.hub.checks(shop, head).values())]
    folder = town.root / ".praktika" / "runs" / run
    shown += [path.read_text() for path in folder.rglob("*") if path.is_file()]
    assert not [text for text in shown for each in hidden if each in text]


def test_what_strangers_write_is_shown_as_it_is(town: Town):
    """Security 6 and 14."""
    report = junit(case(EVIL, "tests/test_sum.py", 12))
    evil = job(f"Unit {EVIL}", "cp given.xml junit.xml; exit 1", test_reports=["junit.xml"])
    declared = workflow(
        "pull_request", evil, name="PR", enable_report=True, enable_gh_summary_comment=True
    )
    shop = town.repository({"ci/workflows/pr.py": declared, "given.xml": report})
    branch = "$(touch${IFS}pwned);`id`@ada&<b>"
    head = pull(town, shop, {"a": "a"}, branch=branch, title=EVIL, body=EVIL)
    check = town.check(shop, head, "PR", "failure")

    def checks_of_jobs() -> list[dict]:
        found = town.hub.checks(shop, head).items()
        return [each for name, each in found if "/" in name and each["status"] == "completed"]

    (of_job,) = town.until(checks_of_jobs)
    town.until(lambda: "FAIL" in str(town.hub.comments(shop, 1)))
    outputs = [
        check["output"],
        of_job["output"],
        {"summary": town.hub.comments(shop, 1)[0]["body"]},
    ]
    for text in (str(each.get(part) or "") for each in outputs for part in ("summary", "text")):
        plain = re.sub(r"(`+)[^`].*?(?<!`)\1(?!`)", "", text, flags=re.DOTALL)
        for bad in ("<img", "@ada", "**bold**", "](javascript:", "#1\n", "#1 "):
            assert bad not in plain, text
    run = str(check["external_id"])
    assert town.run(run).requested.branch == branch
    for page in ("/", f"/runs/{run}"):
        assert b"<img src=x" not in get(town, page)
        assert b"<b>" not in get(town, page)


def test_an_error_is_a_failure(town: Town, erring: tuple[str, str]):
    """Fault 29."""
    check = town.check(*erring, "Error", "failure")
    assert check["output"]["title"] == "1 of 1 job failed: Err"
    of_job = town.check(*erring, "Error / Err", "failure")
    assert of_job["output"]["title"].startswith("ERROR: the disk is full")


def test_tokens_can_do_what_they_are_for_and_no_more(town: Town):
    """Security 18, faults 1 and 2: of all the stories here."""
    seen = {tuple(sorted(token.permissions.items())) for token in town.hub.state.minted}
    for permissions in map(dict, seen):
        if "checks" in permissions or "statuses" in permissions:
            assert permissions.get("contents", "read") == "read", permissions
        if permissions.get("contents") == "write":
            assert permissions.keys() <= {"contents", "pull_requests", "metadata"}, permissions
    assert any(dict(each).get("contents") == "write" for each in seen)  # there was a merge


def get(town: Town, path: str) -> bytes:
    with urllib.request.urlopen(town.url + path, timeout=10) as answer:
        page = bytes(answer.read())
        policy = answer.headers["Content-Security-Policy"] + page.decode()
        assert re.search("script-src '(self|sha256-)", html.unescape(policy))
        return page
