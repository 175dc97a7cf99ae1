"""A hand-made scorecard with every state that a page can be asked to show, and an exporter that serves it."""

import asyncio
import json
import math
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from prometheus_client import CollectorRegistry, Gauge

from scorecard_exporter.config import advise
from scorecard_exporter.config.model import (
    Anchors,
    Configuration,
    Exposition,
    Initiative,
    Measure,
    Objective,
    Perspective,
    Scorecard,
    Target,
    TargetPoint,
)
from scorecard_exporter.errors import NoReviewError
from scorecard_exporter.evaluation import find_scorecard, narrowed
from scorecard_exporter.exposition.cache import render
from scorecard_exporter.measures.below import Below
from scorecard_exporter.measures.chain import Link
from scorecard_exporter.measures.change import Change
from scorecard_exporter.measures.inquiry import Inquiry
from scorecard_exporter.measures.left_out import LeftOut
from scorecard_exporter.measures.model import Absence, Definition, Part, Period, Reading, Sample, Series
from scorecard_exporter.quantities import instant
from scorecard_exporter.report.notes import read_notes
from scorecard_exporter.report.review import Material, review_document
from scorecard_exporter.report.writing import Meeting, ReviewQuestion
from scorecard_exporter.scorecard.advice import advise_on_numbers
from scorecard_exporter.scorecard.explanation import explain
from scorecard_exporter.scorecard.history import collect
from scorecard_exporter.scorecard.model import (
    MeasureStatus,
    ObjectiveStatus,
    PerspectiveStatus,
    ScorecardStatus,
    Snapshot,
)
from scorecard_exporter.scorecard.periods import Point
from scorecard_exporter.scorecard.review_periods import ReviewPeriod, months_until
from scorecard_exporter.scorecard.standard import Standard
from scorecard_exporter.scorecard.wording import goal_text
from scorecard_exporter.store.base import Dimensions, KeptReview
from scorecard_exporter.web.app import create_app

SECOND = 1_000_000
DAY = 86_400 * SECOND
AT = instant(datetime(2026, 6, 30, 12, tzinfo=UTC))
HOSTILE = "<script>alert(1)</script>\"'&{{ 7 * 7 }}"
DOMAIN = {"ratio": (Fraction(0), Fraction(1)), "points": (Fraction(-100), Fraction(100))}

UNMAPPED = Absence(
    "missing",
    "no_deployments",
    "No deployment to an environment matching `production`; environments seen: `prod` (132), `staging` (80).",
    "Set `environment: prod` for service checkout.",
)
STALE = Absence("stale", "unread", "Source acme-pager has not been read for 31 hours.", "Look at its error in the log.")
FEW = Absence("insufficient", "few_samples", "3 samples, at least 5 are needed.", "Wait, or lower `min_samples`.")
NO_TARGET = Absence("not_applicable", "no_target", "There is no target to judge it by.", "Set `goal` and `red`.")
CALM = Absence("not_applicable", "nothing_to_restore", "No deployment failed in the window.")

AUTOMATION = Initiative(
    id="test-automation",
    title="Automate the release tests",
    measures=(("engineering", "lead_time_for_changes"),),
    owner="qa@acme.example",
    due=datetime(2026, 12, 1, tzinfo=UTC),
    resources="two engineers",
    done=Fraction(2, 5),
)


