"""The slug of a project, with which the names of its things begin."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from praktika.infrastructure.check.saying import Judged
from praktika.infrastructure.cloud import CloudInfrastructure
from praktika.infrastructure.template.names import slug_of
from praktika.pipeline import codes
from praktika.pipeline.check.projects import Around
from praktika.pipeline.check.sound import called, shown
from praktika.pipeline.declare.declared import place_of
from praktika.pipeline.finding import NOWHERE, Finding
from praktika.pipeline.suggest import did_you_mean

LONGEST = 32
_SLUG = re.compile(r"[a-z][a-z0-9-]*")
_RESERVED = ("aws", "amazon", "ssm")


def check_slug(judged: Judged) -> Iterator[Finding]:
    """Whether AWS takes names that begin like this."""
    project = judged.project
    if not project.name:
        return
    slug = slug_of(project.name)
    place = place_of(project, "name")
    if not _SLUG.fullmatch(slug):
        text = f"{called(project)} gives the slug '{slug}', which does not begin with a letter."
        yield Finding(place, codes.BAD_SLUG, text, "Let the name begin with a letter from a to z.")
    elif len(slug) > LONGEST:
        text = f"{called(project)} gives a slug of {len(slug)} characters, more than {LONGEST}."
        yield Finding(place, codes.BAD_SLUG, text, "Choose a shorter name.")
    elif slug.startswith(_RESERVED):
        text = f"{called(project)} gives the slug '{slug}'; AWS keeps such names for itself."
        yield Finding(place, codes.BAD_SLUG, text, "Choose another name.")


def check_all(projects: Sequence[CloudInfrastructure.Config], around: Around) -> Iterator[Finding]:
    """Projects of one repository among one another, and the one that the settings mean.

    No slug may begin another: `acme` and `acme-two` would both have an `acme-two-pool`.
    """
    named = [(slug_of(one.name), one) for one in projects if slug_of(one.name)]
    for index, (slug, project) in enumerate(named):
        for other, earlier in named[:index]:
            if slug == other or slug.startswith(f"{other}-") or other.startswith(f"{slug}-"):
                how = "the same slug as" if slug == other else "a slug that goes with that of"
                text = f"{called(project)} has {how} {called(earlier)}: '{slug}' and '{other}'."
                hint = "Choose names of which none begins with another one."
                yield Finding(place_of(project, "name"), codes.SLUG_CLASH, text, hint)
    setting = around.settings.get("PROJECT_SLUG")
    slugs = [slug for slug, _ in named]
    if setting and slugs and setting not in slugs:
        place = around.places.get("PROJECT_SLUG", NOWHERE)
        text = f"PROJECT_SLUG is '{shown(setting)}', which is the slug of no declared project."
        hint = did_you_mean(setting, slugs) or f"Write '{slugs[0]}'."
        yield Finding(place, codes.UNFIT_SETTING, text, hint)
