"""Jenkins: trees and ranges, folders, builds beyond the hundredth, and stages."""

import pytest
from examples.acme.company.cut import until
from examples.acme.systems.jenkins.tree import parse
from examples.acme.systems.running import Systems

JOB = "/jenkins/job/search/job/deploy-search"
STAGED = "/jenkins/job/platform/job/gateway/job/main"
BUILDS = "number,timestamp,duration,building,result,actions[lastBuiltRevision[SHA1]]"

TREES = [
    ("a,b", {"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 2}),
    ("a[x]", {"a": {"x": 1, "y": 2}}, {"a": {"x": 1}}),
    ("a[x]", {"a": [{"x": 1, "y": 2}, {}]}, {"a": [{"x": 1}, {}]}),
    ("a[x]{1,3}", {"a": [{"x": number} for number in range(5)]}, {"a": [{"x": 1}, {"x": 2}]}),
    ("a{1,}", {"a": [0, 1, 2]}, {"a": [1, 2]}),
    ("a{,2}", {"a": [0, 1, 2]}, {"a": [0, 1]}),
    ("a{2}", {"a": [0, 1, 2]}, {"a": [2]}),
    ("a[*]", {"a": {"x": 1, "y": {"z": 2}}}, {"a": {"x": 1}}),
    ("a[b[c]],d", {"a": {"b": {"c": 1, "e": 2}}, "d": 4}, {"a": {"b": {"c": 1}}, "d": 4}),
    ("a", {"_class": "hudson.Thing", "a": 1}, {"_class": "hudson.Thing", "a": 1}),
]


@pytest.mark.parametrize(("text", "value", "expected"), TREES)
def test_trees(text, value, expected):
    """What is named is shown, ranges are half open, and the class always comes with it."""
    assert parse(text).shown(value) == expected


@pytest.mark.parametrize("text", ["a[", "a]", "a[b", "[a]", "a;b"])
def test_a_tree_that_cannot_be_read(ask, text):
    """Is refused with a page."""
    with pytest.raises(ValueError, match=r"bracket|name|read"):
        parse(text)
    assert ask.get("/jenkins/api/json", params={"tree": text}).status_code == 400


@pytest.mark.parametrize(
    ("headers", "status"), [({"Authorization": "Basic d3Jvbmc6d3Jvbmc="}, 401), ({"Authorization": ""}, 401), ({}, 200)]
)
def test_user_and_token_are_needed(ask, headers, status):
    """What refuses is a page for people."""
    response = ask.get("/jenkins/api/json", headers=headers)
    assert response.status_code == status
    assert ("html" in response.headers["content-type"]) == (status != 200)


def test_who_asks(ask):
    """The user of the token."""
    assert ask.get("/jenkins/me/api/json").json() == {
        "_class": "hudson.model.User",
        "id": "scorecard",
        "fullName": "Scorecard",
    }


def test_folders_are_walked_by_their_jobs(acme, ask_whole):
    """Every job that deploys a service is found below its folder."""
    tree = "jobs[fullName,_class,jobs[fullName,_class,jobs[fullName]]]"
    body = ask_whole.get("/jenkins/api/json", params={"tree": tree}).json()
    names = {job["fullName"] for folder in body["jobs"] for job in folder["jobs"]}
    names |= {branch["fullName"] for folder in body["jobs"] for job in folder["jobs"] for branch in job.get("jobs", ())}
    assert {service.job for service in acme.services if service.job} <= names


def test_all_builds_by_ranges(ask_whole, acme):
    """Newest first, all of them; `builds` ends at the hundredth."""
    expected = [one for one in acme.deployments["search"] if one.finished_at]
    found = []
    for begin in range(0, len(expected) + 100, 100):
        tree = f"allBuilds[{BUILDS}]{{{begin},{begin + 100}}}"
        page = ask_whole.get(f"{JOB}/api/json", params={"tree": tree}).json()["allBuilds"]
        assert len(page) <= 100
        found += page
    assert len(found) == len(expected) > 100
    numbers = [body["number"] for body in found]
    assert numbers == sorted(numbers, reverse=True)
    assert max(numbers) > len(numbers), "a deleted build leaves a gap"
    results = {"success": "SUCCESS", "failure": "FAILURE", "cancelled": "ABORTED", "skipped": "NOT_BUILT"}
    for body, one in zip(found, reversed(expected), strict=True):
        assert body["timestamp"] == one.created_at * 1000
        assert body["timestamp"] + body["duration"] == one.finished_at * 1000
        assert body["result"] == results[one.outcome]
        shas = [action["lastBuiltRevision"]["SHA1"] for action in body["actions"] if "lastBuiltRevision" in action]
        assert shas == [one.sha]
    shown = ask_whole.get(f"{JOB}/api/json", params={"tree": "builds[number]"}).json()["builds"]
    assert len(shown) == 100
    assert "allBuilds" not in ask_whole.get(f"{JOB}/api/json").json()


def test_a_build_that_still_runs(connect, small):
    """Has no result and no duration yet."""
    one = small.deployments["search"][-1]
    client = connect(Systems(until(small, one.created_at + 30)))
    newest = client.get(f"{JOB}/api/json", params={"tree": f"allBuilds[{BUILDS}]{{0,1}}"}).json()["allBuilds"][0]
    assert (newest["building"], newest["result"], newest["duration"]) == (True, None, 0)


def test_stages_of_a_pipeline(ask, small):
    """Only some runs deploy; the stage has its own beginning and end."""
    runs = ask.get(f"{STAGED}/wfapi/runs", params={"since": "#1"}).json()
    stages = [(run, stage) for run in runs for stage in run["stages"] if stage["name"] == "Deploy to production"]
    expected = [one for one in small.deployments["gateway"] if one.finished_at]
    assert len(runs) > len(stages) == len(expected)
    for (run, stage), one in zip(reversed(stages), expected, strict=True):
        assert stage["startTimeMillis"] == one.created_at * 1000
        assert stage["startTimeMillis"] + stage["durationMillis"] == one.finished_at * 1000
        assert (stage["status"] == "SUCCESS") == (one.outcome == "success")
        build = ask.get(f"{STAGED}/{run['id']}/api/json", params={"tree": "actions[lastBuiltRevision[SHA1]]"}).json()
        assert {"SHA1": one.sha} in [action.get("lastBuiltRevision") for action in build["actions"]]


def test_without_a_beginning_ten_runs_are_shown(ask):
    """And one alone by its number."""
    runs = ask.get(f"{STAGED}/wfapi/runs").json()
    assert len(runs) == 10
    assert ask.get(f"{STAGED}/{runs[3]['id']}/wfapi/describe").json() == runs[3]


@pytest.mark.parametrize(
    "path", ["job/nothing/api/json", "job/search/job/nothing/api/json", "job/search/wfapi/runs", "x"]
)
def test_what_is_not_there(ask, path):
    """Is 404, as a page."""
    assert ask.get(f"/jenkins/{path}").status_code == 404
