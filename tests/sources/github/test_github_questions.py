"""What is asked by GraphQL: against GitHub's own schema, and what it costs by GitHub's own formula."""

import os
from functools import cache
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

from github_points import connections, points
from scorecard_exporter.sources.github import (
    commit_lists,
    deployment_streams,
    deployments,
    issue_stream,
    off_branch,
    overview,
    probe,
    pull_request_stream,
    pull_requests,
    starter,
)
from scorecard_exporter.sources.github.host import Repository
from systems import github as fake

SHAS = [f"{number:040x}" for number in range(100)]


def repositories(count):
    return [Repository(f"acme/r{number}", f"code:acme/r{number}", "https://github.com") for number in range(count)]


def sized(size):
    return {"size": size}


QUESTIONS = {
    "pull requests": (pull_request_stream.question(paths=False), sized(pull_requests.SIZE), 2),
    "pull requests with paths": (pull_request_stream.question(paths=True), sized(pull_requests.SIZE), 3),
    **{f"more {name}": (pull_request_stream.question_of_part(name), {}, 1) for name in pull_requests.PARTS},
    "deployments": (deployment_streams.DEPLOYMENTS, sized(deployments.SIZE), 1),
    "more statuses": (deployment_streams.STATUSES, {}, 1),
    "releases": (deployment_streams.RELEASES, sized(100), 1),
    "tags": (deployment_streams.TAGS, sized(100), 1),
    "whose commits": (*commit_lists.question_of_requests(SHAS), 1),
    "how far ahead": (*off_branch.question(SHAS[:50]), 1),
    "histories of incidents": (issue_stream.question_of_histories(range(1, 101)), {}, 1),
    "fifty repositories": (*probe.question(repositories(probe.TOGETHER), ""), 2),
    "fifty repositories and a branch": (*probe.question(repositories(probe.TOGETHER), "live"), 2),
    "twenty at a glance": (*overview.question(repositories(overview.TOGETHER)), 1),
    "an organization": (starter.REPOSITORIES, {}, 1),
    "its teams": (starter.TEAMS, {}, 1),
}


@cache
def real_schema():
    folder = Path(os.environ.get("SCORECARD_TEST_SPECS", "../shared/specs"))
    file = folder / "github-graphql.graphql"
    if not file.is_file():
        pytest.skip(f"no schema at {file}; set SCORECARD_TEST_SPECS")
    return build_schema(file.read_text(), assume_valid=True)


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_is_one_of_githubs_schema(name):
    question, variables, _ = QUESTIONS[name]
    assert validate(real_schema(), parse(question)) == []
    declared = parse(question).definitions[0].variable_definitions
    assert variables.keys() <= {one.variable.name.value for one in declared}


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_costs_what_is_promised(name):
    question, variables, cost = QUESTIONS[name]
    assert points(fake.schema(), question, variables) == cost


def test_a_pull_request_has_four_connections():
    """1 for the list, and for each of 50: labels, commits, reviews and the events of its timeline."""
    assert connections(fake.schema(), pull_request_stream.question(paths=False), sized(50)) == 1 + 50 * 4


def test_a_thousand_repositories_with_nothing_new_cost_at_most_two_hundred_points():
    """Twenty questions of 250 connections, 2.5 points each before they are rounded."""
    question, variables = probe.question(repositories(probe.TOGETHER), "")
    assert connections(fake.schema(), question, variables) == 250
    assert 1000 / probe.TOGETHER * 3 <= 200
