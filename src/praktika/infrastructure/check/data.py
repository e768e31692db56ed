"""Images, functions, files: what else a component says."""

# ruff: noqa: PTH110, PTH113, PTH118 - os.path answers for names that no system takes, too

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from praktika.infrastructure.check.saying import Judged, odd, wrong
from praktika.infrastructure.cloud import CloudInfrastructure
from praktika.infrastructure.compute import DedicatedHost, EC2Instance, IAMRole, Lambda
from praktika.infrastructure.images import ImageBuilder
from praktika.pipeline import codes
from praktika.pipeline.check.sound import shown
from praktika.pipeline.finding import Finding

_VERSION = re.compile(r"\d+\.\d+\.\d+")
_SCHEDULE = re.compile(r"(rate|cron)\(.+\)")
_SERVICE = re.compile(r"[a-z0-9-]+(\.[a-z0-9.-]+)?")
_PINNED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(\[[A-Za-z0-9,._-]+\])?==[A-Za-z0-9.!+_-]+")
_VENV = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
SLACK = {
    one.name for one in CloudInfrastructure.SLACK_APP_LAMBDAS if isinstance(one, Lambda.Config)
}

_PREDECESSORS = "report.html"
"""The page that the predecessor brought along; here, each report is a page by itself."""


def check_data(judged: Judged) -> Iterator[Finding]:
    """Versions, schedules, paths and names inside of components."""
    project = judged.project
    for builder in project.image_builders:
        yield from _check_builder(builder)
    for function in project.lambda_functions:
        yield from _check_function(function, judged)
    for machine in project.ec2_instances:
        yield from _check_machine(machine, judged)
    for host in project.dedicated_hosts:
        yield from _check_host(host)
    for page in project.report_pages:
        is_file = page.path == _PREDECESSORS or os.path.isfile(
            os.path.join(judged.around.root, page.path)
        )
        if page.path and not is_file:
            what = f"names '{shown(page.path)}', which is no file"
            yield wrong(page, "path", what, codes.MISSING_FILE)
    for role in project.iam_roles:
        if role.trust_service and not _SERVICE.fullmatch(role.trust_service):
            what = f"is '{shown(role.trust_service)}', which is no service"
            hint = "Write one such as 'ec2.amazonaws.com'."
            yield wrong(role, "trust_service", what, hint=hint)
        yield from _check_policies(role)
    for function in project.lambda_functions:
        yield from _check_policies(function)


def _check_policies(part: IAMRole.Config | Lambda.Config) -> Iterator[Finding]:
    """Whether inline policies are documents by name, or a list of such pairs."""
    given = part.inline_policies or {}
    pairs = (
        [(one.get("PolicyName") or one.get("name"), one) for one in given if isinstance(one, dict)]
        if isinstance(given, list | tuple)
        else list(given.items())
        if isinstance(given, dict)
        else []
    )
    is_right = len(pairs) == len(given) if isinstance(given, list | tuple | dict) else False
    if not is_right or not all(isinstance(n, str) and isinstance(d, dict) for n, d in pairs):
        what = "are not documents by name"
        hint = 'Write {"name": {"Version": "2012-10-17", "Statement": […]}}.'
        yield wrong(part, "inline_policies", what, codes.WRONG_TYPE, hint)


def _check_host(host: DedicatedHost.Config) -> Iterator[Finding]:
    if host.auto_placement not in ("on", "off"):
        what = f"is '{shown(host.auto_placement)}'"
        yield wrong(host, "auto_placement", what, hint="Use 'on' or 'off'.")
    if host.host_resource_group_name:
        what = "has no effect: CloudFormation puts no host into a group"
        yield odd(host, "host_resource_group_name", what)
    if not host.availability_zones and not host.all_availability_zones:
        what = "is empty, and so is all_availability_zones: no host is made"
        yield odd(host, "availability_zones", what)


def _check_builder(builder: ImageBuilder.Config) -> Iterator[Finding]:
    if not _VERSION.fullmatch(builder.image_recipe_version):
        what = f"is '{shown(builder.image_recipe_version)}', not three numbers"
        yield wrong(builder, "image_recipe_version", what, hint="Write one such as '1.0.0'.")
    yield from _check_schedule(builder, builder.schedule_expression)
    seen: set[str] = set()
    for venv in builder.prebuilt_venvs:
        if venv.name and not _VENV.fullmatch(venv.name):
            what = "has characters that no folder should have"
            yield wrong(venv, "name", what, codes.BAD_NAME)
        if venv.name in seen:
            what = "is used twice in one image"
            yield wrong(venv, "name", what, codes.DUPLICATE_NAME)
        seen.add(venv.name)
        if not re.fullmatch(r"python3(\.\d+)?", venv.python):
            what = f"is '{shown(venv.python)}'"
            yield wrong(venv, "python", what, hint="Write one such as 'python3.12'.")
        if venv.path and not venv.path.startswith("/"):
            yield wrong(venv, "path", "is not absolute")


def _check_function(function: Lambda.Config, judged: Judged) -> Iterator[Finding]:
    yield from _check_schedule(function, function.schedule_expression)
    if function.name in SLACK and not function.path:
        project = judged.project
        what = f"has '{function.name}', of which nothing is made: the Slack app is not there yet"
        yield odd(project, "lambda_functions", what)
        return
    for field in ("path", "handler"):
        if not getattr(function, field):
            yield wrong(function, field, "is missing", codes.MISSING_FIELD)
    for path in (function.path, *function.include_files):
        if path and not os.path.exists(os.path.join(judged.around.root, path)):
            field = "path" if path == function.path else "include_files"
            yield wrong(
                function, field, f"names '{shown(path)}', which does not exist", codes.MISSING_FILE
            )
    if function.handler and "." not in function.handler:
        hint = "Write 'module.function'."
        yield wrong(function, "handler", f"is '{shown(function.handler)}'", hint=hint)
    loose = [one for one in function.python_dependencies if not _PINNED.fullmatch(one.strip())]
    if loose:
        names = ", ".join(f"'{shown(one)}'" for one in loose)
        hint = "Write 'name==version', for what these need, too."
        what = f"has {names} without a version, so each build may be another one"
        yield odd(function, "python_dependencies", what, codes.LOOSE_DEPENDENCY, hint)


def _check_machine(machine: EC2Instance.Config, judged: Judged) -> Iterator[Finding]:
    path = machine.user_data_file
    if path and not os.path.exists(os.path.join(judged.around.root, path)):
        what = f"names '{shown(path)}', which does not exist"
        yield wrong(machine, "user_data_file", what, codes.MISSING_FILE)
    if not machine.start_on_deploy:
        yield odd(machine, "start_on_deploy", "has no effect: what is made is started")
    if path and machine.user_data:
        yield odd(machine, "user_data", "has no effect beside its user_data_file")
    if machine.tenancy not in ("", "default", "dedicated", "host"):
        yield wrong(
            machine,
            "tenancy",
            f"is '{shown(machine.tenancy)}'",
            hint="Use 'default', 'dedicated' or 'host'.",
        )


def _check_schedule(part: ImageBuilder.Config | Lambda.Config, text: str) -> Iterator[Finding]:
    if text and not _SCHEDULE.fullmatch(text):
        hint = "Write one such as 'rate(1 day)' or 'cron(0 3 * * ? *)'."
        yield wrong(part, "schedule_expression", f"is '{shown(text)}'", codes.BAD_CRON, hint)
