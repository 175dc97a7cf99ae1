"""The story is told the same every time, and holds what it promises."""

from collections import Counter
from dataclasses import replace

import pytest
from examples.acme.company.cut import until
from examples.acme.company.moments import DAY, WEEK, months
from examples.acme.company.story import company
from examples.acme.observed import scores, sums


def test_the_same_seed_tells_the_same_story(small):
    """Down to the last sha; another seed tells another one."""
    again = company(now=small.now, services=8, months=4)
    assert again == small
    assert company(now=small.now, services=8, months=4, seed=2).deployments != small.deployments


def test_a_later_moment_only_adds(acme):
    """What had happened a month before has still happened: a company goes on, and is not told anew."""
    before = until(acme, acme.now - 30 * DAY)
    for path, repository in before.repositories.items():
        assert acme.repositories[path].commits[: len(repository.commits)] == repository.commits
    assert len(before.incidents) < len(acme.incidents)
    assert before.incidents[0] == acme.incidents[0]
    assert until(acme, acme.now) == acme


def by_month(true, measure):
    """The values of the whole organisation, month by month."""
    return [known.value for (team, _, name), known in true.items() if (team, name) == ("engineering", measure)]


def test_lead_time_falls_from_two_weeks_to_two_days(true):
    """In the first six months about two weeks, in the last six about two days."""
    values = by_month(true, "lead_time_for_changes")
    assert all(10 * DAY <= value <= 18 * DAY for value in values[:6])
    assert all(1.5 * DAY <= value <= 2.5 * DAY for value in values[-6:])


def test_deployments_go_from_monthly_to_weekly_and_better(acme, true):
    """Of each service: one in four weeks and what mends it, then more than one a week."""
    frequency = by_month(true, "deployment_frequency")
    services = len(acme.services)
    assert all(value * 7 / services < 0.5 for value in frequency[:6])
    assert all(value * 7 / services > 1 for value in frequency[-6:])


def test_change_failures_fall_below_ten_percent(true):
    """From about a fifth."""
    rates = by_month(true, "change_failure_rate")
    assert sum(rates[:6]) / 6 > 0.15
    assert all(rate < 0.1 for rate in rates[-6:])


def test_employees_recommend_acme_more_but_not_enough(acme):
    """From about 40 to more, and short of 60."""
    rounds = [
        float(score)
        for series, team, _, score in scores(acme)
        if (series, team) == ("employee_net_promoter_score", "engineering")
    ]
    assert 34 < rounds[0] < 46
    assert rounds[0] + 5 < rounds[-1] < 60
    assert max(rounds) < 60


def test_an_active_user_costs_a_fifth_less(acme):
    """Comparing the first month with the last."""
    totals = Counter()
    for one in sums(acme):
        totals[one.series, one.starts_at] += one.value
    cost = [
        totals["infrastructure_cost", begin] / totals["active_user_days", begin]
        for begin, _ in months(acme.starts_at, acme.now)
    ]
    assert cost[-1] / cost[0] == pytest.approx(0.8, abs=0.02)


def test_uptime_comes_near_its_target_and_training_reaches_it(acme):
    """99.95 % in sight; all courses done."""
    month = [day for days in acme.days.values() for day in days if day.at >= acme.now - 30 * DAY]
    uptime = sum(day.good_requests for day in month) / sum(day.requests for day in month)
    assert 0.999 < uptime < 0.9995
    last = max(training.at for training in acme.trainings)
    assert all(one.completed == one.assigned for one in acme.trainings if one.at == last)


def deployments(acme):
    return [one for found in acme.deployments.values() for one in found]


def changes(acme):
    return [one for found in acme.changes.values() for one in found]


def requests(acme):
    return [one for repository in acme.repositories.values() for one in repository.pull_requests]


def gap(incident, place):
    """Between a resolution and the reopening after it."""
    return incident.steps[place + 1].at - incident.steps[place].at


