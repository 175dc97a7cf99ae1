"""The exporter as a real process that Grafana asks over a socket."""

import signal
from datetime import UTC, datetime

import pytest

import two_years
from plugin import TOKEN, Grafana
from processes import command, running, wait_for


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    folder = tmp_path_factory.mktemp("company")
    two_years.found(folder, datetime.now(UTC).replace(minute=0, second=0, microsecond=0))
    (folder / "none").mkdir()
    return folder


@pytest.fixture
def flags(tmp_path):
    """What Grafana's data source needs of the command."""
    token = tmp_path / "token"
    token.write_text(f"{TOKEN}\n")
    token.chmod(0o640)
    return f"--grafana.socket={tmp_path}/run/plugin.sock", f"--grafana.token-file={token}"


def test_a_process_answers_through_a_reload_and_takes_its_socket_away(company, tmp_path, flags):
    path = tmp_path / "run/plugin.sock"
    with running(company, *flags) as (process, client):
        wait_for(path.exists, "the socket")
        grafana = Grafana(path)
        wait_for(lambda: client.get("/-/ready").is_success, "the first snapshot")
        titles = grafana.choices("scorecards")
        assert titles == {"engineering": 'Engineering "2026"'}
        (document,) = client.get("/api/v1/scorecards/engineering", params={"team": "payments"}).json()["scorecards"]
        told = {
            one["id"]: one["value"]
            for side in document["perspectives"]
            for each in side["objectives"]
            for one in each["measures"]
        }
        frame = grafana.one("scorecard", team="payments", format="wide")
        assert told.keys() == set(frame.names)
        assert {one.name: one.values[0] for one in frame.fields}["deployment_success_rate"] == pytest.approx(
            told["deployment_success_rate"], rel=0.05
        ), "evaluations may lie between the two"

        file = company / "scorecard.yaml"
        file.write_text(file.read_text().replace('Engineering \\"2026\\"', "Renamed"))
        process.send_signal(signal.SIGHUP)
        wait_for(lambda: grafana.choices("scorecards") == {"engineering": "Renamed"}, "the new configuration")
        metrics = client.get("/metrics").text
        assert 'scorecard_grafana_queries_total{query="scorecard"} 1.0' in metrics
        assert TOKEN not in metrics
        grafana.close()
        process.terminate()
        assert process.wait(timeout=10) == 0
    assert not path.exists()
    log = (company / "log").read_text()
    assert "answering Grafana" in log
    assert TOKEN not in log
    assert "Traceback" not in log


def test_the_flags_come_in_a_pair_and_the_token_is_not_for_others(company, tmp_path, flags):
    """What is wrong is told before anything is started."""
    for alone in flags:
        answer = command(company, "run", alone, "--web.listen-address=127.0.0.1:0")
        assert answer.returncode == 2
        assert "give --grafana.socket and --grafana.token-file, or neither" in answer.stderr
    (tmp_path / "token").chmod(0o644)
    answer = command(company, "run", *flags, "--web.listen-address=127.0.0.1:0")
    assert answer.returncode == 1
    assert "others may use the file" in answer.stderr
    assert not (tmp_path / "run").exists()
