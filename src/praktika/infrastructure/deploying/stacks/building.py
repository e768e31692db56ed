"""Getting a stack to what it shall be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from praktika.errors import Conflict, OperatorError
from praktika.infrastructure.deploying.progress import step
from praktika.infrastructure.deploying.stacks.states import next_move
from praktika.infrastructure.deploying.stacks.watch import Watch
from praktika.infrastructure.deploying.wanted import (
    Part,
    Template,
    Wanted,
    digest_of,
    text_of,
)
from praktika.infrastructure.template.names import APP_ID
from praktika.ports.cloud.cloud import PROJECT_TAG, Cloud
from praktika.ports.cloud.stacks import ChangeSet, Proposal, Stack

INLINE = 51_200
"""Bytes of a template that CloudFormation takes in a request; more, it reads from a bucket."""

GROUP = "AWS::AutoScaling::AutoScalingGroup"

_ROUNDS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Builder:
    """Makes and changes the stacks of one project.

    Attributes:
        wanted: what they shall be.
        cloud: where.
        watch: how to follow them.
        app: id of the GitHub App, "" without.
        may_end: whether machines may be ended with a group that goes, with what they work on.
    """

    wanted: Wanted
    cloud: Cloud
    watch: Watch
    app: str = ""
    may_end: bool = False

    def change(self, part: Part) -> None:
        """Make a stack what it shall be; what somebody else does with it is waited for.

        Raises:
            StackFailed: AWS could not.
            OperatorError: it is in a state that needs a person, or not ours.
        """
        for _ in range(_ROUNDS):
            stack = self.find(part)
            move = next_move(stack)
            if stack is not None and move == "wait":
                self.watch.tell(step(f"{stack.name} is being changed already; waiting"))
                self.watch.follow(stack, self.watch.last_event(stack), self.template(part))
            elif stack is not None and move == "remove":
                self.watch.tell(step(f"{stack.name} is left of a failed attempt; removing it"))
                self._remove(stack)
            else:
                try:
                    self._propose(part, stack)
                except Conflict:
                    continue  # somebody was faster: look again
                return
        raise OperatorError(f"others change stack {self.name(part)} all the time; nothing was done")

    def find(self, part: Part) -> Stack | None:
        """The stack, which has been found to be ours."""
        return own_stack(self.cloud, self.name(part), self.wanted.names.slug)

    def name(self, part: Part) -> str:
        """Of a stack."""
        names = self.wanted.names
        return names.stateful if part == "stateful" else names.runtime

    def template(self, part: Part) -> Template:
        """Of a stack."""
        return self.wanted.templates[part]

    def proposal(self, part: Part, *, is_new: bool, outputs: Mapping[str, str]) -> Proposal:
        """What a stack shall be.

        Args:
            part: which one.
            is_new: whether there is none yet.
            outputs: of the stateful stack.

        Raises:
            OperatorError: the template is too long, and there is no bucket for it yet.
        """
        wanted = self.wanted
        text = text_of(self.template(part))
        declared = set(self.template(part).get("Parameters", {}))
        given = {code.parameter: wanted.key(code) for code in wanted.code}
        given[APP_ID] = self.app
        given |= {name: outputs[name] for name in wanted.handed if name in outputs}
        return Proposal(
            stack=self.name(part),
            is_new=is_new,
            template=text,
            parameters={name: value for name, value in given.items() if name in declared},
            tags={PROJECT_TAG: wanted.names.slug},
            stored=self._stored(part, text),
        )

    def _propose(self, part: Part, stack: Stack | None) -> None:
        stateful = self.find("stateful")
        is_new = stack is None or stack.is_proposal
        outputs = stateful.outputs if stateful else {}
        changes = self.cloud.changes.propose(self.proposal(part, is_new=is_new, outputs=outputs))
        if changes.is_empty:
            self.watch.tell(step(f"{self.name(part)} is as it shall be"))
            return
        verb = "making" if is_new else "changing"
        self.watch.tell(step(f"{verb} {self.name(part)}: {_count(changes)}"))
        templates = [self.template(part)]
        if not is_new:
            templates.append(self.cloud.stacks.contents(self.name(part)).template)
        self._spare_machines(changes)
        begun = Stack(name=self.name(part), id=changes.stack, status="")
        after = self.watch.last_event(begun)
        self.cloud.changes.apply(changes)
        changing = frozenset(one.logical for one in changes.changes)
        self.watch.follow(begun, after, *templates, changing=changing).or_fail()

    def _spare_machines(self, changes: ChangeSet) -> None:
        """Refuse to delete groups whose machines run, unless that is wanted."""
        going = {
            one.physical
            for one in changes.changes
            if one.kind == GROUP
            and one.physical
            and (one.deed == "remove" or one.replacement == "yes")
        }
        machines = self.cloud.machines.running(sorted(going)) if going else []
        if machines and not self.may_end:
            self.cloud.changes.discard(changes)
            groups = ", ".join(sorted({one.group for one in machines}))
            raise OperatorError(
                f"{len(machines)} machines run in groups that would go ({groups}), and their work "
                "would be lost. Idle machines of a pool that follows its queue leave by "
                "themselves: deploy then. Or end them now, with --yes."
            )
        if machines:
            self.cloud.machines.unprotect(sorted(going))

    def _remove(self, stack: Stack) -> None:
        after = self.watch.last_event(stack)
        self.cloud.stacks.delete(stack.name)
        self.watch.follow(stack, after).or_fail()

    def _stored(self, part: Part, text: str) -> tuple[str, str] | None:
        data = text.encode()
        if len(data) <= INLINE:
            return None
        if part == "stateful" and self.find("stateful") is None:
            raise OperatorError(
                f"the template of {self.name(part)} has {len(data):,} bytes; CloudFormation takes "
                f"{INLINE:,} as long as there is no bucket of the project. Deploy without some of "
                "the components first, and then with all."
            )
        key = f"{self.wanted.names.slug}/code/{part}-{digest_of(data)}.json"
        self.cloud.objects.put(self.wanted.bucket, key, data, kind="application/json")
        return self.wanted.bucket, key


def _count(changes: ChangeSet) -> str:
    number = len(changes.changes)
    return f"{number} resource{'' if number == 1 else 's'}"


def own_stack(cloud: Cloud, name: str, slug: str) -> Stack | None:
    """The stack of that name; None if there is none.

    Raises:
        OperatorError: it is not this project's, whatever it is called.
    """
    stack = cloud.stacks.find(name)
    if stack is None or stack.is_proposal or stack.tags.get(PROJECT_TAG) == slug:
        return stack
    raise OperatorError(
        f"there is a stack {name} that praktika has not made for '{slug}': it lacks the tag "
        f"{PROJECT_TAG}={slug}. Rename the project, or that stack."
    )
