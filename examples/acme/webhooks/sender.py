"""Sends what happened to the exporter, as each system does."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
from examples.acme.company.news import News, news
from examples.acme.systems.asked import Asked
from examples.acme.systems.world import World
from examples.acme.webhooks import github, gitlab, jira, pagerduty
from examples.acme.webhooks.delivery import Delivery

SYSTEMS = {"github": github, "gitlab": gitlab, "pagerduty": pagerduty, "jira": jira}


def deliveries(world: World, base: str, since: int, at: int) -> Iterator[Delivery]:
    """What all systems, which are reached at `base`, send at the moment `at` about what happened after `since`."""
    for one in news(world.company, since):
        yield from of_one(world, base, one, at)


def of_one(world: World, base: str, one: News, at: int) -> Iterator[Delivery]:
    """What all systems send about one thing."""
    for name, system in SYSTEMS.items():
        asked = Asked(method="POST", path="/", base=f"{base}/{name}")
        yield from system.deliveries(world, asked, one, at)


def send(client: httpx.Client, url: str, found: Iterator[Delivery]) -> tuple[int, int]:
    """Post each delivery once, to `url` and the name of its source. Returns how many arrived, and how many did not."""
    arrived = lost = 0
    for one in found:
        try:
            answer = client.post(f"{url}/api/v1/webhooks/{one.source}", content=one.body, headers=dict(one.headers))
        except httpx.HTTPError:
            lost += 1
            continue
        arrived, lost = arrived + answer.is_success, lost + (not answer.is_success)
    return arrived, lost
