"""Our own format: records by the names of their fields, one alone or lists of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scorecard_exporter.events.model import Problem, Record
from scorecard_exporter.sources.base import Pushed
from scorecard_exporter.sources.rows.columns import Columns, Row
from scorecard_exporter.sources.text import printable, unknown

LISTS: Mapping[str, str] = {
    "builds": "build",
    "changes": "change",
    "deployments": "deployment",
    "incidents": "incident",
    "issues": "issue",
    "observations": "observation",
    "pull_requests": "pull_request",
    "reviews": "review",
}
"""The lists that a body may have, and of which kind the records in them are."""

_Item = tuple[str, str | None, Any]


def parse(body: Any, columns: Columns, source: str) -> Pushed:
    """The records of a body; whatever is wrong with one is a problem that names the field.

    Raises:
        ValueError: it is neither a record nor lists of them.
    """
    found: list[Record] = []
    problems: list[Problem] = []
    for where, kind, item in _items(body):
        try:
            found.append(_record(kind, item, columns))
        except ValueError as error:
            message = f"{where}: {error}" if where else str(error)
            problems.append(Problem(code="malformed", message=message, origin=f"{source}:"))
    return Pushed(records=tuple(found), problems=tuple(problems))


def _items(body: Any) -> Iterator[_Item]:
    """(where, kind if the place says it, what is there)."""
    if isinstance(body, list):
        yield from ((f"[{index}]", None, item) for index, item in enumerate(body))
    elif isinstance(body, dict) and "kind" in body:
        yield "", None, body
    elif isinstance(body, dict):
        for name, items in body.items():
            if name not in LISTS:
                raise ValueError(f"{unknown('the list', name, LISTS)}; a record alone says its `kind`")
            if not isinstance(items, list):
                raise ValueError(f"{name} is not a list")
            yield from ((f"{name}[{index}]", LISTS[name], item) for index, item in enumerate(items))
    else:
        raise ValueError("the body is neither an object nor a list")


def _record(kind: str | None, item: Any, columns: Columns) -> Record:
    if not isinstance(item, dict):
        raise ValueError("it is not an object of fields and values")
    row: Row = item
    said = row.get("kind", kind)
    if said not in LISTS.values():
        raise ValueError(unknown("the kind", str(said), LISTS.values()))
    if kind not in (None, said):
        raise ValueError(f"it says that it is of the kind {said!r}, in a list of another")
    thing = row.get("thing")
    if not isinstance(thing, str) or not thing.strip():
        raise ValueError("thing is missing: the name of the service or of whatever it belongs to, as a text")
    return columns.record(str(said), printable(thing.strip()), row)
