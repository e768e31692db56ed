"""Names that two things would have.

Two components of one name, a role that two pools ask for (fault 46), and names that differ in
marks only, which CloudFormation would take for one.
"""

from __future__ import annotations

from collections.abc import Iterator

from praktika.infrastructure.check.naming.rendered import IMPLIED, rendered, whole
from praktika.infrastructure.check.saying import Judged, wrong
from praktika.infrastructure.component import Component
from praktika.infrastructure.components import RunnerPool
from praktika.infrastructure.parts import label_of, name_of, parts
from praktika.infrastructure.template.names import logical
from praktika.pipeline import codes
from praktika.pipeline.check.sound import called, shown
from praktika.pipeline.declare.declared import place_of
from praktika.pipeline.finding import Finding

_NAMED_BY_POOLS = (
    {"OrchestratorPool", "IAMRole"},
    {"OrchestratorPool", "IAMInstanceProfile"},
)


def check_clashes(judged: Judged) -> Iterator[Finding]:
    """Things of one project that would share a name; each pair is reported once."""
    ids: dict[tuple[str, str], Component] = {}
    taken: dict[tuple[str, str], Component | None] = {
        (space.noun, name.casefold()): None for space, name in IMPLIED
    }
    for part in parts(judged.project):
        name = name_of(part)
        earlier = ids.setdefault((part.KIND, logical(name)), part)
        if earlier is not part:
            yield _twice(part, earlier, judged)
            continue
        for space, field, own in rendered(part):
            other = taken.setdefault((space.noun, own.casefold()), part)
            if other is not part and not _is_meant(part, field, other):
                full = whole(judged.names, space, own)
                whose = called(other) if other else "praktika itself"
                what = f"gives the {space.noun} '{shown(full)}', which {whose} has already"
                hint = "Give it a name of its own."
                yield wrong(part, field, what, codes.NAME_CLASH, hint)
                break


def _is_meant(part: Component, field: str, other: Component | None) -> bool:
    """Whether a pool names a declared role; or it is a label, about which `scaling` says more."""
    if other is not None and {part.KIND, other.KIND} in _NAMED_BY_POOLS:
        return field in ("ec2_role_name", "iam_instance_profile_name", "name")
    both = [one for one in (part, other) if isinstance(one, RunnerPool)]
    return len(both) == 2 and label_of(both[0]) == label_of(both[1])


def _twice(part: Component, earlier: Component, judged: Judged) -> Finding:
    name, other = name_of(part), name_of(earlier)
    where = judged.around.show(place_of(earlier, "name"))
    field = "path" if part.KIND == "ReportPage" else "name"
    if name == other:
        text = f"{called(part)} is declared twice; the first is at {where}."
        hint = "Give each a name of its own."
        return Finding(place_of(part, field), codes.DUPLICATE_NAME, text, hint)
    what = f"differs from '{shown(other)}' at {where} in marks and case only"
    return wrong(part, field, what, codes.NAME_CLASH, "Give each a name of its own.")
