"""Webhooks that are nearly right: examples, changed at a few places by a seeded hand."""

from __future__ import annotations

import copy
import gzip
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.unit.intake.deliveries import SECRET, examples, headers, signed

from praktika.adapters.github.payloads import _READERS
from praktika.intake.reception import LARGEST

ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1.5, 2**53 + 1, 2**64, 10**30, 10**400, 1e308, float("nan")),
    *(float("inf"), "", "x", " ", "\x00", "\ud800", "a\ud800b", "x" * 100_000, "refs/heads/"),
    *("refs/heads/a b", "../..", "0" * 40, "f" * 40, "F" * 40, "/praktika approve", "octo-org"),
    *("Codertocat/Hello-World", "codertocat/hello-world\n", [], {}, [[]], {"": None}, [0] * 1000),
)
NAMES = ("octo-org/octo-repo", "other/repository", "OCTO-ORG/octo-repo", "octo-org/octo-repo2")
OURS = sorted({event for event, _ in _READERS})
ACTIONS = sorted({action for _, action in _READERS if action})
EVENTS = [*OURS, "ping", "", "push\n", "é", "p" * 200]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A webhook, and what was done to it."""

    headers: dict[str, str]
    body: bytes
    history: tuple[str, ...]


class Mutator:
    """Makes requests; the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._history: list[str] = []

    def request(self) -> Request:
        """The next one."""
        self._history = []
        choice = self._random.choice
        event = choice(OURS) if self._maybe(0.7) else choice(sorted(examples()))
        payload = self._sample(event)
        for _ in range(self._random.choice((0, 1, 1, 2, 3, 6))):
            self._do(choice(self.IN_JSON), payload)
        body = self._text(payload)
        while self._maybe(0.15):
            body = self._do(choice(self.IN_BYTES), body)
        sent = headers(event, body, f"d-{self._random.randrange(10**6)}")
        while self._maybe(0.25):
            self._do(choice(self.IN_HEADERS), sent, body)
        return Request(headers=sent, body=body, history=tuple(self._history))

    def _do(self, change: Callable[..., Any], *arguments: Any) -> Any:
        self._history.append(change.__name__.strip("_"))
        return change(self, *arguments)

    def _odd(self) -> Any:
        return copy.deepcopy(self._random.choice(ODD))

    def _maybe(self, share: float) -> bool:
        return self._random.random() < share

    def _sample(self, event: str) -> dict[str, Any]:
        """A copy of an example, made to tell something now and then."""
        known = self._random.choice(examples().get(event) or examples()["ping"])
        payload = copy.deepcopy(known)
        if "action" in payload and self._maybe(0.5):
            fitting = [action for one, action in _READERS if one == event]
            payload["action"] = self._random.choice(fitting or ACTIONS)
        if event == "push" and self._maybe(0.6):
            payload["ref"] = "refs/heads/main"
        if event == "check_run" and self._maybe(0.6):
            mark = {"external_id": "run/job", "app": {"id": 29310}}
            payload["check_run"].update(mark)
        if event == "issue_comment" and self._maybe(0.6):
            payload["comment"]["body"] = "/praktika rerun failed"
            payload["issue"]["pull_request"] = {}
        if event == "repository_dispatch" and self._maybe(0.6):
            payload.update(action="praktika", client_payload={"workflow": "w", "inputs": {"a": 1}})
        return payload

    def _place(self, payload: Any) -> tuple[Any, Any]:
        """A container in the payload, and a key or index of it; (payload, None) if it is empty."""
        here = payload
        while True:
            keys = list(here) if isinstance(here, dict) else list(range(len(here)))
            if not keys:
                return payload, next(iter(payload), None)
            key = self._random.choice(keys)
            deeper = here[key]
            if not isinstance(deeper, dict | list) or not deeper or self._maybe(0.4):
                return here, key
            here = deeper

    def _replace(self, payload: Any) -> None:
        here, key = self._place(payload)
        if key is not None:
            here[key] = self._odd()

    def _remove(self, payload: Any) -> None:
        here, key = self._place(payload)
        if key is not None:
            del here[key]

    def _graft(self, payload: Any) -> None:
        here, key = self._place(payload)
        there, other = self._place(payload)
        if key is not None and other is not None:
            here[key] = copy.deepcopy(there[other])

    def _wrap(self, payload: Any) -> None:
        here, key = self._place(payload)
        if key is not None:
            here[key] = {"value": here[key]} if self._maybe(0.5) else [here[key]]

    def _another_repository(self, payload: Any) -> None:
        if isinstance(payload.get("repository"), dict):
            payload["repository"]["full_name"] = self._random.choice(NAMES)

    def _new_fields(self, payload: Any) -> None:
        here, _ = self._place(payload)
        if isinstance(here, dict):
            here[f"new_{self._random.randrange(9)}"] = self._odd()

    def _text(self, payload: Any) -> bytes:
        if self._maybe(0.02):
            return self._do(Mutator._twice, payload)
        if self._maybe(0.3):
            return json.dumps(payload, ensure_ascii=False).encode("utf-8", "surrogatepass")
        return json.dumps(payload).encode()

    def _twice(self, payload: Any) -> bytes:
        """Some keys are there twice, with values of other kinds."""
        parts = [f"{json.dumps(key)}:{json.dumps(value)}" for key, value in payload.items()]
        extra = f"{json.dumps(self._random.choice(list(payload) or ['a']))}:[]"
        parts.insert(self._random.randrange(len(parts) + 1), extra)
        return ("{" + ",".join(parts) + "}").encode()

    def _flip(self, body: bytes) -> bytes:
        changed = bytearray(body or b"x")
        for _ in range(self._random.randrange(1, 4)):
            changed[self._random.randrange(len(changed))] ^= 1 << self._random.randrange(8)
        return bytes(changed)

    def _cut(self, body: bytes) -> bytes:
        return body[: self._random.randrange(len(body) + 1)]

    def _splice(self, body: bytes) -> bytes:
        start = self._random.randrange(len(body) + 1)
        end = min(len(body), start + self._random.randrange(200))
        return body[:start] + body[end:] if self._maybe(0.5) else body[:end] + body[start:]

    def _deep(self, _body: bytes) -> bytes:
        depth = self._random.choice((10, 500, 5_000, 50_000))
        opening = self._random.choice(('{"a":', "[", '{"action":"opened","repository":'))
        return opening.encode() * depth

    def _encoded(self, body: bytes) -> bytes:
        how = self._random.randrange(4)
        if how == 0:
            return gzip.compress(body, 1)
        if how == 1:
            return b"\xef\xbb\xbf" + body
        if how == 2:
            return body.decode("utf-8", "replace").encode("utf-16")
        return b"payload=" + body

    def _large(self, body: bytes) -> bytes:
        if self._maybe(0.98):
            return body + b" " * 1000
        return body + b" " * (LARGEST - len(body) + self._random.choice((0, 1)))

    def _other_signature(self, sent: dict[str, str], body: bytes) -> None:
        sent["X-Hub-Signature-256"] = self._random.choice(
            [
                *("", "sha256=", "sha256=" + "0" * 64, signed(body, "other"), signed(body, "")),
                *(signed(body[:-1]), signed(body + b"\n"), signed(b""), signed(body).upper()),
                *(signed(body)[:-1], signed(body)[7:], signed(body) + "é", signed(body) + ","),
                *("\ud800", SECRET, signed(body).replace("256", "1")),
            ]
        )

    def _other_event(self, sent: dict[str, str], _body: bytes) -> None:
        sent["X-GitHub-Event"] = self._random.choice(EVENTS)

    def _other_delivery(self, sent: dict[str, str], _body: bytes) -> None:
        odd = ("", "d" * 128, "d" * 129, "a b", "a\r\nb", "\ud800", "..", "a/b")
        sent["X-GitHub-Delivery"] = self._random.choice(odd)

    def _no_header(self, sent: dict[str, str], _body: bytes) -> None:
        if sent:
            del sent[self._random.choice(list(sent))]

    def _other_case(self, sent: dict[str, str], _body: bytes) -> None:
        for name in list(sent):
            sent[self._random.choice((name.upper(), name.lower(), name))] = sent.pop(name)

    def _other_type(self, sent: dict[str, str], _body: bytes) -> None:
        kinds = ("text/plain", "application/x-www-form-urlencoded", "", "\ud800")
        sent["Content-Type"] = self._random.choice(kinds)

    IN_JSON = (_replace, _replace, _remove, _graft, _wrap, _another_repository, _new_fields)
    IN_BYTES = (_flip, _flip, _cut, _splice, _deep, _encoded, _large)
    IN_HEADERS = (
        *(_other_signature, _other_signature, _other_event, _other_delivery, _no_header),
        *(_other_case, _other_type),
    )