# A row of a table reads best without a name before every cell.
def item(id_, title, unit, status, score, value, goal, red, **more):
    """A judged measure; `more`: owner, previous, days (in this status), absence, parts, weight, critical, …"""
    goal, red = Fraction(goal), Fraction(red)
    better = "lower" if goal < red else "higher"
    absence, previous, days = more.get("absence"), more.get("previous"), more.get("days", 12)
    definition = Definition(
        measure=more.get("measure", "observation"),
        unit=unit,
        statistic=more.get("statistic", "newest"),
        window=30 * DAY,
        min_samples=5,
        freshness=DAY,
        zone="Europe/Berlin",
        series=() if "measure" in more else (Series(name=id_, origin=None, unit=unit),),
    )
    anchors = None if absence == NO_TARGET else Anchors(red=red, goal=goal, worst=2 * red - goal, best=2 * goal - red)
    target = Target(points=(TargetPoint(at=None, anchors=anchors),), axis="linear", better=better) if anchors else None
    goal_words = goal_text(target, anchors, unit) if target else ""
    reading = Reading(
        definition=definition,
        team="payments",
        period=Period(AT - 30 * DAY, AT),
        value=None if value is None else Fraction(value),
        samples=0 if value is None else more.get("samples", 132),
        newest_at=None if value is None else AT - 3600 * SECOND,
        interval=more.get("interval"),
        parts=more.get("parts", {}),
        absence=None if absence == NO_TARGET else absence,
        provisional_until=more.get("provisional_until"),
        notes=more.get("notes", ()),
    )
    return MeasureStatus(
        measure=Measure(
            id=id_,
            definition=definition,
            title=title,
            description=more.get("description", ""),
            better=better,
            indicator=more.get("indicator", "lagging"),
            target=target,
            domain=DOMAIN.get(unit, (Fraction(0), None)),
            weight=Fraction(more.get("weight", 1)),
            critical=more.get("critical", False),
            teams=tuple(team for team, *_ in TEAMS),
        ),
        team="payments",
        owner=more.get("owner", "platform@acme.example"),
        reading=reading,
        before=None if previous is None else replace(reading, value=Fraction(previous)),
        held_to=Standard(unit=unit, target=target, anchors=anchors, goal_text=goal_words, target_label=goal_words),
        score=score,
        status=status,
        absence=absence,
        trend=more.get("trend"),
        changed_at=None if days is None else AT - int(days * DAY),
        initiatives=more.get("initiatives", ()),
    )


def objective(id_, title, status, score, coverage, *measures, theme="", leads_to=()):
    """An objective, rolled up as given."""
    configured = Objective(
        id=id_, title=title, measures=tuple(one.measure for one in measures), theme=theme, leads_to=leads_to
    )
    return ObjectiveStatus(objective=configured, measures=measures, score=score, coverage=coverage, status=status)


def perspective(id_, title, status, score, coverage, *objectives):
    """A perspective, rolled up as given."""
    configured = Perspective(id=id_, title=title, objectives=tuple(one.objective for one in objectives))
    return PerspectiveStatus(
        perspective=configured, objectives=objectives, score=score, coverage=coverage, status=status
    )


def seconds(number):
    """A part of a lead time."""
    return Part(Fraction(number), "seconds")


