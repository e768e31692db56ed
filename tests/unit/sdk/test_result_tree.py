from praktika.result import Result


def tree():
    return Result(
        "wf",
        "FAIL",
        results=[
            Result("ok", "OK"),
            Result(
                "tests",
                "FAIL",
                results=[Result("t1", "OK"), Result("t2", "FAIL"), Result("t3", "RUNNING")],
            ),
            Result("crash", "ERROR", results=[Result("t4", "OK")]),
            Result("skip", "SKIPPED"),
        ],
    )


def test_only_failed_leaves_are_kept_with_their_paths():
    flat = tree().to_failed_results_with_flat_leaves()
    assert [(part.name, part.status) for part in flat.results] == [
        ("t2", "FAIL"),
        ("crash", "ERROR"),
    ]
    assert flat.results[0].ext["result_tree_path"] == ["wf", "tests", "t2"]


def test_flattening_copies():
    whole = tree()
    whole.results[1].results[1].set_label("a")
    flat = whole.to_failed_results_with_flat_leaves()
    flat.results[0].set_label("b").ext["labels"][0]["name"] = "changed"
    assert whole.results[1].results[1].get_labels() == ["a"]
    assert "result_tree_path" not in whole.results[1].results[1].ext


def test_finding_a_part():
    whole = tree()
    assert whole.get_sub_result_by_name("tests") is whole.results[1]
    assert whole.get_sub_result_by_name("t2") is None
    assert whole.get_sub_result_by_name("t2", recursive=True) is whole.results[1].results[1]
    assert whole.get_sub_result_by_name("wf", recursive=True) is None


def test_updating_a_part_renews_the_status():
    whole = Result("wf", "RUNNING", results=[Result("a", "RUNNING"), Result("b", "OK")])
    assert whole.update_sub_result(Result("a", "OK")).status == "OK"
    assert [part.name for part in whole.results] == ["a", "b"]
    assert whole.update_sub_result(Result("c", "ERROR")).status == "ERROR"
    assert [part.name for part in whole.results] == ["a", "b", "c"]


def test_updating_a_part_can_keep_only_its_failures():
    whole = Result("run", "RUNNING")
    whole.update_sub_result(tree(), drop_nested_results=True)
    assert [part.name for part in whole.results[0].results] == ["t2", "crash"]


def test_a_skipped_part_is_not_dropped_afterwards():
    whole = Result("wf", "OK", results=[Result("a", "SKIPPED")])
    whole.update_sub_result(Result("a", "DROPPED"))
    assert whole.results[0].status == "SKIPPED"


def test_sorting_is_stable():
    parts = [Result("1", "OK"), Result("2", "FAIL"), Result("3", "ERROR"), Result("4", "FAIL")]
    result = Result("x", "FAIL", results=parts)
    assert [part.name for part in result.sort().results] == ["3", "2", "4", "1"]
    assert [part.name for part in result.sort(failed_first=False).results] == ["1", "2", "4", "3"]


def test_sorting_a_part():
    whole = tree().sort("tests")
    assert [part.name for part in whole.results[1].results] == ["t2", "t3", "t1"]
    assert whole.sort("none").results[0].name == "ok"


def test_replacing_and_adding_parts():
    parts = [Result("a", "OK")]
    result = Result("x", "OK").set_results(parts).extend_sub_results([Result("b", "OK")])
    assert len(parts) == 1
    assert len(result.results) == 2


def test_walking_tells_paths():
    paths = ["/".join(path) for path, _ in tree().walk()]
    assert paths[:4] == ["wf", "wf/ok", "wf/tests", "wf/tests/t1"]
