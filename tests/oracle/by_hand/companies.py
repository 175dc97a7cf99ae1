"""Made-up companies: a tree of teams, services with every kind of rule, and the order in which their records arrive."""

from dataclasses import dataclass, replace
from decimal import Decimal

from hypothesis import strategies as st

from by_hand.history import micros
from by_hand.systems import DAY, PAIRS, PARENTS, SERVICES, START, TICK, UNKNOWN, Company, maybe, records
from scorecard_exporter.events.model import (
    Batch,
    Branch,
    Build,
    Change,
    Coverage,
    Deployment,
    Incident,
    Issue,
    Observation,
    PullRequest,
)
from scorecard_exporter.events.rules import (
    BugRule,
    BuildRule,
    DeploymentRule,
    IncidentRule,
    OpenHours,
    ReleaseRule,
    ServiceRule,
)
from scorecard_exporter.measures.model import Definition, Period, Scope, Series, Survey
from scorecard_exporter.store.base import Dimensions, SubjectPattern

END = START + 12 * DAY
WINDOW = 4 * DAY // TICK
ZONE = "Europe/Berlin"
FORMULAS = {"a / b": lambda a, b: a / b, "a - b": lambda a, b: a - b, "(a - b) / a": lambda a, b: (a - b) / a}
PERIODS = tuple(Period(micros(START) + number * WINDOW, micros(START) + (number + 1) * WINDOW) for number in (1, 2))
"""Two, the second from the end of the first; records lie before, in and after them."""


@dataclass(kw_only=True)
class Setting:
    """Companies that share a store: `batches` in the order of delivery, and what is true once all are delivered."""

    records: list
    batches: list
    coverage: list
    services: tuple
    scopes: dict
    dimensions: Dimensions
    subjects: dict
    definitions: list

    def _repr_pretty_(self, printer, _):
        printer.text(f"<{len(self.services)} services and {len(self.records)} records>")


@st.composite
def settings(draw, number):
    """So many companies in one store."""
    companies = [Company(name) for name in "abcdefgh"[:number]]
    found = [record for company in companies for record in draw(records(company))]
    services = tuple(draw(rules(company, service)) for company in companies for service in SERVICES)
    homes = {
        company(service): company(draw(maybe(("payments", "payments", "platform", "shop", "all"))))
        for company in companies
        for service in SERVICES
    }
    parents = {company(team): above and company(above) for company in companies for team, above in PARENTS.items()}
    coverage = [each for company in companies for each in draw(coverages(company))]
    series = draw(every_series())
    subjects = {f"raw {name}": name for name in homes} | {f"raw {team}": f"team/{team}" for team in parents}
    return Setting(
        records=found,
        batches=draw(deliveries(found, coverage)),
        coverage=coverage,
        services=services,
        scopes=scopes(services, homes, parents),
        dimensions=dimensions(services, homes, parents, series, subjects),
        subjects=subjects,
        definitions=draw(definitions(series)),
    )


@st.composite
def rules(draw, company, service):
    """How a service is mapped: deployments from each possible place, incidents from up to two, shared with others."""
    origin = draw(maybe(company.repositories))
    by = draw(maybe(("environment",) * 8 + ("tags", "releases", "merges", "first_parent")))
    patterns = {"environment": ("prod*",), "tags": ("V*",), "releases": ("v1", "v2")}.get(by, ())
    deployments = DeploymentRule(origin=origin, by=by, patterns=patterns)
    reads_commits = by in ("merges", "first_parent")
    return ServiceRule(
        service=company(service),
        changes=origin if reads_commits else draw(maybe((origin,) * 5 + (None,))),
        paths=draw(maybe(((), (), ("api/**",)))),
        deployments=draw(maybe((deployments,) * 5 + (None,))),
        incidents=tuple(draw(incident_rules(pager)) for pager in sorted(draw(st.sets(maybe(company.pagers))))),
        attribution_window=DAY // TICK,
        reopen_within=2 * DAY // TICK,
        hotfixes=draw(maybe(((), ("hotfix*",)))),
        reverts=draw(maybe(((), ("revert*",)))),
        bots=draw(maybe(((), ("*-bot",)))),
        builds=tuple(
            BuildRule(origin=factory, branches=draw(maybe(((), ("main",), ("feature/*", "main")))))
            for factory in sorted(draw(st.sets(maybe(company.factories))))
        ),
        bugs=tuple(draw(bug_rules(tracker)) for tracker in sorted(draw(st.sets(maybe(company.trackers))))),
        releases=draw(maybe((None, None, ReleaseRule(origin=company.repositories[0], versions=("v*",))))),
        open_hours=draw(maybe((None, None, OFFICE, SHIFTS))),
    )


