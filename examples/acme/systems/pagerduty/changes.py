"""Change events: what Jenkins tells of its deployments."""

from __future__ import annotations

from typing import Any

from examples.acme.company.model import Service
from examples.acme.company.moments import iso, moment
from examples.acme.systems.asked import Asked, Reply
from examples.acme.systems.pagerduty.paging import page
from examples.acme.systems.router import Router
from examples.acme.systems.world import World

routes = Router()


@routes.get("/change_events")
def change_events(world: World, asked: Asked) -> Reply:
    """What Jenkins tells PagerDuty of its deployments, the newest first."""
    for name in ("since", "until"):
        if asked.get(name) and not asked.get(name).endswith("Z"):
            raise ValueError(f"{name} must be in UTC")
    begin = moment(asked.get("since")) if asked.get("since") else 0
    end = moment(asked.get("until")) if asked.get("until") else world.now + 1
    rows = [
        (service, one, one.finished_at)
        for service in world.company.services
        if service.pager and service.job
        for one in world.company.deployments[service.name]
        if one.outcome == "success" and one.finished_at and begin <= one.finished_at < end
    ]
    rows.sort(key=lambda row: (row[2] or 0, row[1].number), reverse=True)
    return page(asked, "change_events", rows, lambda row: _change_event(*row))


def _change_event(service: Service, found: Any, at: int | None) -> dict[str, Any]:
    return {
        "id": f"01ACME{found.number:020d}",
        "type": "change_event",
        "summary": f"Deployed {service.name} {found.sha[:7]}",
        "timestamp": iso(at or found.created_at),
        "source": "jenkins",
        "integration": {"id": "PINT001", "type": "inbound_integration_reference"},
        "services": [{"id": service.pager, "type": "service_reference"}],
        "custom_details": {"commit": found.sha, "environment": found.environment},
        "links": [],
    }