def perspectives():
    """Four sides, sixteen measures, all states."""
    return (
        perspective(
            "business-value",
            "Business Value",
            "yellow",
            0.52,
            1.0,
            objective(
                "efficient-growth",
                "Grow without growing the bill",
                "yellow",
                0.52,
                1.0,
                item(
                    "cost_per_transaction",
                    "Infrastructure cost per transaction",
                    "eur",
                    "yellow",
                    0.45,
                    "0.027",
                    "0.02",
                    "0.04",
                    previous="0.026",
                    trend="worse",
                    owner="cfo@acme.example",
                ),
                item(
                    "feature_revenue",
                    "Feature revenue",
                    "eur",
                    "green",
                    0.71,
                    412_000,
                    400_000,
                    300_000,
                    previous=380_000,
                    trend="better",
                ),
                item(
                    "engineering_roi",
                    "Return on engineering",
                    "ratio",
                    "red",
                    0.21,
                    "0.04",
                    "0.3",
                    "0.1",
                    previous="0.04",
                    trend="same",
                    days=41,
                    owner="cto@acme.example",
                ),
                theme="deliver",
            ),
        ),
        perspective(
            "customer-outcomes",
            "Customer Outcomes",
            "green",
            0.74,
            0.75,
            objective(
                "customer-trust",
                "Customers can rely on us",
                "green",
                0.74,
                0.6,
                item(
                    "uptime",
                    "Uptime",
                    "ratio",
                    "green",
                    0.81,
                    "0.9997",
                    "0.9995",
                    "0.995",
                    critical=True,
                    previous="0.9991",
                    trend="better",
                    days=90,
                ),
                item(
                    "customer_reported_bugs",
                    "Bugs reported by customers per release",
                    "count",
                    "grey",
                    None,
                    None,
                    2,
                    5,
                    absence=STALE,
                    days=1.3,
                    owner="support@acme.example",
                ),
                item(
                    "net_promoter_score",
                    "Net promoter score",
                    "points",
                    "yellow",
                    0.58,
                    37,
                    40,
                    20,
                    samples=214,
                    previous=31,
                    trend="better",
                ),
                theme="trust",
                leads_to=("efficient-growth",),
            ),
            objective(
                "adoption",
                "What we ship is used",
                "green",
                0.7,
                1.0,
                item(
                    "feature_adoption_rate",
                    "Adoption of new features within 30 days of release",
                    "ratio",
                    "green",
                    0.7,
                    "0.43",
                    "0.4",
                    "0.2",
                    days=0.01,
                ),
                theme="deliver",
            ),
        ),
        perspective(
            "engineering-excellence",
            "Engineering Excellence",
            "yellow",
            0.666,
            0.86,
            objective(
                "faster-delivery",
                "Shorten the way to production",
                "yellow",
                0.56,
                1.0,
                item(
                    "deployment_frequency",
                    "Deployment frequency",
                    "per_day",
                    "green",
                    0.88,
                    "2.4",
                    1,
                    "1/7",
                    measure="deployment_frequency",
                    statistic="per_day",
                    previous="1.9",
                    trend="better",
                    indicator="leading",
                ),
                item(
                    "lead_time_for_changes",
                    "Lead time for changes",
                    "seconds",
                    "red",
                    0.24,
                    700_000,
                    86_400,
                    604_800,
                    measure="lead_time_for_changes",
                    statistic="median",
                    previous=500_000,
                    trend="worse",
                    days=19,
                    indicator="leading",
                    initiatives=(AUTOMATION,),
                    description="From the first commit of a change until it runs in production.",
                    parts={
                        "coding": seconds(250_000),
                        "pickup": seconds(190_000),
                        "review": seconds(90_000),
                        "deploy": seconds(280_000),
                        "p90": seconds(1_400_000),
                        "mean": seconds(810_000),
                        "share_approximate": Part(Fraction(3, 100), "ratio"),
                    },
                ),
                theme="deliver",
                leads_to=("customer-trust", "adoption"),
            ),
            objective(
                "safer-delivery",
                "Break less, and mend it soon",
                "green",
                0.71,
                0.67,
                item(
                    "change_failure_rate",
                    "Change failure rate",
                    "ratio",
                    "green",
                    0.69,
                    "6/140",
                    "0.05",
                    "0.15",
                    measure="change_failure_rate",
                    statistic="share",
                    interval=(0.021, 0.085),
                    samples=140,
                    previous="0.06",
                    trend="better",
                    parts={"failed": Part(Fraction(6), "count"), "deployments": Part(Fraction(140), "count")},
                    provisional_until=AT + DAY,
                ),
                item(
                    "failed_deployment_recovery_time",
                    "Failed deployment recovery time",
                    "seconds",
                    "grey",
                    None,
                    None,
                    3600,
                    86_400,
                    measure="failed_deployment_recovery_time",
                    statistic="median",
                    absence=CALM,
                    days=None,
                ),
                item(
                    "deployment_rework_rate",
                    "Deployment rework rate",
                    "ratio",
                    "grey",
                    None,
                    None,
                    "0.1",
                    "0.2",
                    measure="deployment_rework_rate",
                    statistic="share",
                    absence=FEW,
                ),
                item(
                    "deployment_success_rate",
                    "Deployment success rate",
                    "ratio",
                    "grey",
                    None,
                    None,
                    "0.98",
                    "0.9",
                    measure="deployment_success_rate",
                    statistic="share",
                    absence=UNMAPPED,
                ),
                theme="trust",
            ),
        ),
        perspective(
            "team-capability",
            "Team Capability",
            "green",
            0.7,
            0.8,
            objective(
                "skilled-people",
                "Everybody is trained and wants to stay",
                "green",
                0.7,
                0.8,
                item(
                    "training_completion_rate",
                    "Training completion rate",
                    "ratio",
                    "green",
                    0.73,
                    "0.92",
                    "0.9",
                    "0.6",
                    previous="0.92",
                    trend="same",
                    notes=("2 of 3 services current.",),
                ),
                item(
                    "employee_net_promoter_score",
                    "Employee net promoter score",
                    "points",
                    "yellow",
                    0.61,
                    18,
                    20,
                    0,
                    owner="people-and-culture-leadership-group@engineering.acme.example",
                ),
                item(
                    "hackathon_contributions",
                    "Hackathon contributions",
                    "count",
                    "grey",
                    None,
                    7,
                    1,
                    0,
                    absence=NO_TARGET,
                    weight=0,
                ),
                theme="trust",
                leads_to=("faster-delivery", "safer-delivery"),
            ),
        ),
    )


