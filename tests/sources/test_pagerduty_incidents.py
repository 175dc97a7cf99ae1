"""What PagerDuty's bodies say of an incident, and what its log adds."""

from datetime import UTC, datetime

import pytest

from scorecard_exporter.events.merge import merge
from scorecard_exporter.events.model import Deployment, Incident, Transition
from scorecard_exporter.sources.kit.body import Body, MalformedError
from scorecard_exporter.sources.pagerduty.changes import deployments
from scorecard_exporter.sources.pagerduty.incidents import steps, told, united


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def body(**fields):
    return {
        "id": "P1",
        "status": "triggered",
        "created_at": "2026-05-01T10:00:00Z",
        "service": {"id": "PSHOP"},
        "urgency": "high",
        **fields,
    }


def incident(**fields):
    return told("pager", Body(body(**fields))).incident


def entry(kind, moment, **fields):
    return {"type": f"{kind}_log_entry", "created_at": f"2026-05-01T{moment}:00Z", "incident": body(**fields)}


def with_log(*entries, listed=()):
    log = [step for one in entries for step in steps("pager", Body(one))]
    return united([told("pager", Body(one)) for one in listed], log)


def resolved(moment):
    return Transition(status="resolved", at=at(f"2026-05-01T{moment}"))


def reopened(moment):
    return Transition(status="reopened", at=at(f"2026-05-01T{moment}"))


def test_an_incident_belongs_to_its_service_and_begins_when_it_was_created():
    found = incident(title="Slow\ncheckout", html_url="https://acme.pagerduty.com/incidents/P1")
    assert found == Incident(
        origin="pager:PSHOP",
        key="P1",
        url="https://acme.pagerduty.com/incidents/P1",
        began_at=at("2026-05-01T10:00"),
        severity="high",
        title="Slow checkout",
    )


@pytest.mark.parametrize(
    ("fields", "resolved_at"),
    [
        ({"status": "triggered"}, None),
        ({"status": "acknowledged", "last_status_change_at": "2026-05-01T10:05:00Z"}, None),
        ({"status": "resolved", "resolved_at": "2026-05-01T11:00:00Z"}, at("2026-05-01T11:00")),
        # Bodies of 2022 have no `resolved_at`.
        ({"status": "resolved", "last_status_change_at": "2026-05-01T11:30:00Z"}, at("2026-05-01T11:30")),
        # An old resolution of an incident that is open again is no restoration.
        ({"status": "triggered", "resolved_at": "2026-05-01T11:00:00Z"}, None),
    ],
    ids=["open", "acknowledged is not restored", "resolved", "resolved in 2022", "open again"],
)
def test_only_a_resolved_incident_is_restored(fields, resolved_at):
    assert incident(**fields).resolved_at == resolved_at


@pytest.mark.parametrize(
    ("fields", "severity"),
    [
        ({"priority": {"summary": "P1"}}, "P1"),
        ({"priority": {"name": "SEV-2"}}, "SEV-2"),
        ({"priority": None}, "high"),
        ({"priority": None, "urgency": "low"}, "low"),
        ({"urgency": None}, ""),
    ],
    ids=str,
)
def test_the_severity_is_the_priority_or_else_the_urgency(fields, severity):
    assert incident(**fields).severity == severity


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"id": None}, "id is missing, not a text"),
        ({"created_at": None}, "created_at is missing"),
        ({"created_at": "yesterday"}, "created_at is 'yesterday', not a time"),
        ({"created_at": "2026-05-01T10:00:00"}, "not a time with a zone"),
        ({"service": None}, "the service of the incident is missing"),
        ({"service": "PSHOP"}, "service is 'PSHOP', not an object"),
        ({"status": ["resolved"]}, "status is a list, not a text"),
    ],
    ids=str,
)
def test_an_incident_that_cannot_be_placed_is_refused(fields, message):
    with pytest.raises(MalformedError, match=message):
        incident(**fields)


def test_the_log_adds_the_first_acknowledgement_and_every_resolution():
    end = {"status": "resolved", "resolved_at": "2026-05-01T13:00:00Z"}
    (found,) = with_log(
        entry("trigger", "10:00", **end),
        entry("acknowledge", "10:20", **end),
        entry("unacknowledge", "10:50", **end),
        entry("acknowledge", "10:10", **end),
        entry("resolve", "11:00", **end),
        entry("reopen", "12:00", **end),
        entry("resolve", "13:00", **end),
    )
    assert found.acknowledged_at == at("2026-05-01T10:10")
    assert found.history == (resolved("11:00"), reopened("12:00"), resolved("13:00"))
    assert found.resolved_at == at("2026-05-01T13:00")


