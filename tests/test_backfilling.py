"""What may be asked of a backfill, and which moments that means."""

from datetime import UTC, datetime, timedelta

import pytest

import two_years
from scorecard_exporter.backfilling import Wanted, past_gauges
from scorecard_exporter.config import load
from scorecard_exporter.errors import ScorecardError, UnknownNameError
from scorecard_exporter.quantities import moment
from scorecard_exporter.store import open_store

NOW = datetime(2026, 6, 30, 14, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)
PLAIN = {"first": None, "last": None, "step": "6h", "labels": (), "scorecard": None, "team": None, "now": NOW}


def wanted(**changed):
    return Wanted.read(**(PLAIN | changed))


@pytest.fixture
def configuration(tmp_path):
    (tmp_path / "scorecard.yaml").write_text(two_years.CONFIGURATION)
    return load(tmp_path / "scorecard.yaml")


@pytest.fixture
def store(configuration):
    opened = open_store(configuration.store)
    opened.dimensions(configuration.dimensions)
    yield opened
    opened.close()


def test_what_is_asked_of_the_running_exporter_is_what_was_asked_for():
    first = wanted(scorecard="engineering", team="payments", labels=["job=a=b", "zone=eu"])
    given = first.parameters()
    again = wanted(
        first=datetime.fromisoformat(given["from"]),
        last=datetime.fromisoformat(given["to"]),
        step=given["step"],
        scorecard=given["scorecard"],
        team=given["team"],
        labels=given["label"],
    )
    assert again == first


def test_unless_said_otherwise_it_is_two_years_until_three_hours_ago():
    moments = [moment(point.ends_at) for point in wanted().points()]
    assert moments[0] == datetime(2024, 6, 30, 12, tzinfo=UTC)
    assert moments[-1] == datetime(2026, 6, 30, 6, tzinfo=UTC)
    assert len(moments) == (moments[-1] - moments[0]) / (6 * HOUR) + 1


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"step": "fortnight"},
            "--step: 'fortnight' is not day, week, month, quarter or a duration of",
        ),
        ({"step": "month"}, "--step: 'month' is not a duration of whole seconds such as 6h or 1d."),
        ({"step": "90.5s"}, "--step: '90.5s' is not a duration of whole seconds such as 6h or 1d."),
        ({"last": NOW - 2 * HOUR}, "--to: the last three hours are Prometheus's own; end before them."),
        (
            {"first": NOW - 5 * HOUR, "last": NOW - 6 * HOUR},
            "--from=2026-06-30T09:20:00+00:00 is not before --to=2026-06-30T08:20:00+00:00.",
        ),
        ({"labels": ["job"]}, "--label: 'job' is not NAME=VALUE, such as job=scorecard."),
        ({"labels": ["__name__=x"]}, "--label: '__name__=x' is not NAME=VALUE, such as job=scorecard."),
        ({"team": "payments"}, "--team needs --scorecard, since a team may have several."),
    ],
)
def test_what_cannot_be_is_refused(changed, message):
    with pytest.raises(ScorecardError) as caught:
        wanted(**changed)
    assert str(caught.value).startswith(message)


def test_an_unknown_scorecard_is_refused_with_those_there_are(configuration, store):
    with pytest.raises(UnknownNameError, match="Did you mean 'engineering'"):
        list(past_gauges(configuration, store, wanted(scorecard="enginering")))


def test_a_company_of_which_nothing_was_read_has_grey_gauges_only(configuration, store):
    document = b"".join(past_gauges(configuration, store, wanted(step="90d"))).decode()
    assert 'scorecard_status{scorecard="engineering",status="grey",team="payments"} 1.0 ' in document
    assert "\nscorecard_measure_value{" not in document
    assert document.endswith("# EOF\n")
