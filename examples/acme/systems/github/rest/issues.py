"""Issues, among which every pull request is."""

from __future__ import annotations

from itertools import chain

from examples.acme.company.model import Issue, Repository
from examples.acme.company.moments import moment
from examples.acme.systems.asked import Asked, Reply
from examples.acme.systems.github import bodies
from examples.acme.systems.github.paging import page
from examples.acme.systems.github.rest.finding import both, read
from examples.acme.systems.router import Router
from examples.acme.systems.world import World

routes = Router()


@routes.get(*both("/issues"))
def issues(world: World, asked: Asked, owner: str, repo: str = "") -> Reply:
    where = read(asked, world, owner, repo)
    if isinstance(where, Reply):
        return where
    state, since = asked.get("state", "open"), asked.get("since")
    labels = [name for name in asked.get("labels").split(",") if name]
    sort = "updated_at" if asked.get("sort") == "updated" else "created_at"
    bodies_of = chain(
        (_issue(asked, where, one) for one in where.issues),
        (bodies.request_as_issue(asked, where, one) for one in where.pull_requests),
    )
    found = [
        body
        for body in bodies_of
        if state in ("all", body["state"])
        and (not since or moment(body["updated_at"]) >= moment(since))
        and set(labels) <= {label["name"] for label in body["labels"]}
    ]
    found.sort(key=lambda body: (body[sort], body["number"]), reverse=asked.get("direction", "desc") == "desc")
    return page(asked, found, lambda body: body, repository=where)


def _issue(asked: Asked, where: Repository, one: Issue) -> dict[str, object]:
    return bodies.issue(asked, where, one)
