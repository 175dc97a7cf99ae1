"""Monthly sums of what Prometheus knows day by day, and scores of what people answered: also for the truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from examples.acme.company.model import Answer, Company, Day
from examples.acme.company.moments import months

SERIES: Mapping[str, tuple[str, Callable[[Day], int]]] = {
    "infrastructure_cost": ("eur", lambda day: day.cost),
    "transactions": ("count", lambda day: day.transactions),
    "requests": ("count", lambda day: day.requests),
    "good_requests": ("count", lambda day: day.good_requests),
    "active_user_days": ("count", lambda day: day.active_users),
}
"""Each series of the scorecard: its unit, and what it counts of a day."""


@dataclass(frozen=True, slots=True)
class Sum:
    """What a service did in one month."""

    series: str
    unit: str
    service: str
    starts_at: int
    ends_at: int
    value: int


def sums(company: Company) -> Iterator[Sum]:
    """Every series of every service in every whole month."""
    for begin, end in months(company.starts_at, company.now):
        for service, days in company.days.items():
            chosen = [day for day in days if begin <= day.at < end]
            for series, (unit, amount) in SERIES.items():
                yield Sum(series, unit, service, begin, end, sum(amount(day) for day in chosen))


def scores(company: Company) -> Iterator[tuple[str, str, int, Fraction]]:
    """Series, team (of customers: `engineering`), close and net promoter score of every survey round."""
    rounds: dict[tuple[str, str, int], list[Answer]] = {}
    names = {"employee-pulse": "employee_net_promoter_score", "customers": "net_promoter_score"}
    for one in company.answers:
        rounds.setdefault((names[one.survey], one.team or "engineering", one.closes_at), []).append(one)
        if one.team:
            rounds.setdefault((names[one.survey], "engineering", one.closes_at), []).append(one)
    for (series, team, at), answers in rounds.items():
        yield series, team, at, net_promoter_score([one.answer for one in answers])


def net_promoter_score(answers: Sequence[int]) -> Fraction:
    """100 for each promoter (9, 10) less 100 for each detractor (0 to 6), in the mean."""
    points = sum(100 * (answer >= 9) - 100 * (answer <= 6) for answer in answers)  # noqa: PLR2004 - the score's own
    return Fraction(points, len(answers))
