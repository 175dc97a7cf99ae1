"""The text of a starter configuration: commented, valid, with the places marked where people must say something."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from importlib import resources

from scorecard_exporter.sources.text import printable
from scorecard_exporter.starter.outline import Outline, Service, Team

OWNER = "fill-in"
"""What stands for an owner until somebody writes one."""
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*(?::[A-Za-z0-9._/-]+)?")
_OTHER = re.compile(r"true|false|yes|no|on|off|null|[\d._:-]+", re.IGNORECASE)
"""What some readers of YAML take for something else than text."""
_SHOWN = 12


def write(outline: Outline, *, type_: str, url: str | None, token_env: str, on: date) -> str:
    """The configuration as YAML."""
    return "\n".join(
        (
            *_opening(outline, url, on),
            *_source(outline, type_, url, token_env),
            *_production(outline),
            *_teams(outline.teams),
            *_services(outline),
            "",
            resources.files(__package__)
            .joinpath("scorecard.yaml")
            .read_text("utf-8")
            .format(top=outline.teams[0].name),
        )
    )


def _opening(outline: Outline, url: str | None, on: date) -> Iterator[str]:
    where = f" at {printable(url)}" if url else ""
    yield f"# Written by `scorecard-exporter init` on {on}, from what is in {printable(outline.group)}{where}."
    yield "# It is a beginning: whatever is guessed says so. Correct it, then ask `scorecard-exporter check --online`."
    yield f"# Search for {OWNER!r}: there somebody must be named, a role or a group address rather than a person."
    yield ""
    yield "timezone: UTC"
    yield "store: duckdb:./data/scorecard.duckdb"


def _source(outline: Outline, type_: str, url: str | None, token_env: str) -> Iterator[str]:
    yield ""
    yield f"# What the token must be allowed to see is in docs/sources/{type_}.md, as is how to have the system push."
    yield "sources:"
    yield f"  {outline.source}:"
    yield f"    type: {type_}"
    if url:
        yield f"    url: {scalar(url)}"
    yield f"    token: !env {token_env}"
    for key, value in outline.options.items():
        yield f"    {key}: {scalar(value) if isinstance(value, str) else sequence(value)}"
    if outline.incident_labels:
        yield f"    incident_labels: {sequence(outline.incident_labels)}   # guessed: issues with these are incidents"


def _production(outline: Outline) -> Iterator[str]:
    yield ""
    yield "# Guessed: deployments to these environments count, the others do not. Globs; case does not matter."
    if seen := outline.production.seen:
        yield f"# There are, with the number of services that have it: {counted(seen)}"
    yield f"production: {sequence(outline.production.patterns)}"


def _teams(teams: tuple[Team, ...]) -> Iterator[str]:
    yield ""
    yield "# A team counts its own services and those of the teams below it. Its owner is that of measures without one."
    yield "teams:"
    for team in teams:
        yield f"  {scalar(team.name)}:"
        if team.title != team.name:
            yield f"    title: {scalar(team.title)}"
        if team.parent:
            yield f"    parent: {scalar(team.parent)}"
        yield f"    owner: {OWNER}"
        if team.services:
            yield f"    services: {sequence(team.services)}"


def _services(outline: Outline) -> Iterator[str]:
    yield ""
    yield "services:"
    for service in outline.services:
        yield from _service(outline, service)
    if outline.passed_over:
        yield f"# Not taken, since nothing deploys or releases them: {listed(outline.passed_over)}"


def _service(outline: Outline, service: Service) -> Iterator[str]:
    origin = scalar(f"{outline.source}:{service.found.thing}")
    yield f"  {scalar(service.name)}:"
    yield f"    changes: {origin}"
    yield f"    deployments: {_deployments(service, origin)}"
    if service.found.incident_labels:
        yield f"    incidents: {origin}"
    else:
        yield "    # incidents: where its incidents are, such as pager:P1ABCDE; without them no failure is known"


def _deployments(service: Service, origin: str) -> str:
    environments = service.found.environments
    if service.way == "environment":
        return f"{origin}   # {counted(environments)}"
    if service.way == "first_parent":
        return f"{{from: {origin}, first_parent: yes}}   # guessed: every commit of the main branch"
    why = f"; none looks like production: {counted(environments)}" if environments else ""
    return f'{{from: {origin}, {service.way}: "*"}}   # guessed: every {service.way.removesuffix("s")}{why}'


def scalar(text: str) -> str:
    """A text as YAML, also within a list or mapping on one line."""
    text = printable(text)
    is_plain = _PLAIN.fullmatch(text) and not _OTHER.fullmatch(text)
    return text if is_plain else json.dumps(text, ensure_ascii=False)


def sequence(texts: Iterable[str]) -> str:
    """A list on one line."""
    return f"[{', '.join(map(scalar, texts))}]"


def counted(names: Mapping[str, int | None]) -> str:
    """Names with their numbers, for a comment."""
    return listed(name if number is None else f"{name} ({number})" for name, number in names.items())


def listed(names: Iterable[str]) -> str:
    """Names for a comment; of many, the first."""
    every = [printable(name) for name in names]
    more = f" and {len(every) - _SHOWN} more" if len(every) > _SHOWN else ""
    return ", ".join(every[:_SHOWN]) + more
