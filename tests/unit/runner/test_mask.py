"""Secrets in a job's output, whole and in disguise (security 13)."""

from __future__ import annotations

import base64
import json
import random
import tracemalloc
from urllib.parse import quote, quote_plus

import pytest

from praktika.runner.process.mask import Mask

SECRET = 'p@ss"w/o\\rd+9ü'
PEM = "-----BEGIN KEY-----\nMIIabcdefghijklmnop\nQRSTUVWXYZ012345678\nQw==\n-----END KEY-----\n"

DISGUISES = {
    "as it is": SECRET,
    "JSON": json.dumps(SECRET),
    "JSON with its letters": json.dumps(SECRET, ensure_ascii=False),
    "in a URL": quote(SECRET, safe=""),
    "in a path": quote(SECRET),
    "in a form": quote_plus(SECRET),
    "base64": base64.b64encode(SECRET.encode()).decode(),
    "base64 of a login": base64.b64encode(f"u:{SECRET}".encode()).decode(),
    "base64 amid others": base64.b64encode(f"user:{SECRET}@host".encode()).decode(),
    "base64 for URLs": base64.urlsafe_b64encode(f"ab{SECRET}z".encode()).decode(),
    "hex": SECRET.encode().hex(),
}


def streamed(mask: Mask, pieces: list[bytes]) -> bytes:
    shown, held = b"", b""
    for piece in pieces:
        out, held = mask.split(held + piece)
        shown += out
    return shown + mask.last(held)


@pytest.mark.parametrize("disguise", DISGUISES.values(), ids=DISGUISES.keys())
def test_a_secret_does_not_come_out_security_13(disguise):
    shown = Mask([SECRET]).text(f"begin {disguise} end")
    assert shown.startswith("begin ")
    assert shown.endswith(" end")
    assert "***" in shown
    left = shown.replace("***", "")
    # What stands beside it in base64 may stay.
    assert len(left) <= len("begin  end") + 17


@pytest.mark.parametrize("disguise", DISGUISES.values(), ids=DISGUISES.keys())
def test_nor_does_it_when_it_is_split_over_writes_security_13(disguise):
    data = f"begin {disguise} end".encode()
    whole = streamed(Mask([SECRET]), [data])
    assert b"***" in whole
    for size in range(1, 9):
        pieces = [data[at : at + size] for at in range(0, len(data), size)]
        assert streamed(Mask([SECRET]), pieces) == whole


def test_every_line_of_a_secret_counts_but_for_the_shortest():
    shown = Mask([PEM]).text(f"key:\n{PEM}")
    assert "MIIabc" not in shown
    assert "QRSTUV" not in shown
    single = Mask([PEM]).text("found QRSTUVWXYZ012345678 alone; Qw==")
    assert single == "found *** alone; Qw=="


def test_base64_over_several_lines():
    secret = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=200))
    printed = base64.encodebytes(secret.encode()).decode()
    shown = Mask([secret]).text(printed)
    assert len(shown.replace("***", "").strip()) < 12


def test_the_texts_of_a_json_secret_are_secrets_too():
    secret = json.dumps({"user": "administrator", "password": "correct horse", "port": 5432})
    shown = Mask([secret]).text("administrator logs in with correct horse at 5432")
    assert shown == "*** logs in with *** at 5432"


def test_so_are_those_further_inside_security_13():
    secret = json.dumps([{"users": [{"user": {"token": "correct horse"}}], "n": None}])
    assert Mask([secret]).text("with correct horse") == "with ***"
    assert Mask(["[" * 100_000]).text("as it is") == "as it is"


def test_one_secret_in_another():
    assert Mask(["abcdef", "abcdefgh"]).text("abcdefgh abcdef") == "*** ***"
    assert streamed(Mask(["abcdef", "abcdefgh"]), [b"abcdef", b"gh"]) in {b"***", b"***gh"}


def test_what_looks_like_the_beginning_is_held_back_and_comes_in_the_end():
    mask = Mask(["secret-value"])
    assert mask.split(b"a secret") == (b"a ", b"secret")
    assert mask.split(b"secret sauce\n") == (b"secret sauce\n", b"")
    assert streamed(mask, [b"a sec", b"ret"]) == b"a secret"


def test_without_secrets_nothing_is_held_or_changed():
    assert Mask().split(b"anything") == (b"anything", b"")
    assert Mask(["", "short"]).text("short") == "short"


def test_a_document_stays_json():
    document = json.dumps({"info": f"it is {SECRET}", "list": [SECRET, "x"]}).encode()
    shown = json.loads(Mask([SECRET]).json(document))
    assert shown == {"info": "it is ***", "list": ["***", "x"]}


def test_a_secret_that_looks_like_json_does_not_break_a_document():
    document = json.dumps({"a": 'xyz","b', "b": "1"}).encode()
    shown = json.loads(Mask(['","b": "', 'xyz","b']).json(document))
    assert shown == {"a": "***", "b": "1"}


def test_random_cuts_agree_with_masking_at_once():
    random_ = random.Random(7)
    secrets = ["aabaab", "abaaba", "babbab"]
    for _ in range(300):
        data = bytes(random_.choices(b"ab", k=40))
        pieces, at = [], 0
        while at < len(data):
            size = random_.randint(1, 7)
            pieces.append(data[at : at + size])
            at += size
        shown = streamed(Mask(secrets), pieces)
        assert not any(secret.encode() in shown for secret in secrets)


def test_nothing_of_a_secret_is_in_the_repr():
    assert "secret" not in repr(Mask(["secret-value"]))


def test_a_large_secret_takes_no_more_room_than_a_few_of_itself():
    """Security 13 and 22: as large as stores of secrets take them, and printed in pieces."""
    chance = random.Random(7)
    whole = "".join(chance.choice("abcdef") for _ in range(60_000))
    tracemalloc.start()
    try:
        mask = Mask([json.dumps({"key": whole, "user": "somebody-else"})])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 16 << 20
    data = f"begin {whole} end {whole[:30_000]}".encode()
    pieces = [data[at : at + 8191] for at in range(0, len(data), 8191)]
    assert streamed(mask, pieces) == f"begin *** end {whole[:30_000]}".encode()
