"""The metadata service of the machine (IMDSv2)."""

from __future__ import annotations

import os
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Final

from praktika_controller.faults import Fault

ENDPOINT: Final = "http://169.254.169.254"
_VARIABLE = "AWS_EC2_METADATA_SERVICE_ENDPOINT"
_TTL = 21_600
_TRIES = 4


class Metadata:
    """What AWS tells a machine about itself.

    Args:
        endpoint: URL of the service.
    """

    def __init__(self, endpoint: str = ENDPOINT) -> None:
        self._endpoint = endpoint.rstrip("/")
        self._token = ""
        # Whatever proxy the machine has is no way to its own metadata.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    @property
    def is_real(self) -> bool:
        """Whether this is AWS's own service, and not one that a test has put there."""
        return self._endpoint == ENDPOINT

    def get(self, path: str) -> str | None:
        """What is at `/latest/<path>`; None if there is nothing.

        Raises:
            Fault: the service does not answer.
        """
        for number in range(_TRIES):
            if number:
                time.sleep(0.2 * number)
            try:
                self._token = self._token or self._new_token()
                return self._ask("GET", path, {"X-aws-ec2-metadata-token": self._token})
            except urllib.error.HTTPError as error:
                error.close()
                if error.code == 404:
                    return None
                if error.code == 401:
                    self._token = ""
                trouble: OSError = error
            except OSError as error:
                trouble = error
        raise Fault(f"the metadata service does not answer ({path}: {trouble})")

    def listed(self, path: str) -> list[str]:
        """The names that are listed at a path."""
        return [line for line in (self.get(path) or "").splitlines() if line]

    def _new_token(self) -> str:
        return self._ask("PUT", "api/token", {"X-aws-ec2-metadata-token-ttl-seconds": str(_TTL)})

    def _ask(self, method: str, path: str, headers: Mapping[str, str]) -> str:
        url = f"{self._endpoint}/latest/{path}"
        request = urllib.request.Request(url, method=method, headers=dict(headers))  # noqa: S310 - our own
        with self._opener.open(request, timeout=2) as answer:
            return str(answer.read(1 << 20).decode("utf-8", "replace"))


def find_metadata(environment: Mapping[str, str] = os.environ) -> Metadata:
    """The service of this machine; tests name another one, as for all tools of AWS."""
    return Metadata(environment.get(_VARIABLE) or ENDPOINT)
