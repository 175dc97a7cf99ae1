"""Prometheus: totals that grow by what services did, by instant and by range, and alerts."""

import pytest
from examples.acme.company.moments import DAY, HOUR
from examples.acme.systems.prometheus.promql import parse, seconds

API = "/prometheus/api/v1"


@pytest.fixture
def query(ask):
    def send(text, at):
        response = ask.get(f"{API}/query", params={"query": text, "time": at})
        assert response.status_code == 200, response.text
        return {tuple(row["metric"].values()): float(row["value"][1]) for row in response.json()["data"]["result"]}

    return send


def test_a_bearer_is_needed(ask):
    """401 in plain text."""
    assert ask.get(f"{API}/query?query=1", headers={"Authorization": "Bearer wrong"}).status_code == 401


def test_an_increase_over_whole_days_is_exact(query, small):
    """What a service did on the days in between."""
    begin, end = small.starts_at + 3 * DAY, small.starts_at + 10 * DAY
    found = query("sum by (service) (increase(acme_requests_total[7d]))", end)
    days = {name: [day for day in days if begin <= day.at < end] for name, days in small.days.items()}
    assert found == {(name,): sum(day.requests for day in each) for name, each in days.items()}


def test_a_share_of_two_sums(query, small):
    """Of all services together."""
    end = small.starts_at + 30 * DAY
    found = query("sum(increase(acme_requests_good_total[30d])) / sum(increase(acme_requests_total[30d]))", end)
    chosen = [day for days in small.days.values() for day in days if day.at < end]
    assert found[()] == pytest.approx(sum(day.good_requests for day in chosen) / sum(day.requests for day in chosen))


def test_a_range_has_a_point_a_step(ask, small):
    """From the first moment to the last, both included."""
    begin = small.starts_at + 2 * DAY
    query = {
        "query": 'increase(acme_infrastructure_cost_eur_total{service="basket"}[1d])',
        "start": begin,
        "end": begin + 4 * DAY,
        "step": "1d",
    }
    (row,) = ask.get(f"{API}/query_range", params=query).json()["data"]["result"]
    days = [day for day in small.days["basket"] if begin - DAY <= day.at < begin + 4 * DAY]
    assert row["metric"] == {"service": "basket", "team": "checkout"}
    assert row["values"] == [[day.at + DAY, str(day.cost)] for day in days]


def test_a_form_may_be_posted(ask, small):
    """For long expressions."""
    body = ask.post(f"{API}/query", data={"query": "acme_active_users", "time": small.now}).json()
    assert len(body["data"]["result"]) == len(small.services)


def test_alerts_fire_while_incidents_last(query, small):
    """One series an incident, from its beginning to its resolution."""
    one = next(one for one in small.incidents if len(one.steps) == 1)
    others = [each for each in small.incidents if each.service == one.service and each is not one]
    assert not any(
        each.began_at <= (one.resolved_at or 0) and (each.resolved_at or 0) >= one.began_at for each in others
    )
    text = f'ALERTS{{alertstate="firing", service="{one.service}"}}'
    moments = (one.began_at - 1, one.began_at, one.steps[0].at - 1, one.steps[0].at)
    assert [len(query(text, at)) for at in moments] == [0, 1, 1, 0]


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("query", {"query": "sum("}),
        ("query", {"query": "acme{"}),
        ("query", {"query": ""}),
        ("query_range", {"query": "1", "start": 0, "end": 12_000, "step": 1}),
        ("query_range", {"query": "1", "start": 10, "end": 0, "step": 1}),
    ],
)
def test_what_is_refused(ask, path, query):
    """With 400 and a reason: what cannot be read, more than 11,000 points, a range that runs backwards."""
    response = ask.get(f"{API}/{path}", params=query)
    assert (response.status_code, response.json()["errorType"]) == (400, "bad_data")


def test_an_unknown_metric_has_no_series(query, small):
    """And is no error."""
    assert query("nothing_at_all", small.now) == {}


@pytest.mark.parametrize(("text", "expected"), [("5m", 300), ("1d12h", 36 * HOUR), ("90", 90), ("1.5", 1)])
def test_durations(text, expected):
    """As Prometheus writes them, or in seconds."""
    assert seconds(text) == expected


def test_numbers_are_computed_in_order():
    """Products before sums."""
    assert parse("1 + 2 * 3 - 4 / 2")(None, 0) == 5.0
