"""Bugs, stories and test runs: what fills trackers and build servers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from examples.acme.company.graph import Graph
from examples.acme.company.model import Build, Issue, Person, Service, Step
from examples.acme.company.moments import DAY, HOUR, office_hours
from examples.acme.company.pace import pace
from examples.acme.company.plan import MONTH, Plan

ON_GITHUB = ("catalog",)
"""Teams that keep their bugs as issues of their repositories; the others have Jira."""


def issues(
    service: Service, people: Sequence[Person], random: Random, starts_at: int, ends_at: int
) -> Iterator[tuple[int, Issue]]:
    """Bugs and stories with the moment of their opening; numbers and keys are given later."""
    at = float(starts_at)
    while True:
        months = (at - starts_at) / MONTH
        at += random.expovariate(0.35 + 2.2 * pace(months).failing) * MONTH / 2
        if at >= ends_at:
            return
        opened = office_hours(int(at))
        yield opened, _issue(service, people, random, opened)


def _issue(service: Service, people: Sequence[Person], random: Random, opened: int) -> Issue:
    is_bug = random.random() < 0.7  # noqa: PLR2004 - most are bugs
    labels = [service.name]
    if is_bug and random.random() < 0.55:  # noqa: PLR2004 - over half of them reach production
        labels.append("found-in-production")
        if random.random() < 0.6:  # noqa: PLR2004 - customers see most of those
            labels.append("customer")
    return Issue(
        number=0,
        key="",
        service=service.name,
        type="Bug" if is_bug else "Story",
        title=f"{service.name}: {'wrong total' if is_bug else 'a nicer list'}",
        labels=tuple(labels),
        author=random.choice(people),
        opened_at=opened,
        steps=tuple(_steps(random, opened)),
    )


def _steps(random: Random, opened: int) -> Iterator[Step]:
    """Mostly started and done; some are reopened, some never looked at."""
    if random.random() < 0.08:  # noqa: PLR2004 - one of twelve is forgotten
        return
    started = opened + random.randrange(HOUR, 6 * DAY)
    done = started + random.randrange(2 * HOUR, 12 * DAY)
    yield Step("In Progress", started)
    yield Step("Done", done)
    if random.random() < 0.07:  # noqa: PLR2004 - one of fourteen was not done
        again = done + random.randrange(HOUR, 9 * DAY)
        yield Step("Reopened", again)
        yield Step("Done", again + random.randrange(HOUR, 3 * DAY))


def builds(plan: Plan, graph: Graph, random: Random, starts_at: int) -> tuple[Build, ...]:
    """A run of the tests for each merge and push since the beginning."""
    found: list[Build] = []
    for draft in plan.drafts:
        if draft.kind == "history":
            continue
        now = pace((draft.merged_at - starts_at) / MONTH)
        chance = random.random()
        started = draft.merged_at + random.randrange(5, 40)
        found.append(
            Build(
                number=plan.service.number * 100_000 + 50_000 + len(found) + 1,
                sha=graph.tip(draft.merged_at),
                started_at=started,
                finished_at=started + int(now.build * random.uniform(0.8, 1.3)),
                status="failure" if chance < now.red else "cancelled" if chance > 0.98 else "success",  # noqa: PLR2004
            )
        )
    return tuple(found)
