"""Pages by offset, windows of time, references and errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from examples.acme.company.model import Service
from examples.acme.company.moments import DAY
from examples.acme.systems.asked import Asked, Reply, answer
from examples.acme.systems.world import World

Item = TypeVar("Item")
MOST = 100
DEEPEST = 10_000
"""`offset` and `limit` together are no more."""
DEFAULT = 30 * DAY
ZONE = "Europe/Berlin"
"""The account's own."""


def error(status: int, code: int, message: str, details: Sequence[str]) -> Reply:
    return answer({"error": {"message": message, "code": code, "errors": list(details)}}, status)


def page(asked: Asked, name: str, items: Sequence[Item], body: Callable[[Item], Any]) -> Reply:
    """One page, by `limit` and `offset`. Raises ValueError beyond the deepest one."""
    limit = min(max(asked.number("limit", 25), 1), MOST)
    offset = asked.number("offset", 0)
    if offset + limit > DEEPEST:
        raise ValueError(f"Offset plus limit must be less than or equal to {DEEPEST}.")
    return answer(
        {
            name: [body(item) for item in items[offset : offset + limit]],
            "limit": limit,
            "offset": offset,
            "total": len(items) if asked.get("total") == "true" else None,
            "more": offset + limit < len(items),
        }
    )


def _moment(text: str, zone: str) -> int:
    """A time without an offset is in the account's zone, or in the one that is asked for. Raises ValueError."""
    parsed = datetime.fromisoformat(text)
    return int((parsed if parsed.tzinfo else parsed.replace(tzinfo=ZoneInfo(zone))).timestamp())


def window(world: World, asked: Asked, longest: int | None) -> tuple[int, int]:
    """`since` and `until`; by default the last month. Raises ValueError where they are too far apart."""
    since, until = asked.get("since"), asked.get("until")
    zone = asked.get("time_zone") or ZONE
    end = _moment(until, zone) if until else world.now
    begin = _moment(since, zone) if since else end - DEFAULT
    if longest and end - begin > longest:
        raise ValueError("The specified date range is too large: it must not exceed 6 months.")
    return begin, end


def reference(asked: Asked, kind: str, number: str, summary: str, path: str) -> dict[str, Any]:
    return {
        "id": number,
        "type": f"{kind}_reference",
        "summary": summary,
        "self": f"{asked.base}/{path}/{number}",
        "html_url": f"{asked.base}/web/{path}/{number}",
    }


def service_reference(asked: Asked, service: Service) -> dict[str, Any]:
    return reference(asked, "service", service.pager, service.name, "services")
