"""Images that registries have, and those that nobody has."""

from __future__ import annotations

from tests.docker_engine import BASE


def test_an_image_that_is_nowhere_is_the_authors(project, image_registry):
    image = f"{image_registry}/nothing:1"
    ran = (
        project.jobs(f"jobs = [Job(name='boxed', command='true', run_in_docker={image!r})]")
        .commit()
        .praktika("run")
    )
    job = ran.job("boxed")
    assert (job["status"], job["ext"]["verdict"]) == ("ERROR", "author")
    assert f"there is no image `{image}`" in job["info"]
    (log,) = ran.folder.glob("jobs/*/1/job.log")
    assert f"docker pull {image}" in log.read_text()
    assert len(list(ran.folder.glob("jobs/*/*/job.log"))) == 1  # nobody tries again


def test_fault_43_an_image_of_a_registry_with_a_port_is_pulled(
    project, image_registry, docker_engine
):
    image = f"{image_registry}/some/base:1"
    docker_engine.docker("tag", BASE, image)
    docker_engine.docker("push", image)
    docker_engine.docker("rmi", image)
    bare = image.removesuffix(":1")
    docker_engine.docker("tag", BASE, f"{bare}:latest")
    docker_engine.docker("push", f"{bare}:latest")
    docker_engine.docker("rmi", f"{bare}:latest")
    ran = (
        project.jobs(
            f"jobs = [Job(name=name, command='echo from it', run_in_docker=name) "
            f"for name in [{image!r}, {bare!r}]]"
        )
        .commit()
        .praktika("run", "-j1")
    )
    assert ran.statuses == {image: "OK", bare: "OK"}, ran.err


def test_what_a_tag_has_become_is_run_where_the_key_of_the_job_says_so(
    project, image_registry, docker_engine, tmp_path
):
    image = f"{image_registry}/moving:1"
    for text in ("new", "old"):
        docker_engine.build(image, f"FROM {BASE}\nENV SAID={text}\n", tmp_path / text)
        if text == "new":
            docker_engine.docker("push", image)
    jobs = (
        "from praktika import Job, Workflow\n"
        "jobs = [Job(name=name, command='echo it is $SAID', digest_config=digest,"
        f" run_in_docker={image!r}) for name, digest in"
        " [('keyed', Job.CacheDigestConfig(include_paths=['ci'])), ('other', None)]]\n"
        "WORKFLOWS = [Workflow(name='W', event='pull_request', jobs=jobs, enable_cache=True)]\n"
    )
    ran = project.file("ci/workflows/w.py", jobs).commit().praktika("run", "-j1")
    assert ran.statuses == {"keyed": "OK", "other": "OK"}, ran.err
    said = {path.parts[-3][:5]: path.read_text() for path in ran.folder.glob("jobs/*/1/job.log")}
    assert "it is new" in said["keyed"]
    assert "it is old" in said["other"]
