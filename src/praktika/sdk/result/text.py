"""A Result as text: for the log, and as Markdown for comments."""

from __future__ import annotations

from collections.abc import Iterator

from praktika.sdk.result.node import Node
from praktika.sdk.result.status import severity

_SHOWN_OK = 20
_MARKDOWN = {ord(mark): f"&#{ord(mark)};" for mark in "&<>|`@[]*_~\\#!\"'"} | {
    ord("\n"): " ",
    ord("\r"): " ",
}


def truncated(text: str, lines: int = 100, *, from_top: bool = True, width: int = 0) -> str:
    """The last lines of a text, or with `from_top=False` the first, and how many are left out.

    Args:
        text: any.
        lines: at most so many of it are kept.
        from_top: leave lines out at the top.
        width: cut lines that are longer; 0 keeps them.
    """
    every = text.splitlines()
    if width:
        every = [line if len(line) <= width else f"{line[:width]}…" for line in every]
    left_out = len(every) - lines
    if left_out <= 0:
        return "\n".join(every)
    note = f"… {left_out} lines left out …"
    kept = [note, *every[left_out:]] if from_top else [*every[:lines], note]
    return "\n".join(kept)


def to_stdout(result: Node, info_lines: int = 100) -> str:
    """A tree for the log: what failed with its info, what is OK as long as it is little.

    Args:
        result: its root.
        info_lines: at most so many lines of info are shown for each node, the last ones.
    """
    return "\n".join(_lines(result, "", info_lines))


def to_markdown(result: Node, max_rows: int = 50, report_url: str = "") -> str:
    """A heading and a table of what failed, for a comment.

    Names and info are data: nothing in them is markup, mentions anybody or ends a row.

    Args:
        result: its root.
        max_rows: at most so many rows, then a line that says how many are left out.
        report_url: linked from the heading, if any.
    """
    title = _escaped(result.name)
    head = f"**{f'[{title}]({report_url})' if report_url else title}**: {result.status}"
    failed = sorted(_failed(result), key=lambda row: severity(row[1].status))
    if not failed:
        return head
    rows = [
        f"| {_escaped(' / '.join(path))} | {node.status} | {_escaped(_first_line(node.info))} |"
        for path, node in failed[:max_rows]
    ]
    left_out = len(failed) - len(rows)
    tail = [f"\n… and {left_out} more"] if left_out else []
    return "\n".join([head, "", "| Name | Status | Info |", "|---|---|---|", *rows, *tail])


def _lines(node: Node, indent: str, info_lines: int) -> Iterator[str]:
    duration = "" if node.duration is None else f"  {node.duration:.2f} s"
    labels = "".join(f"  [{label['name']}]" for label in _labels(node))
    yield f"{indent}{node.status:<7} {node.name}{duration}{labels}"
    if node.info and (not node.is_ok() or not indent):
        for line in truncated(node.info, info_lines).splitlines():
            yield f"{indent}  | {line}"
    for file in node.files:
        yield f"{indent}  file: {file}"
    yield from _part_lines(node, indent + "  ", info_lines)


def _part_lines(node: Node, indent: str, info_lines: int) -> Iterator[str]:
    quiet = len(node.results) > _SHOWN_OK
    hidden: dict[str, int] = {}
    for part in node.results:
        if quiet and part.is_ok():
            hidden[part.status] = hidden.get(part.status, 0) + 1
        else:
            yield from _lines(part, indent, info_lines)
    for status, count in sorted(hidden.items()):
        yield f"{indent}{status:<7} {count:,} more"


def _labels(node: Node) -> list[dict[str, str]]:
    labels = node.ext.get("labels")
    return [each for each in labels if "name" in each] if isinstance(labels, list) else []


def _failed(result: Node) -> Iterator[tuple[tuple[str, ...], Node]]:
    for path, node in result.walk():
        if node.is_ok() or not node.is_completed():
            continue
        if node is result and node.results:
            continue
        if all(part.is_ok() for part in node.results):
            yield path[1:] or path, node


def _escaped(text: str) -> str:
    return str(text).translate(_MARKDOWN)


def _first_line(text: str) -> str:
    line = next((line for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= 200 else f"{line[:200]}…"
