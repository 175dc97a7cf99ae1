"""All of Acme's systems, running: one company, one clock, one thing that makes them misbehave."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from examples.acme.company.model import Company
from examples.acme.systems.api import Api, Clock
from examples.acme.systems.cache import Cache
from examples.acme.systems.faults import Control
from examples.acme.systems.github import GitHub
from examples.acme.systems.gitlab import GitLab
from examples.acme.systems.jenkins import Jenkins
from examples.acme.systems.jira import Jira
from examples.acme.systems.pagerduty import PagerDuty
from examples.acme.systems.prometheus import Prometheus
from examples.acme.systems.world import World

TOKEN = "acme-demo"  # noqa: S105 - a word of the demonstration, no secret
MAIL = "scorecard@acme.example"


@dataclass(frozen=True, kw_only=True)
class Quotas:
    """Requests that each system allows: GitHub's an hour (GraphQL in points), the others' a minute."""

    github: int = 15_000
    graphql: int = 10_000
    gitlab: int = 2_000
    pagerduty: int = 960
    jira: int = 600


@dataclass(eq=False)
class Systems:
    """Acme's systems. `control` makes them misbehave; `clock` is what quotas go by; `pages`: see `Cache`."""

    company: Company
    quotas: Quotas = field(default_factory=Quotas)
    control: Control = field(default_factory=Control)
    clock: Clock = time.time
    pages: Path | None = None

    def __post_init__(self) -> None:
        world, cache, clock, quotas = World(self.company), Cache(self.pages), self.clock, self.quotas
        apis: list[Api] = [
            GitHub(world, cache, token=TOKEN, core=quotas.github, graphql_points=quotas.graphql, clock=clock),
            GitLab(world, cache, token=TOKEN, limit=quotas.gitlab, clock=clock),
            Jenkins(world, cache, user="scorecard", token=TOKEN),
            PagerDuty(world, cache, token=TOKEN, limit=quotas.pagerduty, clock=clock),
            Jira(world, cache, user=MAIL, token=TOKEN, limit=quotas.jira, clock=clock),
            Prometheus(world, cache, token=TOKEN),
        ]
        self.apis: Mapping[str, Api] = {api.name: api for api in apis}

    def move_to(self, company: Company) -> None:
        """Go on with what the company has become."""
        self.company = company
        world = World(company)
        for api in self.apis.values():
            api.move_to(world)
