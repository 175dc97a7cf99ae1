"""A small world for measures: two services of a team below a company, its facts written straight into a real store."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from scorecard_exporter.events.facts import (
    BugFact,
    BuildBranchFact,
    ChangeFact,
    DeploymentFact,
    IncidentFact,
    PullRequestFact,
    ReleaseFact,
)
from scorecard_exporter.events.model import (
    NEVER,
    Batch,
    Build,
    Coverage,
    Deployment,
    Observation,
    SurveyAnswer,
)
from scorecard_exporter.events.rules import BugRule, BuildRule, DeploymentRule, IncidentRule, ServiceRule
from scorecard_exporter.measures.catalogue import CATALOGUE
from scorecard_exporter.measures.evaluate import evaluate
from scorecard_exporter.measures.evidence import evidence
from scorecard_exporter.measures.model import Definition, Period, Scope, Series, Survey
from scorecard_exporter.store.base import Dimensions, SubjectPattern
from scorecard_exporter.store.duckdb import DuckDBStore
from scorecard_exporter.store.records import insert
from scorecard_exporter.store.tables import FACTS, fact_types, from_rows

SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
START = int(BEGIN.timestamp()) * SECOND
END = START + 30 * DAY
KINDS = ("commit", "deployment", "incident", "pull_request", "review", "build", "issue")
SERIES = ("cost", "transactions", "coverage", "lines", "released")


class RecordingStore(DuckDBStore):
    """A real store that remembers what it was asked."""

    statements: list[str]

    def query(self, sql):
        self.statements.append(sql)
        return super().query(sql)


def when(instant):
    return BEGIN + timedelta(microseconds=instant - START)


def service(name, **changed):
    """A service whose roles are read from `git:NAME`, `pager:shared`, `ci:shared` and `jira:shared`."""
    everything = {
        "changes": f"git:{name}",
        "deployments": DeploymentRule(origin=f"git:{name}", by="environment", patterns=("prod*",)),
        "incidents": (IncidentRule(origin="pager:shared"),),
        "builds": (BuildRule(origin="ci:shared"),),
        "bugs": (
            BugRule(
                origin="jira:shared",
                types=("bug",),
                found_in_production=("escaped",),
                reported_by_customers=("customer",),
            ),
        ),
    }
    return ServiceRule(service=name, **(everything | changed))


class World:
    """Team `company` has the children `payments`, with the services `checkout` and `ledger`, and `idle`.

    Moments are microseconds; `at` counts them from the start of the period, which lasts 30 days.
    """

    def __init__(self, store):
        self.store = store
        self.period = Period(START, END)
        self.facts = {table: [] for table in FACTS}
        self.records = []
        self.numbers = iter(range(10_000))
        self.zones = ()
        self.organise(service("checkout"), service("ledger"))

    def keep_days_of(self, zone):
        """The calendar of this zone is known too; days are slow to write, and few tests ask for them."""
        self.zones = (zone,)
        self.organise(*self.scopes["payments"].services)

    @staticmethod
    def at(days=0.0, hours=0.0, micros=0):
        return START + round(days * DAY) + round(hours * HOUR) + micros

    @classmethod
    def moment(cls, days):
        """The same as an aware time, as records have it."""
        return when(cls.at(days))

    @staticmethod
    def service(name, **changed):
        return service(name, **changed)

    @staticmethod
    def define(measure, **changed):
        """The definition of a measure as the catalogue has it, over 30 days, with a freshness of a day."""
        entry = CATALOGUE[measure]
        words = {
            "measure": measure,
            "unit": entry.unit or "count",
            "statistic": entry.statistics[0],
            "window": 30 * DAY,
            "min_samples": 0,
            "freshness": DAY,
        }
        return Definition(**(words | changed))

    @staticmethod
    def series(name="cost", unit="eur", **changed):
        return Series(name=name, **({"origin": None, "unit": unit} | changed))

    def organise(self, *services, subjects=None):
        """These are the services of payments; `subjects`: of every series, raw subject to service or team."""
        everyone = tuple(services)
        names = tuple(one.service for one in everyone)
        self.scopes = {
            "company": Scope(team="company", services=everyone, children=("payments", "idle")),
            "payments": Scope(team="payments", services=everyone, own_services=names),
            "idle": Scope(team="idle", services=()),
        }
        raws = {name: name for name in names} | {team: f"team/{team}" for team in self.scopes}
        teams = [
            SubjectPattern(series="survey/pulse", origin=None, raw=team, subject=f"team/{team}") for team in self.scopes
        ]
        self.store.dimensions(
            Dimensions(
                services=everyone,
                scope=tuple(
                    (team, subject)
                    for team, below in (("company", ("company", "payments", "idle")), ("payments", ("payments",)))
                    for subject in (*names, *(f"team/{one}" for one in below))
                ),
                subjects=tuple(
                    SubjectPattern(series=series, origin=None, raw=raw, subject=subject)
                    for series in SERIES
                    for raw, subject in (raws if subjects is None else subjects).items()
                )
                + tuple(teams),
                zones=self.zones,
            )
        )

    def deployed(self, finished_at, name="checkout", **changed):
        key = f"d{next(self.numbers)}"
        fact = DeploymentFact(
            service=name,
            origin=f"git:{name}",
            key=key,
            url=f"https://example.com/{key}",
            environment="production",
            version="",
            sha="",
            status="success",
            started_at=None,
            finished_at=finished_at,
            is_rollback=0,
            is_repeat=0,
            is_rework=0,
            changes=0,
            failed=0,
            failed_by="",
            failed_at=None,
            recovered_at=None,
        )
        self.facts["service_deployments"].append(fact._replace(**changed))

    def failed(self, finished_at, recovered_at=NEVER, by="incident", **changed):
        """A deployment that failed an hour after it finished."""
        failure = {"failed": 1, "failed_by": by, "failed_at": finished_at + HOUR, "recovered_at": recovered_at}
        self.deployed(finished_at, **(failure | changed))

    def shipped(self, authored_at, shipped_at, name="checkout", **changed):
        """A pull request; stages as given, else all is coding."""
        key = f"c{next(self.numbers)}"
        fact = ChangeFact(
            service=name,
            origin=f"git:{name}",
            key=key,
            type="pull_request",
            url="",
            first_authored_at=authored_at,
            ready_at=shipped_at,
            reviewed_at=shipped_at,
            merged_at=shipped_at,
            shipped_at=shipped_at,
            deployment="d",
            is_approximate=0,
            is_bot=0,
            is_revert=0,
            is_hotfix=0,
        )
        self.facts["service_changes"].append(fact._replace(**changed))

    def incident(self, began_at, resolved_at=NEVER, name="checkout", **changed):
        key = f"i{next(self.numbers)}"
        fact = IncidentFact(
            service=name,
            origin="pager:shared",
            key=key,
            url="",
            severity="",
            began_at=began_at,
            resolved_at=resolved_at,
            deployment="",
            is_explicit=0,
        )
        self.facts["service_incidents"].append(fact._replace(**changed))

    def requested(self, ready_at, reviewed_at=NEVER, merged_at=NEVER, closed_at=None, name="checkout", **changed):
        """A pull request; closed when it was merged, unless said otherwise."""
        fact = PullRequestFact(
            service=name,
            origin=f"git:{name}",
            key=f"p{next(self.numbers)}",
            url="",
            ready_at=ready_at,
            reviewed_at=reviewed_at,
            merged_at=merged_at,
            closed_at=merged_at if closed_at is None else closed_at,
            pickup=0 if reviewed_at == NEVER else reviewed_at - ready_at,
            is_bot=0,
            is_draft=0,
        )
        self.facts["service_pull_requests"].append(fact._replace(**changed))

    def built(self, finished_at, took=HOUR, status="success", branch="main", key=None):
        """A build of `ci:shared`; those of the branch main are counted, for both services."""
        if not self.facts["service_build_branches"]:
            pairs = [BuildBranchFact(name, "ci:shared", "main") for name in ("checkout", "ledger")]
            self.facts["service_build_branches"] += pairs
        self.records.append(
            Build(
                origin="ci:shared",
                key=key or f"b{next(self.numbers)}",
                branch=branch,
                status=status,
                started_at=when(finished_at - took),
                finished_at=when(finished_at),
            )
        )

    def bug(self, opened_at, name="checkout", **changed):
        """A bug, neither found in production nor reported by a customer; the service tells both."""
        fact = BugFact(
            service=name,
            origin="jira:shared",
            key=f"J-{next(self.numbers)}",
            url="",
            opened_at=opened_at,
            is_escaped=0,
            tells_escapes=1,
            is_customers=0,
            tells_customers=1,
        )
        self.facts["service_bugs"].append(fact._replace(**changed))

    def released(self, released_at, name="checkout", thing=None):
        key = f"r{next(self.numbers)}"
        self.facts["service_releases"].append(
            ReleaseFact(name, "git:shared", key, "", released_at, thing or f"{name} {key}")
        )

    @staticmethod
    def survey(**changed):
        return Survey(**({"name": "pulse", "origin": None} | changed))

    def answered(self, team, *answers, closes_at, round_="one", question="recommend", origin="files:numbers"):
        """Answers to the survey `pulse` by people of a team."""
        self.records += [
            SurveyAnswer(
                origin=origin,
                key=f"a{next(self.numbers)}",
                survey="pulse",
                round=round_,
                question=question,
                subject=team,
                answer=str(answer),
                closes_at=when(closes_at),
            )
            for answer in answers
        ]

    def observed(self, series, subject, value, starts_at, ends_at=None, unit="", origin="files:numbers"):
        ends_at = starts_at if ends_at is None else ends_at
        self.records.append(
            Observation(
                origin=origin,
                key=f"{series}/{subject}/{starts_at}/{ends_at}",
                series=series,
                subject=subject,
                starts_at=when(starts_at),
                ends_at=when(ends_at),
                value=Decimal(value),
                unit=unit,
            )
        )

    def raw_deployment(self, environment, number, origin="git:checkout"):
        """Deployments as stored, whatever the configuration makes of them."""
        self.records += [
            Deployment(
                origin=origin, key=f"{environment}{one}", environment=environment, finished_at=when(self.at(days=1))
            )
            for one in range(number)
        ]

    def covered(self, origin, kinds=KINDS, since=None, until=END):
        """The source read everything of the origin from `since` (None: the beginning) to `until`."""
        rows = tuple(
            Coverage(origin=origin, kind=kind, from_at=None if since is None else when(since), to_at=when(until))
            for kind in kinds
        )
        self.store.write("source", (f"{origin}{kinds}", Batch(records=(), cursor="", coverage=rows)))

    def everything_covered(self):
        for origin in ("git:checkout", "git:ledger", "pager:shared", "ci:shared", "jira:shared"):
            self.covered(origin)
        self.covered("files:numbers", ("observation", "survey_answer"))

    def flush(self):
        self.store.write("source", ("records", Batch(records=tuple(self.records), cursor="")))
        self.records = []
        with self.store._database.writing() as connection:
            for table, rows in self.facts.items():
                insert(connection, table, from_rows(fact_types(table), [tuple(row) for row in rows]))
                rows.clear()

    def reading(self, definition, team="payments", period=None):
        self.flush()
        (found,) = evaluate(self.store, [definition], self.scopes, [team], [period or self.period])[definition]
        return found[team]

    def evidence(self, definition, team="payments", newest=3, worst=3, better="lower"):
        self.flush()
        return evidence(
            self.store, definition, self.scopes, team, self.period, newest=newest, worst=worst, better=better
        )


@pytest.fixture(scope="session")
def measure_store(tmp_path_factory):
    RecordingStore.statements = []
    store = RecordingStore.open(tmp_path_factory.mktemp("measures") / "scorecard.duckdb")
    yield store
    store.close()


@pytest.fixture
def world(measure_store):
    """A world without any event, of which everything was read to the period's end."""
    with measure_store._database.writing() as connection:
        events = ("deployments", "builds", "incidents", "issues", "pull_requests", "reviews")
        tables = (*events, "observations", "survey_answers", "coverage", "series_subject")
        for table in (*FACTS, *tables):
            connection.execute(f"DELETE FROM {table}")
    measure_store.statements.clear()
    found = World(measure_store)
    found.everything_covered()
    return found
