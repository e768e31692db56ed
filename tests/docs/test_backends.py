"""The permissions that docs/backends.md lists are those that the adapters need."""

from __future__ import annotations

import re
from pathlib import Path

from praktika.adapters.aws.faults import ACTIONS

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/backends.md").read_text()


def test_every_permission_is_listed_and_no_other():
    listed = set(re.findall(r"`((?:s3|sqs|ssm|secretsmanager):\w+)`", TEXT))
    assert listed == set(ACTIONS.values())


def test_every_operation_of_aws_that_is_used_has_its_permission():
    source = "".join(path.read_text() for path in (ROOT / "src/praktika/adapters/aws").glob("*.py"))
    used = set(re.findall(r"aws\.(?:s3|sqs|ssm|secrets)\.([a-z_]+)\(", source))
    named = {"".join(word.title() for word in name.split("_")) for name in used}
    special = {"GetPaginator": "ListObjectsV2", "UploadFileobj": "UploadPart"}
    assert {special.get(name, name) for name in named} <= set(ACTIONS)
