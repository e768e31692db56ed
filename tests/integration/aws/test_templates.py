"""The templates of the examples, judged by AWS's own schemas: warnings fail.

`cfn-lint` runs in this process; it needs seconds for a template, so each is judged once.
"""

import json
import subprocess

import pytest
from cfnlint import lint
from cfnlint.config import ManualArgs
from tests.declared_projects import compiled_example, loaded

from praktika.infrastructure.template.compile import text
from praktika.pipeline.compile import compile as compile_plans

MEANT = {
    "W3010": "authors name availability zones",
}
"""Rules of the judge that do not apply, and why."""


def complaints(template, region):
    """What cfn-lint says of a template in a region."""
    config = ManualArgs(regions=[region], ignore_checks=list(MEANT))
    found = lint(text(template), config=config)
    return sorted(f"{one.rule.id} {'/'.join(map(str, one.path))}: {one.message}" for one in found)


@pytest.mark.parametrize("name", ["minimal", "full"])
def test_the_examples_have_no_problems(name):
    problems = compile_plans(loaded(name)).problems
    assert [str(one) for one in problems if one.severity == "error"] == []
    assert {one.code for one in problems} <= {"no-effect"}  # the Slack app


@pytest.mark.parametrize("name", ["minimal", "full"])
def test_the_stateful_template_is_clean(name):
    done = compiled_example(name)
    assert complaints(done.templates["stateful"], done.place.region) == []


def test_the_script_of_the_database_is_one_that_bash_takes():
    template = compiled_example("full").templates["stateful"]["Resources"]["TemplateCidb"]
    data = template["Properties"]["LaunchTemplateData"]["UserData"]
    pieces = data["Fn::Base64"]["Fn::Join"][1]
    script = "".join(one if isinstance(one, str) else "vol-1" for one in pieces)
    subprocess.run(["bash", "-n"], input=script, text=True, check=True)


def test_the_judge_sees_what_is_wrong():
    template = json.loads(text(compiled_example("minimal").templates["stateful"]))
    template["Resources"]["VpcVpc"]["Properties"]["CidrBlock"] = "everything"
    assert complaints(template, "eu-north-1")