@pytest.mark.parametrize(
    ("entries", "fields", "history"),
    [
        ([("resolve", "11:00"), ("trigger", "12:00")], {}, (resolved("11:00"), reopened("12:00"))),
        ([("resolve", "11:00"), ("reopen", "12:00")], {}, (resolved("11:00"), reopened("12:00"))),
        (
            [("resolve", "11:00")],
            {"reopened_at": "2026-05-01T12:00:00Z"},
            (resolved("11:00"), reopened("12:00")),
        ),
        (
            [("resolve", "11:00")],
            {"last_status_change_at": "2026-05-01T12:30:00Z"},
            (resolved("11:00"), reopened("12:30")),
        ),
        ([("resolve", "11:00")], {"last_status_change_at": None}, ()),
        ([("trigger", "10:00"), ("trigger", "10:30")], {}, ()),
    ],
    ids=[
        "triggered after a resolution",
        "an entry of its own",
        "the body says when",
        "the last change of an open incident came after its resolution",
        "a resolution that does not stand and of which no more is known",
        "triggered twice while open",
    ],
)
def test_a_reopened_incident_is_open(entries, fields, history):
    (found,) = with_log(*(entry(kind, moment, **fields) for kind, moment in entries))
    assert (found.resolved_at, found.history) == (None, history)


def test_the_log_shows_an_incident_as_newer_than_the_list():
    """It may be resolved between the two questions."""
    (found,) = with_log(
        entry("resolve", "11:00", status="resolved", resolved_at="2026-05-01T11:00:00Z"), listed=[body()]
    )
    assert found.resolved_at == at("2026-05-01T11:00")


def test_entries_of_no_interest_tell_nothing_and_need_no_incident():
    for kind in ("notify", "assign", "escalate", "annotate", "snooze", "something_new"):
        assert list(steps("pager", Body({"type": f"{kind}_log_entry", "incident": None}))) == []


def test_the_first_acknowledgement_stands_in_whatever_order_it_is_heard_of():
    early, late = (with_log(entry("acknowledge", moment))[0] for moment in ("10:10", "10:40"))
    assert merge(early, late).acknowledged_at == merge(late, early).acknowledged_at == at("2026-05-01T10:10")


def test_a_resolution_that_is_read_before_the_acknowledgement_is_not_lost():
    """History is read newest first: a month ends with the resolution, the month before has the acknowledgement."""
    end = {"status": "resolved", "resolved_at": "2026-05-01T11:00:00Z"}
    (newer,) = with_log(entry("resolve", "11:00", **end))
    (older,) = with_log(entry("acknowledge", "10:10", **end), listed=[body(**end)])
    (both,) = with_log(entry("acknowledge", "10:10", **end), entry("resolve", "11:00", **end))
    assert merge(newer, older) == both


def change(**fields):
    return list(
        deployments(
            "pager",
            Body({"id": "01A", "timestamp": "2026-05-01T10:00:00Z", "services": [{"id": "PSHOP"}], **fields}),
        )
    )


def test_a_change_event_is_a_deployment_of_each_of_its_services():
    found = change(
        services=[{"id": "PSHOP"}, None, {"id": "PCART"}],
        custom_details={"environment": "production", "sha": "abc1234", "version": 7},
        links=[{"text": "no address"}, {"href": "javascript:alert(1)"}, {"href": "https://ci.example/7"}],
    )
    assert [deployment.origin for deployment in found] == ["pager:PSHOP", "pager:PCART"]
    assert found[0] == Deployment(
        origin="pager:PSHOP",
        key="01A",
        url="https://ci.example/7",
        environment="production",
        sha="abc1234",
        version="7",
        finished_at=at("2026-05-01T10:00"),
    )


@pytest.mark.parametrize("details", [None, {}, "by hand", {"environment": None}, {"environment": ["a"], "sha": {}}])
def test_the_environment_of_a_change_event_without_one_is_change_event(details):
    (found,) = change(custom_details=details)
    assert (found.environment, found.sha, found.version, found.status) == ("change-event", "", "", "success")


def test_a_change_event_of_no_service_is_nobodys_deployment():
    assert change(services=[]) == change(services=None) == []
