"""Properties: what is written is read, and nothing that is read can break the reader."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from praktika.model.result import Result
from praktika.runner.reports import ReportError, read_report

FIXTURES = Path(__file__).parents[3] / "fixtures" / "reports"

_INSIDE = {
    "OK": "",
    "FAIL": "<failure message={}>{}</failure>",
    "ERROR": "<error message={}>{}</error>",
    "SKIPPED": "<skipped message={}/>",
    "XFAIL": '<skipped type="pytest.xfail" message={}/>',
}


@dataclass(frozen=True)
class Case:
    name: str
    classname: str
    status: str
    duration: float
    info: str


@dataclass(frozen=True)
class Suite:
    name: str
    children: tuple[Suite | Case, ...]


def _xml(node: Suite | Case) -> str:
    if isinstance(node, Suite):
        inside = "".join(map(_xml, node.children))
        return f"<testsuite name={quoteattr(node.name)}>{inside}</testsuite>\n"
    inside = _INSIDE[node.status].format(quoteattr(node.info), escape(node.info))
    return (
        f"<testcase classname={quoteattr(node.classname)} name={quoteattr(node.name)}"
        f' time="{node.duration:.6f}">{inside}</testcase>'
    )


def _expected(node: Suite | Case, path: tuple[str, ...]) -> list[tuple[str, str, float, str]]:
    if isinstance(node, Suite):
        return [row for child in node.children for row in _expected(child, (*path, node.name))]
    name = f"{node.classname}.{node.name}" if node.classname else " > ".join([*path, node.name])
    info = "" if node.status == "OK" else node.info
    return [(name, node.status, round(node.duration, 6), info)]


_WORD = st.text(st.sampled_from("abcXYZ_0149é漢😀$"), min_size=1, max_size=12).map(
    lambda s: f"k{s}"
)
_TITLE = st.text(
    st.characters(categories=["L", "N", "P", "S"], exclude_characters=">›:\\\u241b"),
    min_size=1,
    max_size=20,
)
_CASES = st.builds(
    Case,
    name=_TITLE,
    classname=st.one_of(st.just(""), st.lists(_WORD, min_size=1, max_size=3).map(".".join)),
    status=st.sampled_from(sorted(_INSIDE)),
    duration=st.floats(0, 1e6),
    info=_TITLE,
).filter(lambda case: not case.classname or not case.name.startswith(case.classname))
_TREES = st.recursive(
    st.builds(Suite, name=_TITLE, children=st.lists(_CASES, max_size=4).map(tuple)),
    lambda inner: st.builds(
        Suite, name=_TITLE, children=st.lists(st.one_of(inner, _CASES), max_size=4).map(tuple)
    ),
    max_leaves=8,
)
_ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])


def _read(data: bytes) -> tuple[Result, ...]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report"
        path.write_bytes(data)
        return read_report(path)


@given(_TREES, _ENCODINGS)
def test_what_is_written_is_read(tree, encoding):
    text = f'<?xml version="1.0" encoding="{encoding}"?><testsuites>{_xml(tree)}</testsuites>'
    results = _read(text.encode(encoding, "xmlcharrefreplace"))
    got = [(r.name, str(r.status), r.duration, r.info) for r in results]
    assert got == _expected(tree, ())


_RECORDED = sorted(path for path in FIXTURES.iterdir() if path.suffix != ".md")


@st.composite
def _damaged(draw: st.DrawFn) -> bytes:
    """A real report, cut, with some bytes replaced or a piece of another in it."""
    data = bytearray(draw(st.sampled_from(_RECORDED)).read_bytes())
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(data)))
        data[place : place + draw(st.integers(0, 3))] = draw(
            st.one_of(
                st.binary(max_size=8),
                st.sampled_from(
                    [b'"', b"\\", b"{", b"]", b"<", b"&#0;", b"\n", b"]]>", b"\\ud800"]
                ),
            )
        )
    return bytes(data[: draw(st.one_of(st.just(len(data)), st.integers(0, len(data))))])


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.binary(max_size=200), _damaged()))
def test_any_bytes_give_results_that_can_be_stored_or_are_refused(data):
    try:
        results = _read(data)
    except ReportError as error:
        str(error).encode()
        return
    assert msgspec.json.decode(msgspec.json.encode(results), type=tuple[Result, ...]) == results
    for result in results:
        assert result.name
        assert "\n" not in result.name
        assert result.status.is_settled
