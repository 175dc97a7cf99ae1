"""What is asked by GraphQL: against GitHub's own schema, and what it costs by GitHub's own formula."""

import json
import os
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

from fake_system import answer_with
from github_points import connections, points
from reading import Shelf, poll
from scorecard_exporter.sources.github import (
    beside_streams,
    codeowners,
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
from scorecard_exporter.sources.github.graphql import of_each
from scorecard_exporter.sources.github.host import Repository
from scorecard_exporter.sources.registry import TYPES
from systems import github as fake

AT = datetime(2026, 6, 1, tzinfo=UTC)
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
    "deployments beside the branch": (beside_streams.DEPLOYED, sized(100), 1),
    "more statuses": (deployment_streams.STATUSES, {}, 1),
    "releases": (deployment_streams.RELEASES, sized(100), 1),
    "tags": (deployment_streams.TAGS, sized(100), 1),
    "whose commits": (*commit_lists.question_of_requests(SHAS), 1),
    "how far ahead": (*off_branch.question(SHAS[:50]), 1),
    "histories of incidents": (issue_stream.question_of_histories(range(1, 101)), {}, 1),
    "fifty repositories": (*probe.question(repositories(probe.TOGETHER), ""), 3),
    "fifty repositories and a branch": (*probe.question(repositories(probe.TOGETHER), "live"), 3),
    "twenty at a glance": (*overview.question(repositories(overview.TOGETHER)), 1),
    "an organization": (starter.REPOSITORIES, {}, 1),
    "its teams": (starter.TEAMS, {}, 1),
    "who owns the code": (*of_each([one.variables for one in repositories(20)], codeowners.FIELDS), 1),
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


@cache
def described():
    file = Path(os.environ.get("SCORECARD_TEST_SPECS", "../shared/specs")) / "github.json"
    if not file.is_file():
        pytest.skip(f"no description at {file}; set SCORECARD_TEST_SPECS")
    return json.loads(file.read_text())


def test_every_request_by_rest_is_one_of_githubs_description(monkeypatch):
    """Path, method, names of parameters and their allowed values; `/user` is left out of it."""
    description, system = described(), fake.system()
    answer_with(monkeypatch, system)
    written = {**system.options, "organizations": ["acme"]}
    source = TYPES["github"].model_validate(written).build("code", "/")
    poll(source, Shelf(), AT)
    system.grow()
    poll(source, Shelf(), AT)
    source.inspect()
    asked = [request for request in system.requests if request.url.path.startswith("/api/v3/")]
    assert len({request.url.path.rpartition("/")[2] for request in asked}) >= 6
    for request in asked:
        path = request.url.path.removeprefix("/api/v3")
        if path == "/user":
            continue
        found = [known for known in description["paths"] if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", known), path)]
        assert found, f"{path} is not described"
        operation = description["paths"][min(found, key=len)][request.method.lower()]
        allowed = {one["name"]: one.get("schema", {}) for one in map(_resolved, operation["parameters"])}
        for name, value in request.url.params.items():
            assert name in allowed, f"{path} has no parameter {name}"
            assert value in allowed[name].get("enum", [value])


def _resolved(parameter):
    reference = parameter.get("$ref", "").rpartition("/")[2]
    return described()["components"]["parameters"][reference] if reference else parameter
