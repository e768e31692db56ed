"""GitHub's own description of its API: which requests and answers it allows, and examples."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from openapi_schema_validator import OAS30Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

FILE = Path(__file__).parents[1] / "fixtures/github/openapi.json.gz"
METHODS = ("get", "post", "put", "patch", "delete")
SAMPLES = 3  # of a list are checked: all of its items come from one place
SEVERAL = ("{ref}", "{branch}", "{basehead}")  # may have slashes in them

# Beyond the description that the fixtures hold: documented at docs.github.com only.
PERMISSION = "/repos/{owner}/{repo}/collaborators/{username}/permission"


@dataclass(frozen=True)
class Operation:
    """A method of a path.

    Attributes:
        path: with the names of its parameters in braces.
        given: the parameters of the path.
    """

    method: str
    path: str
    given: Mapping[str, str]


@cache
def document() -> Any:
    """The description, mended where it contradicts its own examples or what GitHub does.

    What is nullable may be null where there is an enumeration, too.
    """
    found = json.loads(gzip.decompress(FILE.read_bytes()))
    for schema in list(_mappings(found)):
        if schema.get("nullable") and isinstance(schema.get("enum"), list):
            schema["enum"] = [*schema["enum"], None]
        # An account is either; its examples say so, too.
        if [each.get("title") for each in schema.get("allOf", ())] == ["Simple User", "Enterprise"]:
            schema["anyOf"] = schema.pop("allOf")
    # Of a fork that is gone there is none, whatever the description says.
    for name in ("pull-request", "pull-request-simple"):
        head = found["components"]["schemas"][name]["properties"]["head"]["properties"]
        head["repo"] = {"anyOf": [head["repo"], {"nullable": True, "enum": [None]}]}
    found["paths"][PERMISSION] = {"get": _permission()}
    return found


def operation(method: str, path: str) -> Operation | None:
    """What a request for this path (without query) is, or None if GitHub has nothing there."""
    for pattern, template in _patterns():
        if method.lower() in document()["paths"][template] and (match := pattern.fullmatch(path)):
            given = {key: unquote(value) for key, value in match.groupdict().items()}
            return Operation(method.lower(), template, given)
    return None


def wrong_query(asked: Operation, query: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with parameters of path and query."""
    known = _parameters(asked)
    for where, given in (("query", query), ("path", asked.given)):
        for name, text in given.items():
            place = known.get((where, name))
            if place is None:
                yield f"no parameter {name} in the {where}"
                continue
            for error in _validator(place + "/schema").iter_errors(_read(place, text)):
                yield f"{where} {name}: {error.message}"
    if not 1 <= int(query.get("per_page") or 30) <= 100:
        yield "per_page: at most 100"


def wrong_body(asked: Operation, body: Any) -> Iterator[str]:
    """What is wrong with a body; None where there was none."""
    described = document()["paths"][asked.path][asked.method].get("requestBody")
    if described is None:
        if body is not None:
            yield "no body is wanted"
        return
    if body is None:
        if described.get("required"):
            yield "a body is wanted"
        return
    place = f"{_place(asked)}/requestBody/content/application~1json/schema"
    yield from _wrong(place, body)
    properties = _look(place).get("properties")
    if properties and isinstance(body, dict):
        yield from (f"{name}: unknown" for name in body.keys() - properties.keys())


def wrong_answer(asked: Operation, status: int, body: Any) -> Iterator[str]:
    """What is wrong with an answer of ours."""
    answers = document()["paths"][asked.path][asked.method]["responses"]
    if str(status) not in answers:
        if status < 400:
            yield f"status {status} is not one of {', '.join(answers)}"
        return
    content = _resolved(answers[str(status)]).get("content", {})
    if "application/json" not in content or status >= 400:
        return
    place = answers[str(status)].get("$ref", "").removeprefix("#")
    place = (place or f"{_place(asked)}/responses/{status}") + "/content/application~1json/schema"
    yield from _wrong(place, body[:SAMPLES] if isinstance(body, list) else body)


@cache
def example(method: str, path: str, status: int = 200, name: str = "") -> str:
    """The example of an answer, as JSON."""
    answer = document()["paths"][path][method]["responses"][str(status)]
    examples = answer["content"]["application/json"]["examples"]
    return json.dumps(_resolved(examples[name] if name else next(iter(examples.values())))["value"])


def _wrong(place: str, value: Any) -> Iterator[str]:
    for error in _validator(place).iter_errors(value):
        yield f"{'.'.join(map(str, error.absolute_path))}: {error.message[:300]}"


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    paths = [
        path
        for path in document()["paths"]
        if path != "/repos/{owner}/{repo}/compare/{base}...{head}"
    ]
    paths.sort(key=lambda path: -sum("{" not in part for part in path.split("/")))
    return [(re.compile("/".join(map(_part, path.split("/")))), path) for path in paths]


def _part(part: str) -> str:
    if not part.startswith("{"):
        return re.escape(part)
    return f"(?P<{part[1:-1]}>{'.+' if part in SEVERAL else '[^/]+'})"


@cache
def _found(path: str, method: str) -> dict[tuple[str, str], str]:
    place = f"/paths/{_escaped(path)}"
    found = {}
    for level in (place, f"{place}/{method}"):
        for number, parameter in enumerate(_look(level).get("parameters", ())):
            where = parameter.get("$ref", "").removeprefix("#") or f"{level}/parameters/{number}"
            known = _resolved(parameter)
            found[known["in"], known["name"]] = where
    return found


def _parameters(asked: Operation) -> dict[tuple[str, str], str]:
    return _found(asked.path, asked.method)


def _read(place: str, text: str) -> Any:
    kind = _look(place + "/schema").get("type")
    if kind == "integer" and text.lstrip("-").isdigit():
        return int(text)
    if kind == "boolean" and text in {"true", "false"}:
        return text == "true"
    return text


def _place(asked: Operation) -> str:
    return f"/paths/{_escaped(asked.path)}/{asked.method}"


def _escaped(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")


@cache
def _validator(place: str) -> OAS30Validator:
    resource = Resource.from_contents(document(), default_specification=DRAFT4)
    registry: Registry[Any] = Registry().with_resource("urn:github", resource)
    reference = {"$ref": "urn:github#" + quote(place, safe="/~")}
    return OAS30Validator(
        reference, registry=registry, format_checker=OAS30Validator.FORMAT_CHECKER
    )


def _look(place: str) -> Any:
    found = document()
    for escaped in place.split("/")[1:]:
        part = escaped.replace("~1", "/").replace("~0", "~")
        found = found[int(part)] if isinstance(found, list) else found[part]
    return _resolved(found)


def _resolved(found: Any) -> Any:
    while isinstance(found, dict) and "$ref" in found:
        found = _look(found["$ref"].removeprefix("#"))
    return found


def _mappings(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _mappings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _mappings(inner)


def _permission() -> Any:
    text = {"type": "string"}
    names = [
        {"name": name, "in": "path", "required": True, "schema": text}
        for name in ("owner", "repo", "username")
    ]
    answer = {
        "type": "object",
        "required": ["permission", "role_name", "user"],
        "properties": {
            "permission": {"type": "string", "enum": ["admin", "write", "read", "none"]},
            "role_name": text,
            "user": {"$ref": "#/components/schemas/simple-user"},
        },
    }
    content = {"application/json": {"schema": answer}}
    return {"parameters": names, "responses": {"200": {"content": content}}}
