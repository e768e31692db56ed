"""Loading a repository (faults 23, 51 and 60 of the predecessor)."""

import sys

import pytest

MAIN = """
    from praktika import Job, Workflow

    workflow = Workflow(name="CI", event="push", jobs=[Job(name="build", command="make")])
    WORKFLOWS = [workflow]
"""


def named(name, jobs="[]"):
    return f"""
        from praktika import Job, Workflow
        WORKFLOWS = [Workflow(name={name!r}, event="push", jobs={jobs})]
    """


def workflows(repository):
    loaded = repository.load()
    assert loaded.findings == []
    return [workflow.name for workflow in loaded.workflows]


def test_fault_51_files_are_loaded_in_sorted_order(repository):
    for name in ("b", "c", "a"):
        repository.write(f"ci/workflows/{name}.py", named(name))
    assert workflows(repository) == ["a", "b", "c"]


def test_a_file_that_another_imports_is_executed_once(repository):
    repository.write(
        "ci/workflows/b.py", named("b") + "\n        count = globals().get('count', 0) + 1"
    )
    repository.write(
        "ci/workflows/a.py", "from ci.workflows.b import WORKFLOWS as theirs\nWORKFLOWS = []"
    )
    loaded = repository.load()
    assert [workflow.name for workflow in loaded.workflows] == ["b"]
    assert loaded.workflows[0] is sys.modules["ci.workflows.a"].theirs[0]


def test_imports_work_from_the_root_and_from_ci(repository):
    repository.write("ci/names.py", "A = 'a'").write("ci/settings/extra.py", "B = 'b'").write(
        "top.py", "C = 'c'"
    )
    repository.write(
        "ci/workflows/main.py",
        """
        from ci.names import A
        from settings.extra import B
        from names import A as again
        from top import C
        from praktika import Workflow
        WORKFLOWS = [Workflow(name=A + again + B + C, event="push", jobs=[])]
        """,
    )
    assert workflows(repository) == ["aabc"]


def test_file_names_need_not_be_identifiers(repository):
    repository.write("ci/workflows/pull-request 1.2.py", named("odd"))
    assert workflows(repository) == ["odd"]


def test_another_folder_can_be_set(repository):
    repository.write("ci/settings/settings.py", "WORKFLOWS_DIRECTORY = '.pipelines/all'")
    repository.write(".pipelines/all/main.py", named("elsewhere"))
    assert workflows(repository) == ["elsewhere"]


def test_no_folder_and_an_empty_folder_say_what_to_do(repository):
    assert repository.problems() == [
        (
            "ci/workflows: no-workflows: The folder of the workflows does not exist. "
            "Run 'praktika init' to create a first workflow."
        )
    ]
    (repository.root / "ci" / "workflows").mkdir(parents=True)
    assert "has no Python files" in repository.problems()[0]


@pytest.mark.parametrize(
    "name", ["WORKFLOW", "WORKFLOW_S", "workflows", "Workflows", "WORKFLWOS", "WORKFLOWS_"]
)
def test_fault_51_a_misspelt_workflows_is_an_error(repository, name):
    repository.write("ci/workflows/main.py", MAIN.replace("WORKFLOWS", name))
    (problem,) = repository.problems()
    assert f"misspelt-workflows: The file defines '{name}' but no WORKFLOWS." in problem
    assert repository.compile().plans == ()


def test_fault_51_a_workflow_in_no_list_is_an_error_with_its_line(repository):
    repository.write("ci/workflows/main.py", MAIN.replace("WORKFLOWS", "EVERYTHING"))
    assert repository.problems() == [
        (
            "ci/workflows/main.py:4: misspelt-workflows: Workflow 'CI' is in no WORKFLOWS. "
            "Write WORKFLOWS = [workflow]."
        )
    ]


def test_a_workflow_that_another_file_lists_is_fine(repository):
    repository.write("ci/workflows/parts.py", MAIN.replace("WORKFLOWS", "EVERYTHING"))
    repository.write(
        "ci/workflows/main.py", "from ci.workflows.parts import workflow\nWORKFLOWS = [workflow]"
    )
    assert workflows(repository) == ["CI"]


def test_fault_51_a_misspelt_list_is_found_also_where_another_file_imports_it(repository):
    repository.write("ci/workflows/z.py", MAIN.replace("WORKFLOWS", "WORKFLOWZ"))
    repository.write(
        "ci/workflows/a.py", "from ci.workflows.z import workflow as z\nWORKFLOWS = []"
    )
    (problem,) = repository.problems()
    assert "'WORKFLOWZ'" in problem


def test_a_file_that_defines_nothing_is_warned_about(repository):
    repository.write("ci/workflows/main.py", MAIN).write("ci/workflows/leftover.py", "X = 1")
    assert repository.problems() == [
        (
            "ci/workflows/leftover.py: warning: no-definitions: The file defines no WORKFLOWS, and no "
            "other file imports it. Let a helper's name start with '_', or remove the file."
        )
    ]


