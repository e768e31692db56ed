"""What a message looks like in SQS.

SQS takes text of certain characters, and measures attributes by their bytes. So a body of such text
goes as it is, which people can read in the console, and any other as an attribute, which makes
nothing of it longer. Names and groups that SQS does not take are replaced by readable ones with a
digest.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import TYPE_CHECKING, Any

from praktika.ports.queue import ORDERED, Message

if TYPE_CHECKING:
    from types_boto3_sqs.type_defs import MessageTypeDef

_TEXT = re.compile(r"[\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]+")
"""What may be sent, but for carriage returns, which some ways of reading it turn into newlines."""

_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")
_GROUP = re.compile(r"[!-~]{1,128}")
_BYTES, _EMPTY, _GROUP_NAME = "bytes", "empty", "group"


def queue_name(prefix: str, queue: str) -> str:
    """The name on AWS: `<prefix>-<queue>`, with a digest where SQS does not take that."""
    bare = queue.removesuffix(ORDERED)
    ending = queue[len(bare) :]
    name = f"{prefix}-{bare}"
    if _NAME.fullmatch(name) and len(name + ending) <= 80:
        return name + ending
    digest = hashlib.sha256(queue.encode()).hexdigest()[:12]
    readable = re.sub(r"[^A-Za-z0-9_-]", "_", name)[: 80 - len(ending) - 13]
    return f"{readable}-{digest}{ending}"


def entry(body: bytes, group: str, identity: str | None, delay: int) -> dict[str, Any]:
    """An entry of SendMessageBatch, without its Id."""
    made: dict[str, Any] = {"MessageBody": f"({_EMPTY})"}
    attributes: dict[str, Any] = {}
    text = _text_of(body)
    if text is not None:
        made["MessageBody"] = text
    elif body:
        made["MessageBody"] = f"({_BYTES})"
        attributes[_BYTES] = _binary(body)
    else:
        attributes[_EMPTY] = _binary(b"1")
    if group:
        made["MessageGroupId"] = group_id(group)
        made["MessageDeduplicationId"] = _digest(identity) if identity else secrets.token_hex(32)
        if made["MessageGroupId"] != group:
            attributes[_GROUP_NAME] = _binary(group.encode("utf-8", "surrogatepass"))
    if delay:
        made["DelaySeconds"] = delay
    if attributes:
        made["MessageAttributes"] = attributes
    return made


def size_of(made: dict[str, Any]) -> int:
    """Bytes of an entry as SQS counts them."""
    return len(made["MessageBody"].encode()) + sum(
        len(name) + len(value["DataType"]) + len(value["BinaryValue"])
        for name, value in made.get("MessageAttributes", {}).items()
    )


def message(queue: str, received: MessageTypeDef) -> Message:
    """A message as it came."""
    attributes = {
        name: value["BinaryValue"]
        for name, value in received.get("MessageAttributes", {}).items()
        if "BinaryValue" in value
    }
    system = received.get("Attributes", {})
    group = _group(attributes.get(_GROUP_NAME, b""), system.get("MessageGroupId", ""))
    body = b"" if _EMPTY in attributes else attributes.get(_BYTES) or received["Body"].encode()
    return Message(
        queue=queue,
        body=body,
        id=received["MessageId"],
        receipt=received["ReceiptHandle"],
        deliveries=int(system.get("ApproximateReceiveCount", "1")),
        group=group,
    )


def _group(said: bytes, known: str) -> str:
    """The group that SQS does not take the name of; what does not fit what it has is not believed.

    Whoever may send can attach anything, and one message must not keep others from being read.
    """
    try:
        group = said.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return known
    return group if group and group_id(group) == known else known


def group_id(group: str) -> str:
    """A group's MessageGroupId."""
    return group if _GROUP.fullmatch(group) else _digest(group)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _binary(value: bytes) -> dict[str, Any]:
    return {"DataType": "Binary", "BinaryValue": value}


def _text_of(body: bytes) -> str | None:
    """The text that a body is, if SQS takes that."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    return text if _TEXT.fullmatch(text) else None
