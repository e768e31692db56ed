"""What a form of ours sends."""

from __future__ import annotations

from urllib.parse import parse_qsl

from praktika.web.http.exchange import Visit
from praktika.web.http.limits import body_of
from praktika.web.http.refusal import Refusal

_TYPE = "application/x-www-form-urlencoded"
_FIELDS = 200
_BYTES = 64 * 1024


async def form_of(visit: Visit) -> dict[str, str]:
    """The fields of a form by name, the last one of a name.

    Raises:
        Refusal: it comes from another site, or is no form.
    """
    visit.house.guard.check_origin(visit.request)
    said = visit.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if said != _TYPE:
        raise Refusal(415, "not_a_form", f"a form is {_TYPE}")
    body = await body_of(visit.request, _BYTES)
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            max_num_fields=_FIELDS,
            errors="strict",
        )
    except ValueError as error:
        raise Refusal(400, "malformed", f"this is no form: {error}") from None
    return dict(pairs)
