"""Who asks, services and teams."""

from __future__ import annotations

from typing import Any

from examples.acme.company.model import Service
from examples.acme.company.moments import iso
from examples.acme.systems.asked import Asked, Reply, answer
from examples.acme.systems.pagerduty.paging import error, page, reference, service_reference
from examples.acme.systems.router import Router
from examples.acme.systems.world import World

routes = Router()


@routes.get("/abilities")
def abilities(world: World, asked: Asked) -> Reply:
    del world, asked
    return answer({"abilities": ["teams", "urgencies", "custom_fields_on_incidents"]})


@routes.get("/users/me")
def me(world: World, asked: Asked) -> Reply:
    del world
    return answer(
        {"user": {**reference(asked, "user", "PUSER01", "Ada Abel", "users"), "type": "user", "role": "user"}}
    )


@routes.get("/services")
def services(world: World, asked: Asked) -> Reply:
    found = [service for service in world.company.services if service.pager]
    return page(asked, "services", found, lambda one: _service(world, asked, one))


@routes.get("/services/{number}")
def one_service(world: World, asked: Asked, number: str) -> Reply:
    found = next((one for one in world.company.services if one.pager == number), None)
    return answer({"service": _service(world, asked, found)}) if found else error(404, 2100, "Not Found", [])


def _service(world: World, asked: Asked, found: Service) -> dict[str, Any]:
    return {
        **service_reference(asked, found),
        "type": "service",
        "name": found.name,
        "description": None,
        "created_at": iso(world.company.starts_at),
        "status": "active",
        "teams": [reference(asked, "team", f"PTEAM{found.team[:3].upper()}", found.team, "teams")],
        "integrations": [],
        "alert_creation": "create_alerts_and_incidents",
    }


@routes.get("/teams")
def teams(world: World, asked: Asked) -> Reply:
    return page(asked, "teams", world.company.teams, lambda one: _team(asked, one.name))


def _team(asked: Asked, name: str) -> dict[str, Any]:
    body = reference(asked, "team", f"PTEAM{name[:3].upper()}", name, "teams")
    return {**body, "type": "team", "name": name, "parent": None}
