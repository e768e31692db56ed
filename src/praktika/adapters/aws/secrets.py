"""Secrets in the Parameter Store of Systems Manager, and in Secrets Manager.

A parameter's own name may have dots, so it is asked for whole first; a secret of Secrets Manager
first by what is before the last dot, as its fields are what the dot is for. Names are not asked for
both ways at once: a request is refused whole if one of its names may not be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from praktika.adapters.aws.client import Clients
from praktika.adapters.aws.faults import answer_fault, code_of, translated
from praktika.adapters.fields import field_of, missing, parts_of
from praktika.errors import Denied, OperatorError

_PARAMETERS_AT_ONCE = 10
_SECRETS_AT_ONCE = 20
_PARAMETER, _SECRET = "aws parameter", "aws secret"
_ABSENT = "ResourceNotFoundException"

_Fetch = Callable[[list[str]], dict[str, str]]


class AwsSecrets:
    """A `Secrets` of one region. Nothing is kept: each call asks AWS.

    Args:
        aws: the clients.
    """

    def __init__(self, aws: Clients) -> None:
        self._aws = aws

    def get(self, name: str, kind: str = "") -> str:
        """The value of a secret; see the port."""
        return self.get_all([(name, kind)])[name]

    def get_all(self, names: list[tuple[str, str]]) -> dict[str, str]:
        """The values of many secrets; see the port."""
        search = _Search(names)
        search.ask(_PARAMETER, self._parameters, dotted=True)
        search.ask(_SECRET, self._secrets, dotted=False)
        search.ask(_PARAMETER, self._parameters, dotted=False)
        search.ask(_SECRET, self._secrets, dotted=True)
        return search.answer(self._aws.region)

    def _parameters(self, names: list[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for some in _slices(names, _PARAMETERS_AT_ONCE):
            with translated(f"cannot read parameters {', '.join(some)}"):
                answer = self._aws.ssm.get_parameters(Names=some, WithDecryption=True)
            for one in answer["Parameters"]:
                found[one["Name"] + one.get("Selector", "")] = one["Value"]
        return found

    def _secrets(self, names: list[str]) -> dict[str, str]:
        if len(names) == 1:
            return self._secret(names[0])
        found: dict[str, str] = {}
        for some in _slices(names, _SECRETS_AT_ONCE):
            doing = f"cannot read secrets {', '.join(some)}"
            with translated(doing):
                answer = self._aws.secrets.batch_get_secret_value(SecretIdList=some)
            for error in answer.get("Errors", []):
                if error.get("ErrorCode") != _ABSENT:
                    raise answer_fault(
                        error.get("ErrorCode", ""),
                        error.get("Message", ""),
                        f"cannot read secret {error.get('SecretId')}",
                        operation="GetSecretValue",
                    )
            for one in answer["SecretValues"]:
                found[one["Name"]] = found[one["ARN"]] = _text(one)
        return found

    def _secret(self, name: str) -> dict[str, str]:
        with translated(f"cannot read secret {name}"):
            try:
                answer = self._aws.secrets.get_secret_value(SecretId=name)
            except self._aws.secrets.exceptions.ClientError as error:
                if code_of(error) == _ABSENT:
                    return {}
                raise
        return {name: _text(answer)}


class _Search:
    """What of many secrets is found so far, and what stood in the way."""

    def __init__(self, names: list[tuple[str, str]]) -> None:
        self._kinds = dict(names)
        self._found: dict[str, str] = {}
        self._asked: set[tuple[str, str, str]] = set()
        self._denied: Denied | None = None

    def ask(self, kind: str, fetch: _Fetch, *, dotted: bool) -> None:
        """Look in one store for those that are not found, by their whole names or the first part.

        A refusal ends the search for those that are declared to be there, and else is remembered.
        """
        parts = {
            name: (name, "") if dotted else parts_of(name)
            for name, declared in self._kinds.items()
            if name not in self._found and declared in {"", kind}
        }
        # a name without a dot is the same both ways
        parts = {
            name: two for name, two in parts.items() if (kind, name, two[0]) not in self._asked
        }
        self._asked |= {(kind, name, whole) for name, (whole, _) in parts.items()}
        for must in (True, False):
            some = {name: two for name, two in parts.items() if bool(self._kinds[name]) is must}
            if some:
                self._take(some, fetch, must=must)

    def _take(self, parts: dict[str, tuple[str, str]], fetch: _Fetch, *, must: bool) -> None:
        try:
            values = fetch(sorted({whole for whole, _ in parts.values()}))
        except Denied as denied:
            if must:
                raise
            self._denied = self._denied or denied
            return
        for name, (whole, key) in parts.items():
            value = field_of(whole, values[whole], key) if whole in values else None
            if value is not None:
                self._found[name] = value

    def answer(self, region: str) -> dict[str, str]:
        """All values.

        Raises:
            Denied: some are not found, and a store did not let us look.
            Absent: some are not there.
        """
        absent = [name for name in self._kinds if name not in self._found]
        if absent and self._denied:
            raise self._denied
        if absent:
            kinds = {self._kinds[name] for name in absent}
            places = {
                _PARAMETER: f"the Parameter Store of {region}",
                _SECRET: f"Secrets Manager in {region}",
            }
            where = [place for kind, place in places.items() if "" in kinds or kind in kinds]
            others = f"no store of AWS, as they are declared as {', '.join(sorted(kinds))}"
            raise missing(absent, " and in ".join(where) or others)
        return self._found


def _text(answer: Any) -> str:
    """The value of a secret.

    Raises:
        OperatorError: it is not text.
    """
    if "SecretString" in answer:
        return str(answer["SecretString"])
    try:
        return bytes(answer["SecretBinary"]).decode()
    except UnicodeDecodeError:
        raise OperatorError(
            f"secret {answer['Name']} is not text in UTF-8. Store it in Base64."
        ) from None


def _slices(names: Iterable[str], size: int) -> Iterator[list[str]]:
    listed = list(names)
    for start in range(0, len(listed), size):
        yield listed[start : start + size]
