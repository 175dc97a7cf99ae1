"""What is asked for in Jira's query language."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo

_MINUTE = timedelta(minutes=1)
_ORDER = re.compile(r"\border\s+by\b", re.IGNORECASE)


def check_condition(condition: str) -> str:
    """A condition that can stand in brackets beside others.

    Raises:
        ValueError: it sorts, or its brackets do not close.
    """
    bare = re.sub(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'', "", condition)
    if _ORDER.search(bare):
        raise ValueError("leave `ORDER BY` out; the order is that in which the issues are read")
    depth = 0
    for bracket in re.findall(r"[()]", bare):
        depth += 1 if bracket == "(" else -1
        if depth < 0:
            break
    if depth:
        raise ValueError("its brackets do not close")
    return condition.strip()


def of_project(project: str, condition: str = "") -> str:
    """Issues of a project, and nothing else: without a project or the like Jira refuses a query as unbounded."""
    return f'project = "{project}"' + (f" AND ({condition})" if condition else "")


def updated_within(begin: datetime, end: datetime, zone: tzinfo) -> str:
    """Issues whose last change lies in `[begin, end)`, and some more.

    JQL knows minutes, and reads them in the zone of whoever asks. Where a clock is put back an hour comes twice, and
    nothing tells which one is meant: the earlier bound is moved before it, the later one behind it.
    """
    return f'updated >= "{_written(begin, zone, -_MINUTE)}" AND updated < "{_written(end + _MINUTE, zone, _MINUTE)}"'


def in_order(condition: str, after: str = "") -> str:
    """In the order of keys, which never change: what is updated while pages are read moves nothing on them.

    `after`: only issues behind this key.
    """
    behind = f' AND key > "{after}"' if after else ""
    return f"{condition}{behind} ORDER BY key ASC"


def _written(at: datetime, zone: tzinfo, direction: timedelta) -> str:
    while not _is_clear(at, zone):
        at += 30 * direction
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def _is_clear(at: datetime, zone: tzinfo) -> bool:
    """Whether the time on the wall, to the minute, is that of this moment only."""
    wall = at.astimezone(zone).replace(second=0, microsecond=0, tzinfo=None)
    moments = {wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return len(moments) == 1
