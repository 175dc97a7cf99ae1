"""Pushes to a real process: they show within seconds, and what was accepted survives whatever ends the process."""

import json
import os
import re
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from processes import running, wait_for

CONFIGURATION = """
store: duckdb:./store.duckdb
evaluation_interval: 1h
sources:
  hooks: {type: webhook, webhook_secret: !env HOOK_SECRET, interval: 1s}
teams:
  engineering: {owner: engineering@example.org, services: [checkout]}
services:
  checkout:
    deployments: {from: "hooks:checkout", environment: live}
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
              deployment_frequency: {goal: 1/month, red: 1/quarter}
"""
ENVIRONMENT = {**os.environ, "HOOK_SECRET": "correct horse"}
PROOF = {"authorization": "Bearer correct horse"}
PATH = "/api/v1/webhooks/hooks"


@pytest.fixture
def company(tmp_path):
    (tmp_path / "scorecard.yaml").write_text(CONFIGURATION)
    return tmp_path


def deployment(key, days=1.0):
    finished = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - days * 86_400))
    return {"thing": "checkout", "key": key, "environment": "live", "finished_at": finished}


def push(client, *deployments, name=""):
    headers = PROOF | ({"idempotency-key": name} if name else {})
    return client.post(PATH, headers=headers, json={"deployments": deployments})


def value(client):
    """The deployment frequency that Prometheus would read, as deployments in 90 days."""
    found = re.search(r"^scorecard_measure_value\{.*deployment_frequency.*\} (\S+)$", client.get("/metrics").text, re.M)
    return round(float(found[1]) * 90, 6) if found else None


def wait_for_metric(client, name, expected):
    """The exporter's own metrics are at most a second old."""

    def is_there():
        found = re.search(rf'^{name}\{{.*source="hooks".*\}} (\S+)$', client.get("/metrics").text, re.M)
        return found and float(found[1]) == expected

    wait_for(is_there, f"{name} {expected}")


def test_a_pushed_deployment_is_a_number_within_seconds(company):
    """The scorecard is worked out once an hour here; the push itself makes it current. What is known begins with it."""
    with running(company, env=ENVIRONMENT) as (_, client):
        wait_for(lambda: client.get("/-/ready").status_code == 200, "readiness")
        assert push(client, deployment("old", days=100), deployment("a", days=3), name="1").status_code == 202
        wait_for(lambda: value(client) == 1, "the frequency")
        assert push(client, deployment("b"), name="2").status_code == 202
        assert push(client, deployment("b"), name="2").status_code == 202
        wait_for(lambda: value(client) == 2, "the second deployment")
        wait_for_metric(client, "scorecard_webhook_deliveries_total", 2)
        wait_for_metric(client, "scorecard_webhook_duplicates_total", 1)
        wait_for_metric(client, "scorecard_webhook_waiting_deliveries", 0)
        wait_for_metric(client, "scorecard_source_up", 1)
        refused = client.post(PATH, json={"deployments": [{}]})
        assert refused.status_code == 401
        assert "send Authorization: Bearer SECRET" in refused.text
    assert "correct horse" not in (company / "log").read_text()
    assert "correct horse" not in "".join(
        path.read_bytes().decode("latin-1") for path in company.rglob("*") if path.is_file()
    )


def test_silence_of_a_source_that_is_only_pushed_to_is_known(company):
    """Nobody deployed for 100 days: that is a frequency of 0 in 90 days, not an unknown one."""
    with running(company, env=ENVIRONMENT) as (_, client):
        wait_for(lambda: client.get("/-/ready").status_code == 200, "readiness")
        assert value(client) is None
        assert push(client, deployment("old", days=100)).status_code == 202
        wait_for(lambda: value(client) == 0, "the frequency of zero")


def test_a_reload_takes_a_new_secret_and_keeps_what_was_accepted(company):
    """The old secret opens nothing from then on."""
    with running(company, env=ENVIRONMENT) as (process, client):
        wait_for(lambda: client.get("/-/ready").status_code == 200, "readiness")
        assert push(client, deployment("old", days=100)).status_code == 202
        (company / "secret").write_text("battery staple\n")
        text = CONFIGURATION.replace("!env HOOK_SECRET", "!file secret")
        (company / "scorecard.yaml").write_text(text)
        process.send_signal(signal.SIGHUP)
        wait_for(lambda: push(client, deployment("a")).status_code == 401, "the end of the old secret")
        headers = {"authorization": "Bearer battery staple"}
        body = json.dumps({"deployments": [deployment("b")]})
        assert client.post(PATH, headers=headers, content=body).status_code == 202
        wait_for(lambda: (value(client) or 0) >= 1, "the frequency")


@pytest.mark.parametrize("seconds", [0.3, 0.8])
def test_an_accepted_delivery_survives_kill_9(company, seconds):
    """Many are in flight when it comes. All that were answered are stored by the next process; none twice."""
    accepted, sent = [], []
    is_over = threading.Event()

    def send(number, base_url):
        with httpx.Client(base_url=base_url, timeout=10) as client:
            for index in range(10_000):
                if is_over.is_set():
                    return
                key = f"{number}-{index}"
                sent.append(key)
                try:
                    answer = push(client, deployment(key), name=key)
                except httpx.TransportError:
                    return
                if answer.status_code == 202:
                    accepted.append(key)

    with running(company, env=ENVIRONMENT) as (process, client):
        wait_for(lambda: client.get("/-/ready").status_code == 200, "readiness")
        assert push(client, deployment("old", days=100)).status_code == 202
        with ThreadPoolExecutor(6) as senders:
            for number in range(6):
                senders.submit(send, number, client.base_url)
            wait_for(lambda: len(accepted) > 20, "the first deliveries")
            time.sleep(seconds)
            process.send_signal(signal.SIGKILL)
            process.wait()
            is_over.set()
    with running(company, env=ENVIRONMENT) as (_, client):
        wait_for_metric(client, "scorecard_webhook_waiting_deliveries", 0)
        wait_for(lambda: (value(client) or 0) >= len(accepted), f"{len(accepted)} accepted deliveries")
        assert value(client) <= len(sent)
        before = value(client)
        again = push(client, deployment(accepted[-1]), name=accepted[-1])
        assert again.status_code == 202
        wait_for_metric(client, "scorecard_webhook_duplicates_total", 1)
        assert value(client) == before
    assert "Traceback" not in (company / "log").read_text()
