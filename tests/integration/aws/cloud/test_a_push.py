"""A push becomes a green check and a report."""

from __future__ import annotations

from tests.integration.aws.cloud.cloud import LABEL, Cloud
from tests.integration.github.town import Code, workflow

UNIT = Code(f"Job.Config(name='Unit', runs_on=['{LABEL}'], command='cat file.txt')")


def test_a_push_becomes_a_green_check_and_a_report(cloud: Cloud):
    main = workflow("push", UNIT, name="Main", branches=["main"])
    files = {"file.txt": "one\n", "ci/workflows/main.py": main}
    shop = cloud.repository(files, private=True)
    sha = cloud.hub.commit(shop, "main", {"file.txt": "two\n"})
    check = cloud.check(shop, sha, "Main", "success")
    run = check["external_id"]
    assert check["details_url"] == f"https://pages.example/runs/{run}/report.html"
    assert b"Unit" in cloud.report(run)
