"""What customers notice, as far as events tell it: downtime, and the bugs that they report."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from scorecard_exporter.measures import diagnose
from scorecard_exporter.measures.aggregate import Aggregates
from scorecard_exporter.measures.finding import Details, count, seconds
from scorecard_exporter.measures.model import Definition, Period
from scorecard_exporter.measures.recipe import Case, Recipe, Value
from scorecard_exporter.measures.statements import SampleSet

OUTAGES = SampleSet("outages", "overlap", once="incidents")
CUSTOMER_BUGS = SampleSet("customer_bugs", "within", once="bugs")
RELEASES = SampleSet("releases", "within", once="releases")


def _uptime(aggregates: Aggregates, _definition: Definition) -> Value:
    """The share of the services' time in the period that no outage of theirs covers."""
    down = aggregates.united(OUTAGES)

    def value(place: int, period: Period, services: int) -> Fraction:
        every = services * (period.ends_at - period.starts_at)
        return Fraction(every - down[place], every)

    return value


def _uptime_details(case: Case) -> Details:
    down = case.aggregates.united(OUTAGES)[case.place]
    outages = count(case.total(OUTAGES).samples)
    return Details({"downtime": seconds(down), "outages": outages, "services": count(case.services)})


def _customer_bugs(aggregates: Aggregates, _definition: Definition) -> Value:
    bugs, releases = (aggregates.columns(samples).samples for samples in (CUSTOMER_BUGS, RELEASES))
    return lambda place, *_: Fraction(bugs[place], releases[place]) if releases[place] else None


def _customer_bugs_details(case: Case) -> Details:
    bugs, releases = (case.total(samples).samples for samples in (CUSTOMER_BUGS, RELEASES))
    return Details(beside={"bugs": count(bugs), "releases": count(releases)})


CUSTOMERS: Mapping[str, Recipe] = {
    "uptime": Recipe(OUTAGES, "x", "seconds", _uptime, _uptime_details),
    "customer_reported_bugs": Recipe(
        CUSTOMER_BUGS,
        "x",
        "count",
        _customer_bugs,
        _customer_bugs_details,
        divided_by=(RELEASES,),
        without=diagnose.no_release,
    ),
}
"""The measures of customer outcomes that are made of events."""
