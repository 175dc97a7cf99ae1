"""PagerDuty: windows, offsets, the log, and refusals."""

import pytest
from examples.acme.company.cut import until
from examples.acme.company.moments import DAY, iso, moment
from examples.acme.systems.running import Quotas, Systems

API = "/pagerduty"


def pages(ask, path, name, **query):
    """All pages, as long as there are more."""
    found, more = [], True
    while more:
        response = ask.get(f"{API}/{path}", params={**query, "offset": len(found)})
        assert response.status_code == 200, response.text
        body = response.json()
        found += body[name]
        more = body["more"]
    return found


@pytest.fixture
def paged(small):
    """The incidents of PagerDuty."""
    services = {service.name: service for service in small.services}
    return [one for one in small.incidents if services[one.service].pager]


@pytest.mark.parametrize(
    ("headers", "status"), [({"Authorization": "Token token=wrong"}, 401), ({"Authorization": ""}, 401), ({}, 200)]
)
def test_a_key_is_needed(ask, headers, status):
    """As `Token token=…`."""
    assert ask.get(f"{API}/abilities", headers=headers).status_code == status


def test_incidents_of_six_months_by_pages(ask, small, paged):
    """By creation, in the order of it."""
    query = {"since": iso(small.now - 180 * DAY), "until": iso(small.now), "limit": 7, "sort_by": "created_at:asc"}
    found = pages(ask, "incidents", "incidents", **query)
    assert [body["id"] for body in found] == [one.key for one in paged]
    for body, one in zip(found, paged, strict=True):
        assert moment(body["created_at"]) == one.began_at
        assert (body["status"] == "resolved") == (one.resolved_at is not None)
        assert body["resolved_at"] is None or moment(body["resolved_at"]) == one.resolved_at


def test_without_a_window_only_the_last_month_is_shown(ask, small, paged):
    """And all of it where the range is `all`."""
    assert [body["id"] for body in pages(ask, "incidents", "incidents", limit=100)] == [
        one.key for one in paged if one.began_at >= small.now - 30 * DAY
    ]
    assert len(pages(ask, "incidents", "incidents", limit=100, date_range="all")) == len(paged)


@pytest.mark.parametrize(
    ("since", "zone", "hours"), [("T12:00:00Z", None, 0), ("T12:00:00", "UTC", 0), ("T12:00:00", None, -1)]
)
def test_a_time_without_an_offset_is_in_the_accounts_zone(ask, small, paged, since, zone, hours):
    """Which is Berlin's, here; unless another one is named."""
    day = small.now - small.now % DAY - 20 * DAY
    query = {"since": f"{iso(day)[:10]}{since}", "limit": 100, "is_overview": "true"} | (
        {"time_zone": zone} if zone else {}
    )
    found = pages(ask, "log_entries", "log_entries", **query)
    begin = day + (12 + hours) * 3600
    expected = [
        at
        for one in paged
        for at in (one.began_at, one.acknowledged_at, *(step.at for step in one.steps))
        if at and at >= begin
    ]
    assert len(found) == len([at for at in expected if at < small.now])


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ({"since": "2026-01-01T00:00:00Z", "until": "2026-11-01T00:00:00Z"}, "more than six months"),
        ({"offset": 9_950, "limit": 100}, "beyond ten thousand"),
        ({"sort_by": "mood"}, "no such order"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_refused(ask, query, why):
    """With 400 and a reason."""
    response = ask.get(f"{API}/incidents", params=query)
    assert response.status_code == 400, why
    assert response.json()["error"]["errors"]


@pytest.mark.parametrize(("limit", "shown"), [(None, 25), (10, 10), (1_000, 100)])
def test_a_page_has_twenty_five_and_at_most_a_hundred(ask_whole, limit, shown):
    """Whatever is asked for; the total only on request."""
    query = {"date_range": "all"} | ({"limit": limit} if limit else {})
    body = ask_whole.get(f"{API}/incidents", params=query).json()
    assert (len(body["incidents"]), body["more"], body["total"]) == (shown, True, None)


def test_filters_that_come_several_times(ask, paged, small):
    """Services and states."""
    service = next(one for one in small.services if one.name == paged[0].service)
    query = {
        "date_range": "all",
        "service_ids[]": [service.pager],
        "statuses[]": ["resolved", "triggered"],
        "limit": 100,
    }
    found = ask.get(f"{API}/incidents", params=query).json()["incidents"]
    assert {body["id"] for body in found} == {
        one.key for one in paged if one.service == service.name and (one.resolved_at or not one.acknowledged_at)
    }


def test_the_log_of_the_account_tells_of_every_step(ask, small, paged):
    """The newest first: what was triggered, acknowledged, resolved and reopened; calls only beside the overview."""
    query = {"since": iso(small.starts_at), "until": iso(small.now + 1), "limit": 100}
    entries = pages(ask, "log_entries", "log_entries", is_overview="true", **query)
    moments = [moment(entry["created_at"]) for entry in entries]
    assert moments == sorted(moments, reverse=True)
    seen = {(entry["type"], entry["incident"]["id"], moment(entry["created_at"])) for entry in entries}
    names = {"resolved": "resolve_log_entry", "reopened": "reopen_log_entry"}
    expected = {("trigger_log_entry", one.key, one.began_at) for one in paged}
    expected |= {("acknowledge_log_entry", one.key, one.acknowledged_at) for one in paged if one.acknowledged_at}
    expected |= {(names[step.state], one.key, step.at) for one in paged for step in one.steps}
    assert seen == expected
    assert len(pages(ask, "log_entries", "log_entries", **query)) > len(entries)


def test_a_log_entry_with_its_whole_incident(ask):
    """Where it is asked for."""
    query = {"is_overview": "true", "limit": 1, "since": "2026-09-01T00:00:00Z"}
    short = ask.get(f"{API}/log_entries", params=query).json()["log_entries"][0]["incident"]
    whole = ask.get(f"{API}/log_entries", params={**query, "include[]": "incidents"}).json()["log_entries"][0][
        "incident"
    ]
    assert (short["type"], whole["type"]) == ("incident_reference", "incident")
    assert "status" in whole


def test_acknowledged_is_not_resolved(connect, small, paged):
    """It has a last change of its state, and no resolution."""
    one = next(one for one in paged if one.acknowledged_at and one.resolved_at)
    client = connect(Systems(until(small, one.acknowledged_at + 1)))
    body = client.get(f"{API}/incidents/{one.key}").json()["incident"]
    assert (body["status"], body["resolved_at"]) == ("acknowledged", None)
    assert moment(body["last_status_change_at"]) == one.acknowledged_at


def test_services_and_change_events(ask, small):
    """One service a service; Jenkins tells of its deployments."""
    assert {body["id"] for body in pages(ask, "services", "services")} == {
        one.pager for one in small.services if one.pager
    }
    found = pages(ask, "change_events", "change_events")
    expected = [
        one
        for service in small.services
        if service.pager and service.job
        for one in small.deployments[service.name]
        if one.outcome == "success"
    ]
    assert len(found) == len(expected)
    assert ask.get(f"{API}/change_events?since=2026-11-01T00:00:00%2B01:00").status_code == 400


def test_a_used_up_quota_says_how_many_seconds_to_wait(connect, small, clock):
    """429 with code 2020; the reset is no moment, but seconds."""
    client = connect(Systems(small, clock=clock, quotas=Quotas(pagerduty=1)))
    assert client.get(f"{API}/abilities").headers["ratelimit-remaining"] == "0"
    clock.now += 20
    refused = client.get(f"{API}/abilities")
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, 2020)
    assert refused.headers["ratelimit-reset"] == "40"
