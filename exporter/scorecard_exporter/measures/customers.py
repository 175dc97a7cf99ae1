"""What customers notice, as far as events tell it: downtime, and the bugs that they report."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from scorecard_exporter.measures import diagnose
from scorecard_exporter.measures.finding import Details, Finding, count, seconds
from scorecard_exporter.measures.recipe import Case, Recipe
from scorecard_exporter.measures.statements import SampleSet

OUTAGES = SampleSet("outages", "overlap", once="incidents")
CUSTOMER_BUGS = SampleSet("customer_bugs", "within", once="bugs")
RELEASES = SampleSet("releases", "within", once="releases")


def _uptime(case: Case) -> Finding:
    """The share of the services' time in the period that no outage of theirs covers."""
    total = case.total(OUTAGES)
    down = case.aggregates.united(OUTAGES, case.place)
    every = case.services * (case.period.ends_at - case.period.starts_at)
    return Finding(
        value=1 - Fraction(down, every),
        samples=total.samples,
        newest_at=total.newest,
    )


def _uptime_details(case: Case) -> Details:
    down = case.aggregates.united(OUTAGES, case.place)
    outages = count(case.total(OUTAGES).samples)
    return Details({"downtime": seconds(down), "outages": outages, "services": count(case.services)})


def _customer_bugs(case: Case) -> Finding:
    bugs, releases = case.total(CUSTOMER_BUGS), case.total(RELEASES).samples
    return Finding(
        value=Fraction(bugs.samples, releases) if releases else None,
        samples=bugs.samples,
        newest_at=bugs.newest,
        absence=None if releases else diagnose.no_release(case.period),
    )


def _customer_bugs_details(case: Case) -> Details:
    bugs, releases = (case.total(samples).samples for samples in (CUSTOMER_BUGS, RELEASES))
    return Details(beside={"bugs": count(bugs), "releases": count(releases)})


CUSTOMERS: Mapping[str, Recipe] = {
    "uptime": Recipe(OUTAGES, "x", "seconds", _uptime, _uptime_details),
    "customer_reported_bugs": Recipe(CUSTOMER_BUGS, "x", "count", _customer_bugs, _customer_bugs_details),
}
"""The measures of customer outcomes that are made of events."""
