"""Names that AWS takes, behind the slug."""

from __future__ import annotations

from collections.abc import Iterator

from praktika.infrastructure.check.naming.rendered import PARAMETER, QUEUE, rendered, whole
from praktika.infrastructure.check.saying import Judged, odd, wrong
from praktika.infrastructure.component import Component
from praktika.infrastructure.parts import parts
from praktika.pipeline import codes
from praktika.pipeline.check.sound import shown
from praktika.pipeline.declare.declared import is_written
from praktika.pipeline.finding import Finding


def check_names(judged: Judged) -> Iterator[Finding]:
    """Names with characters that AWS does not take, too long ones, and doubled slugs."""
    if not judged.names.slug:
        return  # nothing could be named, which is said already
    for part in parts(judged.project):
        name = getattr(part, "name", "")
        if not name and is_written(part, "name") and part.KIND != "VPC":
            yield wrong(part, "name", "is empty", codes.BAD_NAME)
            continue
        yield from _check(part, judged)
        slug = judged.names.slug
        if slug and name.removeprefix("/").startswith(f"{slug}-"):
            becomes = whole(judged.names, PARAMETER, name)
            what = f"begins with the slug, which is put before it: it becomes '{shown(becomes)}'"
            yield odd(part, "name", what, codes.BAD_NAME, "Leave the slug out.")


def _check(part: Component, judged: Judged) -> Iterator[Finding]:
    if not getattr(part, "name", "x"):
        return  # missing, which is said already
    for space, field, name in rendered(part):
        if space is QUEUE and part.KIND != "SQSQueue":
            continue  # long and odd labels have a digest in the names of their queues
        full = whole(judged.names, space, name)
        if not space.pattern.fullmatch(full):
            what = f"gives the {space.noun} '{shown(full)}'; only {space.words} may be in it"
            yield wrong(part, field, what, codes.BAD_NAME)
            return
        if len(full) > space.longest:
            what = (
                f"gives the {space.noun} '{shown(full, 40)}' of {len(full)} characters, "
                f"{len(full) - space.longest} too many"
            )
            yield wrong(part, field, what, codes.BAD_NAME)
            return
