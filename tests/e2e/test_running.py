"""The exporter as a real process: started, scraped, asked, reloaded, killed, stopped."""

import json
import os
import re
import signal
import socket
import subprocess
import time

import pytest

from processes import EXPORTER, command, free_port, running, wait_for

DEPLOYMENTS = "environment,sha,version,status,finished_at,key\n"
CONFIGURATION = """
store: duckdb:./store.duckdb
evaluation_interval: 1s
sources:
  shop: {{type: files, path: "data/*.csv", interval: 1s, covers_from: 2020-01-01}}
teams:
  engineering: {{owner: engineering@example.org, services: [checkout]}}
services:
  checkout:
    deployments: {{from: "shop:deployments", environment: "{environment}"}}
scorecards:
  delivery:
    title: Delivery
    teams: [engineering]
    perspectives:
      engineering-excellence:
        objectives:
          faster-delivery:
            title: Deliver more often
            measures:
              deployment_frequency: {{goal: {goal}, red: 1/quarter}}
"""


def ago(days):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - days * 86400))


@pytest.fixture
def company(tmp_path):
    """A service that was deployed 9 times to `live` and 18 times to `staging` within the last 90 days."""
    data = tmp_path / "data"
    data.mkdir()
    rows = [f"live,,v{n},success,{ago(n + 1)},live-{n}\n" for n in range(9)]
    rows += [f"staging,,v{n},success,{ago(n + 1)},staging-{n}\n" for n in range(18)]
    (data / "deployments.csv").write_text(DEPLOYMENTS + "".join(rows))
    configure(tmp_path)
    return tmp_path


def configure(folder, environment="live", goal="1/month"):
    (folder / "scorecard.yaml").write_text(CONFIGURATION.format(environment=environment, goal=goal))


def value(client):
    """The deployment frequency that Prometheus would read, as deployments in 90 days."""
    found = re.search(r"^scorecard_measure_value\{.*deployment_frequency.*\} (\S+)$", client.get("/metrics").text, re.M)
    return round(float(found[1]) * 90, 6) if found else None


def evaluated(client):
    """How often the scorecards were computed."""
    return float(re.search(r"^scorecard_evaluations_total (\S+)$", client.get("/metrics").text, re.M)[1])


def test_a_reload_with_another_environment_answers_anew_without_collecting_again(company):
    """The store keeps what was said; the configuration says what it means: 9 live ones, then 18 to staging."""
    with running(company) as (process, client):
        wait_for(lambda: value(client) == 9, "the frequency of live")
        stored = 'scorecard_source_records_total{kind="deployment",source="shop"} 27.0'
        before = wait_for(lambda: stored in (text := client.get("/metrics").text) and text, "the count of records")
        configure(company, environment="staging")
        process.send_signal(signal.SIGHUP)
        wait_for(lambda: value(client) == 18, "the frequency of staging")
        records = re.compile(r"^scorecard_source_records_total\{.*\} .*$", re.M)
        assert records.findall(client.get("/metrics").text) == records.findall(before)


def test_check_asks_the_exporter_that_holds_the_store_for_the_advice_that_needs_numbers(company):
    """9 in 90 days are fewer than one a week: red, and nothing is done about it."""
    configure(company, goal="1/d")
    path = company / "scorecard.yaml"
    path.write_text(path.read_text().replace("red: 1/quarter", "red: 1/week"))
    with running(company) as (_, client):
        wait_for(lambda: value(client) == 9, "the frequency")
        checked = command(company, "check")
    assert checked.returncode == 0
    assert "warning: red-without-initiative: delivery/deployment_frequency: it is red for engineering" in checked.stdout
    assert "note:" not in checked.stdout


def test_a_reload_with_another_target_changes_the_colour_alone(company):
    """9 in 90 days meet a goal of 1 a month, not one of 1 a week; the value stays."""
    with running(company) as (process, client):
        green = 'status="green",target=">= 1/month"'
        wait_for(lambda: value(client) == 9 and green in client.get("/metrics").text, "the first colour")
        configure(company, goal="1/week")
        process.send_signal(signal.SIGHUP)
        yellow = re.compile(r'^scorecard_measure_status\{[^}]*status="yellow"[^}]*1/week[^}]*\} 1\.0$', re.M)
        wait_for(lambda: yellow.search(client.get("/metrics").text), "the second colour")
        assert value(client) == 9


