"""Logs in CloudWatch Logs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from praktika.adapters.aws.client import Clients
from praktika.adapters.aws.faults import translated
from praktika.errors import Absent
from praktika.ports.cloud.telemetry import Line, Source


class AwsTelemetry:
    """A `Telemetry` in CloudWatch Logs.

    Args:
        aws: the clients.
    """

    def __init__(self, aws: Clients) -> None:
        self._aws = aws

    def groups(self, prefix: str) -> Sequence[str]:
        """The names of groups that begin so; see the port."""
        pages = self._aws.logs.get_paginator("describe_log_groups")
        with translated(f"cannot list the log groups {prefix}…"):
            return sorted(
                group["logGroupName"]
                for page in pages.paginate(logGroupNamePrefix=prefix)
                for group in page["logGroups"]
            )

    def sources(self, group: str, limit: int) -> Sequence[Source]:
        """The streams of a group, newest first; see the port."""
        pages = self._aws.logs.get_paginator("describe_log_streams")
        asked: Any = {"logGroupName": group, "orderBy": "LastEventTime", "descending": True}
        with translated(f"cannot list the streams of {group}", _absent(group)):
            streams = (stream for page in pages.paginate(**asked) for stream in page["logStreams"])
            return [
                Source(
                    name=stream["logStreamName"], last=stream.get("lastEventTimestamp", 0) / 1000
                )
                for stream in itertools.islice(streams, limit)
            ]

    def read(self, group: str, *, source: str = "", since: float = 0.0) -> Iterator[Line]:
        """The lines of a group or a stream; see the port."""
        pages = self._aws.logs.get_paginator("filter_log_events")
        asked: Any = {"logGroupName": group, "startTime": int(since * 1000)}
        if source:
            asked["logStreamNames"] = [source]
        found = False
        with translated(f"cannot read {group} {source}".rstrip(), _absent(group, source)):
            for page in pages.paginate(**asked):
                for event in sorted(page["events"], key=lambda event: event["timestamp"]):
                    found = True
                    yield Line(
                        id=event["eventId"],
                        at=event["timestamp"] / 1000,
                        source=event["logStreamName"],
                        text=event["message"].rstrip("\n"),
                    )
            if source and not found and not self._has(group, source):
                raise Absent(_absent(group, source))

    def _has(self, group: str, source: str) -> bool:
        """Whether there is a stream; not all servers say so of one that is read."""
        answer = self._aws.logs.describe_log_streams(
            logGroupName=group, logStreamNamePrefix=source, limit=1
        )
        return any(stream["logStreamName"] == source for stream in answer["logStreams"])


def _absent(group: str, source: str = "") -> str:
    """The beginning of what is said of a group or stream that is not there."""
    if source:
        return f"there is no log of {source} in {group}; `praktika logs --list` names what there is"
    return f"there are no logs {group}; `praktika logs --list` names what there is"