def scorecard_status(id_, title, team, team_title, parent, status, score, sides, teams):
    """A scorecard for one team."""
    configured = Scorecard(
        id=id_,
        title=title,
        teams=teams,
        perspectives=tuple(side.perspective for side in sides),
        themes={"deliver": "Deliver value continuously", "trust": "Be there when customers need us"},
        zone="Europe/Berlin",
        review="quarterly",
    )
    return ScorecardStatus(
        scorecard=configured,
        team=team,
        team_title=team_title,
        parent=parent,
        perspectives=sides,
        score=score,
        coverage=0.85,
        status=status,
    )


def earlier(card, point, number):
    """The scorecard as it was at a point: the more points lie before it, the larger are its values."""

    def then(status):
        reading = status.reading
        period = Period(reading.period.starts_at if point.starts_at is None else point.starts_at, point.ends_at)
        value = None if reading.value is None or number == 7 else reading.value * (10 + number) / 30
        return status._replace(reading=replace(reading, value=value, period=period))

    def of(objective):
        return objective._replace(measures=tuple(map(then, objective.measures)))

    sides = tuple(side._replace(objectives=tuple(map(of, side.objectives))) for side in card.perspectives)
    return replace(card, perspectives=sides)


TEAMS = (
    ("engineering", "Engineering", "", "yellow", 0.62),
    ("payments", "Payments", "engineering", "green", 0.71),
    ("checkout", "Checkout", "payments", "red", 0.31),
    ("catalog & search", HOSTILE, "engineering", "grey", None),
)


@pytest.fixture(scope="session")
def snapshot() -> Snapshot:
    """Two scorecards, the first with four teams in a tree of three levels."""
    sides, names = perspectives(), tuple(team for team, *_ in TEAMS)
    first = [
        scorecard_status("engineering", "Engineering scorecard", team, title, parent, status, score, sides, names)
        for team, title, parent, status, score in TEAMS
    ]
    second = scorecard_status(
        "platform", "Platform scorecard", "engineering", "Engineering", "", "green", 0.7, sides[:1], ("engineering",)
    )
    return Snapshot(at=AT, scorecards=(*first, second))


