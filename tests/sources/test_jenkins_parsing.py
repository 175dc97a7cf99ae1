"""What Jenkins' bodies say of builds and stages, and which of them are deployments."""

import json
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from scorecard_exporter.events.model import Build, Deployment
from scorecard_exporter.sources.jenkins.asking import path_of
from scorecard_exporter.sources.jenkins.builds import Revision, build, revision_of, run
from scorecard_exporter.sources.jenkins.deployments import deployments
from scorecard_exporter.sources.jenkins.rules import DeploymentRule, MissingParameterError, fill
from scorecard_exporter.sources.jenkins.stages import Stage, staged_run
from scorecard_exporter.sources.jenkins.survey import Survey
from scorecard_exporter.sources.kit.body import Body, MalformedError, take_each

START = datetime(2026, 5, 1, 10, tzinfo=UTC)
MILLIS = 1_777_629_600_000
"""The same moment as Jenkins writes it: 2026-05-01T10:00:00Z."""
CODE, LIBRARY = "https://git.example/shop.git", "https://git.example/ci/library.git"


def revision(sha, *remotes, branch="refs/remotes/origin/main"):
    return {"lastBuiltRevision": {"SHA1": sha, "branch": [{"name": branch}]}, "remoteUrls": list(remotes or (CODE,))}


def parsed(**fields):
    body = {"number": 7, "timestamp": MILLIS, "duration": 90_000, "building": False, "result": "SUCCESS", **fields}
    return run(Body(body))


def records(found, branch=""):
    commit, _ = revision_of(found, ())
    return [build("ci:shop", found, commit, branch)]


def test_a_build_ends_its_duration_in_milliseconds_after_it_began():
    (found,) = records(parsed(url="https://ci.example/job/shop/7/", actions=[{}, None, revision("abc")]))
    assert found == Build(
        origin="ci:shop",
        key="7",
        url="https://ci.example/job/shop/7/",
        branch="main",
        sha="abc",
        status="success",
        started_at=START,
        finished_at=datetime(2026, 5, 1, 10, 1, 30, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"building": True, "result": None, "duration": 0},
        {"building": True, "result": "SUCCESS", "duration": 0},
        {"building": False, "result": None, "duration": 0},
    ],
    ids=["building", "its result is set while it tidies up", "it was cut off before it had a result"],
)
def test_a_build_that_has_not_ended_is_running(fields):
    (found,) = records(parsed(**fields))
    assert (found.status, found.finished_at) == ("running", None)


@pytest.mark.parametrize(
    ("result", "checked", "deployed"),
    [
        ("SUCCESS", "success", "success"),
        # It ran to its end: what it deployed is there, but its tests found something.
        ("UNSTABLE", "failure", "success"),
        ("FAILURE", "failure", "failure"),
        ("ABORTED", "cancelled", "cancelled"),
        ("NOT_BUILT", "skipped", "skipped"),
        ("SOMETHING_NEW", "something_new", "something_new"),
    ],
)
def test_the_result_means_one_thing_for_a_check_and_another_for_a_deployment(result, checked, deployed):
    found = parsed(result=result)
    rule = DeploymentRule(jobs="shop", environment="production")
    assert [one.status for one in records(found)] == [checked]
    assert [one.status for one in deployments("ci:shop", rule, found, None, ())] == [deployed]


@pytest.mark.parametrize(
    ("branch", "expected"),
    [
        ("refs/remotes/origin/main", "main"),
        ("origin/release/2", "release/2"),
        ("refs/heads/main", "main"),
        ("main", "main"),
        ("detached", ""),
    ],
)
def test_a_branch_is_named_without_where_git_keeps_it(branch, expected):
    assert records(parsed(actions=[revision("abc", branch=branch)]))[0].branch == expected


def test_the_branch_of_a_multibranch_job_is_its_own():
    assert records(parsed(actions=[revision("abc", branch="detached")]), branch="feature/x")[0].branch == "feature/x"


def test_of_several_repositories_none_is_taken_for_the_code_unless_it_is_named():
    found = parsed(actions=[revision("lib", LIBRARY), revision("abc", CODE), revision("abc", CODE)])
    assert revision_of(found, ()) == (None, (LIBRARY, CODE))
    assert revision_of(found, ("*/SHOP.git",)) == (Revision("abc", "main", (CODE,)), ())
    assert revision_of(found, ("*/other.git",)) == (None, ())


