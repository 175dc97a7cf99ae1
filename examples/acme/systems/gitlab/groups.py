"""Who reads, groups, and the projects in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from examples.acme.company.model import Repository, Team
from examples.acme.company.moments import moment
from examples.acme.company.people import LINTER
from examples.acme.systems.asked import Asked, Reply, answer
from examples.acme.systems.gitlab.bodies import group_body, groups, project_body, pushed_at, stamp, user
from examples.acme.systems.gitlab.finding import ROOT, group_projects, missing, project
from examples.acme.systems.gitlab.paging import in_order, page
from examples.acme.systems.router import Router
from examples.acme.systems.world import World

routes = Router()


@routes.get(f"{ROOT}/user")
def current_user(world: World, asked: Asked) -> Reply:
    del world
    return answer(user(asked, LINTER))


@routes.get(f"{ROOT}/personal_access_tokens/self")
def token(world: World, asked: Asked) -> Reply:
    del asked
    return answer(
        {
            "id": 1,
            "name": "scorecard",
            "revoked": False,
            "created_at": stamp(world.company.starts_at),
            "scopes": ["read_api"],
            "user_id": 1,
            "active": True,
            "expires_at": None,
        }
    )


@routes.get(f"{ROOT}/version", f"{ROOT}/metadata")
def version(world: World, asked: Asked) -> Reply:
    del world, asked
    return answer({"version": "19.1.2-ee", "revision": "acme", "enterprise": True})


@routes.get(f"{ROOT}/groups")
def all_groups(world: World, asked: Asked) -> Reply:
    del world
    return page(asked, list(groups().items()), lambda row: group_body(asked, *row))


@routes.get(f"{ROOT}/groups/{{identifier}}")
def group(world: World, asked: Asked, identifier: str) -> Reply:
    del world
    found = [row for row in groups().items() if identifier in (row[0], str(row[1]))]
    return answer(group_body(asked, *found[0])) if found else missing("404 Group Not Found")


@routes.get(f"{ROOT}/groups/{{identifier}}/subgroups", f"{ROOT}/groups/{{identifier}}/descendant_groups")
def subgroups(world: World, asked: Asked, identifier: str) -> Reply:
    del world
    rows = [row for row in groups().items() if identifier in ("acme", "500") and "/" in row[0]]
    return page(asked, rows, lambda row: group_body(asked, *row))


@routes.get(f"{ROOT}/groups/{{identifier}}/members")
def members(world: World, asked: Asked, identifier: str) -> Reply:
    teams: Sequence[Team] = [team for team in world.company.teams if identifier.endswith(team.name)]
    people = [person for team in teams or world.company.teams for person in team.people]
    return page(asked, people, lambda person: {**user(asked, person), "access_level": 30})


@routes.get(f"{ROOT}/groups/{{identifier}}/projects")
def projects_of_group(world: World, asked: Asked, identifier: str) -> Reply:
    found = group_projects(world, identifier)
    if found is None:
        return missing("404 Group Not Found")
    if asked.get("include_subgroups") != "true":
        path = {str(number): name for name, number in groups().items()}.get(identifier, identifier)
        found = [one for one in found if one.path.rpartition("/")[0] == path]
    return page(asked, _projects(asked, found), lambda one: project_body(asked, one))


@routes.get(f"{ROOT}/projects")
def projects(world: World, asked: Asked) -> Reply:
    return page(asked, _projects(asked, world.company.of_host("gitlab")), lambda one: project_body(asked, one))


def _projects(asked: Asked, found: list[Repository]) -> list[Repository]:
    after = asked.get("last_activity_after")
    active = [one for one in found if not after or pushed_at(one) >= moment(after)]
    fields: dict[str, Callable[[Repository], int]] = {
        "id": lambda one: one.number,
        "created_at": lambda one: one.created_at,
        "last_activity_at": pushed_at,
        "updated_at": pushed_at,
    }
    return in_order(asked, active, fields, "created_at")


@routes.get(f"{ROOT}/projects/{{identifier}}")
def one_project(world: World, asked: Asked, identifier: str) -> Reply:
    found = project(world, identifier)
    return answer(project_body(asked, found)) if found else missing("404 Project Not Found")
