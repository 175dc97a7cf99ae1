"""PagerDuty's webhooks, version 3: one event of an incident each."""

from __future__ import annotations

from collections.abc import Iterator

from examples.acme.company.moments import iso
from examples.acme.company.news import Alarmed, News
from examples.acme.systems.asked import Asked
from examples.acme.systems.pagerduty.incidents import incident_body
from examples.acme.systems.world import World
from examples.acme.webhooks.delivery import SECRET, Delivery, encoded, hexadecimal, identity

STATUSES = {"acknowledged": "acknowledged", "resolved": "resolved"}


def deliveries(world: World, asked: Asked, one: News, at: int) -> Iterator[Delivery]:
    """What PagerDuty sends about an incident of its own."""
    del at  # PagerDuty signs no time
    if not isinstance(one, Alarmed) or not one.service.pager:
        return
    incident = incident_body(world, asked, one.what)
    number = identity("pagerduty", one.what.key, one.state, one.at)
    kept = ("id", "type", "self", "html_url", "incident_key", "created_at", "title", "service", "teams", "urgency")
    data = {name: incident[name] for name in kept}
    event = {
        "id": number,
        "event_type": f"incident.{one.state}",
        "resource_type": "incident",
        "occurred_at": iso(one.at).replace("Z", ".000Z"),
        "agent": {"id": "PUSER01", "type": "user_reference", "summary": "Ada Abel"},
        "client": None,
        "data": {
            **data,
            "number": one.what.number,
            "status": STATUSES.get(one.state, "triggered"),
            "assignees": [],
            "priority": None,
            "resolve_reason": None,
            **({"reopened_at": iso(one.at)} if one.state == "reopened" else {}),
        },
    }
    sent = encoded({"event": event})
    headers = {
        "content-type": "application/json",
        "user-agent": "PagerDuty-Webhook/V3.0",
        "x-webhook-id": number,
        "x-pagerduty-signature": f"v1={hexadecimal(SECRET, sent)}",
    }
    yield Delivery("acme-pagerduty", sent, headers)