def test_of_one_repository_that_was_checked_out_twice_the_last_commit_counts():
    found = parsed(actions=[revision("old"), revision("new")])
    assert revision_of(found, ())[0].sha == "new"


@pytest.mark.parametrize(
    ("value", "text"),
    [("salmon", "salmon"), (True, "true"), (False, "false"), (7, "7"), ("null", "null"), ("", "")],
    ids=repr,
)
def test_a_parameter_may_be_of_any_simple_type(value, text):
    assert parsed(actions=[{"parameters": [{"name": "A", "value": value}]}]).parameters == {"A": text}


@pytest.mark.parametrize("value", [None, [], {}, 1.5], ids=repr)
def test_a_parameter_of_another_type_is_as_if_it_were_not_there(value):
    assert parsed(actions=[{"parameters": [{"name": "A", "value": value}, {"value": "nameless"}]}]).parameters == {}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"number": None}, "number is missing"),
        ({"timestamp": None}, "timestamp is missing"),
        ({"timestamp": 10**18}, "timestamp is no time that there is"),
        ({"duration": None}, "duration is missing"),
        ({"actions": {}}, "actions is a dict, not a list"),
        ({"actions": [[]]}, "actions is a list, not an object"),
        ({"result": 7.5}, "result is 7.5, not a text"),
    ],
    ids=str,
)
def test_a_build_that_cannot_be_placed_is_refused(fields, message):
    with pytest.raises(MalformedError, match=message):
        parsed(**fields)


def test_a_page_that_is_no_address_is_left_out():
    assert parsed(url="javascript:alert(1)").url == ""


# Which bodies of the recordings are for which parser, and what the others are.
BUILDS = {
    "build-info.json": ({"bear": "true", "fish": "salmon"}, ()),
    "build-info-git-commit.json": ({"bear": "true", "fish": "salmon"}, ()),
    "build-info-empty-and-null-params.json": ({"bear": "null", "fish": ""}, ()),
    "build-info-no-params.json": ({}, ()),
}
FOLDERS = {
    # What cannot be built, a folder without jobs and a template among them, is no job; these bodies do not say.
    "jobsInRootFolder.json": [],
    "jobsInJenkinsFolder.json": [],
}
RUNS = {"runHistory.json": [16, 15], "workflow.json": [16]}
STAGED = {
    "01_rest_api_jobHistory.json": {3: ["Build", "Test", "Deploy"], 2: ["Build", "Test", "Deploy"], 1: ["Build"]},
    "02_rest_api_jobHistory.json": {3: ["Build", "Test", "Deploy"], 2: ["Build", "Test2", "Deploy"], 1: ["Build"]},
    "03_rest_api_runs.json": {3: ["Build", "Test"], 2: ["Build", "Test", "Deploy"], 1: []},
    "03_rest_api_runs_checkpoint_rerun.json": {2: ["Production"], 1: ["Dev", "QA", "Staging", "Production"]},
    "04_rest_api_runs_failed.json": {3: ["Dev", "QA", "Staging"], 1: ["Dev", "QA", "Staging", "Production"]},
    "05_rest_api_runs.json": {1: []},
    "06_rest_api_runs.json": {
        7: ["Dev", "QA", "Staging", "Production"],
        6: ["Production"],
        5: ["Dev", "QA", "Staging", "Production"],
        4: ["Production"],
    },
    "07_rest_api_runs_in_progress.json": {1: ["Staging"]},
    "08_rest_api_unstable_run.json": {1: ["Staging", "Production"]},
}
NOT_READ = {
    "api-token.json": "a token that was made",
    "computer.json": "agents",
    "job-info.json": "a job without its builds' fields",
    "overall-load.json": "load",
    "pipeline-node.json": "a node of a pipeline",
    "pipelineNodeLog.json": "a log",
    "plugins.json": "plugins",
    "user.json": "the user, which only inspecting reads",
    **{f"queueItem{name}.json": "the queue" for name in ("Cancelled", "EmptyParameterValue", "MissingTaskUrl")},
    **{f"queueItem{name}.json": "the queue" for name in ("MultipleParameters", "NullTaskName", "Pending", "Running")},
    "queue.json": "the queue",
}


def recorded(payloads, folder, name):
    return json.loads((payloads / "jenkins" / folder / name).read_text())


