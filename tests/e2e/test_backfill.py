"""Two years on the first day: the past as blocks of a real Prometheus, which then answers for it."""

import subprocess
from datetime import UTC, datetime

import httpx
import pytest

import two_years
from processes import EXPORTER, free_port, running, wait_for
from scorecard_exporter.config import load
from scorecard_exporter.evaluation import take
from scorecard_exporter.quantities import instant
from scorecard_exporter.store import open_store

LABELS = ("--label=job=scorecard", "--label=instance=exporter:10210")
SPAN = ("--from=2025-09-01", "--to=2025-12-31T23:00Z", "--step=1d")
IDENTITY = 'scorecard="engineering", team="payments", job="scorecard", instance="exporter:10210"'


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    folder = tmp_path_factory.mktemp("company")
    two_years.found(folder)
    return folder


def backfill(company, *more):
    command = [EXPORTER, "backfill", "--config.file", company / "scorecard.yaml", *more]
    return subprocess.run(command, check=False, capture_output=True, timeout=120)


@pytest.fixture(scope="module")
def prometheus(company):
    """A Prometheus on the blocks that promtool made of it."""
    (company / "past.om").write_bytes(backfill(company, *SPAN, *LABELS).stdout)
    blocks = ["promtool", "tsdb", "create-blocks-from", "--max-block-duration=486h", "openmetrics", "past.om", "data"]
    subprocess.run(blocks, cwd=company, check=True, capture_output=True, timeout=120)
    (company / "prometheus.yml").write_text("{}\n")
    port = free_port()
    command = ["prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data"]
    command += [f"--web.listen-address=127.0.0.1:{port}", "--storage.tsdb.retention.time=10y"]
    with (company / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=company, stdout=log, stderr=log)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            wait_for(lambda: is_ready(client), "Prometheus")
            yield client
    finally:
        process.terminate()
        process.wait(30)


def is_ready(client):
    try:
        return client.get("/-/ready").is_success
    except httpx.TransportError:
        return False


def asked(prometheus, query, at):
    answer = prometheus.get("/api/v1/query", params={"query": query, "time": at.timestamp()}).json()
    return {tuple(sorted(series["metric"].items())): float(series["value"][1]) for series in answer["data"]["result"]}


@pytest.mark.parametrize("day", ["2025-09-01", "2025-10-26", "2025-12-31"])
def test_prometheus_answers_for_the_past_with_the_numbers_of_then(company, prometheus, day):
    at = datetime.fromisoformat(f"{day}T00:00+00:00")
    configuration = load(company / "scorecard.yaml")
    store = open_store(configuration.store)
    taken = take(configuration, store, instant(at))
    store.close()
    (card,) = (one for one in taken.scorecards if one.team == "payments")
    values = asked(prometheus, f"max by (measure) (scorecard_measure_value{{{IDENTITY}}})", at)
    assert values == {
        (("measure", status.measure.id),): float(status.reading.value)
        for _, _, status in card.measures()
        if status.reading.value is not None
    }
    assert list(asked(prometheus, f"scorecard_score_ratio{{{IDENTITY}}}", at).values()) == [card.score]
    colours = asked(prometheus, f"count by (status) (scorecard_measure_status{{{IDENTITY}}} == 1)", at)
    assert sum(colours.values()) == len(card.measures())


def test_prometheus_has_one_series_a_measure_for_all_the_time(prometheus):
    end = datetime(2025, 12, 31, tzinfo=UTC)
    counted = asked(prometheus, f"count_over_time(scorecard_measure_score_ratio{{{IDENTITY}}}[30d])", end)
    lead_time = [count for labels, count in counted.items() if ("measure", "lead_time_for_changes") in labels]
    assert lead_time == [30 + 1]


def test_what_cannot_be_backfilled_is_said(company):
    ended = backfill(company, "--label=team=payments")
    assert (ended.returncode, ended.stdout) == (1, b"")
    assert ended.stderr.decode() == "--label: team is a label that the exporter sets itself.\n"


def test_the_running_exporter_that_holds_the_store_writes_the_same(company):
    asked = ("--from=2025-12-01", "--to=2025-12-31", "--step=1d", *LABELS)
    free = backfill(company, *asked)
    with running(company) as (_, client):
        wait_for(lambda: client.get("/-/ready").is_success, "the exporter")
        held = backfill(company, *asked)
        unknown = backfill(company, "--scorecard=enginering")
        own_label = backfill(company, "--label=team=payments")
        assert client.get("/api/v1/backfill").status_code == 404  # only over the private socket
    assert (held.returncode, held.stderr) == (0, b"")
    assert held.stdout.endswith(b"# EOF\n")
    assert held.stdout == free.stdout
    assert (unknown.returncode, unknown.stdout) == (2, b"")
    assert b"Did you mean 'engineering'" in unknown.stderr
    assert (own_label.returncode, own_label.stdout) == (1, b"")
    assert own_label.stderr == b"--label: team is a label that the exporter sets itself.\n"


def test_a_store_whose_holder_does_not_answer_is_left_alone(company):
    store = open_store(load(company / "scorecard.yaml").store)
    ended = backfill(company)
    store.close()
    assert (ended.returncode, ended.stdout) == (1, b"")
    assert "did not answer" in ended.stderr.decode()


def test_a_file_is_written_where_it_is_asked_for(company):
    written = backfill(company, "--from=2025-12-30", "--to=2025-12-31", "--output", company / "some.om")
    assert (written.returncode, written.stdout) == (0, b"")
    assert (company / "some.om").read_bytes().endswith(b"# EOF\n")
