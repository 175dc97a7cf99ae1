"""Who works at Acme, and which services they have: five a team, deployed in every way that there is."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from examples.acme.company.model import Host, Method, Person, Service, Team, Way

TEAMS = {
    "checkout": "Checkout",
    "payments": "Payments",
    "catalog": "Catalog",
    "search": "Search",
    "logistics": "Logistics",
    "accounts": "Accounts",
    "insights": "Insights",
    "platform": "Platform",
}

SERVICES = {
    "checkout": "basket:deployments checkout:deployments vouchers:deployments orders:deployments invoices:deployments",
    "payments": "payments:environments refunds:environments wallet:environments fraud:environments ledger:environments",
    "catalog": "catalog:deployments prices:deployments stock:deployments images:deployments ratings:releases",
    "search": "search:job suggestions:gitlab-job ranking:job recommendations:job synonyms:gitlab-job",
    "logistics": "shipping:environments tracking:environments returns:environments warehouse:deployments carriers:job",
    "accounts": "accounts:releases login:deployments profiles:releases consent:deployments newsletters:deployments",
    "insights": "reports:workflow events:workflow experiments:workflow funnels:workflow forecasts:deployments",
    "platform": "gateway:stage feature-flags:deployments configuration:deployments notifications:deployments"
    " website:deployments",
}
"""The services of each team, and how each is deployed; a `gitlab-job` is a Jenkins job for a GitLab project."""

WITHOUT_PAGER = ("insights",)
"""Teams whose incidents are issues in Jira."""

SEVERAL_REGIONS = {"checkout": ("prod-eu", "prod-us")}
RENAMED = {"website": "acme/homepage"}
METHODS: tuple[Method, ...] = ("squash", "squash", "merge", "squash", "rebase")

FIRST = ["Ada", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gia", "Hugo", "Ida", "Jan", "Kim", "Leo", "Mia", "Noa"]
LAST = ["Abel", "Brandt", "Costa", "Duarte", "Engel", "Fuchs", "Garcia", "Horn"]

DEPENDABOT = Person("dependabot[bot]", "dependabot[bot]", is_bot=True)
LINTER = Person("acme-lint[bot]", "acme-lint[bot]", is_bot=True)
DEPLOYER = Person("acme-deploy[bot]", "acme-deploy[bot]", is_bot=True)


def teams() -> tuple[Team, ...]:
    """The teams, with fourteen people each."""
    return tuple(
        Team(name, title, tuple(_person(first, last) for first in FIRST))
        for (name, title), last in zip(TEAMS.items(), LAST, strict=True)
    )


def _person(first: str, last: str) -> Person:
    return Person(f"{first}-{last}".lower(), f"{first} {last}")


def services(wanted: int) -> tuple[Service, ...]:
    """So many services: one of each team first, so that a small company has all kinds; beyond 40 more of one kind."""
    rows = zip(*(_of_team(team) for team in TEAMS), strict=True)
    known = list(chain.from_iterable(rows))
    return (*known[:wanted], *on_github(wanted - len(known), len(known)))


def on_github(wanted: int, known: int = 0) -> Iterator[Service]:
    """So many services of one kind, with a repository each, numbered from `known` on."""
    for number in range(known + 1, known + wanted + 1):
        yield _service(f"service-{number:04d}", number, list(TEAMS)[number % len(TEAMS)], "deployments")


def _of_team(team: str) -> Iterator[Service]:
    for row, text in enumerate(SERVICES[team].split()):
        name, _, way = text.partition(":")
        number = row * len(TEAMS) + list(TEAMS).index(team) + 1
        yield _service(name, number, team, way)


def _service(name: str, number: int, team: str, kind: str) -> Service:
    host: Host = "gitlab" if kind in ("environments", "gitlab-job") else "github"
    ways: dict[str, Way] = {"gitlab-job": "job"}
    way: Way = ways.get(kind, kind)  # type: ignore[arg-type]
    jobs = {"job": f"{team}/deploy-{name}", "stage": f"{team}/{name}/main"}
    return Service(
        name=name,
        number=number,
        team=team,
        host=host,
        repository=f"acme/{team}/{name}" if host == "gitlab" else f"acme/{name}",
        way=way,
        environments=SEVERAL_REGIONS.get(name, ("production",)),
        job=jobs.get(way, ""),
        pager="" if team in WITHOUT_PAGER else f"PACME{number:02d}",
        method=METHODS[number % len(METHODS)],
    )
