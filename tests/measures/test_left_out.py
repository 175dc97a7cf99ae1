"""What is not in a number: counted in the same period, from the same store."""

import pytest

from scorecard_exporter.events.model import Deployment, Incident, Issue, PullRequest, Review
from scorecard_exporter.measures.left_out import left_out

NEVER = 9_223_372_036_854_775_807


def told(world, definition, team="payments"):
    reading = world.reading(definition, team=team)
    return {one.code: one.number for one in left_out(world.store, reading, world.scopes[team])}


def counted(world, measure, **changed):
    return told(world, world.define(measure, **changed))


def test_deployments_elsewhere_failed_and_cancelled(world):
    world.deployed(world.at(1), key="kept")
    world.deployed(world.at(2), status="failure", key="broken")
    for key, environment, status, days in (
        ("kept", "production", "success", 1),
        ("broken", "production", "failure", 2),
        ("a", "staging", "success", 3),
        ("b", "staging", "failure", 3),
        ("c", "qa", "success", 3),
        ("d", "production", "cancelled", 3),
        ("e", "staging", "success", 31),
        ("f", "staging", "success", -1),
    ):
        world.records.append(
            Deployment(
                origin="git:checkout", key=key, environment=environment, status=status, finished_at=world.moment(days)
            )
        )
    reading = world.reading(world.define("deployment_frequency"))
    found = {one.code: one for one in left_out(world.store, reading, world.scopes["payments"])}
    assert {code: one.number for code, one in found.items()} == {
        "failed_deployments": 1,
        "other_environments": 3,
        "no_outcome": 1,
    }
    assert found["other_environments"].reason == "deployments to other environments: `staging` 2, `qa` 1"


def test_changes_with_wrong_clocks_and_changes_that_wait(world):
    world.shipped(world.at(5), world.at(4))
    world.shipped(world.at(1), NEVER)
    assert counted(world, "lead_time_for_changes") == {"dropped_negative": 1, "waiting": 1}


def test_incidents_without_a_deployment_and_those_that_no_rule_lets_through(world):
    world.deployed(world.at(1))
    world.incident(world.at(2), world.at(3), key="counted")
    world.incident(world.at(2), world.at(3), key="linked", deployment="d0")
    for key, days in (("counted", 2), ("linked", 2), ("low", 4), ("earlier", -1)):
        world.records.append(Incident(origin="pager:shared", key=key, began_at=world.moment(days)))
    assert counted(world, "change_failure_rate") == {"unlinked_incidents": 1, "other_incidents": 1}


def test_incidents_that_are_open_or_no_downtime(world):
    world.incident(world.at(2))
    world.incident(world.at(3), world.at(4), is_outage=0)
    assert counted(world, "time_to_restore")["open"] == 1
    assert counted(world, "uptime") == {"minor_incidents": 1}


@pytest.mark.parametrize(
    ("measure", "codes"),
    [
        ("review_pickup_time", {"bots": 1, "not_reviewed": 1}),
        ("code_review_time", {"bots": 1, "unreviewed": 1}),
        ("unreviewed_merge_rate", {"bots": 1, "not_merged": 1}),
        ("pull_request_age", {"drafts": 1}),
    ],
)
def test_pull_requests_of_bots_drafts_and_those_that_nobody_reviewed_or_merged(world, measure, codes):
    world.requested(world.at(1), world.at(2), world.at(3))
    world.requested(world.at(1), world.at(2), world.at(3), is_bot=1)
    world.requested(world.at(1), merged_at=world.at(3))
    world.requested(world.at(1))
    world.requested(world.at(1), world.at(2), closed_at=world.at(4))
    world.requested(world.at(1), is_draft=1)
    assert counted(world, measure) == codes


def test_bots_are_counted_where_nobody_else_made_a_pull_request(world):
    for _ in range(3):
        world.requested(world.at(1), world.at(2), is_bot=1)
    assert counted(world, "review_pickup_time") == {"bots": 3}


def test_what_two_services_share_is_left_out_once(world):
    world.organise(*(world.service(name, changes="git:shared") for name in ("checkout", "ledger")))
    for name in ("checkout", "ledger"):
        for key, is_bot, merged in (("person", 0, 3), ("bot", 1, 3), ("waits", 0, None)):
            at = NEVER if merged is None else world.at(merged)
            world.requested(world.at(1), merged_at=at, name=name, origin="git:shared", key=key, is_bot=is_bot)
    assert counted(world, "unreviewed_merge_rate") == {"bots": 1}
    assert counted(world, "code_review_time") == {"unreviewed": 1}
    assert counted(world, "review_pickup_time") == {"not_reviewed": 1}


def test_reviews_by_oneself_and_by_bots(world):
    world.organise(world.service("checkout", bots=("helper*",)))
    world.records.append(PullRequest(origin="git:checkout", key="1", author="Ann", opened_at=world.moment(1)))
    for number, (author, is_bot) in enumerate([("ann", False), ("bo", False), ("scan", True), ("helper-1", False)]):
        world.records.append(
            Review(
                origin="git:checkout",
                key=f"r{number}",
                pull_request="1",
                author=author,
                is_bot=is_bot,
                submitted_at=world.moment(2),
            )
        )
    assert counted(world, "review_pickup_time") == {"own_reviews": 1, "reviews_by_bots": 2}


def test_builds_of_other_branches_and_without_an_outcome(world):
    world.built(world.at(1))
    world.built(world.at(2), branch="feature")
    world.built(world.at(3), status="cancelled")
    world.built(world.at(32), branch="feature")
    assert counted(world, "build_success_rate") == {"other_branches": 1, "no_outcome": 1}


def test_issues_that_are_no_bugs_and_bugs_that_no_customer_reported(world):
    world.bug(world.at(1), key="J-1")
    world.bug(world.at(2), key="J-2", is_customers=1)
    world.bug(world.at(2), "of another team", key="J-3")
    world.released(world.at(3))
    for key in ("J-1", "J-2", "J-3", "story"):
        days = {"J-1": 1, "J-2": 2, "J-3": 2}.get(key, 3)
        world.records.append(Issue(origin="jira:shared", key=key, type="x", opened_at=world.moment(days)))
    assert counted(world, "customer_reported_bugs") == {"other_bugs": 1, "other_issues": 1}
    assert counted(world, "defect_escape_rate") == {"other_issues": 1}


def test_observations_that_are_about_nobody(world):
    world.observed("cost", "checkout", 1, world.at(1))
    world.observed("cost", "elsewhere", 1, world.at(1))
    world.observed("cost", "elsewhere", 1, world.at(40))
    definition = world.define("observation", unit="eur", series=(world.series(),))
    assert told(world, definition) == {"unknown_subjects": 1}


def test_a_team_without_services_left_nothing_out(world):
    world.raw_deployment("staging", 2)
    assert told(world, world.define("deployment_frequency"), team="idle") == {}