def test_a_broken_file_does_not_replace_a_good_one(company):
    """The old configuration goes on, a gauge and the page say that the new one was refused, and why."""
    with running(company, "--web.enable-lifecycle") as (_, client):
        wait_for(lambda: value(client) == 9, "the frequency")
        (company / "scorecard.yaml").write_text("scorecards: {delivery: {teams: [nobody]}}\n")
        refused = client.post("/-/reload")
        assert refused.status_code == 500
        assert "nobody" in refused.text
        said = "scorecard_config_last_reload_successful 0.0"
        wait_for(lambda: said in client.get("/metrics").text, "the gauge of the refusal")
        assert value(client) == 9
        assert "nobody" in client.get("/").text
        configure(company)
        assert client.post("/-/reload").status_code == 200
        said = "scorecard_config_last_reload_successful 1.0"
        wait_for(lambda: said in client.get("/metrics").text, "the gauge of the reload")


def test_a_configuration_that_cannot_be_evaluated_does_not_replace_a_good_one(company):
    """It fails at the numbers only (a sum beyond 64 bits); the store then answers in the old terms, never in both."""
    rows = "".join(f"huge,engineering,100000000000,{ago(n / 10)}\n" for n in range(1, 101))
    (company / "data" / "observations.csv").write_text(f"series,subject,value,at\n{rows}")
    with running(company, "--web.enable-lifecycle") as (_, client):
        wait_for(lambda: value(client) == 9 and 'kind="observation"' in client.get("/metrics").text, "all numbers")
        configure(company, environment="staging")
        with (company / "scorecard.yaml").open("a") as file:
            file.write("              huge: {series: huge, statistic: sum, goal: 2, red: 1}\n")
            file.write("series: {huge: {unit: count}}\n")
        refused = client.post("/-/reload")
        assert refused.status_code == 500
        assert "The numbers could not be worked out" in refused.text
        evaluations = evaluated(client)
        wait_for(lambda: evaluated(client) > evaluations + 1, "two more evaluations")
        assert value(client) == 9
        said = client.get("/metrics").text
        assert "scorecard_config_last_reload_successful 0.0" in said
        assert "scorecard_evaluation_failures_total 0.0" in said
        assert "the old one goes on" in client.get("/").text


def test_reload_by_request_is_off_unless_asked_for(company):
    """As with Prometheus: a flag allows it, and the refusal names the flag."""
    with running(company) as (_, client):
        wait_for(lambda: value(client) == 9, "the frequency")
        answer = client.post("/-/reload")
        assert answer.status_code == 403
        assert "--web.enable-lifecycle" in answer.text


def test_kill_9_loses_nothing_and_the_next_start_serves_what_was_known(company):
    """After a kill the numbers are there again although the files they came from are gone."""
    with running(company) as (process, client):
        wait_for(lambda: value(client) == 9, "the frequency")
        process.send_signal(signal.SIGKILL)
        process.wait()
    (company / "data").rename(company / "elsewhere")
    with running(company) as (_, client):
        wait_for(lambda: client.get("/-/ready").status_code == 200, "readiness")
        assert value(client) == 9


def test_sigterm_ends_cleanly_and_the_store_is_free_again(company):
    """The end is exit code 0, well within ten seconds, and leaves no socket that answers."""
    with running(company) as (process, client):
        wait_for(lambda: value(client) == 9, "the frequency")
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    assert "3/month" in command(company, "status").stdout


def test_status_and_explain_ask_the_exporter_that_holds_the_store(company):
    """The commands give the same answer while `run` holds the store as when it is free."""
    with running(company) as (_, client):
        wait_for(lambda: value(client) == 9, "the frequency")
        at = "--at=" + time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        held = command(company, "status", "--format=json", at)
        explained = command(company, "explain", "delivery/deployment_frequency", at)
        unknown = command(company, "explain", "delivery/deployment_frequencies")
    free = command(company, "status", "--format=json", at)
    assert held.returncode == 0, held.stderr
    assert json.loads(held.stdout) == json.loads(free.stdout)
    assert "9 successful production deployments" in explained.stdout.replace("\n", " ")
    assert command(company, "explain", "delivery/deployment_frequency", at).stdout == explained.stdout
    assert unknown.returncode == 2
    assert "Did you mean 'deployment_frequency'?" in unknown.stderr


def test_a_second_exporter_on_the_same_store_says_so_and_ends(company):
    """One sentence and exit code 1, and the first one is not disturbed."""
    with running(company) as (first, client):
        wait_for(lambda: value(client) == 9, "the frequency")
        second = command(company, "run", f"--web.listen-address=127.0.0.1:{free_port()}")
        assert second.returncode == 1
        assert f"held by process {first.pid}" in second.stderr
        assert "Traceback" not in second.stderr
        assert value(client) == 9
        assert command(company, "status").returncode == 0


