"""News about a thing and what was known of it, in whatever order they arrive; nothing that has happened is undone."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard_exporter.events.merge import merge
from scorecard_exporter.events.model import Build, Change, Deployment, Incident, Issue, PullRequest, Transition

NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)


def at(hours):
    return NINE + timedelta(hours=hours)


def deployment(status="", **fields):
    return Deployment(**{"origin": "s:t", "key": "1", "environment": "live", "status": status, **fields})


def build(status="", **fields):
    return Build(**{"origin": "s:t", "key": "1", "started_at": at(0), "status": status, **fields})


def incident(**fields):
    return Incident(**{"origin": "s:t", "key": "1", "began_at": at(0), **fields})


def pull_request(**fields):
    return PullRequest(**{"origin": "s:t", "key": "1", "opened_at": at(0), **fields})


def step(status, hours):
    return Transition(status=status, at=at(hours))


MERGED = [
    (None, deployment("running"), deployment("running"), "nothing was known"),
    (
        deployment("running", sha="abc", version="v1", started_at=at(0)),
        deployment("success", finished_at=at(1)),
        deployment("success", sha="abc", version="v1", started_at=at(0), finished_at=at(1)),
        "what the news leave empty stays",
    ),
    (
        deployment("running", version="v1"),
        deployment("running", version="v2"),
        deployment("running", version="v2"),
        "what they say replaces what was known",
    ),
    (
        deployment("success", finished_at=at(1)),
        deployment("running", started_at=at(0)),
        deployment("success", started_at=at(0), finished_at=at(1)),
        "a late word about the beginning does not undo the end",
    ),
    (
        deployment("success", finished_at=at(1)),
        deployment("success", finished_at=at(2)),
        deployment("success", finished_at=at(1)),
        "the first success is when it was delivered",
    ),
    (
        deployment("success", finished_at=at(2)),
        deployment("success", finished_at=at(1)),
        deployment("success", finished_at=at(1)),
        "also when it is heard of later",
    ),
    (
        deployment("success", finished_at=at(1)),
        deployment("inactive", finished_at=at(5)),
        deployment("success", finished_at=at(1)),
        "one that was replaced has been delivered all the same",
    ),
    (
        deployment("success", finished_at=at(1)),
        deployment("failure", finished_at=at(2)),
        deployment("success", finished_at=at(1)),
        "what fails after it was delivered is another thing's failure",
    ),
    (
        deployment("failure", finished_at=at(1)),
        deployment("success", finished_at=at(2)),
        deployment("success", finished_at=at(2)),
        "what failed at first may be delivered by another try",
    ),
    (
        deployment("failure", finished_at=at(1)),
        deployment("queued"),
        deployment("failure", finished_at=at(1)),
        "a late word does not undo a failure",
    ),
    (
        build("success", finished_at=at(1)),
        build("failure", finished_at=at(2)),
        build("failure", finished_at=at(2)),
        "a build that is run again may come out otherwise",
    ),
    (
        build("failure", finished_at=at(1), branch="main"),
        build("running"),
        build("failure", finished_at=at(1), branch="main"),
        "and a late word about it undoes nothing",
    ),
    (
        incident(resolved_at=at(1)),
        incident(history=(step("reopened", 2),)),
        incident(history=(step("resolved", 1), step("reopened", 2))),
        "one that was opened again goes on",
    ),
    (
        incident(history=(step("resolved", 1), step("reopened", 2))),
        incident(resolved_at=at(3)),
        incident(resolved_at=at(3), history=(step("resolved", 1), step("reopened", 2), step("resolved", 3))),
        "until it is resolved again",
    ),
    (
        incident(history=(step("reopened", 2),)),
        incident(resolved_at=at(1)),
        incident(history=(step("resolved", 1), step("reopened", 2))),
        "the first resolution may be heard of last",
    ),
    (
        incident(resolved_at=at(1), title="Down", labels=("p1",)),
        incident(severity="SEV-1"),
        incident(resolved_at=at(1), title="Down", labels=("p1",), severity="SEV-1", history=(step("resolved", 1),)),
        "a label that is not told again is not taken away",
    ),
    (
        pull_request(author="dependabot", is_bot=True, labels=("deps",)),
        pull_request(labels=("deps", "urgent"), merged_at=at(1)),
        pull_request(author="dependabot", is_bot=True, labels=("deps", "urgent"), merged_at=at(1)),
        "a bot stays one; labels are those told last",
    ),
    (
        pull_request(is_draft=True),
        pull_request(ready_at=at(1)),
        pull_request(ready_at=at(1)),
        "a draft that is ready is none",
    ),
    (
        Issue(origin="s:t", key="1", type="Bug", opened_at=at(0), history=(step("Open", 0), step("Done", 3))),
        Issue(origin="s:t", key="1", type="Bug", opened_at=at(0), history=(step("Doing", 1),)),
        Issue(
            origin="s:t",
            key="1",
            type="Bug",
            opened_at=at(0),
            history=(step("Open", 0), step("Doing", 1), step("Done", 3)),
        ),
        "steps of a history are put in their order",
    ),
    (
        Issue(origin="s:t", key="1", type="Bug", opened_at=at(0), history=(step("To Do", 0), step("Doing", 0))),
        Issue(origin="s:t", key="1", type="Bug", opened_at=at(0), history=(step("Done", 1),)),
        Issue(
            origin="s:t",
            key="1",
            type="Bug",
            opened_at=at(0),
            history=(step("To Do", 0), step("Doing", 0), step("Done", 1)),
        ),
        "steps at one moment stay in the order in which they were told",
    ),
    (
        Change(origin="s:t", key="1", merged_at=at(0), reverts=("#7",), paths=("a.py",)),
        Change(origin="s:t", key="1", merged_at=at(0), merge_sha="abc"),
        Change(origin="s:t", key="1", merged_at=at(0), merge_sha="abc", reverts=("#7",), paths=("a.py",)),
        "what only a poll can know stays",
    ),
]


@pytest.mark.parametrize(("known", "news", "whole", "why"), MERGED, ids=[why for *_, why in MERGED])
def test_what_is_known_after_the_news(known, news, whole, why):
    assert merge(known, news) == whole, why


@pytest.mark.parametrize(("known", "news", "whole", "why"), MERGED, ids=[why for *_, why in MERGED])
def test_the_same_news_again_change_nothing(known, news, whole, why):
    assert merge(merge(known, news), news) == whole, why


EVENTS = [
    deployment("queued", version="v1"),
    deployment("running", started_at=at(0)),
    deployment("success", finished_at=at(1), sha="abc"),
    deployment("inactive"),
]


@pytest.mark.parametrize(
    "order", list(itertools.permutations(EVENTS)), ids=lambda order: " ".join(e.status for e in order)
)
def test_pushes_of_a_delivered_deployment_come_to_the_same_in_any_order(order):
    whole = None
    for news in order:
        whole = merge(whole, news)
    assert whole == deployment("success", version="v1", started_at=at(0), finished_at=at(1), sha="abc")


steps = st.lists(
    st.builds(step, st.sampled_from(["resolved", "reopened"]), st.integers(1, 6)), unique=True, min_size=1, max_size=5
)


@given(steps=steps, data=st.data())
def test_pushes_of_an_incident_come_to_the_same_in_any_order(steps, data):
    found = []
    for order in (steps, data.draw(st.permutations(steps))):
        whole = incident()
        for one in order:
            is_end = one.status == "resolved"
            whole = merge(whole, incident(resolved_at=one.at) if is_end else incident(history=(one,)))
        found.append(whole)
    assert found[0] == found[1]
    last = max(steps, key=lambda one: (one.at, one.status == "reopened"))
    assert found[0].resolved_at == (last.at if last.status == "resolved" else None)