OFFICE = OpenHours(zone=ZONE, week=(((540, 1020),),) * 5 + ((), ()), closed=("2026-03-27",))
SHIFTS = OpenHours(zone=ZONE, week=(((0, 150), (1200, 1440)),) * 7)
"""At night, across the hour that is skipped."""


def bug_rules(tracker):
    return st.builds(
        BugRule,
        origin=st.just(tracker),
        types=maybe((("bug", "defect"), ("bug",), ("*",))),
        labels=maybe(((), (), ("blue", "escaped"))),
        found_in_production=maybe(((), ("escaped",), ("defect", "esc*"))),
        reported_by_customers=maybe(((), ("customer",), ("cust*", "defect"))),
    )


def incident_rules(pager):
    return st.builds(
        IncidentRule,
        origin=st.just(pager),
        severities=maybe(((), ("HIGH",))),
        labels=maybe(((), (), ("b*",))),
        titles=maybe(((), (), ("it *",))),
        outages=maybe(((), ("high",))),
    )


@st.composite
def every_series(draw):
    """All series by name; of the first, the unit is any."""
    rollup, freshness = draw(maybe(("own", "sum"))), draw(maybe((2, 30))) * DAY // TICK
    units = {"cost": draw(maybe(("eur", "eur", "ratio", "seconds"))), "ratio": "ratio", "revenue": "eur"}
    return {
        name: Series(
            name=name,
            origin=draw(maybe((None,) * 6 + ("files:a",))),
            unit=units.get(name, "count"),
            rollup=rollup,
            freshness=freshness,
        )
        for pair in PAIRS
        for name in pair
    }


