"""GitLab's GraphQL, as far as it spares requests: merge requests with their commits and notes, many at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeVar

from examples.acme.company.model import Commit, PullRequest
from examples.acme.systems.asked import Asked, Reply, answer
from examples.acme.systems.gitlab.bodies import local, request_state, stamp
from examples.acme.systems.gitlab.finding import project
from examples.acme.systems.gitlab.requests import notes_of
from examples.acme.systems.world import World
from graphql import GraphQLError, GraphQLResolveInfo, GraphQLSchema, build_schema, graphql_sync

Item = TypeVar("Item")
MOST = 100
PATH = "/api/graphql"
SCHEMA = """
scalar Time
type PageInfo { hasNextPage: Boolean! endCursor: String hasPreviousPage: Boolean! startCursor: String }
type Query { project(fullPath: ID!): Project currentUser: CurrentUser }
type CurrentUser { username: String! }
type Project {
  id: ID!
  fullPath: ID!
  name: String!
  mergeRequest(iid: String!): MergeRequest
  mergeRequests(iids: [String!], first: Int, last: Int, after: String, before: String): MergeRequestConnection
}
type MergeRequestConnection { nodes: [MergeRequest] pageInfo: PageInfo! count: Int! }
type MergeRequest {
  id: ID!
  iid: String!
  title: String!
  state: String!
  mergedAt: Time
  commits(first: Int, last: Int, after: String, before: String): CommitConnection
  notes(first: Int, last: Int, after: String, before: String): NoteConnection!
}
type CommitConnection { nodes: [Commit] pageInfo: PageInfo! }
type Commit { sha: String! title: String authoredDate: Time committedDate: Time }
type NoteConnection { nodes: [Note] pageInfo: PageInfo! }
type Note { id: ID! body: String! system: Boolean! createdAt: Time! author: UserCore }
type UserCore { username: String! bot: Boolean! }
"""


@cache
def schema() -> GraphQLSchema:
    """The schema with its two beginnings."""
    built = build_schema(SCHEMA)
    assert built.query_type is not None  # noqa: S101 - it is in the text
    built.query_type.fields["project"].resolve = _project
    built.query_type.fields["currentUser"].resolve = lambda *_: {"username": "acme-lint-bot"}
    return built


def run(world: World, asked: Asked) -> Reply:
    """Answer a query: 200, with data or errors."""
    body = asked.json()
    if not isinstance(body, dict) or not isinstance(body.get("query"), str):
        return answer({"errors": [{"message": "Unexpected end of document"}]})
    result = graphql_sync(schema(), body["query"], context_value=world, variable_values=body.get("variables") or {})
    value: dict[str, Any] = {}
    if result.errors:
        value["errors"] = [_shown(error) for error in result.errors]
    if result.data is not None or not result.errors:
        value["data"] = result.data
    return answer(value)


def _shown(error: GraphQLError) -> dict[str, Any]:
    places = [{"line": place.line, "column": place.column} for place in error.locations or ()]
    return {"message": error.message, "locations": places, **({"path": list(error.path)} if error.path else {})}


def _connection(items: Callable[..., Sequence[Item]], node: Callable[[Item], Any]) -> Callable[..., Any]:
    """A list by pages of at most a hundred; a cursor is the place of its node."""

    def resolve(
        _: GraphQLResolveInfo[Any],
        first: int | None = None,
        last: int | None = None,
        after: str | None = None,
        before: str | None = None,
        **filters: Any,
    ) -> dict[str, Any]:
        del before
        found = items(**filters)
        begin = int(after) if after else 0
        end = min(len(found), begin + min(first or MOST, MOST))
        if last is not None:
            begin, end = max(0, len(found) - min(last, MOST)), len(found)
        more = {"hasNextPage": end < len(found), "hasPreviousPage": begin > 0}
        cursors = {
            "endCursor": str(end) if end > begin else None,
            "startCursor": str(begin + 1) if end > begin else None,
        }
        return {"nodes": [node(one) for one in found[begin:end]], "count": len(found), "pageInfo": {**more, **cursors}}

    return resolve


def _project(_: Any, info: GraphQLResolveInfo[Any], fullPath: str) -> dict[str, Any] | None:  # noqa: N803 - GitLab's
    world: World = info.context
    found = project(world, fullPath)
    if found is None:
        return None

    def requests(iids: Sequence[str] | None = None) -> list[PullRequest]:
        return [one for one in reversed(found.pull_requests) if iids is None or str(one.number) in iids]

    def one(_: GraphQLResolveInfo[Any], iid: str) -> dict[str, Any] | None:
        request = world.request(found, int(iid)) if iid.isdecimal() else None
        return _request(request) if request else None

    return {
        "id": f"gid://gitlab/Project/{found.number}",
        "fullPath": found.path,
        "name": found.name,
        "mergeRequests": _connection(requests, _request),
        "mergeRequest": one,
    }


def _request(found: PullRequest) -> dict[str, Any]:
    notes = sorted(notes_of(found), key=lambda note: note.at)
    return {
        "id": f"gid://gitlab/MergeRequest/{found.identity}",
        "iid": str(found.number),
        "title": found.title,
        "state": request_state(found),
        "mergedAt": stamp(found.merged_at),
        "commits": _connection(lambda: found.commits[::-1], _commit),
        "notes": _connection(
            lambda: notes,
            lambda note: {
                "id": f"gid://gitlab/Note/{note.number}",
                "body": note.text,
                "system": note.system,
                "createdAt": stamp(note.at),
                "author": {"username": note.author.login.replace("[bot]", "-bot"), "bot": note.author.is_bot},
            },
        ),
    }


def _commit(found: Commit) -> dict[str, Any]:
    return {
        "sha": found.sha,
        "title": found.message.partition("\n")[0],
        "authoredDate": local(found.authored_at),
        "committedDate": local(found.committed_at),
    }