@pytest.mark.parametrize("importer", ["ci/workflows/a.py", "ci/workflows/z.py", "ci/late.py"])
def test_a_helper_is_fine_whoever_imports_it(repository, importer):
    repository.write("ci/workflows/helper.py", "X = 1")
    repository.write("ci/workflows/main.py", "import ci.late\nWORKFLOWS = []").write(
        "ci/late.py", ""
    )
    repository.write(importer, "from ci.workflows.helper import X\nWORKFLOWS = []")
    assert repository.problems() == []


def test_a_helper_with_an_underscore_is_fine(repository):
    repository.write("ci/workflows/main.py", MAIN).write("ci/workflows/_helper.py", "X = 1")
    repository.write("ci/workflows/_parts.py", MAIN.replace("WORKFLOWS", "PARTS"))
    assert workflows(repository) == ["CI"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("None", "WORKFLOWS is None, not a list of Workflows."),
        ("workflow", "WORKFLOWS is a Workflow, not a list of Workflows."),
        ("[workflow, 'x']", "WORKFLOWS[1] is a str ('x'), not a Workflow."),
        ("[[workflow]]", "WORKFLOWS[0] is a list, not a Workflow."),
    ],
)
def test_workflows_of_a_wrong_type_are_errors(repository, value, text):
    repository.write("ci/workflows/main.py", MAIN.replace("[workflow]", value))
    assert any(f"workflows-type: {text}" in problem for problem in repository.problems())


def test_a_tuple_and_an_empty_list_are_fine(repository):
    repository.write("ci/workflows/main.py", MAIN.replace("[workflow]", "(workflow,)"))
    repository.write("ci/workflows/none.py", "WORKFLOWS = []")
    assert workflows(repository) == ["CI"]


def chosen(repository, text):
    repository.write("ci/settings/settings.py", text)
    return [workflow.name for workflow in repository.load().workflows]


def test_files_can_be_chosen_and_left_out(repository):
    for name in ("a", "b", "c"):
        repository.write(f"ci/workflows/{name}.py", named(name))
    assert chosen(
        repository, "ENABLED_WORKFLOWS = ['a.py', 'b.py']\nDISABLED_WORKFLOWS = ['b.py']"
    ) == ["a"]


def test_a_file_that_is_left_out_is_not_executed(repository):
    repository.write("ci/workflows/a.py", "raise ValueError").write("ci/workflows/b.py", named("b"))
    repository.write("ci/settings/settings.py", "DISABLED_WORKFLOWS = ['a.py']")
    assert workflows(repository) == ["b"]


def test_unknown_files_in_the_choice_are_found(repository):
    repository.write("ci/workflows/main.py", "WORKFLOWS = []")
    repository.write(
        "ci/settings/settings.py", "ENABLED_WORKFLOWS = ['mian.py']\nDISABLED_WORKFLOWS = ['x.py']"
    )
    assert repository.problems() == [
        (
            "ci/settings/settings.py:1: unknown-file: ENABLED_WORKFLOWS names 'mian.py', which is no "
            "workflow file. Did you mean 'main.py'?"
        ),
        (
            "ci/settings/settings.py:2: warning: unknown-file: DISABLED_WORKFLOWS names 'x.py', which is "
            "no workflow file."
        ),
    ]


