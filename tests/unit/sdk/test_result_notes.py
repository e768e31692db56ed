import pytest

from praktika.result import Result
from praktika.sdk.stopwatch import Stopwatch


def test_setters_can_be_chained():
    result = Result("x", "OK").set_failed().set_info("a").set_info(["b", "c"]).set_link("l")
    assert (result.status, result.info, result.links) == ("FAIL", "a\nb\nc", ["l"])
    assert result.set_error().status == "ERROR"
    assert result.set_success().status == "OK"
    assert result.set_status(False).status == "FAIL"


def test_fault_49_the_callers_list_of_files_stays_as_it_is(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_text("")
    files = [tmp_path / "a", tmp_path / "b"]
    result = Result("x", "OK", files=[str(tmp_path / "a")])
    result.set_files(files)
    assert files == [tmp_path / "a", tmp_path / "b"]
    assert result.files == [str(tmp_path / "a"), str(tmp_path / "b")]


def test_the_callers_lists_given_to_the_constructor_stay_as_they_are():
    parts, ext = [Result("a", "OK")], {"comment": "c"}
    result = Result("x", "OK", results=parts, ext=ext)
    result.extend_sub_results([Result("b", "OK")]).set_comment("d")
    assert len(parts) == 1
    assert ext == {"comment": "c"}


def test_missing_files_are_named_all():
    with pytest.raises(FileNotFoundError, match="no1, no2"):
        Result("x", "OK").set_files(["no1", "no2"])
    assert Result("x", "OK").set_files("no1", strict=False).files == ["no1"]


def test_labels():
    result = Result("x", "OK").set_label(Result.Label.FLAKY).set_label("mine", link="u", hint="h")
    assert result.get_labels() == ["flaky", "mine"]
    assert result.has_label("mine")
    assert result.get_label_link("mine") == "u"
    assert result.get_label_hint("mine") == "h"
    assert "now and then" in result.get_label_hint("flaky")
    assert result.get_label_link("flaky") == result.get_label_hint("none") == ""


def test_a_label_that_is_set_again_is_updated():
    result = Result("x", "OK").set_label("a", link="u", hint="h").set_label("b").set_label("a", "v")
    assert result.ext["labels"] == [{"name": "a", "link": "v", "hint": "h"}, {"name": "b"}]


def test_removing_labels():
    result = Result("x", "OK").set_label("a").set_label("b").remove_label("a").remove_label("none")
    assert result.get_labels() == ["b"]
    assert "labels" not in result.remove_label("b").ext


def test_labels_that_somebody_else_wrote_wrongly_do_no_harm():
    result = Result("x", "OK", ext={"labels": "flaky", "errors": "bad"})
    assert result.get_labels() == []
    assert result.set_label("a").get_labels() == ["a"]
    assert result.add_error("e").ext["errors"] == [{"message": "e", "from": "x"}]


def test_messages_name_where_they_come_from():
    result = Result("x", "OK").add_warning("w").add_warning("w2", "s").add_note("n").add_error("e")
    assert result.ext == {
        "warnings": [{"message": "w", "from": "x"}, {"message": "w2", "from": "s"}],
        "notes": [{"message": "n", "from": "x"}],
        "errors": [{"message": "e", "from": "x"}],
    }


def test_comment_hook_and_other_keys():
    result = Result("x", "OK").set_comment("c").set_on_error_hook("dmesg").add_ext_key_value("k", 1)
    assert result.ext == {"comment": "c", "on_error_hook": "dmesg", "k": 1}


def test_fault_59_a_jump_of_the_wall_clock_does_not_change_a_duration(monkeypatch):
    watch = Stopwatch()
    started = watch.start_time
    monkeypatch.setattr("time.time", lambda: started - 7200)
    assert 0 <= watch.duration < 60
    result = Result("x", "OK").set_timing(watch).update_duration()
    assert 0 <= result.duration < 60
    assert result.start_time == started


def test_a_duration_since_a_start_in_the_future_is_none_at_all():
    result = Result("x", "OK", 4e9).update_duration()
    assert result.duration == 0
    assert Result("x", "OK").update_duration().duration is None
