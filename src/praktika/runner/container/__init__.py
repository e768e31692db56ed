"""Jobs in containers, by the `docker` command line.

`box` says what a container is like, `pull` gets its image, `session` runs it to its end.
"""

from __future__ import annotations

from praktika.runner.container.images import image_of, tag_of
from praktika.runner.container.session import Request, remove_left, run_in_container

__all__ = ["Request", "image_of", "remove_left", "run_in_container", "tag_of"]