def test_every_recorded_body_is_named_here(payloads):
    names = {file.name for file in (payloads / "jenkins" / "jenkins-rest").iterdir()}
    assert names == {*BUILDS, *FOLDERS, *RUNS, *NOT_READ}
    assert {file.name for file in (payloads / "jenkins" / "wfapi").iterdir()} == set(STAGED)


@pytest.mark.parametrize("name", BUILDS)
def test_a_recorded_build_is_read(payloads, name):
    parameters, revisions = BUILDS[name]
    found = run(Body(recorded(payloads, "jenkins-rest", name)))
    assert (found.parameters, found.revisions) == (parameters, revisions)
    assert records(found) == [
        Build(
            origin="ci:shop",
            key="10",
            url="http://localhost:32769/job/fish/10/",
            status="success",
            started_at=datetime(2016, 4, 19, 18, 51, 32, 486_000, tzinfo=UTC),
            finished_at=datetime(2016, 4, 19, 18, 52, 33, 236_000, tzinfo=UTC),
        )
    ]


@pytest.mark.parametrize("name", FOLDERS)
def test_a_recorded_folder_is_looked_through(payloads, name):
    found = Survey("ci")
    found.look(recorded(payloads, "jenkins-rest", name)["jobs"], "", "")
    assert (found.jobs, found.deeper, found.problems) == (FOLDERS[name], [], [])


def test_a_recorded_job_is_found_with_its_newest_build(payloads):
    found = Survey("ci")
    found.look([recorded(payloads, "jenkins-rest", "job-info.json")], "", "")
    assert [(job.name, job.newest) for job in found.jobs] == [("fish", 7)]


@pytest.mark.parametrize("name", RUNS)
def test_a_recorded_run_is_numbered_by_its_link_though_its_id_is_a_date(payloads, name):
    body = recorded(payloads, "jenkins-rest", name)
    runs, problems = take_each(body if isinstance(body, list) else [body], staged_run, what="a run", origin="ci")
    assert ([one.number for one in runs], problems) == (RUNS[name], ())
    # Deploying waits for somebody in the newest run.
    assert [stage.name for stage in runs[0].stages] == ["Build", "Test"]


@pytest.mark.parametrize("name", STAGED)
def test_the_stages_of_a_recorded_run_are_those_that_came_to_their_end(payloads, name):
    body = recorded(payloads, "wfapi", name)
    runs, problems = take_each(body, staged_run, what="a run", origin="ci")
    assert problems == ()
    assert {one.number: [stage.name for stage in one.stages] for one in runs} == STAGED[name]


def test_a_stage_ends_its_duration_after_it_began_pauses_and_all(payloads):
    (newest, *_), _ = take_each(recorded(payloads, "wfapi", "06_rest_api_runs.json"), staged_run, what="", origin="ci")
    staging = newest.stages[2]
    assert staging == Stage(
        "Staging",
        "success",
        datetime(2014, 11, 21, 20, 4, 51, 404_000, tzinfo=UTC),
        datetime(2014, 11, 21, 20, 5, 11, 280_000, tzinfo=UTC),
    )


def stages(*rows):
    body = {
        "id": "7",
        "stages": [
            {"name": name, "status": status, "startTimeMillis": MILLIS + place * 60_000, "durationMillis": took}
            for place, (name, status, took) in enumerate(rows)
        ],
    }
    (found,) = staged_run(Body(body))
    return [(stage.name, stage.status) for stage in found.stages]


@pytest.mark.parametrize("status", ["IN_PROGRESS", "PAUSED_PENDING_INPUT", "NOT_EXECUTED", "SKIPPED", None, "NEW"])
def test_a_stage_that_was_not_executed_or_has_not_ended_is_none(status):
    assert stages(("Deploy", status, 60_000)) == []


