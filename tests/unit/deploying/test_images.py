"""Images that a deploy lets be made."""

from typing import Any

import pytest
from tests.unit.deploying.samples import Room, wanted

from praktika.infrastructure.deploying.deploy import read_manifest
from praktika.infrastructure.deploying.preview import preview
from praktika.infrastructure.deploying.wanted import Wanted, digest_of
from praktika.infrastructure.removal.destroy import destroy_runtime
from praktika.infrastructure.removal.status import status_of


@pytest.fixture
def room():
    return Room()


def builders(**recipes: Any) -> Wanted:
    """A project with image builders, each of which has a recipe."""
    made = wanted()
    runtime: Any = made.templates["runtime"]
    hashes: Any = made.hashes
    for name, recipe in recipes.items():
        component = f"ImageBuilder:{name}"
        runtime["Resources"][f"ImagePipeline{name.title()}"] = {
            "Type": "AWS::ImageBuilder::ImagePipeline",
            "Properties": {"Name": f"lab-{name}", "Recipe": recipe},
            "Metadata": {"praktika": component},
        }
        runtime["Outputs"][f"Pipeline{name.title()}"] = {
            "Value": {"Ref": f"ImagePipeline{name.title()}"}
        }
        hashes[component] = digest_of(recipe.encode())
    return made


def test_a_builder_that_is_new_or_changed_makes_an_image_at_once(room):
    started = [one for one in preview(builders(py="1"), room.cloud) if one.deed == "start"]
    assert [one.component for one in started] == ["ImageBuilder:py"]
    room.deploy(builders(py="1"))
    assert room.world.imaging == ["lab-py"]
    assert "ImageBuilder:py makes an image; machines that start later have it" in room.text()
    room.world.imaging.clear()
    room.deploy(builders(py="1", go="1"))
    assert room.world.imaging == ["lab-go"]
    room.world.imaging.clear()
    room.deploy(builders(py="2", go="1"))
    assert room.world.imaging == ["lab-py"]
    room.deploy(builders(py="2"))
    room.deploy(builders(py="2"))
    assert room.world.imaging == ["lab-py"], "nothing is begun twice"


def test_an_image_that_is_being_made_is_told_of(room):
    room.deploy(builders(py="1"))
    room.deploy(builders(py="2"))
    assert room.world.imaging == ["lab-py"]
    assert "ImageBuilder:py makes an image already" in room.text()


def test_with_a_new_runtime_stack_images_are_made_anew(room):
    room.deploy(builders(py="1"))
    room.world.imaging.clear()
    destroy_runtime(room.cloud, wanted().names, room.around)
    room.deploy(builders(py="1"))
    assert room.world.imaging == ["lab-py"]


def test_the_newest_image_of_a_builder_is_shown(room):
    what = builders(py="1", go="1")
    room.deploy(what)
    room.cloud.parameters.create("/imagebuilder/praktika/lab/py", "ami-1")
    status = status_of(what, room.cloud, read_manifest(what, room.cloud))
    assert status.images == {"py": "ami-1"}
