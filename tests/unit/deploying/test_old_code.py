"""Code that a deploy removes."""

import pytest
from tests.unit.deploying.samples import Room, wanted

from praktika.infrastructure.deploying.stacks.watch import StackFailed


@pytest.fixture
def room():
    return Room()


def there(room):
    """The versions of the code that are in the bucket."""
    keys = {wanted(code=str(n)).key(wanted(code=str(n)).code[0]): n for n in range(9)}
    objects = room.world.things["bucket", "lab-artifacts"].objects
    return sorted(keys[key] for key in objects if key in keys)


def test_code_stays_until_what_has_replaced_it_is_replaced(room):
    room.deploy(wanted(code="1"))
    room.deploy(wanted(code="2"))
    assert there(room) == [1, 2], "machines that start may still want it"
    room.deploy(wanted(code="2", small={"DelaySeconds": 1}))
    assert there(room) == [1, 2]
    room.deploy(wanted(code="3"))
    assert there(room) == [2, 3]
    assert "removing 1 old uploads" in room.text()
    room.deploy(wanted(code="2"))
    assert there(room) == [2, 3]


def test_nothing_is_removed_that_no_deploy_has_uploaded(room):
    room.deploy(wanted(code="1"))
    digest = "0" * 64
    others = [
        *("lab/code/notes.txt", "lab/code/old/webhook.zip", f"lab/code/own/webhook-{digest}.zip"),
        *(f"lab/code/webhook-{digest}.txt", f"lab-private/code/webhook-{digest}.zip"),
        *(f"lab/codes/webhook-{digest}.zip", "lab/blobs/runs/1/x"),
    ]
    for key in (*others, f"lab/code/webhook-{digest}.zip"):
        room.cloud.objects.put("lab-artifacts", key, b"x")
    room.deploy(wanted(code="2"))
    left = room.world.things["bucket", "lab-artifacts"].objects
    assert set(others) <= set(left)
    assert f"lab/code/webhook-{digest}.zip" not in left


def test_after_a_deploy_that_was_cut_short_nothing_is_removed(room):
    """What machines start with then is not known."""
    room.deploy(wanted(code="1"))
    room.deploy(wanted(code="2"))
    room.world.broken["QueueSmall"] = "quota"
    with pytest.raises(StackFailed):
        room.deploy(wanted(code="3", small={"DelaySeconds": 1}))
    room.world.broken.clear()
    room.deploy(wanted(code="4"))
    assert there(room) == [1, 2, 3, 4]
    room.deploy(wanted(code="5"))
    assert there(room) == [4, 5]