def test_a_stage_that_only_seems_to_have_failed_since_an_earlier_one_did_is_none():
    """Jenkins shows the stages that it skips after a failure as failed; they take no time."""
    assert stages(
        ("Test", "FAILED", 30_000), ("Deploy", "FAILED", 80), ("Tell", "FAILED", 30), ("Post", "SUCCESS", 90)
    ) == [("Test", "failure"), ("Post", "success")]
    assert stages(("Test", "FAILED", 30_000), ("Deploy", "FAILED", 40_000))[1] == ("Deploy", "failure")
    assert stages(("Test", "SUCCESS", 30_000), ("Deploy", "FAILED", 80))[1] == ("Deploy", "failure")
    assert stages(("Test", "ABORTED", 30_000), ("Deploy", "ABORTED", 80)) == [("Test", "cancelled")]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"id": "7"}, "stages is missing, not a list"),
        ({"id": "7", "stages": None}, "stages is missing, not a list"),
        (
            {"id": "2014-10-16_13-07-52", "name": "1.2.3", "stages": []},
            "neither _links.self nor id nor name has the number",
        ),
        ({"id": "7", "stages": {}}, "stages is a dict, not a list"),
        ({"id": "7", "stages": [{"status": "SUCCESS", "startTimeMillis": 0}]}, "startTimeMillis of a stage is 0"),
        ({"id": "7", "stages": [{"status": "SUCCESS", "startTimeMillis": MILLIS}]}, "durationMillis is missing"),
    ],
    ids=str,
)
def test_a_run_that_cannot_be_placed_is_refused(fields, message):
    with pytest.raises(MalformedError, match=message):
        list(staged_run(Body(fields)))


def deployed(found=None, stages=(), **rule):
    rule = DeploymentRule.model_validate({"jobs": "shop", "environment": "production", **rule})
    commit = Revision("abc", "main", (CODE,))
    return list(deployments("ci:shop", rule, found or parsed(), commit, stages))


def test_a_whole_build_is_a_deployment_of_the_commit_that_it_checked_out():
    assert deployed() == [
        Deployment(
            origin="ci:shop",
            key="7",
            environment="production",
            sha="abc",
            started_at=START,
            finished_at=datetime(2026, 5, 1, 10, 1, 30, tzinfo=UTC),
        )
    ]
    (running,) = deployed(parsed(building=True))
    assert (running.status, running.finished_at) == ("running", None)


def test_a_stage_is_a_deployment_at_its_own_time_also_while_the_build_goes_on():
    end = datetime(2026, 5, 1, 10, 1, tzinfo=UTC)
    parts = (Stage("Test", "success", START, START), Stage("Deploy to production", "success", START, end))
    (found,) = deployed(parsed(building=True), parts, stage="deploy*")
    assert (found.key, found.started_at, found.finished_at) == ("7/Deploy to production", START, end)


def test_parameters_say_where_to_and_what():
    found = parsed(actions=[{"parameters": [{"name": "TARGET", "value": "eu"}, {"name": "REV", "value": "def"}]}])
    (one,) = deployed(found, environment="prod-{TARGET}", version="v{REV}", commit="{REV}")
    assert (one.environment, one.version, one.sha) == ("prod-eu", "vdef", "def")
    with pytest.raises(MissingParameterError, match="ZONE"):
        deployed(found, environment="{ZONE}")


def test_a_build_of_which_nothing_is_taken_needs_no_parameters():
    assert deployed(stages=(), stage="Deploy", environment="{ZONE}") == []


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({}, "Field required"),
        ({"jobs": [], "environment": "a"}, "at least 1 item"),
        ({"jobs": "a", "environment": "{}"}, "name a parameter of the build between"),
        ({"jobs": "a", "environment": "{TARGET"}, "name a parameter of the build between"),
        ({"jobs": "a", "environment": "a", "stage": "/(/"}, "is not a regular expression"),
        ({"jobs": "a", "environment": "a", "stages": "b"}, "Extra inputs are not permitted"),
    ],
    ids=str,
)
def test_what_is_wrong_with_a_rule_is_said(rule, message):
    with pytest.raises(ValidationError, match=message):
        DeploymentRule.model_validate(rule)


def test_a_template_without_a_parameter_is_itself():
    assert (fill("production", {}), fill(None, {}), fill("{A}-{B}", {"A": "x", "B": "y"})) == ("production", "", "x-y")


@pytest.mark.parametrize(
    ("job", "path"),
    [
        ("shop", "job/shop/api/json"),
        ("team/legacy test", "job/team/job/legacy%20test/api/json"),
        ("shop/feature%2Fx", "job/shop/job/feature%252Fx/api/json"),
        ("a:b/é?#", "job/a%3Ab/job/%C3%A9%3F%23/api/json"),
        ("", "api/json"),
    ],
)
def test_the_path_of_a_job_is_made_of_its_full_name(job, path):
    assert path_of(job, "api", "json") == path
