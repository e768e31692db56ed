"""What is asked for when a workflow is dispatched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import isfinite

from praktika.pipeline import codes
from praktika.pipeline.check.sound import called, said, shown
from praktika.pipeline.declare.declared import place_of
from praktika.pipeline.declare.workflow import WorkflowConfig, WorkflowInput
from praktika.pipeline.finding import Finding, warning

MOST = 25
"""As many as GitHub takes."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,99}")


def check_inputs(workflow: WorkflowConfig) -> Iterator[Finding]:
    """What is wrong with a workflow's inputs, each by itself and together."""
    known: set[str] = set()
    for one in workflow.inputs:
        yield from _check_input(one)
        if one.name and one.name.casefold() in known:
            text = f"{called(one)} of {called(workflow)} is declared twice."
            hint = "Give each a name of its own; case does not count."
            yield Finding(place_of(one, "name"), codes.DUPLICATE_NAME, text, hint)
        known.add(one.name.casefold())
    if len(workflow.inputs) > MOST:
        text = f"{called(workflow)} has {len(workflow.inputs)} inputs, more than {MOST}."
        yield Finding(place_of(workflow, "inputs"), codes.WRONG_VALUE, text)


def _check_input(one: WorkflowInput) -> Iterator[Finding]:
    if one.name and not _NAME.fullmatch(one.name):
        text = f"The name of {called(one)} is not made of letters, digits, '_' and '-'."
        hint = "It begins with a letter or '_', and has at most 100 characters."
        yield Finding(place_of(one, "name"), codes.BAD_NAME, text, hint)
    yield from _check_options(one)
    yield from _check_default(one)


def _check_options(one: WorkflowInput) -> Iterator[Finding]:
    options = one.options
    if options is None:
        return
    place = place_of(one, "options")
    if one.is_boolean:
        text = f"{called(one)} has options, and is a boolean."
        yield Finding(place, codes.WRONG_VALUE, text, "Remove one of the two.")
    if not options or not all(option.strip() for option in options):
        text = f"The options of {called(one)} are empty, or one of them is."
        yield Finding(place, codes.WRONG_VALUE, text)
    if len(set(options)) < len(options):
        text = f"{called(one)} has an option twice."
        yield Finding(place, codes.DUPLICATE_NAME, text)


def _check_default(one: WorkflowInput) -> Iterator[Finding]:
    default, place = one.default_value, place_of(one, "default_value")
    if default == "":
        return
    if one.options and default not in one.options:
        text = f"The default of {called(one)}, '{shown(default)}', is none of its options."
        hint = f"Use one of: {', '.join(shown(option, 40) for option in one.options)}."
        yield Finding(place, codes.WRONG_VALUE, text, hint)
    elif one.is_boolean and not isinstance(default, bool):
        text = f"The default of {called(one)}, a boolean, is {said(default)}."
        yield Finding(place, codes.WRONG_TYPE, text, "Use True or False.")
    elif isinstance(default, float) and not isfinite(default):
        text = f"The default of {called(one)} is {said(default)}, which JSON cannot hold."
        yield Finding(place, codes.WRONG_VALUE, text)
    if one.is_required:
        text = f"{called(one)} is required and has a default, which is taken where none is given."
        yield warning(place, codes.NO_EFFECT, text, "Remove one of the two.")