def test_a_broken_source_leaves_the_others_and_says_so(company):
    """A repository that is not there: up is 0, the page says it, the files' numbers are served."""
    text = (company / "scorecard.yaml").read_text()
    (company / "scorecard.yaml").write_text(
        text.replace("sources:\n", "sources:\n  gone: {type: git, path: ./no-such-repository, interval: 1s}\n")
    )
    with running(company) as (_, client):
        wait_for(lambda: value(client) == 9, "the frequency")
        wait_for(lambda: 'scorecard_source_up{source="gone"} 0.0' in client.get("/metrics").text, "the failure")
        assert 'scorecard_source_up{source="shop"} 1.0' in client.get("/metrics").text
        assert client.get("/").text.count("no-such-repository is not there") == 1


def test_a_wrong_configuration_starts_nothing(tmp_path):
    """Located mistakes, exit code 1, no store made."""
    (tmp_path / "scorecard.yaml").write_text("store: duckdb:./store.duckdb\nsorces: {}\n")
    answer = command(tmp_path, "run", f"--web.listen-address=127.0.0.1:{free_port()}")
    assert answer.returncode == 1
    assert "scorecard.yaml:2:1" in answer.stderr
    assert "'sources'" in answer.stderr
    assert not (tmp_path / "store.duckdb").exists()


def test_check_prints_every_mistake_as_data(tmp_path):
    """For editors and pipelines: the same mistakes as JSON, the same exit code."""
    (tmp_path / "scorecard.yaml").write_text("sorces: {}\ntimezone: Mars/Olympus\n")
    answer = command(tmp_path, "check", "--format=json")
    assert answer.returncode == 1
    document = json.loads(answer.stdout)
    assert document["valid"] is False
    assert {(mistake["line"], mistake["path"]) for mistake in document["mistakes"]} == {(1, "sorces"), (2, "timezone")}


def test_a_check_of_a_system_that_does_not_answer_can_be_interrupted(tmp_path):
    """Who gives up need not wait until the system's time is up."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        sources = (
            f"sources: {{prom: {{type: prometheus, url: '{address}', series: {{up: {{expression: up, subject: a}}}}}}}}"
        )
        (tmp_path / "scorecard.yaml").write_text(f"{sources}\n")
        with (
            subprocess.Popen(
                [EXPORTER, "check", "--online"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            ) as checking,
            silent.accept()[0],
        ):
            checking.send_signal(signal.SIGINT)
            said = checking.communicate(timeout=20)
    assert checking.returncode == 1
    assert said == (b"", b"\nAborted!\n")


def test_alerts_and_boards_learn_where_people_reach_the_exporter(company):
    """Both addresses are labels of one series."""
    told = ("--web.external-url=https://example.org/scorecard/", "--web.grafana-url=https://grafana.example.org")
    with running(company, *told) as (_, client):
        wait_for(lambda: value(client) == 9, "the frequency")
        labels = 'external_url="https://example.org/scorecard",grafana_url="https://grafana.example.org"'
        assert f"scorecard_web_info{{{labels}}} 1.0" in client.get("/metrics").text


@pytest.mark.parametrize("flag", ["--web.external-url", "--web.grafana-url"])
def test_an_address_that_nobody_could_follow_is_refused(company, flag):
    """It would become a broken link in every alert."""
    answer = command(company, "run", f"{flag}=example.org")
    assert answer.returncode == 1
    assert f"{flag}=example.org: expected an address such as" in answer.stderr


def test_an_address_that_is_taken_is_one_sentence(company):
    """What was asked for, and what the system said."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        answer = command(company, "run", f"--web.listen-address=127.0.0.1:{taken.getsockname()[1]}")
    assert answer.returncode == 1
    assert "ddress already in use" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_an_end_in_the_middle_of_a_poll_is_no_failure(company):
    """Whatever is under way when the signal comes is given up without a word of error, exit code 0."""
    rows = "".join(f"live,,v{n},success,{ago(n % 900 + 1)},many-{n}\n" for n in range(40_000))
    (company / "data" / "deployments.csv").write_text(DEPLOYMENTS + rows)
    with running(company) as (process, client):
        wait_for(lambda: client.get("/-/ready").status_code == 200, "readiness")
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    assert "level=error" not in (company / "log").read_text()


def test_a_terminal_without_unicode_gets_the_words(company):
    """Signs that it cannot show become question marks; the status is there as a word too."""
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    answer = command(company, "status", env=ascii_only)
    assert answer.returncode == 0, answer.stderr
    assert "? grey" in answer.stdout


@pytest.mark.parametrize("at", ["0001-01-01", "9999-12-31"])
def test_a_moment_that_nothing_is_known_of_is_a_wrong_question(company, at):
    """As in the API: from the year 2000 until now."""
    answer = command(company, "status", f"--at={at}")
    assert answer.returncode == 2
    assert f"'{at}' lies before the year 2000 or in the future" in answer.stderr
