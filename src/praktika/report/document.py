"""The page's bytes from its parts: template, style, script, data."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from functools import cache
from importlib.resources import files
from urllib.parse import quote

from praktika.model.result import Result, Status
from praktika.report.embed import embed

# One script of several files, in this order: each uses only what stands before it, and the last
# one shows the page.
_SCRIPTS = (
    "text.js",
    "tree.js",
    "parts.js",
    "rows.js",
    "table.js",
    "workflow.js",
    "node.js",
    "main.js",
)

_MARK = re.compile(r"\{\{([a-z]+)\}\}")
_UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ud800-\udfff]+"
)

# Colour and shape of the tab's icon, by status; the same shapes as in the page.
_OCTAGON = "M5 1h6l4 4v6l-4 4H5l-4-4V5z"
_TRIANGLE = "M8 1L15.5 15H.5z"
_CIRCLE = "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1z"
_ICONS = {
    Status.OK: ("#2da44e", _CIRCLE),
    Status.FAIL: ("#d1242f", _OCTAGON),
    Status.XPASS: ("#d1242f", _OCTAGON),
    Status.ERROR: ("#9a5bd6", _TRIANGLE),
    Status.UNKNOWN: ("#b07d10", _OCTAGON),
    Status.RUNNING: ("#3b82d0", _CIRCLE),
}


def render(result: Result) -> bytes:
    """One self-contained HTML file that shows the tree.

    It works from `file://` and loads nothing. Its links to logs and files are relative, so it
    belongs into the directory of the run. Time and size grow with the size of the tree.
    """
    style, script = _asset("page.css"), _script()
    parts = {
        "policy": html.escape(_policy(style, script)).encode(),
        "title": html.escape(_title(result)).encode(),
        "icon": html.escape(_icon(result.status)).encode(),
        "style": style,
        "script": script,
        "data": embed(result),
    }
    return b"".join(parts[piece] if is_mark else piece.encode() for piece, is_mark in _template())


@cache
def _asset(name: str) -> bytes:
    """The bytes of a file of the page."""
    return files(__package__).joinpath("page", name).read_bytes()


@cache
def _script() -> bytes:
    return b"".join(map(_asset, _SCRIPTS))


@cache
def _template() -> tuple[tuple[str, bool], ...]:
    """The page's frame as (text, whether it names a part); parts are never scanned for names."""
    pieces = _MARK.split(_asset("page.html").decode())
    return tuple((piece, index % 2 == 1) for index, piece in enumerate(pieces))


def _policy(style: bytes, script: bytes) -> str:
    """The Content-Security-Policy: this style, this script, the tab's icon, and nothing else."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {_hash(script)}",
            f"style-src {_hash(style)}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def _hash(content: bytes) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content).digest()).decode()}'"


def _title(result: Result) -> str:
    """What the tab says before the script runs, in one line without control characters."""
    return f"{result.status} {_UNSEEN.sub(' ', result.name)}"


def _icon(status: Status) -> str:
    colour, shape = _ICONS.get(status, ("#808890", _CIRCLE))
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">'
        f'<path fill="{colour}" d="{shape}"/></svg>'
    )
    return "data:image/svg+xml," + quote(svg)
