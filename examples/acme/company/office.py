"""What finance, product and the people partners write in their spreadsheets, month by month."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from examples.acme.company.business import share_of_story
from examples.acme.company.model import Figure, Service, Team
from examples.acme.company.moments import DAY, month_start, months, when

ROOT = "engineering"
"""The team that money and features belong to."""
NEW = 3
"""For so many times 30 days a feature is told apart in the revenue."""
FEATURES = (
    *("Gift cards", "Saved baskets", "Guest checkout", "Price alerts", "Wallet", "Order tracking", "Wish lists"),
    *("Instalments", "Click and collect", "Size advice", "Reorder", "Back in stock", "Bundles", "Dark mode"),
    *("Photo reviews", "Split payment", "Loyalty points", "Voice search", "Delivery slots", "Gift wrapping"),
    *("Live stock", "Business accounts", "Refund to wallet", "Similar products", "Passkeys", "Parcel lockers"),
    *("Subscriptions", "Shared lists"),
)
"""One is released in each month."""
COVERAGE = (0.46, 0.82)
ADOPTION = (0.14, 0.34)
HEADS = (11, 14)
SALARY = 8_200
"""Euros that a person of engineering costs in a month."""
DELIVERED = (0.9, 1.5)
"""Euros of value for each euro of engineering."""


def figures(teams: Sequence[Team], services: Sequence[Service], random: Random, span: tuple[int, int]) -> list[Figure]:
    """All of it, from the first month to the last."""
    found: list[Figure] = []
    for place, (begin, end) in enumerate(months(*span)):
        share = share_of_story(begin, span[0])
        found += _code(services, random, end, share)
        found += _money(random, begin, end, share, len(teams))
        found += _feature(FEATURES[place % len(FEATURES)], random, begin, share)
        found += _people(teams, random, (begin, end), share)
    return found


def _between(ends: tuple[float, float], share: float) -> float:
    return ends[0] + (ends[1] - ends[0]) * share


def _at(series: str, subject: str, unit: str, at: int, value: float) -> Figure:
    return Figure(series, subject, unit, at, at, value)


def _code(services: Sequence[Service], random: Random, end: int, share: float) -> Iterator[Figure]:
    """At the end of a month: how much of each service's code the tests reach."""
    for service in services:
        lines = 9_000 + 700 * (service.number % 37) + int(4_000 * share)
        reached = _between(COVERAGE, share) + random.uniform(-0.06, 0.06)
        yield _at("test_coverage", service.name, "ratio", end - DAY, round(reached, 3))
        yield _at("lines_of_code", service.name, "count", end - DAY, lines)


def _money(random: Random, begin: int, end: int, share: float, teams: int) -> Iterator[Figure]:
    cost = teams * round(_between(HEADS, share)) * SALARY
    value = cost * _between(DELIVERED, share) * random.uniform(0.96, 1.04)
    yield Figure("engineering_cost", ROOT, "eur", begin, end, cost)
    yield Figure("value_delivered", ROOT, "eur", begin, end, int(value))


def _feature(name: str, random: Random, begin: int, share: float) -> Iterator[Figure]:
    """A feature of the month: its release, who of its users used it by 30 days later, and what it earns while new."""
    released = begin + 9 * DAY
    targeted = random.randrange(20_000, 60_000)
    used = int(targeted * _between(ADOPTION, share) * random.uniform(0.8, 1.2))
    yield _at("feature_released", name, "count", released, 1)
    yield Figure("feature_users", name, "count", released, released + 30 * DAY, used)
    yield Figure("feature_targeted", name, "count", released, released + 30 * DAY, targeted)
    for opens in range(released, released + NEW * 30 * DAY, 30 * DAY):
        earned = int(used * random.uniform(0.5, 1.0))
        yield Figure("feature_revenue", name, "eur", opens, opens + 30 * DAY, earned)


def _people(teams: Sequence[Team], random: Random, month: tuple[int, int], share: float) -> Iterator[Figure]:
    """Heads at the beginning of a month; who leaves or moves in it; twice a year what a hackathon brought."""
    begin, end = month
    leaving, moving = _between((0.022, 0.006), share), _between((0.004, 0.012), share)
    for team in teams:
        yield _at("headcount", team.name, "count", begin, round(_between(HEADS, share)))
        for series, chance in (("departures", leaving), ("internal_moves", moving)):
            number = sum(random.random() < chance for _ in team.people)
            yield _at(series, team.name, "count", begin + 14 * DAY, number)
        if when(begin).month in (5, 11):
            yield _at("hackathon_submissions", team.name, "count", month_start(end) - 3 * DAY, random.randrange(1, 4))
