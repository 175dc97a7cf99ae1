"""The example of a software company: its eight promises, its balance, and the spreadsheets that it reads."""

import shutil
from datetime import UTC, datetime
from fractions import Fraction

import pytest

from scorecard_exporter.config import advise, load
from scorecard_exporter.evaluation import take
from scorecard_exporter.polling import Poll
from scorecard_exporter.quantities import instant
from scorecard_exporter.scorecard.standard import Standards
from scorecard_exporter.store import open_store

ENVIRONMENT = {"GITHUB_TOKEN": "a", "GITHUB_WEBHOOK_SECRET": "b", "PAGERDUTY_TOKEN": "c"}
NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
BEGIN, END = datetime(2026, 10, 1, tzinfo=UTC), datetime(2027, 10, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def nimbus(checkout, tmp_path_factory):
    """The configuration, in a folder of its own."""
    folder = tmp_path_factory.mktemp("nimbus") / "saas"
    shutil.copytree(checkout / "examples/saas", folder)
    return load(folder / "scorecard.yaml", ENVIRONMENT)


def measures(configuration):
    return {one.id: one for _, _, one in configuration.scorecards["engineering"].measures()}


PROMISES = [
    ("cost_per_active_user", "<= 0.4 EUR", "<= 0.32 EUR", "a fifth less in a year"),
    ("uptime", ">= 99.95 %", ">= 99.95 %", "all the time"),
    ("critical_customer_bugs", "<= 12", "<= 6", "half as many"),
    ("deployment_frequency", ">= 1/month", ">= 1/week", "monthly to weekly"),
    ("lead_time_for_changes", "<= 14 d", "<= 2 d", "two weeks to two days"),
    ("change_failure_rate", "<= 10 %", "<= 10 %", "not more than a tenth"),
    ("training_completion_rate", ">= 70 %", ">= 100 %", "everybody"),
    ("employee_net_promoter_score", ">= 40", ">= 60", "from 40 to 60"),
]


@pytest.mark.parametrize(("measure", "first", "last", "why"), PROMISES, ids=[row[0] for row in PROMISES])
def test_what_shall_be_better(nimbus, measure, first, last, why):
    """The goal in force when the year begins, and when it is over."""
    found = measures(nimbus)[measure]
    standards = Standards(found, "Europe/Berlin")
    goals = [standards.of("app", instant(at)).goal_text for at in (BEGIN, END)]
    assert goals == [first, last], why


def test_there_is_nothing_to_advise_and_nothing_is_silenced(nimbus):
    """`check --strict` passes."""
    assert advise(nimbus, instant(NOW)) == []
    assert nimbus.silenced == {}


def test_everything_that_is_red_would_have_somebody(nimbus):
    """Each measure has an owner; each promise that moves has an initiative with somebody, something and a date."""
    assert all(all(one.owners.get(team) for team in one.teams) for one in measures(nimbus).values())
    for initiative in nimbus.initiatives.values():
        assert initiative.owner
        assert initiative.resources
        assert initiative.due
        assert initiative.due > NOW


SHEETS = {
    "helpdesk/october.csv": "Ticket,Team,Opened,Text\n7,app,2026-11-03 09:00,down\n8,billing,2026-11-20 10:00,wrong\n",
    "people/training.csv": "series,subject,unit,value,at\n"
    "training_assigned,app,count,40,2026-11-01T00:00:00Z\ntraining_completed,app,count,30,2026-11-01T00:00:00Z\n",
    "people/heads.csv": "series,subject,unit,value,at\n"
    "headcount,app,count,10,2025-11-01T00:00:00Z\nheadcount,app,count,10,2026-11-01T00:00:00Z\n"
    "departures,app,count,1,2026-05-01T00:00:00Z\n",
    "finance/november.csv": "series,subject,unit,value,starts_at,ends_at\n"
    "value_delivered,engineering,eur,3000,2026-08-01T00:00:00Z,2026-12-01T00:00:00Z\n"
    "engineering_cost,engineering,eur,2000,2026-08-01T00:00:00Z,2026-12-01T00:00:00Z\n",
    "product/features.csv": "series,subject,unit,value,at,starts_at,ends_at\n"
    "feature_released,Gift cards,count,1,2026-10-01T00:00:00Z,,\n"
    "feature_revenue,Gift cards,eur,500,2026-11-10T00:00:00Z,,\n"
    "feature_users,Gift cards,count,30,,2026-10-01T00:00:00Z,2026-10-31T00:00:00Z\n"
    "feature_targeted,Gift cards,count,100,,2026-10-01T00:00:00Z,2026-10-31T00:00:00Z\n",
    "customers/autumn.csv": "Company,Quarter,Closed,How likely are you to recommend us?\n"
    + "".join(f"Client {place},2026-Q3,2026-10-15 18:00,{answer}\n" for place, answer in enumerate((10, 9, 9, 8, 3))),
}
FROM_SHEETS = {
    "critical_customer_bugs": Fraction(2),
    "training_completion_rate": Fraction(3, 4),
    "retention_rate": Fraction(9, 10),
    "engineering_roi": Fraction(1, 2),
    "feature_revenue": Fraction(500),
    "feature_adoption_rate": Fraction(3, 10),
    "net_promoter_score": Fraction(40),
}
"""By hand: 30 of 40; one of ten left; 3,000 for 2,000; 30 of 100; three promoters and one detractor of five."""


@pytest.fixture(scope="module")
def taken(nimbus):
    """What is measured when only the spreadsheets and exports are there, as the README describes them."""
    for name, text in SHEETS.items():
        path = nimbus.path.parent / "exports" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    store = open_store(nimbus.store)
    store.dimensions(nimbus.dimensions)
    for name in ("finance", "product", "helpdesk", "people", "customer-survey"):
        source = nimbus.sources[name].build(name, str(nimbus.path.parent))

        def write(deliveries, name=name):
            assert [problem for _, batch in deliveries for problem in batch.problems] == []
            store.write(name, *deliveries)

        Poll(source, {}, write, now=lambda: NOW).run()
    store.link()
    yield take(nimbus, store, instant(NOW))
    store.close()


@pytest.mark.parametrize("measure", FROM_SHEETS)
def test_the_spreadsheets_are_read(taken, measure):
    """Each measure that is counted by hand has its value."""
    (whole,) = [card for card in taken.scorecards if card.team == "engineering"]
    (found,) = [status for _, _, status in whole.measures() if status.measure.id == measure]
    assert found.reading.value == FROM_SHEETS[measure], found.absence
