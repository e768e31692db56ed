"""One registry: asking for manifests, and putting them there."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from praktika.sdk.registry.access import Access, Login, encrypted
from praktika.sdk.registry.errors import NoAnswer, NotThere, Refused, RegistryFailed
from praktika.sdk.registry.transport import Answer, ask, document_in, is_loopback

INDEXES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
"""Media types of manifests that list others, one for each platform."""

SINGLES = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
"""Media types of the manifest of one image."""

HUB = "docker.io"
_HUB_HOST = "registry-1.docker.io"

_ABSENT = {"MANIFEST_UNKNOWN", "NAME_UNKNOWN", "NOT_FOUND"}
_REDIRECTS = 3
_LONGEST_PAUSE = 3600.0
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


class Manifest(NamedTuple):
    """A manifest as the registry has it.

    Attributes:
        media_type: what it is.
        data: its bytes.
        digest: `sha256:…` of them.
    """

    media_type: str
    data: bytes
    digest: str


class Client:
    """A registry. Any number of threads may use it.

    Args:
        registry: host, with a port if it has one, as in the names of its images.
        login: who we are there, or None.
        insecure: registries (`host:port`) that are asked without encryption, besides this machine.
        timeout: seconds for one request.
    """

    def __init__(
        self,
        registry: str,
        login: Login | None = None,
        insecure: Collection[str] = (),
        *,
        timeout: float = 30.0,
    ) -> None:
        self.registry = registry
        named = frozenset(insecure)
        is_plain = is_loopback(registry) or registry in named
        host = _HUB_HOST if registry == HUB else registry
        self._base = f"{'http' if is_plain else 'https'}://{host}/v2/"
        self._timeout = timeout
        self._access = Access(registry, login, lambda url: encrypted(url, named), timeout=timeout)

    def digest(self, repository: str, reference: str) -> str:
        """`sha256:…` of the manifest that a tag or digest names.

        Raises:
            NotThere, Refused, NoAnswer, RegistryFailed: see each.
        """
        # A HEAD does not count as a pull where pulls are counted; but a refusal of it has no words.
        answer = self._ask("HEAD", repository, reference)
        if answer.status == 200:
            said = str(answer.headers.get("Docker-Content-Digest", ""))
            if _DIGEST.fullmatch(said):
                return said
        elif answer.status not in {404, 405}:
            self._judge(answer, repository, reference)
        return self.manifest(repository, reference).digest

    def manifest(self, repository: str, reference: str) -> Manifest:
        """The manifest that a tag or digest names; errors as those of `digest`."""
        answer = self._ask("GET", repository, reference)
        self._judge(answer, repository, reference)
        digest = f"sha256:{hashlib.sha256(answer.body).hexdigest()}"
        told = {reference, str(answer.headers.get("Docker-Content-Digest", ""))}
        if any(_DIGEST.fullmatch(text) and text != digest for text in told):
            raise NoAnswer(f"{self._called(repository, reference)} arrived changed")
        if "schemaVersion" not in document_in(answer.body):  # a proxy's page, or a login's
            name = self._called(repository, reference)
            raise RegistryFailed(f"what {self.registry} gives for {name} is no manifest")
        return Manifest(str(answer.headers.get_content_type()), answer.body, digest)

    def put(self, repository: str, reference: str, media_type: str, data: bytes) -> str:
        """Store a manifest under a tag, replacing what was there; its digest.

        Raises:
            Refused, NoAnswer, RegistryFailed: see each.
        """
        answer = self._ask("PUT", repository, reference, (media_type, data))
        self._judge(answer, repository, reference)
        return f"sha256:{hashlib.sha256(data).hexdigest()}"

    def _ask(
        self, method: str, repository: str, reference: str, content: tuple[str, bytes] | None = None
    ) -> Answer:
        url = f"{self._base}{repository}/manifests/{reference}"
        headers = {"Accept": ", ".join((*INDEXES, *SINGLES))}
        body = None
        if content is not None:
            headers["Content-Type"], body = content
        use = f"{'push' if body is not None else 'pull'} {repository}"
        answer = self._send(method, url, headers | self._access.header(use), body)
        if answer.status == 401:
            opened = self._access.meet(url, use, answer)
            answer = self._send(method, url, headers | opened, body)
        return answer

    def _send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> Answer:
        """The answer, behind redirects; who we are is told to no other host."""
        answer = ask(method, url, headers, body, timeout=self._timeout)
        for _ in range(_REDIRECTS):
            target = answer.headers.get("Location", "")
            if answer.status not in {301, 302, 303, 307, 308} or not target or body is not None:
                break
            try:
                before, url = url, urljoin(url, target)
                is_moved = urlsplit(before)[:2] != urlsplit(url)[:2]
            except ValueError:
                raise RegistryFailed(f"{self.registry} leads to '{target}'") from None
            if is_moved:
                headers = {key: it for key, it in headers.items() if key != "Authorization"}
            if urlsplit(url).scheme not in {"https", urlsplit(before).scheme}:
                raise RegistryFailed(f"{self.registry} leads to '{url}', which is not encrypted")
            answer = ask(method, url, headers, timeout=self._timeout)
        return answer

    def _judge(self, answer: Answer, repository: str, reference: str) -> None:
        """Raise what an answer means that is not what was asked for."""
        status, name = answer.status, self._called(repository, reference)
        if status in {200, 201}:
            return
        codes = _codes(answer.body)
        told = f"status {status}" + (f", {', '.join(sorted(codes))}" if codes else "")
        if status == 404 and codes & _ABSENT:
            raise NotThere(f"{self.registry} does not have {name}")
        if status in {401, 403}:
            raise Refused(
                f"{self.registry} does not let us at {name} ({told}): the credentials are wrong, "
                "they do not suffice, or there is no such repository"
            )
        if status in {408, 425, 429} or status >= 500:
            text = f"{self.registry} cannot answer for {name} now ({told})"
            raise NoAnswer(text, _pause(answer))
        raise RegistryFailed(f"{self.registry} answers {told} for {name}: is it a registry?")

    def _called(self, repository: str, reference: str) -> str:
        return f"{repository}{'@' if ':' in reference else ':'}{reference}"


def _codes(body: bytes) -> set[str]:
    try:
        return {str(error["code"]) for error in document_in(body)["errors"]}
    except (KeyError, TypeError):
        return set()


def _pause(answer: Answer) -> float:
    """Seconds that the registry asks to wait; 0 if it does not say so in seconds."""
    text = str(answer.headers.get("Retry-After", ""))
    return min(float(text), _LONGEST_PAUSE) if text.isascii() and text.isdigit() else 0.0
