"""Issues as Jira has them, and what a query finds among them."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from examples.acme.company.model import Incident, Issue, Step
from examples.acme.company.moments import when
from examples.acme.systems.jira.jql import Query, fits, parse
from examples.acme.systems.world import World

ZONE = ZoneInfo("Europe/Berlin")
"""The user's own zone, in which queries name their times; answers keep to that zone's offset, too."""
PROJECTS = {"SHOP": (10_000, "Shop"), "OPS": (10_001, "Operations")}
TYPES = {"Bug": 10_004, "Story": 10_001, "Incident": 10_010}
STATUSES = {"Open": 1, "In Progress": 3, "Reopened": 4, "Done": 10_002}
CATEGORIES = {"Open": "new", "Reopened": "new", "In Progress": "indeterminate", "Done": "done"}


def stamp(at: int) -> str:
    """`2026-03-01T11:05:00.000+0100`: an offset without a colon."""
    return when(at).astimezone(ZONE).strftime("%Y-%m-%dT%H:%M:%S.000%z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """An issue of Jira, whatever it is to the company."""

    number: int
    key: str
    type: str
    summary: str
    labels: tuple[str, ...]
    priority: str
    created: int
    steps: tuple[Step, ...]
    fix_version: str = ""

    @property
    def status(self) -> str:
        return self.steps[-1].state if self.steps else "Open"

    @property
    def updated(self) -> int:
        return max((self.created, *(step.at for step in self.steps)))

    @property
    def resolved(self) -> int | None:
        return self.steps[-1].at if self.status == "Done" else None


def tickets(world: World) -> list[Ticket]:
    """All issues of both projects."""
    return [
        *(_ticket(one) for one in world.company.issues),
        *(_incident(one) for one in world.incidents(paged=False)),
    ]


def _ticket(one: Issue) -> Ticket:
    return Ticket(
        number=one.number,
        key=one.key,
        type=one.type,
        summary=one.title,
        labels=one.labels,
        priority="High" if "customer" in one.labels else "Medium",
        created=one.opened_at,
        steps=one.steps,
        fix_version=one.fix_version,
    )


def _incident(one: Incident) -> Ticket:
    """An incident: who takes care of it puts it in progress."""
    names = {"resolved": "Done", "reopened": "Reopened"}
    steps = [Step(names[step.state], step.at) for step in one.steps]
    if one.acknowledged_at:
        steps.insert(0, Step("In Progress", one.acknowledged_at))
    return Ticket(
        number=900_000 + one.number,
        key=one.key,
        type="Incident",
        summary=one.title,
        labels=(one.service,),
        priority="Highest" if one.urgency == "high" else "Low",
        created=one.began_at,
        steps=tuple(steps),
    )


def search(world: World, text: str) -> list[Ticket]:
    """The tickets that a query finds, in its order. Raises ValueError where it cannot be read."""
    query = parse(text)
    unknown = [value for clause in query.clauses if clause.field == "project" for value in clause.values]
    for value in unknown:
        if value.upper() not in PROJECTS:
            raise ValueError(f"The value '{value}' does not exist for the field 'project'.")
    found = [one for one in tickets(world) if _fits(query, one, world.now)]
    for field, is_falling in reversed(query.order or (("updated", True),)):
        found.sort(key=lambda one: _sort_key(one, field), reverse=is_falling)
    return found


def _fits(query: Query, one: Ticket, now: int) -> bool:
    values = {
        "project": (one.key.partition("-")[0],),
        "issuetype": (one.type,),
        "labels": one.labels,
        "status": (one.status,),
        "statuscategory": (CATEGORIES[one.status],),
        "key": (one.key,),
        "id": (str(one.number),),
    }
    moments = {"updated": one.updated, "created": one.created}
    return all(fits(clause, values.get(clause.field, ()), moments, now, ZONE) for clause in query.clauses)


def _sort_key(one: Ticket, field: str) -> tuple[int, int]:
    return {"updated": one.updated, "created": one.created}.get(field, one.number), one.number
