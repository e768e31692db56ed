"""`docs/aws.md`: its links lead somewhere, and its policy is enough to deploy."""

import json
import re
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from tests.declared_projects import compiled_example

from praktika.adapters.aws.faults import ACTIONS, DEPLOYING

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "aws.md").read_text()
POLICY = json.loads(re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)[1])
SERVICES = {
    "ApiGatewayV2": "apigateway",
    "AutoScaling": "autoscaling",
    "CloudWatch": "cloudwatch",
    "DLM": "dlm",
    "EC2": "ec2",
    "Events": "events",
    "IAM": "iam",
    "ImageBuilder": "imagebuilder",
    "Lambda": "lambda",
    "Logs": "logs",
    "S3": "s3",
    "SNS": "sns",
    "SQS": "sqs",
    "SSM": "ssm",
}
"""What the actions for resources of a kind begin with."""


def allowed(action: str) -> bool:
    patterns = (one for each in POLICY["Statement"] for one in _listed(each["Action"]))
    return any(fnmatchcase(action, pattern) for pattern in patterns)


def _listed(actions):
    return [actions] if isinstance(actions, str) else actions


def _anchors(page: str) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    return {re.sub(r"[^a-z0-9 _-]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda path: path.name)
def test_every_link_within_the_documents_leads_somewhere(page):
    for name, anchor in re.findall(r"\]\(([\w/.-]*\.md)?(?:#([\w-]+))?\)", page.read_text()):
        target = page.parent / name if name else page
        assert target.is_file(), (name, anchor)
        assert not anchor or anchor in _anchors(target.read_text()), (name, anchor)


def test_whoever_has_the_policy_may_do_what_a_deploy_does():
    for needed in {*DEPLOYING.values(), "s3:PutObject", "s3:GetObject", "s3:DeleteObject"}:
        for action in needed.split(" and "):
            assert allowed(action), action
    assert allowed(ACTIONS["BatchGetSecretValue"])
    assert allowed("iam:PassRole")


def test_and_may_make_whatever_can_be_declared():
    kinds = {
        resource["Type"].split("::")[1]
        for template in compiled_example("full").templates.values()
        for resource in template["Resources"].values()
    }
    assert kinds <= set(SERVICES)
    assert [kind for kind in sorted(kinds) if not allowed(f"{SERVICES[kind]}:Any")] == []


def test_it_fits_into_a_managed_policy_and_makes_roles_of_the_project_only():
    assert len(json.dumps(POLICY, separators=(",", ":"))) < 6144
    (roles,) = (one for one in POLICY["Statement"] if one["Action"] == "iam:*")
    assert all("/praktika/shop/*" in one for one in roles["Resource"])
