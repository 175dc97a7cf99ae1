"""Numbers and answers that people give to a real process: shown within seconds, and never lost once accepted."""

import json
import os
import re
import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from processes import command, running, wait_for

CONFIGURATION = """
store: duckdb:./store.duckdb
evaluation_interval: 1h
observations: {token: !env OBSERVATIONS_TOKEN}
teams:
  engineering: {owner: engineering@example.org}
series:
  trained: {unit: count}
surveys:
  pulse: {question: Would you recommend us?}
scorecards:
  people:
    title: People
    teams: [engineering]
    perspectives:
      team-capability:
        objectives:
          skills:
            title: Learn
            measures:
              trained: {series: trained, goal: 40, red: 10, window: 60d}
              employee_net_promoter_score: {survey: pulse, goal: 40, red: 0}
"""
TOKEN = "correct horse"  # noqa: S105  it opens nothing
ENVIRONMENT = {**os.environ, "OBSERVATIONS_TOKEN": TOKEN}
PATH = "/api/v1/observations"


@pytest.fixture
def company(tmp_path):
    (tmp_path / "scorecard.yaml").write_text(CONFIGURATION)
    return tmp_path


def last_month():
    """The half-open span of some thirty days that ended two days ago."""
    end = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)
    return {"starts_at": (end - timedelta(days=30)).isoformat(), "ends_at": end.isoformat()}


def value(client, measure):
    """What Prometheus would read of a measure, None where there is nothing."""
    found = re.search(
        rf'^scorecard_measure_value\{{.*measure="{measure}".*\}} (\S+)$', client.get("/metrics").text, re.M
    )
    return float(found[1]) if found else None


def measured(company, measure):
    """What `status` says of a measure while nothing runs."""
    answer = command(company, "status", "--format=json", env=ENVIRONMENT)
    (found,) = [
        one
        for scorecard in json.loads(answer.stdout)["scorecards"]
        for side in scorecard["perspectives"]
        for objective in side["objectives"]
        for one in objective["measures"]
        if one["id"] == measure
    ]
    return found["value"]


def observe(company, *arguments):
    answer = command(company, "observe", *arguments, env=ENVIRONMENT)
    return answer.returncode, answer.stdout + answer.stderr


def test_what_was_accepted_survives_a_kill_at_that_moment(company):
    with running(company, env=ENVIRONMENT) as (process, client):
        wait_for(lambda: client.get("/-/ready").is_success, "the start")
        body = {"series": "trained", "subject": "engineering", "value": 42, **last_month()}
        answer = client.post(PATH, json=body, headers={"authorization": f"Bearer {TOKEN}"})
        process.kill()
        assert answer.status_code == 202
        process.wait()
    with running(company, env=ENVIRONMENT) as (_, client):
        wait_for(lambda: value(client, "trained") == 42, "the number after the kill")


def test_observe_works_while_the_exporter_runs_and_when_it_does_not(company):
    span = last_month()
    month = (f"--from={span['starts_at']}", f"--to={span['ends_at']}")
    assert observe(company, "trained", "40", "--subject=engineering", *month) == (0, "Stored.\n")
    assert measured(company, "trained") == 40
    with running(company, env=ENVIRONMENT) as (_, client):
        wait_for(lambda: value(client, "trained") == 40, "the number from before")
        code, said = observe(company, "trained", "41", "--subject=engineering", *month)
        assert (code, said) == (0, "Taken by the running exporter; it shows within seconds.\n")
        wait_for(lambda: value(client, "trained") == 41, "the corrected number")
        code, said = observe(company, "trained", "41", "--subject=enginering", "--unit=eur")
        assert code == 2
        assert "did you mean 'engineering'?" in said
        assert "series 'trained' is in count, not in 'eur'" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("trainde", "1"), "did you mean 'trained'?"),
        (("trained", "-5", "--subject=engineering"), "-5 count is below zero"),
        (("trained", "many", "--subject=engineering"), "'many' is not a number such as 3"),
        (("trained", "1", "--subject=engineering", "--at=2999-01-01"), "is in the future"),
        (("trained", "1", "--subject=engineering", "--from=2026-01-01"), "ends_at"),
    ],
)
def test_what_observe_refuses_it_explains(company, arguments, said):
    code, text = observe(company, *arguments)
    assert code == 2
    assert said in text
    assert "Traceback" not in text


def test_without_the_section_observe_says_what_to_add(company):
    (company / "scorecard.yaml").write_text(CONFIGURATION.replace("observations:", "# observations:"))
    code, text = observe(company, "trained", "1")
    assert code == 1
    assert "Add: observations: {token: !env OBSERVATIONS_TOKEN}" in text


def survey(company, *arguments):
    answer = command(company, "survey", *arguments, env=ENVIRONMENT)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def test_a_survey_is_opened_answered_and_closed_while_the_exporter_runs_and_nothing_links_its_answers(company):
    """Four promoters and two detractors of six: 100 x (4 - 2) / 6 = 33.3 points."""
    given = ["10", "9", "9", "10", "0", "6"]
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    with running(company, env=ENVIRONMENT) as (_, client):
        wait_for(lambda: client.get("/-/ready").is_success, "the start")
        survey(company, "open", "pulse", "--round=q4", f"--closes={tomorrow}")
        address = f"--web.external-url={client.base_url}"
        links = survey(company, "invite", "pulse", "--round=q4", "--count=7", address).split()
        for link, answer in zip(links, given, strict=False):
            assert httpx.get(link).status_code == 200
            assert httpx.post(link, data={"answer": answer, "comment": f"about {answer}"}).status_code == 303
        assert "6 of 7 links used" in survey(company, "status", "pulse")
        assert command(company, "survey", "comments", "pulse", "--round=q4", env=ENVIRONMENT).returncode == 1
        assert value(client, "employee_net_promoter_score") is None
        closing = time.monotonic()
        survey(company, "close", "pulse", "--round=q4")
        assert httpx.get(links[6]).status_code == 410
        wait_for(lambda: value(client, "employee_net_promoter_score"), "the score", seconds=90)
        assert value(client, "employee_net_promoter_score") == pytest.approx(100 / 3)
        assert time.monotonic() - closing < 90
        assert survey(company, "comments", "pulse", "--round=q4").split("\n")[0] == "about 0"
    files = b"".join(path.read_bytes() for path in company.rglob("*") if path.is_file())
    tokens = [link.rpartition("/")[2] for link in links]
    assert not [token for token in tokens if token.encode() in files]
    store = b"".join(path.read_bytes() for path in company.glob("store.duckdb*") if path.is_file())
    assert b"about 10" not in store
