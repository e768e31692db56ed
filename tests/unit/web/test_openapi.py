"""The OpenAPI document is one, and tells of every route."""

from __future__ import annotations

import json
import re

import pytest
from openapi_schema_validator import OAS31Validator

from praktika.web.api.openapi import openapi
from praktika.web.api.operations import OPERATIONS

DOCUMENT = json.loads(json.dumps(openapi(OPERATIONS, "https://ci.example")))
CALLS = [
    (path, method, call)
    for path, methods in DOCUMENT["paths"].items()
    for method, call in methods.items()
]


def references(value: object) -> list[str]:
    if isinstance(value, dict):
        found = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return found + [each for item in value.values() for each in references(item)]
    if isinstance(value, list):
        return [each for item in value for each in references(item)]
    return []


def test_it_is_of_version_3_1_and_has_its_parts():
    assert DOCUMENT["openapi"].startswith("3.1.")
    assert set(DOCUMENT["info"]) >= {"title", "version"}
    assert DOCUMENT["servers"] == [{"url": "https://ci.example"}]
    assert DOCUMENT["security"] == [{"token": []}]
    assert "token" in DOCUMENT["components"]["securitySchemes"]


def test_every_reference_leads_somewhere():
    there = {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]}
    assert set(references(DOCUMENT)) <= there
    assert "#/components/schemas/RunDetails" in there


@pytest.mark.parametrize("name", DOCUMENT["components"]["schemas"])
def test_every_schema_is_one(name):
    assert re.fullmatch(r"[a-zA-Z0-9._-]+", name)
    OAS31Validator.check_schema(DOCUMENT["components"]["schemas"][name])


def test_every_operation_has_a_name_of_its_own():
    names = [call["operationId"] for _, _, call in CALLS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("path", "method", "call"), CALLS)
def test_every_operation_is_described(path, method, call):
    given = [one for one in call.get("parameters", []) if one["in"] == "path"]
    assert {one["name"] for one in given} == set(re.findall(r"{(\w+)}", path))
    assert all(one["required"] for one in given)
    assert all(
        OAS31Validator.check_schema(one["schema"]) is None for one in call.get("parameters", [])
    )
    assert all(re.fullmatch(r"default|[1-5]\d\d", status) for status in call["responses"])
    assert all(answer["description"] for answer in call["responses"].values())
    assert call["summary"]
    assert ("requestBody" in call) == (method == "post")
