"""A review with real processes: written and recorded while the exporter holds the store, kept over its end."""

import re

import pytest

from processes import command, running, wait_for

CONFIGURATION = """
store: duckdb:./store.duckdb
evaluation_interval: 1s
sources:
  shop: {type: files, path: "data/*.csv", interval: 1s, covers_from: 2020-01-01}
teams:
  engineering: {owner: engineering@example.org, services: [checkout]}
services:
  checkout:
    deployments: {from: "shop:deployments", environment: live}
scorecards:
  delivery:
    title: Delivery
    review: quarterly
    perspectives:
      engineering-excellence:
        objectives:
          faster-delivery:
            measures:
              deployment_frequency: {goal: 1/week, red: 1/month}
"""
NOTES = "We met.\n\n# Decisions\n- Deploy on Fridays too\n"


@pytest.fixture
def company(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "deployments.csv").write_text(
        "environment,sha,version,status,finished_at,key\nlive,,v1,success,2025-02-03T10:00:00Z,live-1\n"
    )
    (tmp_path / "scorecard.yaml").write_text(CONFIGURATION)
    (tmp_path / "notes.md").write_text(NOTES)
    return tmp_path


def reviewed(client):
    """When a review was last recorded, as Prometheus would read it."""
    return re.search(r"^scorecard_review_last_timestamp_seconds\{.*\} (\S+)$", client.get("/metrics").text, re.M)


def test_a_review_is_recorded_while_the_exporter_runs_and_outlives_it(company):
    record = ("review", "record", "--by", "cto@example.org", "--notes", "notes.md", "--period", "2025-Q1")
    with running(company) as (_, client):
        wait_for(lambda: "deployment_frequency" in client.get("/metrics").text, "the first numbers")
        assert reviewed(client) is None
        written = command(company, "report", "--period", "2025-Q1", "--format", "markdown")
        kept = command(company, *record)
        assert (kept.returncode, kept.stderr) == (0, "")
        assert kept.stdout == "Recorded the review of 2025-Q1 for delivery, engineering, with 1 decision.\n"
        wait_for(lambda: reviewed(client), "the gauge")
        assert client.post("/api/v1/scorecards/delivery/reviews", json={}).status_code == 405
        page = client.get("/scorecards/delivery/reviews/2025-Q1")
        assert "Deploy on Fridays too" in page.text
        early = command(company, "report", "--period", "2099-Q1")
    assert (early.returncode, early.stdout) == (2, "")
    assert early.stderr.startswith("2099-Q1 is not over: it can be reviewed from 2099-04-01 on (UTC)")
    listed = command(company, "review", "list")
    assert "2025-Q1" in listed.stdout
    assert "Deploy on Fridays too" in listed.stdout
    again = command(company, "report", "--period", "2025-Q1", "--format", "markdown")
    assert again.stdout.rsplit("Written", 1)[0] == written.stdout.rsplit("Written", 1)[0]
    following = command(company, "report", "--period", "2025-Q2", "--format", "markdown")
    assert "Decided then:\n\n- Deploy on Fridays too" in following.stdout


def test_a_role_that_looks_like_a_person_is_advised_against_and_recorded(company):
    kept = command(
        company, "review", "record", "--by", "ada.lovelace@example.org", "--notes", "notes.md", "--period", "2025-Q1"
    )
    assert kept.returncode == 0
    assert kept.stderr == (
        "advice: ada.lovelace@example.org looks like a person; a role or a group address outlives people\n"
    )


def test_which_scorecard_must_be_plain(company):
    path = company / "scorecard.yaml"
    path.write_text(f"{path.read_text()}  other:\n    perspectives: {{}}\n")
    answer = command(company, "report")
    assert (answer.returncode, answer.stderr) == (
        2,
        "Name a scorecard, since there is not just one. There is: delivery, other.\n",
    )