def inquiry(status, samples) -> Inquiry:
    """What the store would have told of a measure: something of everything."""
    reading = status.reading
    if reading.value is None:
        held, broken = Link("source", "holds", "`git` was read."), Link("mapping", "broken", "Nothing matches.")
        return Inquiry(chain=(held, broken, Link("samples", "not_reached")))
    parts = {name: replace(reading, team=name) for name in ("payments", HOSTILE)}
    return Inquiry(
        newest=tuple(samples),
        worst=tuple(samples[:2]),
        change=Change("noise", (-1.5, math.inf)),
        left_out=(LeftOut("bots", 1200, "pull requests of `bots`"),),
        below=Below(whole=reading, children=parts, services=parts),
    )


@dataclass
class FakeExporter:
    """An exporter that has this snapshot; `refusal` is what a reload says."""

    configuration: Configuration
    snapshot: Snapshot | None
    rendered: object
    registry: CollectorRegistry
    starting: str = ""
    notices: tuple[str, ...] = ()
    refusal: Exception | None = None
    has_trends: bool = False
    asked: list = field(default_factory=list)
    kept: list = field(default_factory=list)

    async def evaluate(self, at):
        self.asked.append(at)
        return Snapshot(at=instant(at), scorecards=self.snapshot.scorecards)

    async def advice(self):
        return advise_on_numbers(self.snapshot, ())

    async def explain(self, scorecard, measure, team, at):
        taken = self.snapshot if at is None else await self.evaluate(at)
        status = find_scorecard(taken, scorecard, team)
        found = {one.measure.id: one for _, _, one in status.measures()}[measure]
        samples = [] if found.reading.value is None else SAMPLES
        return explain(found, status, taken.at, inquiry(found, samples), {})

    async def history(self, question):
        self.asked.append(question)
        cards = narrowed(self.configuration, question.scorecard, question.team, question.measure).scorecards
        wanted = set(cards[question.scorecard].teams)
        ids = {measure.id for _, _, measure in cards[question.scorecard].measures()}
        found = collect(self.past(question.scorecard, wanted, question.points))
        for team in found.teams.values():
            for measure in team.measures.keys() - ids:
                del team.measures[measure]
        return found

    def trends(self, scorecard, team):
        asyncio.get_running_loop()  # it may start work that belongs to the loop
        if not self.has_trends:
            return None
        points = [Point(AT - weeks * 7 * DAY) for weeks in range(20, 0, -1)]
        return collect(self.past(scorecard, {team}, points))

    def past(self, scorecard, teams, points):
        """Earlier snapshots: values rise, and a week in the middle of them has none."""
        for number, point in enumerate(points):
            cards = (one for one in self.snapshot.scorecards if one.scorecard.id == scorecard and one.team in teams)
            yield Snapshot(at=point.ends_at, scorecards=tuple(earlier(one, point, number) for one in cards))

    async def review(self, question):
        self.asked.append(question)
        period = ReviewPeriod.parse(question.period or "2026-Q2", "Europe/Berlin")
        if period.ends_at > AT + DAY:
            raise NoReviewError(f"{period.id} is not over")
        narrowed(self.configuration, question.scorecard, question.team)
        team = question.team or "engineering"
        points = [one.point() for one in months_until(period, 12)]
        months = collect(self.past(question.scorecard, {team}, points)).teams[question.scorecard, team]
        now = find_scorecard(self.snapshot, question.scorecard, team)
        then = earlier(now, points[-4], 2)
        return review_document(
            Material(
                period=period,
                now=now,
                before=then,
                months=months,
                advice=[*advise(self.configuration, AT), *advise_on_numbers(self.snapshot, ())],
                silenced=self.configuration.silenced,
                last=None,
                at=AT,
            )
        )

    async def reviews(self, scorecard):
        narrowed(self.configuration, scorecard)
        return [one for one in self.kept if one.scorecard == scorecard]

    async def record_review(self, question, meeting):
        notes, decisions = read_notes(meeting.notes)
        period = ReviewPeriod.parse(question.period or "2026-Q2", "Europe/Berlin")
        document = json.dumps(await self.review(question))
        kept = KeptReview(
            scorecard=question.scorecard,
            team=question.team or "engineering",
            period=period.id,
            starts_at=period.starts_at,
            ends_at=period.ends_at,
            recorded_at=AT,
            by=meeting.by,
            notes=notes,
            decisions=decisions,
            document=document,
        )
        self.kept.insert(0, kept)
        return kept

    async def reload(self):
        self.asked.append("reload")
        if self.refusal:
            raise self.refusal


