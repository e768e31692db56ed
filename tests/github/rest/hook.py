"""The app's webhook: what was delivered, and delivering it again."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from tests.github.deliveries import Delivery
from tests.github.rest.routing import Answer, Call, Refused, route


@route("get", "/app/hook/deliveries", "app")
def deliveries(call: Call) -> Answer:
    """Latest first; the cursor is the id of the first one of a page."""
    known = list(reversed(call.deliveries.all))
    first = int(call.query.get("cursor", str(len(known))))
    size = int(call.query.get("per_page", "30"))
    rest = [each for each in known if each.id <= first]
    wanted = call.query.get("status")
    if wanted:
        rest = [each for each in rest if each.is_well == (wanted == "success")]
    headers = {}
    if len(rest) > size:
        kept = {key: value for key, value in call.query.items() if key != "cursor"}
        link = f"{call.url}?{urlencode(kept | {'cursor': rest[size].id})}"
        headers["Link"] = f'<{link}>; rel="next"'
    return Answer([_written(call, each) for each in rest[:size]], headers=headers)


@route("post", "/app/hook/deliveries/{delivery_id}/attempts", "app")
def again(call: Call) -> Answer:
    for delivery in call.deliveries.all:
        if str(delivery.id) == call.given["delivery_id"]:
            call.deliveries.redeliver(delivery)
            return Answer({}, 202)
    raise Refused(404, "Not Found")


def _written(call: Call, delivery: Delivery) -> dict[str, Any]:
    status = delivery.attempts[-1].status if delivery.attempts else 0
    payload = delivery.payload
    return {
        "id": delivery.id,
        "guid": delivery.guid,
        "delivered_at": call.state.clock.text(delivery.at),
        "redelivery": len(delivery.attempts) > 1,
        "duration": 0.03,
        "status": "OK"
        if delivery.is_well
        else "failed to connect to host"
        if not status
        else "Invalid HTTP Response",
        "status_code": status,
        "event": delivery.event,
        "action": delivery.action or None,
        "installation_id": payload.get("installation", {}).get("id"),
        "repository_id": payload.get("repository", {}).get("id"),
        "throttled_at": None,
    }
