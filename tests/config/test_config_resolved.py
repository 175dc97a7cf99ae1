"""What a valid configuration becomes: rules of services, scopes of teams, definitions of measures, owners."""

from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from scorecard_exporter.config import load
from scorecard_exporter.events.rules import (
    BugRule,
    BuildRule,
    DeploymentRule,
    IncidentRule,
    OpenHours,
    ReleaseRule,
)
from scorecard_exporter.measures.model import Survey
from scorecard_exporter.store.base import SubjectPattern

HOUR = 3600 * 1_000_000
DAY = 24 * HOUR
BASE = """\
timezone: Europe/Berlin
sources:
  code: {type: git, repositories: {checkout: ../checkout, catalog: ../catalog}}
  data: {type: files, path: data/*.csv}
teams:
  engineering: {owner: cto-office@acme.example}
  shop: {parent: engineering, services: [checkout, catalog]}
  web: {parent: shop, owner: web@acme.example, services: [checkout]}
services:
  checkout:
    changes: git:checkout
    paths: services/**
    deployments: data:deployments
    incidents: [data:incidents, {from: data:pager, severities: sev1, labels: [a, b]}]
    attribution_window: 12h
    bots: ci-*
  catalog: {deployments: {from: code:catalog, tags: "v*"}}
  search: {deployments: {from: code:catalog, first_parent: true}}
  mobile:
    builds: [data:ci, {from: data:nightly, branches: [main, "release/*"]}]
    bugs:
      from: data:issues
      labels: mobile
      found_in_production: escaped
      reported_by_customers: [customer, Complaint]
    releases: {from: data:stores, versions: "v*"}
    incidents: {from: data:pager, outages: [sev1, sev2]}
    open_hours: {timezone: America/New_York, monday: [13:00-17:00, 09:00-12:00], closed: [2026-12-24]}
  tools: {releases: data:stores, bugs: data:issues}
open_hours: {friday: 09:00-15:00}
series:
  cost: {unit: EUR, from: data, rollup: sum, freshness: 100d}
  orders: {unit: count, subjects: {Checkout page: checkout, Whole shop: team/shop, Web: web}}
  coverage: {unit: ratio}
surveys:
  pulse: {from: data, question: Would you?, subjects: {Whole shop: shop, Web*: team/web}, min_group: 7, freshness: 100d}
  users: {}
scorecards:
  main:
    teams: [engineering, web]
    perspectives:
      business-value:
        objectives:
          value:
            measures:
              cost: {series: cost, statistic: sum, better: lower, weight: 0}
              orders: {series: orders, statistic: sum, better: higher, critical: yes, freshness: 2d}
              cost_per_order: {numerator: cost, denominator: orders, goal: 1 EUR, red: 2 EUR, window: 7d}
              margin: {expression: (orders - 1) / orders, goal: 1, red: 0, teams: [web]}
              feature_revenue: {series: cost, releases: orders, within: 60d, better: higher}
              uptime: {numerator: orders, denominator: orders, better: higher}
              net_promoter_score: {survey: users, better: higher}
              employee_net_promoter_score: {survey: pulse, freshness: 30d, better: higher}
      engineering-excellence:
        objectives:
          faster-delivery:
            owner: platform@acme.example
            measures:
              lead_time_p90: {measure: lead_time_for_changes, statistic: p90, window: 90d, min_samples: 3}
              change_failure_rate: {owner: quality@acme.example}
              test_coverage: {series: coverage, weighted_by: orders, better: higher}
              availability: {measure: uptime, better: higher}
initiatives:
  automate-tests: {for: [main/lead_time_p90, main/value], due: 2026-12-01, done: 40%, notes: Half of them run.}
"""


@pytest.fixture
def configuration(tmp_path):
    path = tmp_path / "scorecard.yaml"
    path.write_text(BASE)
    return load(path, {})


@pytest.fixture
def rules(configuration):
    return {rule.service: rule for rule in configuration.dimensions.services}


@pytest.fixture
def measures(configuration):
    return {measure.id: measure for _, _, measure in configuration.scorecards["main"].measures()}


def test_deployments(rules):
    """An origin alone means production environments; tags have patterns, lines of commits none."""
    assert rules["checkout"].deployments == DeploymentRule(
        origin="data:deployments", by="environment", patterns=("prod*", "live")
    )
    assert rules["catalog"].deployments == DeploymentRule(origin="code:catalog", by="tags", patterns=("v*",))
    assert rules["search"].deployments == DeploymentRule(origin="code:catalog", by="first_parent")


def test_changes_by_type_of_source(rules):
    """The only source of a type may be called by it."""
    assert rules["checkout"].changes == "code:checkout"