@st.composite
def definitions(draw, series):
    """Every measure of events, every way to read a series, what is made of two of them, and a survey."""
    spans = maybe(("median", "mean", "p75", "p85", "p90"))
    common = {"window": WINDOW, "freshness": DAY // TICK, "zone": ZONE}
    delivery = [
        Definition(measure=measure, unit=unit, statistic=draw(statistic), min_samples=draw(st.integers(0, 2)), **common)
        for measure, unit, statistic in (
            ("deployment_frequency", "per_day", st.just("per_day")),
            ("lead_time_for_changes", "seconds", spans),
            ("change_failure_rate", "ratio", st.just("share")),
            ("time_to_restore", "seconds", spans),
            ("failed_deployment_recovery_time", "seconds", spans),
            ("deployment_rework_rate", "ratio", st.just("share")),
            ("deployment_success_rate", "ratio", st.just("share")),
            ("review_pickup_time", "seconds", spans),
            ("code_review_time", "seconds", spans),
            ("unreviewed_merge_rate", "ratio", st.just("share")),
            ("pull_request_age", "seconds", spans),
            ("build_success_rate", "ratio", st.just("share")),
            ("build_duration", "seconds", spans),
            ("defect_escape_rate", "ratio", st.just("share")),
            ("uptime", "ratio", st.just("share")),
            ("customer_reported_bugs", "count", st.just("count")),
        )
    ]
    simple = tuple(series[name] for name in PAIRS[0])
    single = [
        Definition(measure="observation", unit=one.unit, statistic=each, min_samples=1, series=(one,), **common)
        for each in ("newest", "sum", "mean")
        for one in simple
    ]
    ratio = Definition(measure="quotient", unit="count", statistic="sum", min_samples=1, series=simple, **common)
    least = draw(st.integers(0, 1))
    made_of_two = [
        Definition(
            measure=measure,
            unit="count",
            statistic=each,
            min_samples=least,
            series=tuple(series[name] for name in names),
            within=2 * DAY // TICK,
            **common,
        )
        for measure, each, names in (
            ("test_coverage", "newest", ("ratio", "lines")),
            ("uptime", "share", ("done", "asked")),
            ("feature_adoption_rate", "share", ("done", "asked")),
            ("infrastructure_cost_per_transaction", "sum", ("cost", "visits")),
            ("feature_revenue", "sum", ("revenue", "released")),
            ("engineering_roi", "sum", ("cost", "visits")),
            ("training_completion_rate", "newest", ("done", "asked")),
            ("internal_mobility_rate", "sum", ("moves", "heads")),
            ("retention_rate", "sum", ("moves", "heads")),
            ("hackathon_contributions", "sum", ("moves",)),
        )
    ]
    survey = Survey(
        name="pulse",
        origin=draw(maybe((None,) * 6 + ("files:a",))),
        question=draw(maybe(("", "recommend"))),
        min_group=draw(st.integers(2, 4)),
        freshness=draw(maybe((3, 30))) * DAY // TICK,
    )
    scores = [
        Definition(measure=measure, unit="points", statistic="mean", min_samples=1, survey=survey, **common)
        for measure in ("net_promoter_score", "employee_net_promoter_score")
    ]
    made = Definition(
        measure="arithmetic",
        unit="count",
        statistic="newest",
        min_samples=0,
        expression=draw(maybe(tuple(FORMULAS))),
        operands=(("a", single[2]), ("b", single[3])),
        **common,
    )
    return [*delivery, *single, ratio, made, *made_of_two, *scores]


def below(team, parents):
    """The team and all teams below it."""
    return [team, *(each for child, above in parents.items() if above == team for each in below(child, parents))]


def scopes(services, homes, parents):
    return {
        team: Scope(
            team=team,
            services=tuple(rule for rule in services if homes[rule.service] in below(team, parents)),
            own_services=tuple(service for service, home in homes.items() if home == team),
            children=tuple(child for child, above in parents.items() if above == team),
        )
        for team in parents
    }


def dimensions(services, homes, parents, series, subjects):
    counted = {
        team: [service for service, home in homes.items() if home in below(team, parents)]
        + [f"team/{each}" for each in below(team, parents)]
        for team in parents
    }
    return Dimensions(
        services=services,
        scope=tuple((team, subject) for team, found in counted.items() for subject in found),
        subjects=tuple(
            SubjectPattern(series=one.name, origin=one.origin, raw=raw, subject=subject)
            for one in series.values()
            for raw, subject in subjects.items()
        )
        + tuple(
            SubjectPattern(series="survey/pulse", origin=None, raw=raw, subject=subject)
            for raw, subject in subjects.items()
            if subject.startswith("team/")
        ),
        zones=(ZONE,),
    )


@st.composite
def coverages(draw, company):
    """What has been read: nearly always all of it, up to the end."""
    kinds = ("commit", "change", "deployment", "pull_request", "review")
    spans = {(origin, kind): (None, END) for origin in company.repositories for kind in kinds}
    spans |= {(pager, "incident"): (None, END) for pager in company.pagers}
    spans |= {(factory, "build"): (None, END) for factory in company.factories}
    spans |= {(tracker, "issue"): (None, END) for tracker in company.trackers}
    spans |= {(company.numbers, kind): (None, END) for kind in ("observation", "survey_answer")}
    faults = {
        "history begins late": (START + 6 * DAY, END),
        "history begins with the first period, just fresh at its end": (START + 4 * DAY, START + 7 * DAY),
        "stale at the end of the first period": (None, START + 7 * DAY - TICK),
        "never read": None,
    }
    for pair in draw(st.lists(maybe(list(spans)), max_size=2)):
        spans[pair] = faults[draw(maybe(list(faults)))]
    if draw(maybe((False,) * 7 + (True,))):
        spans = dict.fromkeys(spans, faults[draw(maybe(list(faults)))])
    return [
        Coverage(origin=origin, kind=kind, from_at=span[0], to_at=span[1])
        for (origin, kind), span in spans.items()
        if span
    ]


@st.composite
def deliveries(draw, found, coverage):
    """Batches of records: some first as they looked before, then all of them in any order, one batch of them twice."""
    before = [older(record) for record in draw(st.lists(maybe(found), max_size=4))] if found else []
    final = draw(st.permutations(found))
    size = draw(maybe((1000, 100, 30)))
    batches = [Batch(records=tuple(before), cursor="before")]
    batches += [Batch(records=tuple(final[at : at + size]), cursor=str(at)) for at in range(0, len(final), size)]
    batches += [Batch(records=(), cursor="read", coverage=tuple(coverage))]
    return [*batches, draw(maybe(batches[1:]))]


EARLIER = {
    Deployment: {"status": "running", "finished_at": None, "replaces": ""},
    Incident: {"resolved_at": None, "history": (), "labels": ("blue",)},
    Branch: {"sha": UNKNOWN},
    Change: {"title": "something else", "labels": (), "merge_sha": ""},
    PullRequest: {"merged_at": None, "closed_at": None, "is_draft": True},
    Build: {"status": "running", "finished_at": None},
    Issue: {"type": "Bug", "labels": ("blue",)},
    Observation: {"value": Decimal("7.5")},
}


def older(record):
    """The same record as its system showed it some time ago."""
    return replace(record, **EARLIER.get(type(record), {}))
