"""Which incidents count, where one ends and the next begins, and which deployment each belongs to."""

import dataclasses

import pytest

from scorecard_exporter.events.model import NEVER
from scorecard_exporter.events.rules import IncidentRule

DAY = 24

LINKED = [
    ("a@1 b@10", "i@12-13", "b@10", "the latest success before it began"),
    ("a@1 b@10", "i@10-13", "a@1", "which finished strictly before"),
    ("a@1 b@10", "i@34-40", "b@10", "not more than the window earlier"),
    ("a@1 b@10", "i@35-40", "", "else none"),
    ("a@1 b@10", "i@1-2", "", "none before it"),
    ("a@1 b@10!", "i@12-13", "a@1", "a failed deployment is passed over"),
    ("a@1 staging:b@10", "i@12-13", "a@1", "and so is another environment"),
    ("a@1 b@10 a@11", "i@12-13", "a@11", "a rollback can be to blame"),
    ("a@1 prod-eu:b@10 prod-us:b@10", "i@12-13", "prod-us:b@10", "of two that finished together the last by key"),
    ("", "i@12-13", "", "a service without deployments"),
]

NAMED = [
    ({"deployment": "a@1"}, "a@1", "a deployment by its key"),
    ({"deployment": "c@11!"}, "c@11!", "even a failed one"),
    ({"deployment": "staging:b@9"}, "b@10", "but no other than one to production: then the rule holds"),
    ({"deployment": "deployment-of-another-service"}, "b@10", "nor another service's"),
    ({"sha": "aaaaaaaa"}, "a@1", "by its commit"),
    ({"sha": "aaaaaaa"}, "a@1", "abbreviated"),
    ({"sha": "aaaaaa"}, "b@10", "to seven digits or more"),
    ({"sha": "eeeeeeee"}, "b@10", "a commit that it shipped"),
    ({"sha": "ffffffff"}, "b@10", "an unknown commit is no link"),
    ({"version": "v1"}, "a@1", "by its version"),
    ({"version": "v9"}, "b@10", "an unknown version is no link"),
    ({"deployment": "gone", "version": "v1"}, "a@1", "the first name that is known"),
]


@pytest.mark.parametrize(("deployments", "incidents", "expected", "why"), LINKED)
def test_an_incident_belongs_to_the_latest_success_before_it(history, deployments, incidents, expected, why):
    (fact,) = history.link("a b<a", deployments, incidents=incidents).incidents
    assert (fact.deployment, fact.is_explicit) == (expected, 0), why


@pytest.mark.parametrize(("names", "expected", "why"), NAMED)
def test_a_link_that_the_incident_names_wins(history, names, expected, why):
    rows = history.deployments("a@1 b@10 c@11! staging:b@9")
    full = {"a": "aaaaaaaa", "b": "bbbbbbbb", "c": "cccccccc"}
    versions = {"a": "v1", "b": "v2", "c": "v3"}
    deployments = [row._replace(sha=full[row.sha], version=versions[row.sha]) for row in rows]
    (incident,) = history.incidents("i@12-13")
    facts = history.link(
        "aaaaaaaa eeeeeeee<aaaaaaaa bbbbbbbb<eeeeeeee", deployments, incidents=[incident._replace(**names)]
    )
    assert facts.incidents[0].deployment == expected, why


def test_of_several_deployments_of_one_commit_the_latest_before_the_incident_is_meant(history):
    (incident,) = history.incidents("i@12-13")
    rows = [incident._replace(key=str(at), began_at=at * history.HOUR, sha="commit1") for at in (5, 15, 25)]
    facts = history.link("", "prod-eu:commit1@10 prod-us:commit1@20", incidents=rows)
    assert [(fact.key, fact.deployment) for fact in facts.incidents] == [
        ("5", "prod-eu:commit1@10"),
        ("15", "prod-eu:commit1@10"),
        ("25", "prod-us:commit1@20"),
    ]


REOPENED = [
    ([], 20, [(12, 20)], "resolved once"),
    ([], None, [(12, None)], "open"),
    (
        [("resolved", 20), ("reopened", 20 + 7 * DAY), ("resolved", 300)],
        300,
        [(12, 300)],
        "within seven days: one incident",
    ),
    (
        [("resolved", 20), ("reopened", 21 + 7 * DAY), ("resolved", 300)],
        300,
        [(12, 20), (21 + 7 * DAY, 300)],
        "later: a new one, which begins when it was reopened",
    ),
    ([("resolved", 20), ("reopened", 21)], None, [(12, None)], "reopened and still open"),
    ([("resolved", 20), ("reopened", 400)], None, [(12, 20), (400, None)], "or the new one is"),
    ([("resolved", 20), ("reopened", 21)], 22, [(12, 22)], "the last resolution need not be in the history"),
    ([("reopened", 400), ("resolved", 20)], 500, [(12, 20), (400, 500)], "steps may come in any order"),
    ([("reopened", 14)], 20, [(12, 20)], "reopened without a resolution is nothing"),
    ([("acknowledged", 14), ("escalated", 15)], 20, [(12, 20)], "nor is any other step"),
    (
        [("resolved", 20), ("reopened", 400), ("resolved", 410), ("reopened", 800)],
        810,
        [(12, 20), (400, 410), (800, 810)],
        "again and again",
    ),
]


@pytest.mark.parametrize(("steps", "resolved", "expected", "why"), REOPENED)
def test_an_incident_that_is_reopened_soon_is_the_same_one(history, steps, resolved, expected, why):
    (incident,) = history.incidents("i@12-")
    row = incident._replace(
        resolved_at=None if resolved is None else resolved * history.HOUR,
        history=tuple((status, at * history.HOUR) for status, at in steps),
    )
    facts = history.link(incidents=[row]).incidents
    assert [(fact.began_at, fact.resolved_at) for fact in facts] == [
        (began * history.HOUR, NEVER if end is None else end * history.HOUR) for began, end in expected
    ], why
    assert [fact.key for fact in facts] == ["i", "i~2", "i~3"][: len(expected)]


FILTERS = [
    ({}, True, "no filter lets everything through"),
    ({"severities": ("sev1", "sev2")}, True, "one of the severities"),
    ({"severities": ("sev2",)}, False, "another severity"),
    ({"titles": ("*down*",)}, True, "a pattern on the title"),
    ({"titles": ("*slow*",)}, False, "another title"),
    ({"labels": ("customer*",)}, True, "one of its labels"),
    ({"labels": ("internal",)}, False, "no such label"),
    ({"severities": ("sev1",), "labels": ("internal",)}, False, "all filters hold together"),
    ({"origin": "pager:P2"}, False, "another service of the pager"),
]


@pytest.mark.parametrize(("filters", "counts", "why"), FILTERS)
def test_incidents_pass_the_filters_of_their_origin(history, filters, counts, why):
    (incident,) = history.incidents("i@12-13")
    row = incident._replace(title="Shop down", labels=("customer-facing", "eu"))
    rule = dataclasses.replace(history.RULE, incidents=(IncidentRule(**{"origin": "pager:P1", **filters}),))
    assert len(history.link(incidents=[row], rule=rule).incidents) == counts, why


def test_one_rule_of_several_is_enough_and_counts_once(history):
    rules = (IncidentRule(origin="pager:P1", severities=("sev1",)), IncidentRule(origin="pager:P1", titles=("*",)))
    rule = dataclasses.replace(history.RULE, incidents=rules)
    assert len(history.link(incidents="i@12-13", rule=rule).incidents) == 1