AWKWARD = {
    "a squash": lambda acme: [one for one in requests(acme) if one.merged_at and one.method == "squash"],
    "a rebase of several commits": lambda acme: [
        one for one in requests(acme) if one.method == "rebase" and len(one.commits) > 1
    ],
    "a merge commit": lambda acme: [one for one in requests(acme) if one.merged_at and one.method == "merge"],
    "a push without a pull request": lambda acme: [one for one in changes(acme) if len(one.key) == 40],
    "closed without a merge": lambda acme: [one for one in requests(acme) if one.closed_at and not one.merged_at],
    "still open": lambda acme: [one for one in requests(acme) if not one.closed_at],
    "once a draft": lambda acme: [one for one in requests(acme) if one.was_draft],
    "written by a bot": lambda acme: [one for one in requests(acme) if one.author.is_bot],
    "reviewed by a bot": lambda acme: [
        one for one in requests(acme) if any(each.author.is_bot for each in one.reviews)
    ],
    "reviewed by its author": lambda acme: [
        one for one in requests(acme) if any(each.author == one.author for each in one.reviews)
    ],
    "reviewed after the merge": lambda acme: [
        one
        for one in requests(acme)
        if one.merged_at and any(each.submitted_at > one.merged_at for each in one.reviews)
    ],
    "merged without a review": lambda acme: [one for one in requests(acme) if one.merged_at and not one.reviews],
    "a revert by commit": lambda acme: [one for one in requests(acme) if one.body.startswith("This reverts commit")],
    "a revert by number": lambda acme: [one for one in requests(acme) if one.body.startswith("Reverts acme/")],
    "a revert on GitLab": lambda acme: [
        one for one in requests(acme) if one.body.startswith("This reverts merge request")
    ],
    "a revert of a revert": lambda acme: [one for one in requests(acme) if one.title.startswith("Reapply")],
    "a hotfix": lambda acme: [one for one in changes(acme) if one.mends],
    "a rollback": lambda acme: [one for one in deployments(acme) if one.rolls_back],
    "the same commit again": lambda acme: [one for one in deployments(acme) if one.is_repeat],
    "failed": lambda acme: [one for one in deployments(acme) if one.outcome == "failure"],
    "cancelled": lambda acme: [one for one in deployments(acme) if one.outcome == "cancelled"],
    "skipped": lambda acme: [one for one in deployments(acme) if one.outcome == "skipped"],
    "succeeded after a failure": lambda acme: [
        one for one in deployments(acme) if one.succeeded_at and "failure" in [step.state for step in one.steps]
    ],
    "succeeded and inactive": lambda acme: [
        one for one in deployments(acme) if one.succeeded_at and one.steps[-1].state == "inactive"
    ],
    "to staging": lambda acme: [one for one in deployments(acme) if one.environment == "staging"],
    "to a second region": lambda acme: [one for one in deployments(acme) if one.environment == "prod-us"],
    "a preview": lambda acme: [one for one in deployments(acme) if one.is_prerelease],
    "acknowledged and open": lambda acme: [one for one in acme.incidents if one.acknowledged_at and not one.steps],
    "reopened within a week": lambda acme: [
        one for one in acme.incidents if len(one.steps) > 1 and gap(one, 0) <= WEEK
    ],
    "reopened later": lambda acme: [one for one in acme.incidents if len(one.steps) > 1 and gap(one, 0) > WEEK],
    "nobody's incident": lambda acme: [one for one in acme.incidents if one.causes[0] is None],
    "two incidents on one deployment": lambda acme: [
        number
        for number, count in Counter(one.causes[0] for one in acme.incidents if one.causes[0]).items()
        if count > 1
    ],
    "a wrong clock": lambda acme: [one for one in changes(acme) if one.first_authored_at > one.merged_at],
    "a renamed repository": lambda acme: [one for one in acme.repositories.values() if one.former_path],
    "a repository with nothing in it": lambda acme: [one for one in acme.repositories.values() if not one.commits],
}


@pytest.mark.parametrize("what", AWKWARD)
def test_awkward_things_happen(acme, what):
    """Each of them at least once."""
    assert AWKWARD[what](acme)


def test_commits_form_a_graph(acme):
    """A parent comes before its child, and main's line is part of what main contains."""
    for repository in acme.repositories.values():
        seen = set()
        for commit in repository.commits:
            assert set(commit.parents) <= seen
            seen.add(commit.sha)
        assert set(repository.line) <= seen


def test_what_was_wrong_once_is_still_open_before_it_is_over(acme):
    """In the middle of an incident it has no end, and a deployment that is under way has no outcome."""
    incident = next(one for one in acme.incidents if one.resolved_at and one.acknowledged_at)
    shown = next(one for one in until(acme, incident.resolved_at - 1).incidents if one.key == incident.key)
    assert shown == replace(incident, steps=incident.steps[:-1], causes=shown.causes)
    deployment = next(one for one in deployments(acme) if one.outcome == "success" and one.ships)
    shown = next(one for one in deployments(until(acme, deployment.created_at + 30)) if one.number == deployment.number)
    assert (shown.outcome, shown.ships) == ("running", ())