BROKEN = {
    "syntax": (
        "x = (\n",
        "ci/workflows/bad.py:1: syntax-error: SyntaxError: '(' was never closed.",
    ),
    "raise": (
        "\n\nraise ValueError('no good')",
        "ci/workflows/bad.py:3: load-failed: ValueError: no good",
    ),
    "exit": (
        "import sys\nsys.exit(3)",
        "ci/workflows/bad.py:2: load-failed: Loading it ended Python (sys.exit(3)).",
    ),
    "interrupt": (
        "raise KeyboardInterrupt",
        "ci/workflows/bad.py:1: load-failed: KeyboardInterrupt was raised.",
    ),
    "memory": (
        "raise MemoryError",
        "load-failed: Loading it took more memory than a declaration may have.",
    ),
    "deep": ("def f(): f()\nf()", "ci/workflows/bad.py:1: load-failed: RecursionError:"),
    "null": (
        "x = '\0'",
        "ci/workflows/bad.py: syntax-error: SyntaxError: source code string cannot contain null bytes",
    ),
    "module": (
        "import nowhere_at_all",
        "ci/workflows/bad.py:1: load-failed: ModuleNotFoundError: No module named 'nowhere_at_all'",
    ),
    "str": (
        "class E(Exception):\n    def __str__(self): raise KeyError\nraise E",
        "ci/workflows/bad.py:3: load-failed: E was raised.",
    ),
    "lines": (
        "raise ValueError('one\\ntwo')",
        "ci/workflows/bad.py:1: load-failed: ValueError: one",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_fault_23_a_broken_file_is_a_problem_and_the_others_are_loaded(repository, case):
    text, expected = BROKEN[case]
    repository.write("ci/workflows/bad.py", text).write("ci/workflows/good.py", MAIN)
    loaded = repository.load()
    assert [workflow.name for workflow in loaded.workflows] == ["CI"]
    (problem,) = repository.problems()
    assert expected in problem
    assert "Traceback" not in problem


def test_all_broken_files_are_found_at_once(repository):
    for name in ("a", "b", "c"):
        repository.write(f"ci/workflows/{name}.py", "1/0")
    assert len(repository.problems()) == 3


def test_the_place_is_the_deepest_line_of_the_authors(repository):
    repository.write("ci/defs.py", "import json\n\ndef parse():\n    return json.loads('{')\n")
    repository.write("ci/workflows/main.py", "from ci.defs import parse\n\nparse()\n")
    (problem,) = repository.problems()
    assert problem.startswith("ci/defs.py:4: load-failed: JSONDecodeError")


def test_a_broken_helper_of_two_files_is_one_problem(repository):
    repository.write("ci/defs.py", "x = 1 +\n")
    for name in ("a", "b"):
        repository.write(f"ci/workflows/{name}.py", "import ci.defs\nWORKFLOWS = []")
    (problem,) = repository.problems()
    assert problem.startswith("ci/defs.py:1: syntax-error")


def test_what_the_loader_is_doing_can_be_followed(repository):
    from praktika.pipeline.load.loader import load

    repository.write("ci/settings/settings.py", "").write("ci/workflows/main.py", MAIN)
    repository.write("ci/infrastructure/projects.py", "PROJECTS = []")
    begun = []
    load(str(repository.root), begun.append)
    assert [path.removeprefix(f"{repository.root}/ci/") for path in begun] == [
        "settings/settings.py",
        "workflows/main.py",
        "infrastructure/projects.py",
    ]


def test_an_older_copy_of_praktika_in_the_repository_is_not_used(repository):
    repository.write("ci/praktika/__init__.py", "raise RuntimeError('the copy')")
    repository.write("ci/praktika/settings.py", "raise RuntimeError('the copy')")
    repository.write(
        "ci/workflows/main.py",
        """
        from ci.praktika import Job, Workflow
        from ci.praktika.settings import Settings
        import ci.praktika.secret
        import praktika
        assert praktika.Job is Job
        assert ci.praktika is praktika
        WORKFLOWS = [Workflow.Config(name="CI", event="push", jobs=[Job.Config(name="x", command="y")])]
        """,
    )
    assert workflows(repository) == ["CI"]
    import praktika

    assert praktika.__spec__.name == "praktika"
    assert sys.modules["praktika.settings"].__spec__.name == "praktika.settings"


def test_a_module_that_praktika_lacks_is_named(repository):
    repository.write("ci/workflows/main.py", "import ci.praktika.no_such_module")
    (problem,) = repository.problems()
    assert "No module named 'praktika.no_such_module'" in problem


def test_projects_are_loaded_and_their_absence_is_fine(repository):
    repository.write("ci/workflows/main.py", MAIN)
    assert repository.load().projects == []
    repository.write(
        "ci/settings/settings.py", "CLOUD_INFRASTRUCTURE_CONFIG_PATH = './ci/cloud.py'"
    )
    assert repository.problems() == [
        (
            "ci/settings/settings.py:1: missing-file: CLOUD_INFRASTRUCTURE_CONFIG_PATH names "
            "'./ci/cloud.py', which does not exist."
        )
    ]
    repository.write(
        "ci/cloud.py",
        """
        from praktika.infrastructure.cloud import CloudInfrastructure
        PROJECTS = [CloudInfrastructure.Config(name="mine")]
        """,
    )
    assert [project.name for project in repository.load().projects] == ["mine"]
    assert repository.problems() == []


def test_broken_and_mistaken_infrastructure_are_problems(repository):
    repository.write("ci/workflows/main.py", MAIN)
    repository.write("ci/infrastructure/projects.py", "1/0")
    assert "projects.py:1: load-failed" in repository.problems()[0]
    repository.write("ci/infrastructure/projects.py", "PROJECTS = [1]")
    assert "projects.py: wrong-type: PROJECTS" in repository.problems()[0]


def test_settings_can_be_used_by_every_file_also_by_the_settings_themselves(repository):
    repository.write(
        "ci/settings/settings.py",
        """
        from praktika.settings import Settings
        before = Settings.MAIN_BRANCH
        MAIN_BRANCH = "trunk"
        """,
    )
    repository.write(
        "ci/workflows/main.py",
        """
        from praktika import Settings, Workflow
        WORKFLOWS = [Workflow(name=Settings.MAIN_BRANCH, event="push", jobs=[])]
        """,
    )
    assert workflows(repository) == ["trunk"]