def sample(hours, value, key, url, subject="checkout"):
    """One piece of evidence, so many hours old."""
    return Sample(
        subject=subject,
        occurred_at=AT - hours * 3600 * SECOND,
        value=Fraction(value),
        unit="seconds",
        key=key,
        origin="acme-github:acme/checkout",
        url=url,
    )


SAMPLES = [
    sample(1, 700_000, "#1482", "https://github.com/acme/checkout/pull/1482"),
    sample(7, 90_000, "3f786850e387550fdab836ed7e6dc881de23001b", "http://git.acme.example/c/3f78"),
    sample(20, 1_900_000, "javascript", "javascript:alert(1)"),
    sample(30, 420_000, HOSTILE, "", subject=HOSTILE),
]


@pytest.fixture
def exporter(snapshot) -> FakeExporter:
    """A running exporter, as far as the web face can tell."""
    configuration = Configuration(
        path=Path("scorecard.yaml"),
        document="store: duckdb:./data/scorecard.duckdb\nsources:\n  acme-github: {token: !env GITHUB_TOKEN}\n",
        zone=ZoneInfo("UTC"),
        store="duckdb:./data/scorecard.duckdb",
        sources={},
        teams={},
        scopes={},
        dimensions=Dimensions(services=(), scope=(), subjects=(), zones=()),
        scorecards={status.scorecard.id: status.scorecard for status in snapshot.scorecards},
        initiatives={AUTOMATION.id: AUTOMATION},
        exposition=Exposition(),
        evaluation_interval=60.0,
    )
    registry = CollectorRegistry()
    Gauge("exporter_own_metric", "One of the exporter's own.", registry=registry)
    return FakeExporter(configuration, snapshot, render(snapshot, configuration), registry)


@pytest.fixture
def reviewed(exporter) -> FakeExporter:
    """An exporter with a recorded review of each of two teams, one of which has a hostile title."""
    notes = f"We met. {HOSTILE}\n\n# Decisions\n- Wait\n- {HOSTILE}\n"
    for team in ("payments", "catalog & search"):
        question = ReviewQuestion("engineering", team, "2026-Q1")
        asyncio.run(exporter.record_review(question, Meeting("cto@acme.example", notes)))
    return exporter


@pytest.fixture
def starting(exporter) -> FakeExporter:
    """An exporter that has no snapshot yet."""
    exporter.snapshot, exporter.rendered, exporter.starting = None, None, "reading the store"
    return exporter


class Client:
    """Asks a web face without a network; redirects are not followed, so none goes unnoticed."""

    def __init__(self, app):
        self._app = app

    def request(self, method, path, **headers):
        """One request; a header `x_y` is sent as `x-y`."""
        return asyncio.run(
            self._request(method, path, {name.replace("_", "-"): text for name, text in headers.items()})
        )

    def send(self, path, content, **headers):
        """One POST of a form."""
        form = {"content-type": "application/x-www-form-urlencoded"}
        return asyncio.run(self._request("POST", path, form | headers, content))

    def get(self, path, **headers):
        """One GET."""
        return self.request("GET", path, **headers)

    def post(self, path, body):
        """One POST of JSON."""
        return asyncio.run(self._request("POST", path, {"content-type": "application/json"}, body))

    async def _request(self, method, path, headers, body=None):
        transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://exporter.example") as client:
            return await client.request(method, path, headers={"accept": "text/html"} | headers, content=body)


@pytest.fixture
def ask():
    """Makes a client of an exporter's web face; options are those of the application."""
    return lambda exporter, **options: Client(create_app(exporter, **options))
