import pytest

from praktika.sdk.result.excerpt import excerpt


def log(path, lines):
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def numbers(count, **replaced):
    lines = [f"line {n}" for n in range(count)]
    for key, text in replaced.items():
        lines[int(key[1:])] = text
    return lines


@pytest.mark.parametrize("count", [1, 299, 300])
def test_a_short_log_is_shown_whole(tmp_path, count):
    text, is_cut = excerpt(log(tmp_path / "l", numbers(count)), failed=True)
    assert text.splitlines() == numbers(count)
    assert not is_cut


def test_of_a_long_log_the_end_is_shown(tmp_path):
    text, is_cut = excerpt(log(tmp_path / "l", numbers(1000)), failed=True)
    assert text.splitlines() == numbers(1000)[700:]
    assert is_cut


def test_the_lines_around_the_first_error_are_shown(tmp_path):
    lines = numbers(2000, n400="a.c:1: error: x", n900="b.c:1: error: y", n100="c.c: warning: z")
    text, _ = excerpt(log(tmp_path / "l", lines), failed=True)
    assert text.splitlines() == lines[350:650]


def test_an_error_near_the_start_or_the_end(tmp_path):
    lines = numbers(2000, n3="a.c:1: error: x")
    assert excerpt(log(tmp_path / "l", lines), failed=True)[0].splitlines() == lines[:300]
    lines = numbers(2000, n1995="a.c:1: error: x")
    assert excerpt(log(tmp_path / "l", lines), failed=True)[0].splitlines() == lines[1945:]


def test_a_warning_matters_only_where_nothing_failed(tmp_path):
    path = log(tmp_path / "l", numbers(2000, n400="a.c:1: warning: x"))
    assert excerpt(path, failed=False)[0].splitlines()[50] == "a.c:1: warning: x"
    assert excerpt(path, failed=True)[0].splitlines()[-1] == "line 1999"


@pytest.mark.parametrize("content", [b"", None])
def test_no_log_is_empty(tmp_path, content):
    if content is not None:
        (tmp_path / "l").write_bytes(content)
    assert excerpt(tmp_path / "l", failed=True) == ("", False)


def test_a_log_without_a_newline_at_its_end(tmp_path):
    (tmp_path / "l").write_text("\n".join(numbers(301)))
    assert excerpt(tmp_path / "l", failed=True)[0].splitlines() == numbers(301)[1:]


def test_a_line_without_end_is_cut(tmp_path):
    (tmp_path / "l").write_bytes(b"x" * (1 << 20))
    text, is_cut = excerpt(tmp_path / "l", failed=True)
    assert len(text) == 256 * 1024
    assert is_cut


def test_bytes_that_are_no_text(tmp_path):
    (tmp_path / "l").write_bytes(b"a\xff\n")
    assert excerpt(tmp_path / "l", failed=True)[0] == "a�"
