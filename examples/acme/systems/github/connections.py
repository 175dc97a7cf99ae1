"""Connections of GitHub's GraphQL: pages of nodes, found again by what a cursor says of the last one seen.

A cursor holds the sort key of its node and not a position, so that nothing is skipped when something new comes in
front; only the history of commits counts from the tip that it began with.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from graphql import GraphQLError, GraphQLResolveInfo

Item = TypeVar("Item")
Key = tuple[Any, ...]
Resolver = Callable[..., Any]
MOST = 100


def connection(
    items: Callable[..., Sequence[Item]],
    node: Callable[[Item], Any],
    key: Callable[[Item], Key],
) -> Resolver:
    """A resolver of a connection: `items` takes its other arguments and gives all nodes in order."""

    def resolve(
        info: GraphQLResolveInfo[Any],
        first: int | None = None,
        last: int | None = None,
        after: str | None = None,
        before: str | None = None,
        **filters: Any,
    ) -> dict[str, Any]:
        check_bounds(info, first, last)
        found = items(**filters)
        keys = [key(item) for item in found]
        begin = _place(keys, after) + 1 if after else 0
        end = _place(keys, before) if before else len(found)
        if first is not None:
            end = min(end, begin + first)
        elif last is not None:
            begin = max(begin, end - last)
        chosen = found[begin:end]
        return {
            "totalCount": len(found),
            "nodes": [node(item) for item in chosen],
            "pageInfo": {
                "hasNextPage": end < len(found),
                "hasPreviousPage": begin > 0,
                "startCursor": cursor(keys[begin]) if chosen else None,
                "endCursor": cursor(keys[end - 1]) if chosen else None,
            },
        }

    return resolve


def ordered(
    items: Callable[..., Sequence[Item]],
    node: Callable[[Item], Any],
    key: Callable[[Item, str], Key],
    default: tuple[str, str] = ("CREATED_AT", "ASC"),
) -> Resolver:
    """A connection with an `orderBy`; `key` takes a node and the field that it is sorted by."""

    def resolve(info: GraphQLResolveInfo[Any], orderBy: Any = None, **more: Any) -> dict[str, Any]:  # noqa: N803 - GitHub's
        field, direction = (orderBy["field"], orderBy["direction"]) if orderBy else default

        def in_order(**filters: Any) -> list[Item]:
            return sorted(items(**filters), key=lambda item: key(item, field), reverse=direction == "DESC")

        found: dict[str, Any] = connection(in_order, node, lambda item: key(item, field))(info, **more)
        return found

    return resolve


def check_bounds(info: GraphQLResolveInfo[Any], first: int | None, last: int | None) -> None:
    """Every connection needs `first` or `last`, from 1 to 100."""
    name, path = info.field_name, info.path.as_list()
    if first is None and last is None:
        raise _refusal(
            f"You must provide a `first` or `last` value to properly paginate the `{name}` connection.",
            "MISSING_PAGINATION_BOUNDARIES",
            path,
        )
    wanted, side = (first, "first") if first is not None else (last or 0, "last")
    if wanted > MOST:
        raise _refusal(
            f"Requesting {wanted} records on the `{name}` connection exceeds the `{side}` limit of {MOST} records.",
            "EXCESSIVE_PAGINATION",
            path,
        )


def _refusal(message: str, code: str, path: list[Any]) -> GraphQLError:
    return GraphQLError(message, path=path, extensions={"type": code})


def cursor(key: Key) -> str:
    """`Y3Vyc29yOnYyOps…`, as opaque as GitHub's."""
    return base64.b64encode(f"cursor:v2:{json.dumps(key)}".encode()).decode()


def _place(keys: Sequence[Key], text: str) -> int:
    """Where the node of a cursor is, or would be before what follows it."""
    try:
        wanted = tuple(json.loads(base64.b64decode(text).removeprefix(b"cursor:v2:")))
    except ValueError as error:
        raise GraphQLError(f"`{text}` does not appear to be a valid cursor.") from error
    if wanted in keys:
        return keys.index(wanted)
    is_falling = len(keys) > 1 and keys[0] > keys[-1]
    return sum((key > wanted) if is_falling else (key < wanted) for key in keys) - 1


def history(commits: Sequence[Item], node: Callable[[Item], Any], tip: str) -> Resolver:
    """The connection of a commit's history: its cursors are the tip and a number, `3f2a… 99`."""

    def resolve(
        info: GraphQLResolveInfo[Any],
        first: int | None = None,
        last: int | None = None,
        after: str | None = None,
        **_: Any,
    ) -> dict[str, Any]:
        check_bounds(info, first, last)
        begin = int(after.rpartition(" ")[2]) + 1 if after else 0
        end = min(len(commits), begin + (first or last or 0))
        chosen = commits[begin:end]
        return {
            "totalCount": len(commits),
            "nodes": [node(item) for item in chosen],
            "pageInfo": {
                "hasNextPage": end < len(commits),
                "hasPreviousPage": begin > 0,
                "startCursor": f"{tip} {begin}" if chosen else None,
                "endCursor": f"{tip} {end - 1}" if chosen else None,
            },
        }

    return resolve
