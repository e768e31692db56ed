"""The OpenAPI document, made from the operations and their shapes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from praktika.version import VERSION
from praktika.web.api.operation import PREFIX, Operation
from praktika.web.shapes import Failure, Health

_FILE = PREFIX + "/runs/{run}/files/{path}"
_PLACE = "#/components/schemas/{name}"


def openapi(operations: Sequence[Operation], url: str) -> dict[str, Any]:
    """The document as plain data.

    Args:
        operations: see `operations`.
        url: where the server is, or "".
    """
    kinds: list[type] = [Failure, Health]
    for each in operations:
        kinds += [each.gives, *([each.takes] if each.takes else [])]
    kinds = list(dict.fromkeys(kinds))
    schemas, components = msgspec.json.schema_components(kinds, ref_template=_PLACE)
    known = dict(zip(kinds, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for each in operations:
        paths.setdefault(PREFIX + each.path, {})[each.method.lower()] = _operation(each, known)
    paths[_FILE] = {"get": _file("getFile", known), "head": _file("headFile", known)}
    paths["/healthz"] = {"get": _healthz(known)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "praktika",
            "version": VERSION,
            "description": "Runs of a CI system: what there are, and asking for more.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": url or "/"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(each: Operation, known: dict[type, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": each.name,
        "summary": each.text,
        "responses": _responses(each.status, _json(known[each.gives]), known),
    }
    parameters = _in_path(each.path) + [
        {"name": one.name, "in": "query", "description": one.text, "schema": dict(one.schema)}
        for one in each.query
    ]
    if parameters:
        described["parameters"] = parameters
    if each.takes is not None:
        described["requestBody"] = {"required": True, "content": _json(known[each.takes])}
    return described


def _file(name: str, known: dict[type, Any]) -> dict[str, Any]:
    content = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    responses = _responses(200, content, known)
    responses["206"] = {"description": "The part that Range asks for.", "content": content}
    responses["416"] = {"description": "The range begins behind the end."}
    return {
        "operationId": name,
        "summary": "The bytes of a file below the run's folder. `path` may contain slashes.",
        "parameters": [
            *_in_path(_FILE),
            {"name": "Range", "in": "header", "schema": {"type": "string"}},
        ],
        "responses": responses,
    }


def _healthz(known: dict[type, Any]) -> dict[str, Any]:
    content = _json(known[Health])
    return {
        "operationId": "getHealth",
        "summary": "How the server is.",
        "security": [],
        "responses": {
            "200": {"description": "All parts are well.", "content": content},
            "503": {"description": "Some part is not.", "content": content},
        },
    }


def _responses(status: int, content: dict[str, Any], known: dict[type, Any]) -> dict[str, Any]:
    return {
        str(status): {"description": "As asked.", "content": content},
        "default": {
            "description": "It is not served: the code is for programs, the text for people.",
            "content": _json(known[Failure]),
        },
    }


def _json(schema: Any) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _in_path(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", path)
    ]
