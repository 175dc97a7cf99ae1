"""Merge requests, and what was said about them."""

from __future__ import annotations

from collections.abc import Callable

from examples.acme.company.model import PullRequest, Repository
from examples.acme.systems.asked import Asked, Reply, answer
from examples.acme.systems.gitlab.bodies import Note, commit_body, note_body, request_body, request_state, stamp, user
from examples.acme.systems.gitlab.finding import ROOT, found_request, group_projects, missing, project
from examples.acme.systems.gitlab.paging import in_order, page, within
from examples.acme.systems.router import Router
from examples.acme.systems.world import World

routes = Router()


@routes.get(f"{ROOT}/groups/{{identifier}}/merge_requests")
def requests_of_group(world: World, asked: Asked, identifier: str) -> Reply:
    found = group_projects(world, identifier)
    if found is None:
        return missing("404 Group Not Found")
    return _requests(asked, [(where, one) for where in found for one in where.pull_requests])


@routes.get(f"{ROOT}/projects/{{identifier}}/merge_requests")
def requests_of_project(world: World, asked: Asked, identifier: str) -> Reply:
    found = project(world, identifier)
    if found is None:
        return missing("404 Project Not Found")
    return _requests(asked, [(found, one) for one in found.pull_requests])


def _requests(asked: Asked, rows: list[tuple[Repository, PullRequest]]) -> Reply:
    state = asked.get("state", "all")
    wanted = [
        row
        for row in rows
        if state in ("all", request_state(row[1]))
        and within(row[1].updated_at, asked, "updated")
        and within(row[1].created_at, asked, "created")
    ]
    fields: dict[str, Callable[[tuple[Repository, PullRequest]], int]] = {
        "created_at": lambda row: row[1].created_at,
        "updated_at": lambda row: row[1].updated_at,
        "merged_at": lambda row: row[1].merged_at or 0,
    }
    return page(asked, in_order(asked, wanted, fields, "created_at"), lambda row: request_body(asked, *row))


REQUEST = f"{ROOT}/projects/{{identifier}}/merge_requests/{{number}}"


@routes.get(REQUEST)
def one_request(world: World, asked: Asked, identifier: str, number: str) -> Reply:
    found = found_request(world, identifier, number)
    return answer(request_body(asked, *found)) if found else missing("404 Not found")


@routes.get(f"{REQUEST}/commits")
def request_commits(world: World, asked: Asked, identifier: str, number: str) -> Reply:
    found = found_request(world, identifier, number)
    if found is None:
        return missing("404 Not found")
    where, request = found
    return page(asked, request.commits[::-1], lambda one: commit_body(asked, where, one))


@routes.get(f"{REQUEST}/notes")
def notes(world: World, asked: Asked, identifier: str, number: str) -> Reply:
    found = found_request(world, identifier, number)
    if found is None:
        return missing("404 Not found")
    fields: dict[str, Callable[[Note], int]] = {"created_at": lambda row: row.at, "updated_at": lambda row: row.at}
    ordered = in_order(asked, notes_of(found[1]), fields, "created_at")
    return page(asked, ordered, lambda row: note_body(asked, found[1], row))


def notes_of(request: PullRequest) -> list[Note]:
    """What was said, and that it was approved or became ready."""
    rows = [
        Note(one.number * 2, one.author, one.submitted_at, "approved this merge request", True)
        if one.state == "APPROVED"
        else Note(one.number * 2, one.author, one.submitted_at, "Please look at this.", False)
        for one in request.reviews
    ]
    if request.was_draft and request.ready_at is not None:
        text = "marked this merge request as **ready**"
        rows.append(Note(request.identity * 20 + 9, request.author, request.ready_at, text, True))
    return rows


@routes.get(f"{REQUEST}/approvals")
def approvals(world: World, asked: Asked, identifier: str, number: str) -> Reply:
    found = found_request(world, identifier, number)
    if found is None:
        return missing("404 Not found")
    rows = [one for one in found[1].reviews if one.state == "APPROVED"]
    return answer(
        {
            "id": found[1].identity,
            "iid": found[1].number,
            "approved": bool(rows),
            "approvals_required": 0,
            "approvals_left": 0,
            "approved_by": [{"user": user(asked, one.author), "approved_at": stamp(one.submitted_at)} for one in rows],
        }
    )
