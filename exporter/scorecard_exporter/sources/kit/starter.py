"""What `init` asks of a host before it writes a starter configuration: a few cheap look-ups, no history.

`sources/github/starter.py` and `sources/gitlab/starter.py` hold a function `look` that fulfils `Starter`; what the
answers become in the file is not theirs to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import SecretStr


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTeam:
    """A team of a host, or a group of its groups. `name`: its slug; `parent`: the slug above it, '' at the top."""

    name: str
    title: str = ""
    parent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundService:
    """A repository or project that looks like a service: not archived, no fork, with something in it.

    `thing`: what comes after the source's name in its origin (`acme/checkout`). `name`: the last part of it.
    `environments`: those with deployments, by name, with how many (lately, or of the newest few; None: not counted).
    `releases`, `tags`: how many (of the newest few), 0 for none. `team`: name of the FoundTeam that has it, from the
    host's teams, subgroups or CODEOWNERS; '' where that is not to be told. `incident_labels`: labels of its issues
    that sound like incidents (`incident`, `outage`, …), as they are written.
    """

    thing: str
    name: str
    team: str = ""
    environments: Mapping[str, int | None] = field(default_factory=dict)
    releases: int = 0
    tags: int = 0
    incident_labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """All that was found. `account`: whom the credential belongs to, '' without one.

    `options`: the keys that the source's entry in the configuration needs beside `type`, `url` and `token`
    (`{"organizations": ["acme"]}`). `services`: most active first. `left_out`: what was passed over and why, each half
    a sentence ("12 archived repositories"). `notes`: sentences about what could not be seen (a missing scope).
    """

    account: str
    options: Mapping[str, str | list[str]]
    services: tuple[FoundService, ...] = ()
    teams: tuple[FoundTeam, ...] = ()
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class Starter(Protocol):
    """Looks at an organization or a group."""

    def __call__(self, *, url: str | None, token: SecretStr | None, group: str) -> Found:
        """What is in `group` (name of an organization, or path of a group).

        `url`: of the host, as in the source's own options; None: the public one. `token`: None: as anybody.

        Raises:
            SourceError: it cannot be looked at; the message says what to do (name, scope, address).
        """