def test_incidents(rules):
    """An origin alone lets everything through; one pattern needs no list."""
    assert rules["checkout"].incidents == (
        IncidentRule(origin="data:incidents"),
        IncidentRule(origin="data:pager", severities=("sev1",), labels=("a", "b")),
    )


def test_builds_bugs_and_releases(rules):
    """Each has its filters; an origin alone has the defaults."""
    assert rules["mobile"].builds == (
        BuildRule(origin="data:ci"),
        BuildRule(origin="data:nightly", branches=("main", "release/*")),
    )
    assert rules["mobile"].bugs == (
        BugRule(
            origin="data:issues",
            types=("bug", "defect"),
            labels=("mobile",),
            found_in_production=("escaped",),
            reported_by_customers=("customer", "Complaint"),
        ),
    )
    assert rules["mobile"].releases == ReleaseRule(origin="data:stores", versions=("v*",))
    assert rules["mobile"].incidents == (IncidentRule(origin="data:pager", outages=("sev1", "sev2")),)
    assert rules["tools"].releases == ReleaseRule(origin="data:stores", versions=("*",))
    assert rules["tools"].bugs == (BugRule(origin="data:issues", types=("bug", "defect")),)


def test_open_hours(rules):
    """A service's own, else the global ones; minutes of the day in order, Monday first."""
    assert rules["mobile"].open_hours == OpenHours(
        zone="America/New_York", week=(((540, 720), (780, 1020)), (), (), (), (), (), ()), closed=("2026-12-24",)
    )
    assert rules["tools"].open_hours == OpenHours(
        zone="Europe/Berlin", week=((), (), (), (), ((540, 900),), (), ()), closed=()
    )


def test_surveys(configuration, measures):
    """A round is as fresh as the survey says, or the measure; who answered belongs to a team."""
    pulse = Survey(name="pulse", origin="data:", question="Would you?", min_group=7, freshness=30 * DAY)
    definition = measures["employee_net_promoter_score"].definition
    assert (definition.survey, definition.unit, definition.freshness) == (pulse, "points", 30 * DAY)
    users = measures["net_promoter_score"].definition.survey
    assert users == Survey(name="users", origin=None, min_group=5, freshness=365 * DAY)
    patterns = [one for one in configuration.dimensions.subjects if one.series == "survey/pulse"]
    assert [(one.origin, one.raw, one.subject) for one in patterns] == [
        ("data:", "Whole shop", "team/shop"),
        ("data:", "Web*", "team/web"),
    ]
    assert [one.raw for one in configuration.dimensions.subjects if one.series == "survey/users"] == [
        "engineering",
        "shop",
        "web",
    ]


def test_definitions_of_several_series(measures):
    """They are in the order of the catalogue; uptime without any is made of incidents."""
    revenue, coverage = measures["feature_revenue"].definition, measures["test_coverage"].definition
    assert [series.name for series in revenue.series] == ["cost", "orders"]
    assert (revenue.unit, revenue.within) == ("eur", 60 * DAY)
    assert ([series.name for series in coverage.series], coverage.unit) == (["coverage", "orders"], "ratio")
    assert [series.name for series in measures["uptime"].definition.series] == ["orders", "orders"]
    assert measures["availability"].definition.series == ()


def test_service_before_global(rules):
    """What a service says for itself takes the place of what holds for all."""
    assert (rules["checkout"].attribution_window, rules["catalog"].attribution_window) == (12 * HOUR, 24 * HOUR)
    assert rules["checkout"].bots == ("ci-*",)
    assert "*[bot]" in rules["catalog"].bots
    assert rules["catalog"].reopen_within == 7 * DAY


def test_paths_are_read_where_a_service_asks(configuration):
    """A monorepo's service turns on what is otherwise not worth its time."""
    assert configuration.sources["code"].paths is True


def test_scopes(configuration, rules):
    """A team counts its own services and those of all teams below, each once, however often it is named."""
    engineering = configuration.scopes["engineering"]
    assert engineering.services == (rules["catalog"], rules["checkout"])
    assert (engineering.own_services, engineering.children) == ((), ("shop",))
    assert configuration.scopes["web"].services == (rules["checkout"],)


def test_scope_rows(configuration):
    """The same for the store: teams are subjects too, under a name that no service can have."""
    assert set(configuration.dimensions.scope) == {
        *(("engineering", subject) for subject in ("team/engineering", "team/shop", "team/web", "checkout", "catalog")),
        *(("shop", subject) for subject in ("team/shop", "team/web", "checkout", "catalog")),
        *(("web", subject) for subject in ("team/web", "checkout")),
    }
    assert len(configuration.dimensions.scope) == 11


