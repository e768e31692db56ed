"""Reading what a job wrote as its Result: never an exception, always a reason."""

from __future__ import annotations

import json

import pytest

from praktika.model.result import Status
from praktika.runner.written import read_written


@pytest.fixture
def read(tmp_path):
    def read(data: bytes | str):
        path = tmp_path / "result_x.json"
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return read_written(path)

    return read


def test_a_missing_file_is_no_result_and_no_error(tmp_path):
    assert read_written(tmp_path / "none.json") == (None, "")


@pytest.mark.parametrize("status", ["RUNNING", "PENDING"])
def test_an_incomplete_result_is_none(read, status):
    assert read(json.dumps({"name": "x", "status": status})) == (None, "")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b"[]",
        b"null",
        b'{"name": "x"}',
        b'{"name": "x", "status": "GREAT"}',
        b'{"name": 3, "status": "OK"}',
        b'{"name": "x", "status": "OK", "results": {}}',
        b'{"name": "x", "status": "OK", "results": [[]]}',
        b'{"name": "x", "status": "OK", "duration": "long"}',
        b'{"name":"x","status":"OK","results":[' * 50_000,
    ],
)
def test_invalid_data_gives_a_reason(read, data):
    result, reason = read(data)
    assert result is None
    assert reason.startswith("result_x.json: ")


def test_unknown_keys_do_no_harm(read):
    result, reason = read('{"name": "x", "status": "OK", "assets": [], "new": 1}')
    assert (result.status, reason) == (Status.OK, "")


@pytest.mark.parametrize("data", [rb'"a\ud800b"', b'"a\xffb"'])
def test_text_that_is_no_unicode_is_mended(read, data):
    result, reason = read(b'{"name": ' + data + b', "status": "OK"}')
    assert reason == ""
    assert result.name[0] + result.name[-1] == "ab"


def test_words_of_older_pipelines_are_understood(read):
    result, _ = read(
        '{"name": "x", "status": "success", "results": [{"name":"y","status":"failure"}]}'
    )
    assert (result.status, result.results[0].status) == (Status.OK, Status.FAIL)


def test_a_hundred_thousand_results_are_read(read):
    rows = [{"name": f"t{n}", "status": "OK", "duration": 0.1} for n in range(100_000)]
    result, reason = read(json.dumps({"name": "x", "status": "OK", "results": rows}))
    assert (len(result.results), reason) == (100_000, "")
