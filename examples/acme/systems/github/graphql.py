"""GitHub's GraphQL: queries are really executed, over the part of its schema in `schema.graphql`."""

from __future__ import annotations

import json
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from examples.acme.company.people import LINTER
from examples.acme.systems.asked import Asked, Reply, answer
from examples.acme.systems.github.cost import MOST_NODES, Cost, cost
from examples.acme.systems.github.nodes import Nodes
from examples.acme.systems.world import World
from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    build_schema,
    execute_sync,
    parse,
    validate,
)

LIMIT, REMAINING, USED, RESET = 900_000_001, 900_000_002, 900_000_003, "9000-01-01T00:00:00Z"
"""In place of what a kept reply cannot know; put right when it is sent."""


class Query(NamedTuple):
    """A request of GraphQL, understood."""

    document: DocumentNode
    variables: dict[str, Any]
    operation: str | None


@cache
def schema() -> GraphQLSchema:
    """The schema; GitHub's order and filters come into resolvers as they were sent."""
    built = build_schema(Path(__file__).with_name("schema.graphql").read_text("utf-8"))
    for name in ("Actor", "GitObject", "PullRequestTimelineItems", "Node"):
        built.type_map[name].resolve_type = lambda value, *_: value["__typename"]  # type: ignore[attr-defined]
    assert built.query_type is not None  # noqa: S101 - it is in the file
    for name, resolve in RESOLVERS.items():
        built.query_type.fields[name].resolve = resolve
    return built


def _rate_limit(_: Any, info: GraphQLResolveInfo[Any], **__: Any) -> dict[str, Any]:
    spent: Cost = info.context["cost"]
    return {
        "cost": spent.points,
        "nodeCount": spent.nodes,
        "limit": LIMIT,
        "remaining": REMAINING,
        "used": USED,
        "resetAt": RESET,
    }


def _viewer(_: Any, info: GraphQLResolveInfo[Any]) -> dict[str, Any]:
    nodes: Nodes = info.context["nodes"]
    return {**nodes.actor(LINTER), "name": LINTER.name, "__typename": "User"}


def _organization(_: Any, info: GraphQLResolveInfo[Any], login: str) -> dict[str, Any]:
    nodes: Nodes = info.context["nodes"]
    if login.lower() == "acme":
        return nodes.organization("acme")
    raise _not_found(info, f"Could not resolve to an Organization with the login of '{login}'.")


def _repository(
    _: Any,
    info: GraphQLResolveInfo[Any],
    owner: str,
    name: str,
    followRenames: bool = True,  # noqa: FBT001, FBT002, N803 - GitHub's
) -> dict[str, Any]:
    nodes: Nodes = info.context["nodes"]
    found = nodes.world.repository("github", f"{owner}/{name}")
    if found is None and followRenames:
        found = nodes.world.renamed(f"{owner}/{name}")
    if found is None:
        raise _not_found(info, f"Could not resolve to a Repository with the name '{owner}/{name}'.")
    return nodes.repository(found)


def _node(_: Any, info: GraphQLResolveInfo[Any], id: str) -> dict[str, Any]:  # noqa: A002 - GitHub's name
    nodes: Nodes = info.context["nodes"]
    found = nodes.of_id(id)
    if found is None:
        raise _not_found(info, f"Could not resolve to a node with the global id of '{id}'.")
    return found


RESOLVERS = {
    "node": _node,
    "rateLimit": _rate_limit,
    "viewer": _viewer,
    "organization": _organization,
    "repository": _repository,
}


def _not_found(info: GraphQLResolveInfo[Any], message: str) -> GraphQLError:
    return GraphQLError(message, path=info.path.as_list(), extensions={"type": "NOT_FOUND"})


def run(world: World, asked: Asked) -> Reply:
    """Answer a query: 200 with data, errors or both; 400 where the body is none."""
    query = understand(asked)
    if isinstance(query, Reply):
        return query
    spent = cost(query.document, query.variables)
    if spent.nodes > MOST_NODES:
        message = (
            f"This query requests up to {spent.nodes:,} possible nodes which exceeds the maximum limit of 500,000."
        )
        return refused([GraphQLError(message, extensions={"type": "MAX_NODE_LIMIT_EXCEEDED"})], 1)
    result = execute_sync(
        schema(),
        query.document,
        context_value={"nodes": Nodes(world, asked), "cost": spent},
        variable_values=query.variables,
        operation_name=query.operation,
    )
    value: dict[str, Any] = {"data": result.data}
    if result.errors:
        value["errors"] = [shown(error) for error in result.errors]
    return answer(value, cost=spent.points)


def understand(asked: Asked) -> Query | Reply:
    """The query of a body, or the refusal of what is none."""
    body = asked.json()
    if not isinstance(body, dict) or not isinstance(body.get("query"), str):
        return answer({"message": "Problems parsing JSON", "status": "400"}, 400)
    document = read(body["query"])
    if not isinstance(document, DocumentNode):
        return refused(document, 1)
    return Query(document, body.get("variables") or {}, body.get("operationName"))


@lru_cache(maxsize=256)
def read(text: str) -> DocumentNode | list[GraphQLError]:
    """A valid document, or what is wrong with it; clients ask the same again and again."""
    try:
        document = parse(text)
    except GraphQLError as error:
        return [error]
    return validate(schema(), document) or document


def refused(errors: list[GraphQLError], points: int) -> Reply:
    return answer({"errors": [shown(error) for error in errors]}, cost=points)


def shown(error: GraphQLError) -> dict[str, Any]:
    """An error as GitHub writes it: its `type` beside the message."""
    value: dict[str, Any] = {"message": error.message}
    if error.extensions and "type" in error.extensions:
        value = {"type": error.extensions["type"], **value}
    if error.path:
        value["path"] = list(error.path)
    if error.locations:
        value["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    return value


def with_quota(reply: Reply, limit: int, remaining: int, used: int, reset_at: str) -> bytes:
    """The body with the state of the quota in place of what stands for it."""
    body = reply.body
    for mark, value in ((LIMIT, limit), (REMAINING, remaining), (USED, used)):
        body = body.replace(str(mark).encode(), str(value).encode())
    return body.replace(RESET.encode(), json.dumps(reset_at)[1:-1].encode())