def test_subjects(configuration):
    """Subjects are named like teams unless a mapping says otherwise; a service goes before a team."""
    subjects = [one for one in configuration.dimensions.subjects if one.series in ("cost", "orders")]
    assert [one for one in subjects if one.raw in ("engineering", "Whole shop", "Web")] == [
        SubjectPattern(series="cost", origin="data:", raw="engineering", subject="team/engineering"),
        SubjectPattern(series="orders", origin=None, raw="Whole shop", subject="team/shop"),
        SubjectPattern(series="orders", origin=None, raw="Web", subject="team/web"),
    ]
    assert SubjectPattern(series="orders", origin=None, raw="Checkout page", subject="checkout") in (
        configuration.dimensions.subjects
    )


def test_owner_falls_back(configuration, measures):
    """From measure to objective to team to the team above."""
    assert measures["change_failure_rate"].owners["web"] == "quality@acme.example"
    assert measures["lead_time_p90"].owners["web"] == "platform@acme.example"
    assert measures["cost"].owners == {"engineering": "cto-office@acme.example", "web": "web@acme.example"}
    assert configuration.teams["shop"].owner == "cto-office@acme.example"


def test_definition_of_the_catalogue(measures):
    """What is not given comes from the catalogue; durations are microseconds."""
    p90, rate = measures["lead_time_p90"].definition, measures["change_failure_rate"].definition
    assert (p90.measure, p90.statistic, p90.window, p90.min_samples, p90.unit, p90.zone) == (
        "lead_time_for_changes",
        "p90",
        90 * DAY,
        3,
        "seconds",
        "Europe/Berlin",
    )
    assert (rate.statistic, rate.window, rate.min_samples, rate.freshness) == ("share", 90 * DAY, 5, DAY)


def test_definition_of_observations(measures):
    """The keys tell the kind; unit and freshness come from the series unless the measure says otherwise."""
    cost, orders = measures["cost"].definition, measures["orders"].definition
    assert (cost.measure, cost.unit, cost.freshness, cost.series[0].rollup) == ("observation", "eur", 100 * DAY, "sum")
    assert (orders.unit, orders.freshness, orders.series[0].freshness) == ("count", 2 * DAY, 2 * DAY)


def test_definition_of_a_quotient(measures):
    """Euros by a count are euros; it is as fresh as the older of its series may be."""
    definition = measures["cost_per_order"].definition
    assert (definition.measure, definition.unit, definition.window) == ("quotient", "eur", 7 * DAY)
    assert [series.name for series in definition.series] == ["cost", "orders"]
    assert definition.freshness == 45 * DAY


def test_definition_of_arithmetic(measures):
    """Operands are the definitions of the measures named; counts by counts are a ratio."""
    definition = measures["margin"].definition
    assert (definition.measure, definition.unit) == ("arithmetic", "ratio")
    assert definition.operands == (("orders", measures["orders"].definition),)


def test_people_around_a_measure(measures):
    """Teams default to the scorecard's; a critical measure alerts as critical; an id makes a title."""
    assert measures["cost"].teams == ("engineering", "web")
    assert measures["margin"].teams == ("web",)
    assert (measures["orders"].severity, measures["cost"].severity) == ("critical", "warning")
    assert measures["lead_time_p90"].title == "Lead time p90"
    assert measures["change_failure_rate"].title == "Change failure rate"
    assert measures["cost"].weight == 0


def test_titles_of_perspectives(configuration):
    """The four classic perspectives need no title."""
    assert [one.title for one in configuration.scorecards["main"].perspectives] == [
        "Business Value",
        "Engineering Excellence",
    ]


def test_initiative(configuration):
    """Its measures and objectives are pairs; its date begins in the global zone."""
    initiative = configuration.initiatives["automate-tests"]
    assert initiative.measures == (("main", "lead_time_p90"),)
    assert initiative.objectives == (("main", "value"),)
    assert initiative.notes == "Half of them run."
    assert initiative.due == datetime(2026, 12, 1, tzinfo=ZoneInfo("Europe/Berlin"))
    assert (initiative.title, initiative.done) == ("Automate tests", Fraction(2, 5))


def test_paths_are_meant_from_the_file(configuration, tmp_path):
    """Where the exporter is started from does not matter."""
    assert configuration.store == f"duckdb:{tmp_path / 'data/scorecard.duckdb'}"


def test_an_empty_file_is_valid(tmp_path):
    """Nothing is configured, and nothing is wrong."""
    path = tmp_path / "scorecard.yaml"
    path.write_text("# later\n")
    empty = load(path, {})
    assert (empty.zone.key, empty.evaluation_interval, empty.scorecards) == ("UTC", 60, {})
    assert empty.exposition.parts
