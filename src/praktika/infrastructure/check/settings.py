"""Settings that have to agree with the declared infrastructure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from praktika.infrastructure.check.networks import REGION
from praktika.infrastructure.check.saying import Judged, wrong
from praktika.infrastructure.parts import orchestrator_pools, storages
from praktika.pipeline import codes
from praktika.pipeline.check.sound import shown
from praktika.pipeline.finding import NOWHERE, Finding, warning
from praktika.pipeline.suggest import did_you_mean
from praktika.version import VERSION

NEEDED = ("PROJECT_SLUG", "AWS_REGION", "AWS_ACCOUNT_ID", "S3_ARTIFACT_BUCKET")
"""Settings without which nothing can be deployed."""


def missing(settings: Mapping[str, Any]) -> list[str]:
    """The settings that a deploy needs and that are not set."""
    return [name for name in NEEDED if not settings.get(name)]


def check_settings(judged: Judged) -> Iterator[Finding]:
    """Settings that do not look like what they are, or name what is not declared."""
    account, region = judged.setting("AWS_ACCOUNT_ID"), judged.region
    if account and not re.fullmatch(r"\d{12}", account):
        yield _unfit(judged, "AWS_ACCOUNT_ID", f"is '{shown(account)}', not 12 digits")
    if region and not REGION.fullmatch(region):
        yield _unfit(
            judged, "AWS_REGION", f"is '{shown(region)}'", "Write one such as 'eu-north-1'."
        )
    yield from _check_buckets(judged)
    yield from _check_venv(judged)
    yield from _check_version(judged)


def _check_buckets(judged: Judged) -> Iterator[Finding]:
    buckets = [judged.names.own(one.name) for one in storages(judged.project)]
    wanted = judged.setting("S3_ARTIFACT_BUCKET")
    if wanted and _is_ours(judged) and wanted not in buckets:
        what = f"is '{shown(wanted)}', which is no declared storage"
        bare = wanted.removeprefix(f"{judged.names.slug}-")
        hint = did_you_mean(wanted, buckets)
        hint = hint or f'Add Storage.Config(name="{bare}", retention_days=30).'
        yield _unfit(judged, "S3_ARTIFACT_BUCKET", what, hint)
    for name in ("S3_REPORT_BUCKET", "CACHE_S3_PATH"):
        bucket = judged.setting(name).removeprefix("s3://").partition("/")[0]
        if bucket and _is_ours(judged) and bucket not in buckets:
            text = f"{name} names the bucket '{shown(bucket)}', which is no declared storage."
            place = judged.around.places.get(name, NOWHERE)
            yield warning(place, codes.UNFIT_SETTING, text, did_you_mean(bucket, buckets))


def _is_ours(judged: Judged) -> bool:
    """Whether the settings are about this project, and it is more than a few machines."""
    project, slug = judged.project, judged.setting("PROJECT_SLUG")
    has_runs = project.storages or project.runner_pools or orchestrator_pools(project)
    return bool(has_runs) and slug in ("", judged.names.slug)


def _check_venv(judged: Judged) -> Iterator[Finding]:
    """The virtual environment of jobs has to be in an image, if images are built."""
    wanted = judged.setting("PRAKTIKA_BASE_VENV")
    built = [
        venv.name for builder in judged.project.image_builders for venv in builder.prebuilt_venvs
    ]
    if wanted and judged.project.image_builders and _is_ours(judged) and wanted not in built:
        what = f"is '{shown(wanted)}', which no image builder has among its prebuilt_venvs"
        yield _unfit(judged, "PRAKTIKA_BASE_VENV", what, did_you_mean(wanted, built))


def _check_version(judged: Judged) -> Iterator[Finding]:
    project = judged.project
    wanted = _numbers(project.min_praktika_version)
    if wanted is None:
        what = f"is '{shown(project.min_praktika_version)}', not three numbers"
        yield wrong(project, "min_praktika_version", what, hint="Write one such as '0.1.0'.")
    elif wanted > (_numbers(VERSION) or ()):
        what = f"is {project.min_praktika_version}, and this praktika is {VERSION}"
        hint = "Install a newer praktika."
        yield wrong(project, "min_praktika_version", what, codes.NEWER_PRAKTIKA, hint)


def _numbers(version: str) -> tuple[int, ...] | None:
    found = re.match(r"(\d+)\.(\d+)(?:\.(\d+))?", version)
    return tuple(int(number or 0) for number in found.groups()) if found else None


def _unfit(judged: Judged, name: str, what: str, hint: str = "") -> Finding:
    place = judged.around.places.get(name, NOWHERE)
    return Finding(place, codes.UNFIT_SETTING, f"{name} {what}.", hint)
