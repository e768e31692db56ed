"""Images of builders that are new or have changed."""

from __future__ import annotations

from praktika.infrastructure.deploying.progress import note, step
from praktika.infrastructure.deploying.stacks.building import Builder
from praktika.infrastructure.template.names import logical


def start_image(component: str, builder: Builder) -> None:
    """Let an image be made, which takes the cloud half an hour: nobody waits for it.

    Args:
        component: `ImageBuilder:name`.
        builder: of the stacks.
    """
    name = component.partition(":")[2]
    runtime = builder.find("runtime")
    pipeline = runtime.outputs.get(logical("Pipeline", name), "") if runtime else ""
    tell = builder.watch.tell
    if not pipeline:
        tell(note(f"{component} has no pipeline, so no image of it is made"))
    elif builder.cloud.images.start(pipeline):
        tell(step(f"{component} makes an image; machines that start later have it"))
    else:
        tell(note(f"{component} makes an image already, perhaps of what was declared before"))
