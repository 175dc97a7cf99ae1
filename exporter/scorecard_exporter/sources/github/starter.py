"""What there is in an organization, for a starter configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from pydantic import SecretStr

from scorecard_exporter.errors import SkippableSourceError
from scorecard_exporter.sources.base import Traffic
from scorecard_exporter.sources.github import codeowners
from scorecard_exporter.sources.github.connection import Access, connect
from scorecard_exporter.sources.github.graphql import of_each
from scorecard_exporter.sources.github.host import PUBLIC, Host
from scorecard_exporter.sources.github.lists import Connection
from scorecard_exporter.sources.github.overview import FIELDS, TOGETHER, Overview, overview
from scorecard_exporter.sources.kit.body import Body, MalformedError, moment_of
from scorecard_exporter.sources.kit.starter import Found, FoundService, FoundTeam

QUIET = timedelta(days=365)
MOST_PAGES = 50
"""Of twenty repositories, the ones pushed to last first."""

REPOSITORIES = f"""
  query($login: String!, $after: String) {{
    organization(login: $login) {{
      archived: repositories(first: 1, isArchived: true) {{ totalCount }}
      repositories(
        first: {TOGETHER}, after: $after, isArchived: false, orderBy: {{field: PUSHED_AT, direction: DESC}}
      ) {{
        nodes {{ {FIELDS} }}
        pageInfo {{ hasNextPage endCursor }}
      }}
    }}
    rateLimit {{ cost }}
  }}
"""
TEAMS = """
  query($login: String!, $after: String) {
    organization(login: $login) {
      teams(first: 100, after: $after) {
        nodes { slug name parentTeam { slug } repositories(first: 100) { nodes { nameWithOwner } } }
        pageInfo { hasNextPage endCursor }
      }
    }
    rateLimit { cost }
  }
"""
_INCIDENT = re.compile(r"incident|outage|\bsev\b|sev-?\d|post-?mortem", re.IGNORECASE)


def look(*, url: str | None, token: SecretStr | None, group: str, at: datetime | None = None) -> Found:
    """See `Starter`. `at`: now, for what was not touched for a year."""
    host = connect(Access(url=url or PUBLIC, token=token, share=Fraction(1)), Traffic())
    account = str(host.get("user").object().get("login", "")) if token else ""
    active = (at or datetime.now(UTC)) - QUIET
    overviews, archived = _repositories(host, group, active)
    kept = [one for one in overviews if not one.is_empty and not one.is_fork and _is_active(one, active)]
    teams, notes = _teams(host, group)
    owners = _owners(teams)
    owners |= _owners_by_file(host, [one.thing for one in kept if one.thing not in owners])
    known = {team.name: team for team, _ in teams}
    return Found(
        account=account,
        options={"organizations": [group]},
        services=tuple(_service(one, owners.get(one.thing, "")) for one in kept),
        teams=tuple({**{name: FoundTeam(name=name) for name in owners.values()}, **known}.values()),
        left_out=tuple(_left_out(overviews, archived, active)),
        notes=notes,
    )


def _repositories(host: Host, group: str, active: datetime) -> tuple[list[Overview], int]:
    """Those that are not archived, until the first that is quiet; and how many are archived."""
    found: list[Overview] = []
    archived, after = 0, ""
    for _ in range(MOST_PAGES):
        organization = _organization(host, REPOSITORIES, group, after)
        archived = (organization.get("archived") or {}).get("totalCount") or 0
        listed = Connection.of(organization, "repositories")
        found.extend(_overviews(listed.nodes))
        after = listed.after
        if not after or (found and not _is_active(found[-1], active)):
            break
    return found, archived


def _overviews(nodes: list[Any]) -> Iterator[Overview]:
    for node in nodes:
        try:
            yield overview(Body(node))
        except MalformedError:
            continue


def _teams(host: Host, group: str) -> tuple[list[tuple[FoundTeam, tuple[str, ...]]], tuple[str, ...]]:
    """The teams with their repositories, or a note that they may not be seen."""
    found: list[tuple[FoundTeam, tuple[str, ...]]] = []
    after = ""
    for _ in range(MOST_PAGES):
        try:
            listed = Connection.of(_organization(host, TEAMS, group, after), "teams")
        except SkippableSourceError as error:
            note = f"the teams of {group} cannot be seen (scope `read:org`, or permission `Members: read`): {error}"
            return [], (note,)
        found.extend(_team(node) for node in listed.nodes if isinstance(node, dict))
        after = listed.after
        if not after:
            break
    return found, ()


def _team(node: Mapping[str, Any]) -> tuple[FoundTeam, tuple[str, ...]]:
    parent = (node.get("parentTeam") or {}).get("slug") or ""
    repositories = ((node.get("repositories") or {}).get("nodes")) or []
    team = FoundTeam(name=str(node.get("slug", "")), title=str(node.get("name") or ""), parent=str(parent))
    return team, tuple(str(one["nameWithOwner"]) for one in repositories if one)


def _owners(teams: list[tuple[FoundTeam, tuple[str, ...]]]) -> dict[str, str]:
    """By repository, the team that has it: of several the one with the fewest, since the others have nearly all."""
    owners: dict[str, str] = {}
    for team, repositories in sorted(teams, key=lambda one: (-len(one[1]), one[0].name)):
        owners.update(dict.fromkeys(repositories, team.name))
    return owners


def _owners_by_file(host: Host, things: Sequence[str]) -> dict[str, str]:
    """By repository, the team that its CODEOWNERS gives everything to."""
    owners: dict[str, str] = {}
    for start in range(0, len(things), TOGETHER):
        chunk = things[start : start + TOGETHER]
        named = [{"owner": owner, "name": name} for owner, _, name in (thing.partition("/") for thing in chunk)]
        data = host.ask(*of_each(named, codeowners.FIELDS)).data
        for number, thing in enumerate(chunk):
            if team := _owner(data.get(f"r{number}")):
                owners[thing] = team
    return owners


def _owner(found: object) -> str:
    try:
        files = [file for name in codeowners.PLACES if (file := Body(found).body(name))]
    except MalformedError:
        return ""
    return codeowners.team(files[0].lines("text")) if files else ""


def _service(one: Overview, team: str) -> FoundService:
    return FoundService(
        thing=one.thing,
        name=one.name,
        team=team,
        environments=one.environments,
        releases=one.releases,
        tags=one.tags,
        incident_labels=tuple(label for label in one.labels if _INCIDENT.search(label)),
    )


def _left_out(overviews: list[Overview], archived: int, active: datetime) -> Iterator[str]:
    forks = sum(one.is_fork for one in overviews)
    empty = sum(one.is_empty for one in overviews)
    if archived:
        yield f"{archived} archived repositories"
    if forks:
        yield f"{forks} forks"
    if empty:
        yield f"{empty} empty repositories"
    if any(not _is_active(one, active) for one in overviews):
        yield "repositories that nobody pushed to for a year"


def _is_active(one: Overview, active: datetime) -> bool:
    pushed_at = moment_of(one.pushed)
    return pushed_at is not None and pushed_at >= active


def _organization(host: Host, question: str, login: str, after: str) -> dict[str, Any]:
    answer = host.ask(question, {"login": login, "after": after or None})
    found = answer.data.get("organization")
    for complaint in answer.complaints:
        raise SkippableSourceError(f"the organization {login} cannot be looked at: {complaint.message}")
    if not isinstance(found, dict):
        raise SkippableSourceError(f"there is no organization {login}, or the credential may not see it")
    return found
