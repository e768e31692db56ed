import pytest

from praktika.sdk.shell.sinks import Tail, Whole


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_text_is_found_wherever_the_stream_is_cut(cut):
    tail = Tail(10, ["none", "needle"])
    for part in (b"xx needle y"[:cut], b"", b"xx needle y"[cut:]):
        tail(part)
    assert tail.found


@pytest.mark.parametrize("parts", [[b"need", b" le"], [b"nee", b"edle"], [b"NEEDLE"], []])
def test_what_is_not_there_is_not_found(parts):
    tail = Tail(10, ["needle"])
    for part in parts:
        tail(part)
    assert not tail.found


def test_a_single_character_and_an_empty_text():
    tail = Tail(10, ["", "x"])
    tail(b"abc")
    assert not tail.found
    tail(b"x")
    assert tail.found


def test_the_end_is_kept():
    tail = Tail(4)
    for number in range(100):
        tail(f"{number:02}".encode())
    assert tail.text() == "9899"


def test_all_is_kept():
    whole = Whole()
    whole(b"a\xc3")
    whole(b"\xbc\xff")
    assert whole.text() == "aü�"
