"""What comes of it: users, transactions and their cost day by day, training, and what people say in surveys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from examples.acme.company.model import Answer, Day, Team, Training
from examples.acme.company.moments import DAY, days, month_start, months, when
from examples.acme.company.plan import MONTH

LENGTH = 24
"""Months that the story takes."""
ENPS = (40, 52)
"""Employee net promoter score at the beginning and the end: it rises, and misses 60."""
MOOD = {"platform": 14, "catalog": 6, "logistics": -12, "insights": -8}
"""How much more, or less, people of some teams recommend it."""
NPS = (18, 44)
DOWNTIME = (0.0045, 0.0006)
"""Share of requests that fail, at the beginning and the end: to nearly 99.95 %."""
STEADY = {"platform": 0.65, "accounts": 0.75}
"""Teams whose services fail less than those of others, by how much."""
CENTS_A_USER = (62, 49)
"""Cost of an active user a day, in cents: a fifth less at the end."""


def share_of_story(at: int, starts_at: int) -> float:
    """How far the story has come: 0 at the beginning, 1 at its end and after."""
    return min(1.0, max(0.0, (at - starts_at) / MONTH / LENGTH))


def daily(team: str, random: Random, starts_at: int, ends_at: int) -> Iterator[Day]:
    """Each day of a team's service; it is busier before Christmas, and quieter on Sundays."""
    size = random.randrange(900, 4_000)
    for at in days(starts_at, ends_at):
        share = share_of_story(at, starts_at)
        season = (1.25 if when(at).month == 12 else 1.0) * (0.8 if when(at).weekday() == 6 else 1.0)  # noqa: PLR2004
        users = int(size * (1 + 0.6 * share) * season * random.uniform(0.95, 1.05))
        requests = users * random.randrange(38, 45)
        bad = DOWNTIME[0] ** (1 - share) * DOWNTIME[1] ** share * random.uniform(0.6, 1.4) * STEADY.get(team, 1)
        cents = CENTS_A_USER[0] + (CENTS_A_USER[1] - CENTS_A_USER[0]) * share
        yield Day(
            at=at,
            requests=requests,
            good_requests=requests - int(requests * bad),
            transactions=users * 3 + random.randrange(users // 4),
            active_users=users,
            cost=int(users * cents * random.uniform(0.97, 1.03)) // 100,
        )


def trainings(team: Team, random: Random, starts_at: int, ends_at: int) -> Iterator[Training]:
    """At the end of each month: everybody has three courses; at the end everybody has done them."""
    assigned = 3 * len(team.people)
    for begin, end in months(starts_at, ends_at):
        share = share_of_story(begin, month_start(starts_at))
        done = min(assigned, int(assigned * (0.35 + 0.7 * share)) + random.randrange(2))
        yield Training(team=team.name, at=end - DAY, assigned=assigned, completed=done)


def answers(teams: Sequence[Team], random: Random, starts_at: int, ends_at: int) -> Iterator[Answer]:
    """A round of each survey at the end of every quarter."""
    for begin, end in months(starts_at, ends_at):
        if when(begin).month % 3:
            continue
        name = f"{when(begin).year}-Q{when(begin).month // 3}"
        share = share_of_story(begin, starts_at)
        for team in teams:
            score = ENPS[0] + (ENPS[1] - ENPS[0]) * share + MOOD.get(team.name, 0)
            for answer in _answers(random, len(team.people) - random.randrange(3), score):
                yield Answer("employee-pulse", name, end - DAY, team.name, answer)
        for answer in _answers(random, 180, NPS[0] + (NPS[1] - NPS[0]) * share):
            yield Answer("customers", name, end - DAY, "", answer)


def _answers(random: Random, people: int, score: float) -> Iterator[int]:
    """0 to 10, so that promoters less detractors come near `score` percent: a quarter is neither."""
    promoters = (75 + score) / 200
    for place in range(people):
        share = (place + random.random()) / people
        if share < promoters:
            yield random.choice((9, 10))
        else:
            yield random.choice((7, 8)) if share < promoters + 0.25 else random.choice((2, 4, 5, 6))
