"""Reading a Jenkins: what is asked, what is covered, and what happens when something is in the way."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import stamina

from fake_system import answer_with
from reading import Shelf, poll, step
from scorecard_exporter.errors import (
    FatalSourceError,
    PausedSourceError,
    RetriableSourceError,
    SkippableSourceError,
    SourceError,
)
from scorecard_exporter.sources.jenkins import stream as builds
from scorecard_exporter.sources.jenkins import survey
from scorecard_exporter.sources.kit import client as kit_client
from scorecard_exporter.sources.kit.quota import Budgets
from scorecard_exporter.sources.registry import TYPES
from systems import jenkins

AT = datetime(2026, 6, 1, tzinfo=UTC)
LATER = AT + timedelta(minutes=5)
MAIN, DEPLOY, TEST = "ci:shop/checkout/main", "ci:shop/deploy", "ci:legacy test"


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def build(system, **options):
    return TYPES["jenkins"].model_validate({**system.options, **options}).build("ci", "/")


def asked(system):
    """What was asked for, by the last parts of the path, and how often."""
    return Counter(request.url.path.removeprefix("/jenkins/") for request in system.requests)


def prepared(monkeypatch, controller):
    """The system with other jobs than it has by itself."""
    system = jenkins.system()
    system.handle = controller.handle
    answer_with(monkeypatch, system)
    return system


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(kit_client, "_BUDGETS", Budgets())
    with stamina.set_testing(True, attempts=2):
        yield


@pytest.fixture
def system(monkeypatch):
    found = jenkins.system()
    answer_with(monkeypatch, found)
    return found


@pytest.fixture
def controller():
    return jenkins.Jenkins()


def test_jobs_in_all_folders_are_read_each_as_a_thing_of_its_own(system):
    shelf = poll(build(system), Shelf(), AT)
    assert {origin for origin, kind in shelf.coverage if kind == "build"} == {
        "ci:legacy test",
        "ci:shop/deploy",
        "ci:shop/checkout/main",
        "ci:shop/checkout/feature%2Fx",
        "ci:never",
    }
    assert list(shelf.of("build", TEST)) == ["1", "2", "3", "4", "5", "6"]
    assert shelf.of("build", TEST)["6"].finished_at == at("2026-03-03T10:10")
    assert [one.status for one in shelf.of("build", TEST).values()] == [
        "success",
        "failure",
        "failure",
        "cancelled",
        "skipped",
        "success",
    ]
    assert {one.branch for one in shelf.of("build", "ci:shop/checkout/feature%2Fx").values()} == {"feature/x"}
    assert shelf.problems == []


def test_builds_are_deployments_where_the_configuration_says_so(system):
    shelf = poll(build(system), Shelf(), AT)
    found = shelf.of("deployment", DEPLOY)["6"]
    assert (found.environment, found.version, found.sha) == ("production", "v-2026-03", jenkins.sha(6))
    assert [one.status for one in shelf.of("deployment", DEPLOY).values()] == [
        "success",
        "failure",
        "success",
        "cancelled",
        "skipped",
        "success",
    ]
    assert shelf.of("deployment", TEST) == {}
    assert {origin for origin, kind in shelf.coverage if kind == "deployment"} == {DEPLOY, MAIN}


def test_stages_are_deployments_where_the_configuration_says_so(system):
    found = poll(build(system), Shelf(), AT).of("deployment", MAIN)
    assert {key: one.status for key, one in found.items()} == {
        "1/Deploy to production": "success",
        "2/Deploy to production": "failure",
        "3/Deploy to production": "success",
        "4/Deploy to production": "cancelled",
        "6/Deploy to production": "success",
    }
    assert found["6/Deploy to production"].finished_at == at("2026-03-05T10:08")


def test_a_build_that_is_building_is_read_again_until_it_has_ended(system):
    source = build(system)
    shelf = poll(source, Shelf(), AT)
    assert (shelf.of("build", MAIN)["7"].status, shelf.of("build", MAIN)["7"].finished_at) == ("running", None)
    assert "7/Deploy to production" not in shelf.of("deployment", MAIN)
    system.grow()
    poll(source, shelf, LATER)
    assert shelf.of("build", MAIN)["7"].finished_at == at("2026-05-31T23:55")
    assert shelf.of("deployment", MAIN)["7/Deploy to production"].status == "success"


def test_a_job_that_was_never_built_is_covered(system):
    assert poll(build(system), Shelf(), AT).coverage["ci:never", "build"] == (AT - timedelta(days=730), AT)


def test_a_poll_with_nothing_new_is_one_request_and_one_for_each_job_that_is_building(system):
    source = build(system)
    shelf = poll(source, Shelf(), AT)
    system.requests.clear()
    poll(source, shelf, LATER)
    main = "job/shop/job/checkout/job/main"
    assert asked(system) == {"api/json": 1, f"{main}/api/json": 1, f"{main}/wfapi/runs": 1}
    assert {span[1] for span in shelf.coverage.values()} == {LATER}


def test_only_jobs_with_new_builds_are_asked_for_them(system):
    source = build(system)
    shelf = poll(source, Shelf(), AT)
    system.grow()
    system.requests.clear()
    poll(source, shelf, LATER)
    assert asked(system).keys() >= {"job/legacy test/api/json", "job/shop/job/deploy/api/json"}
    assert not any("feature" in path or "never" in path for path in asked(system))
    # Build 20 comes after 6: those between were deleted.
    assert list(shelf.of("build", TEST)) == ["1", "2", "20", "3", "4", "5", "6"]


def test_reading_on_gives_what_reading_from_nothing_gives(system):
    source = build(system)
    shelf = poll(source, Shelf(), AT - timedelta(days=100))
    system.grow()
    poll(source, shelf, AT)
    poll(source, shelf, LATER)
    assert shelf.records == poll(build(system), Shelf(), LATER).records


def test_reading_again_changes_nothing(system):
    source = build(system)
    shelf = poll(source, Shelf(), AT)
    before = dict(shelf.records)
    poll(source, shelf, LATER)
    assert shelf.records == before


@pytest.mark.parametrize("answered", range(1, 8))
def test_a_source_that_is_killed_after_any_request_goes_on_without_gap_or_double(monkeypatch, answered):
    system = jenkins.system()
    left = answered

    def handle(request):
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyboardInterrupt
        return system(request)

    answer_with(monkeypatch, handle)
    monkeypatch.setattr(builds, "PAGE", 2)
    shelf = Shelf()
    with pytest.raises(KeyboardInterrupt):
        poll(build(system), shelf, AT)
    left = 10_000
    assert poll(build(system), shelf, AT).records == poll(build(system), Shelf(), AT).records


def many(controller, number, name="big", **fields):
    """A job with so many builds, one an hour, the last one an hour ago."""
    job = controller.add(jenkins.Job(jenkins.PIPELINE, name))
    for place in range(number):
        job.build((AT - timedelta(hours=number - place)).strftime("%Y-%m-%dT%H:%M"), **fields)
    return job


def test_a_hundred_builds_cost_a_request(monkeypatch, controller):
    many(controller, 450)
    system = prepared(monkeypatch, controller)
    shelf = poll(build(system, jobs="big", deployments=[]), Shelf(), AT)
    assert len(shelf.of("build")) == 450
    assert asked(system) == {"api/json": 1, "job/big/api/json": 5}


def test_the_stages_of_older_builds_cost_a_request_each_and_are_asked_for_once(monkeypatch, controller):
    job = many(controller, 30, stages=[("Deploy", "SUCCESS", 1)])
    system = prepared(monkeypatch, controller)
    rule = {"jobs": "big", "stage": "Deploy", "environment": "production"}
    source = build(system, jobs="big", deployments=[rule])
    shelf = poll(source, Shelf(), AT)
    assert len(shelf.of("deployment")) == 30
    described = [path for path in asked(system) if path.endswith("describe")]
    # `wfapi/runs` has the newest eleven.
    assert (asked(system)["job/big/wfapi/runs"], len(described)) == (1, 19)
    job.build("2026-06-01T00:01", None, stages=[("Deploy", "SUCCESS", 1)])
    for minutes in (5, 10):
        system.requests.clear()
        poll(source, shelf, AT + timedelta(minutes=minutes))
        assert asked(system) == {"api/json": 1, "job/big/api/json": 1, "job/big/wfapi/runs": 1}
    assert "31/Deploy" in shelf.of("deployment")


@pytest.mark.parametrize(
    "meanwhile",
    [
        lambda job: [job.build("2026-06-01T00:00") for _ in range(3)],
        lambda job: [job.builds.pop(number) for number in (300, 299, 298)],
        lambda job: [job.builds.pop(number) for number in range(150, 301)],
        lambda job: job.builds.clear(),
    ],
    ids=["three are new", "three were deleted", "half were deleted", "all were deleted"],
)
def test_builds_that_move_while_the_pages_are_read_are_not_passed_over(monkeypatch, controller, meanwhile):
    job = many(controller, 300)
    system = prepared(monkeypatch, controller)
    pages = 0

    def handle(request):
        nonlocal pages
        if request.url.path.endswith("job/big/api/json"):
            pages += 1
            if pages == 2:
                meanwhile(job)
        return system(request)

    answer_with(monkeypatch, handle)
    shelf = poll(build(system, jobs="big", deployments=[]), Shelf(), AT)
    assert {str(number) for number in job.builds if number <= 300} <= shelf.of("build").keys()
    assert pages <= 8


def test_history_that_jenkins_has_discarded_is_not_covered(monkeypatch, controller):
    job = many(controller, 300)
    for number in range(1, 200):
        del job.builds[number]
    system = prepared(monkeypatch, controller)
    source = build(system, jobs="big", deployments=[])
    shelf = poll(source, Shelf(), AT)
    begin = AT - timedelta(hours=101)
    assert (shelf.of("build")["200"].started_at, shelf.coverage["ci:big", "build"]) == (begin, (begin, AT))
    del job.builds[200]
    job.build("2026-06-01T00:01")
    # What was read once stays known, whatever is discarded later.
    assert poll(source, shelf, LATER).coverage["ci:big", "build"] == (begin, LATER)
    assert "200" in shelf.of("build")


def test_folders_deeper_than_an_answer_shows_are_asked_for_by_themselves(monkeypatch, controller):
    many(controller, 3, "a/b/c/d/e/f/g/h/i")
    system = prepared(monkeypatch, controller)
    shelf = poll(build(system, deployments=[]), Shelf(), AT)
    assert set(shelf.of("build", "ci:a/b/c/d/e/f/g/h/i")) == {"1", "2", "3"}
    assert survey.DEPTH == 6
    assert asked(system) == {
        "api/json": 1,
        "job/a/job/b/job/c/job/d/job/e/job/f/api/json": 1,
        "job/a/job/b/job/c/job/d/job/e/job/f/job/g/job/h/job/i/api/json": 1,
    }


@pytest.mark.parametrize(
    ("jobs", "names"),
    [
        ("shop", {DEPLOY, MAIN, "ci:shop/checkout/feature%2Fx"}),
        ("shop/*", {DEPLOY, MAIN, "ci:shop/checkout/feature%2Fx"}),
        ("shop/**/main", {MAIN}),
        ("*", {"ci:never", TEST, DEPLOY, MAIN, "ci:shop/checkout/feature%2Fx"}),
        (["legacy test", "shop/deploy"], {TEST, DEPLOY}),
    ],
    ids=str,
)
def test_jobs_are_chosen_by_name_folder_or_glob(system, jobs, names):
    assert {origin for origin, _ in poll(build(system, jobs=jobs), Shelf(), AT).coverage} == names


def test_jobs_that_only_test_are_not_asked_where_only_deployments_are_read(system):
    shelf = poll(build(system, read=["deployments"]), Shelf(), AT)
    assert {origin for origin, _ in shelf.coverage} == {DEPLOY, MAIN}
    assert shelf.of("build") == {}


def test_a_pattern_without_a_job_is_a_problem_that_names_the_jobs_that_there_are(system):
    rule = {"jobs": "shop/deplyo", "environment": "production"}
    shelf = poll(build(system, jobs=["legacy test", "gone"], deployments=[rule]), Shelf(), AT)
    assert [(problem.code, problem.origin) for problem in shelf.problems] == [("no_such_job", "ci")] * 2
    assert (
        "'gone' in `jobs`; this user sees: legacy test, never, shop/checkout/feature%2Fx" in shelf.problems[0].message
    )
    assert "'shop/deplyo' in `deployments`" in shelf.problems[1].message


def test_a_selection_without_any_job_fails_with_those_that_there_are(system):
    with pytest.raises(
        SkippableSourceError, match="no job of Jenkins matches 'gone' in `jobs`; this user sees: legacy"
    ):
        list(build(system, jobs="gone").streams)


def test_other_rules_drop_the_deployments_that_the_earlier_ones_made(system):
    shelf = poll(build(system), Shelf(), AT)
    rule = {"jobs": "shop/**/main", "stage": "Build", "environment": "test"}
    poll(build(system, deployments=[rule]), shelf, LATER)
    assert shelf.of("deployment", DEPLOY).keys() == set()
    assert set(shelf.of("deployment", MAIN)) == {f"{number}/Build" for number in range(1, 8)}
    assert len(shelf.of("build", MAIN)) == 7


def test_a_build_without_the_named_parameter_is_no_deployment_and_a_problem(monkeypatch, controller):
    job = controller.add(jenkins.Job(jenkins.FREESTYLE, "deploy"))
    job.build("2026-05-01T10:00")
    job.build("2026-05-02T10:00", parameters={"TARGET": "production"})
    system = prepared(monkeypatch, controller)
    shelf = poll(build(system, deployments=[{"jobs": "deploy", "environment": "{TARGET}"}]), Shelf(), AT)
    assert list(shelf.of("deployment")) == ["2"]
    (problem,) = shelf.problems
    assert (problem.code, problem.origin) == ("no_parameter", "ci:deploy")
    assert "builds of deploy have no parameter 'TARGET'" in problem.message


def test_parameters_are_asked_for_only_where_a_rule_needs_them(system):
    poll(build(system), Shelf(), AT)
    with_parameters = {request.url.path for request in system.requests if "parameters" in str(request.url)}
    assert with_parameters == {"/jenkins/job/shop/job/deploy/api/json"}


def test_the_code_is_told_from_a_library_only_by_the_configuration(monkeypatch, controller):
    many(controller, 1, "shop", remotes=(jenkins.LIBRARY, jenkins.CODE))
    system = prepared(monkeypatch, controller)
    shelf = poll(build(system, jobs="shop", deployments=[]), Shelf(), AT)
    assert (shelf.of("build")["1"].sha, [problem.code for problem in shelf.problems]) == ("", ["several_repositories"])
    shelf = poll(build(system, jobs="shop", deployments=[], repositories=["*shop/checkout*"]), Shelf(), AT)
    assert (shelf.of("build")["1"].sha, shelf.problems) == (jenkins.sha(2), [])


def test_a_job_without_stages_says_which_plugin_is_missing(system):
    rule = {"jobs": "legacy test", "stage": "Deploy", "environment": "production"}
    source = build(system, jobs="legacy test", deployments=[rule])
    with pytest.raises(SkippableSourceError, match="it is no Pipeline, or the plugin `pipeline-rest-api` is not"):
        poll(source, Shelf(), AT)


def test_a_build_that_is_deleted_before_its_stages_are_read_is_a_problem(monkeypatch, controller):
    many(controller, 12, stages=[("Deploy", "SUCCESS", 1)])
    system = prepared(monkeypatch, controller)

    def handle(request):
        return httpx.Response(404) if request.url.path.endswith("describe") else system(request)

    answer_with(monkeypatch, handle)
    rule = {"jobs": "big", "stage": "Deploy", "environment": "production"}
    shelf = poll(build(system, jobs="big", deployments=[rule]), Shelf(), AT)
    assert (len(shelf.of("deployment")), [problem.code for problem in shelf.problems]) == (11, ["no_stages"])


def test_a_source_without_a_right_token_is_out_of_order_and_does_not_show_it(system):
    with pytest.raises(FatalSourceError, match="does not accept `user` with `token`; check the credential") as caught:
        list(build(system, token="11wrong").streams)  # noqa: S106  of nobody
    assert "11wrong" not in str(caught.value)


def test_nobody_in_particular_is_told_which_permission_is_needed(system):
    with pytest.raises(SkippableSourceError, match="needs Overall/Read, and Job/Read"):
        list(build(system, user=None, token=None).streams)


def refuse(monkeypatch, system, ending, status, **answer):
    """The system as it is, but one address answers otherwise."""

    def handle(request):
        if request.url.path.endswith(ending):
            return httpx.Response(status, **answer)
        return system(request)

    answer_with(monkeypatch, handle)


@pytest.mark.parametrize(
    ("status", "answer", "error"),
    [
        (403, {"html": "<html>no</html>"}, SkippableSourceError),
        (404, {"html": "<html>no</html>"}, SkippableSourceError),
        (410, {}, SkippableSourceError),
        (429, {}, PausedSourceError),
        (429, {"headers": {"retry-after": "90"}}, PausedSourceError),
        (500, {}, RetriableSourceError),
        (502, {"html": "<html>bad gateway</html>"}, RetriableSourceError),
        (200, {"text": ""}, RetriableSourceError),
        (200, {"text": '{"allBuilds": [{"number'}, RetriableSourceError),
        (200, {"html": "<html>log in</html>"}, FatalSourceError),
        (200, {"json": []}, RetriableSourceError),
        (200, {"json": {}}, RetriableSourceError),
        (200, {"json": {"allBuilds": None}}, RetriableSourceError),
    ],
    ids=str,
)
def test_an_answer_that_is_none_ends_in_the_documented_error_and_loses_nothing(
    monkeypatch, system, status, answer, error
):
    source = build(system, jobs="shop/deploy")
    shelf = poll(source, Shelf(), AT)
    before, cursors = dict(shelf.records), dict(shelf.cursors)
    system.grow()
    refuse(monkeypatch, system, "job/deploy/api/json", status, **answer)
    (stream, *_) = source.streams
    with pytest.raises(SourceError) as caught:
        step(stream, shelf, LATER)
    assert isinstance(caught.value, error)
    assert jenkins.TOKEN not in str(caught.value)
    assert (shelf.records, shelf.cursors) == (before, cursors)
    monkeypatch.setattr(kit_client, "_BUDGETS", Budgets())
    answer_with(monkeypatch, system)
    assert "7" in poll(source, shelf, LATER).of("deployment", DEPLOY)


@pytest.mark.parametrize(
    "item",
    [
        {"number": 7, "timestamp": 1_777_629_600_000, "duration": 1, "building": False, "result": "SUCCESS"},
        None,
        {"number": None},
    ],
    ids=["the same builds", "nulls", "no numbers"],
)
def test_a_list_that_never_ends_is_given_up(monkeypatch, system, item):
    refuse(monkeypatch, system, "job/deploy/api/json", 200, json={"allBuilds": [item] * 101})
    with pytest.raises(RetriableSourceError, match="come again and again, without an end"):
        poll(build(system, jobs="shop/deploy"), Shelf(), AT)


def test_a_malformed_build_is_a_problem_and_the_rest_goes_on(monkeypatch, system):
    good = {"number": 5, "timestamp": 1_777_629_600_000, "duration": 1, "result": "SUCCESS", "actions": None, "new": 1}
    items = [None, 7, {"number": 6}, good]
    refuse(monkeypatch, system, "job/legacy test/api/json", 200, json={"allBuilds": items})
    shelf = poll(build(system, jobs="legacy test", deployments=[]), Shelf(), AT)
    assert list(shelf.of("build")) == ["5"]
    assert {problem.code for problem in shelf.problems} == {"malformed"}
    assert len(shelf.problems) == 3


def test_a_malformed_job_is_a_problem_and_the_others_go_on(monkeypatch, system):
    jobs = [None, {"name": None}, {"name": "a", "jobs": "b"}, {"name": "never", "buildable": True, "lastBuild": None}]
    refuse(monkeypatch, system, "/jenkins/api/json", 200, json={"jobs": [{"name": "x", "jobs": jobs}, *jobs]})
    streams = list(build(system, deployments=[]).streams)
    assert [stream.name for stream in streams] == ["builds/x/never", "builds/never", "jobs"]
    shelf = Shelf()
    step(streams[-1], shelf, AT)
    assert {problem.code for problem in shelf.problems} == {"malformed"}


def test_inspecting_tells_who_asks_and_which_jobs_there_are(system):
    found = build(system).inspect()
    assert found.account == "Reader of builds at Jenkins 2.516.3"
    assert (found.missing, len(system.requests)) == ((), 3)
    assert found.seen[0].names == {
        "legacy test": 6,
        "shop/deploy": 6,
        "shop/checkout/main": 7,
        "shop/checkout/feature%2Fx": 6,
        "never": 0,
    }
    assert {one.origin: set(one.names) for one in found.seen[1:]} == {DEPLOY: {"{TARGET}"}, MAIN: {"production"}}
    assert found.next_sync == "1 request when nothing is new, 1 more for each of 5 jobs that has new builds"


def test_inspecting_a_jenkins_of_which_nothing_may_be_seen_names_the_permission(monkeypatch, system):
    refuse(monkeypatch, system, "/jenkins/api/json", 200, json={"jobs": []})
    found = build(system).inspect()
    assert found.missing == ("Job/Read: to see any job",)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({}, "Field required"),
        ({"url": "https://ci.example", "jobs": []}, "at least 1 item"),
        ({"url": "https://ci.example", "jobs": "a", "user": "b"}, "give both `user` and `token`, or neither"),
        ({"url": "https://ci.example", "jobs": "a", "token": "b"}, "give both `user` and `token`, or neither"),
        ({"url": "https://u:p@ci.example", "jobs": "a"}, "an address such as"),
        ({"url": "https://ci.example", "jobs": "a", "read": ["incidents"]}, "Input should be 'builds' or"),
        ({"url": "https://ci.example", "jobs": "a", "repositories": ["/(/"]}, "is not a regular expression"),
    ],
    ids=str,
)
def test_what_is_wrong_with_the_keys_is_said(written, message):
    with pytest.raises(ValueError, match=message):
        TYPES["jenkins"].model_validate({"type": "jenkins", **written})


def test_origins_are_known_only_to_jenkins_since_a_name_may_be_a_folder():
    options = TYPES["jenkins"].model_validate({"type": "jenkins", "url": "https://ci.example", "jobs": "shop"})
    assert options.origins("ci") is None
