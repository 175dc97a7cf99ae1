"""From a history in files to a message to the owner: exporter, Prometheus, Alertmanager and a receiver as processes.

The rules and the configuration are those that are shipped; their addresses and durations are rewritten for the test.
"""

import json
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from processes import free_port, wait_for

EXPORTER = Path(sys.executable).with_name("scorecard-exporter")
CONFIGURATION = """
store: duckdb:./store.duckdb
evaluation_interval: 1s
sources:
  shop: {{type: files, path: "data/*.csv", interval: 1s, covers_from: 2020-01-01}}
teams:
  payments: {{owner: payments@example.org, services: [checkout]}}
services:
  checkout:
    deployments: {{from: "shop:deployments", environment: live}}
    incidents: "shop:incidents"
scorecards:
  engineering:
    teams: [payments]
    perspectives:
      excellence:
        objectives:
          safer-delivery:
            measures:
              change_failure_rate: {{goal: {goal}, red: 15%}}
"""
DEPLOYMENTS = "environment,version,status,finished_at\n"
INCIDENTS = "began_at,resolved_at,title\n"
PROMETHEUS = {
    "exporter:10210": ("{exporter}", 1),
    "alertmanager:9093": ("{alertmanager}", 1),
    "scrape_interval: 1m": ("scrape_interval: 1s", 1),
    "evaluation_interval: 1m": ("evaluation_interval: 1s", 1),
}
RULES = {
    "\n        for: 15m": ("\n        for: 3s", 2),
    "keep_firing_for: 15m": ("keep_firing_for: 8s", 8),
    "\n        for: 5m": ("\n        for: 1s", 2),
    "\n        for: 1h": ("\n        for: 10s", 1),
    "\n    interval: 5m": ("\n    interval: 1s", 2),
}
ALERTMANAGER = {
    "receiver:10211": ("{receiver}", 4),
    "group_wait: 1m": ("group_wait: 1s", 1),
    "group_wait: 30s": ("group_wait: 1s", 2),
    "group_interval: 5m": ("group_interval: 1s", 1),
}


def ago(**span):
    seconds = sum({"days": 86400, "hours": 3600}[unit] * number for unit, number in span.items())
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - seconds))


def write_history(folder, deployments):
    """So many deployments, of which the first two were followed by an incident within the hour."""
    rows = [f"live,v{n},success,{ago(days=20, hours=-6 * n)}\n" for n in range(deployments)]
    failures = [f"{ago(days=20, hours=-6 * n - 1)},{ago(days=20, hours=-6 * n - 2)},down\n" for n in range(2)]
    (folder / "data").mkdir(exist_ok=True)
    (folder / "data/deployments.csv").write_text(DEPLOYMENTS + "".join(rows))
    (folder / "data/incidents.csv").write_text(INCIDENTS + "".join(failures))


def write_configuration(folder, goal):
    (folder / "scorecard.yaml").write_text(CONFIGURATION.format(goal=goal))


def rewrite(source, target, changes, **addresses):
    """A shipped file for the test; what is to be rewritten must be there as often as expected."""
    text = source.read_text()
    for old, (new, times) in changes.items():
        assert (old, text.count(old)) == (old, times)
        text = text.replace(old, new.format(**addresses))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)


@contextmanager
def program(folder, *command):
    """A process with its log in the folder; ended with the block."""
    with (folder / f"{Path(command[0]).name}.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait()


@contextmanager
def receiver():
    """What Alertmanager sends: a list that grows, of (path, alert) in the order of arrival, and where to send it."""
    received = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            group = json.loads(self.rfile.read(int(self.headers["content-length"])))
            received.extend((self.path, alert) for alert in group["alerts"])
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield received, f"127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def company(tmp_path):
    """2 of 6 deployments failed: a third, where 15 % is red."""
    write_history(tmp_path, deployments=6)
    write_configuration(tmp_path, goal="5%")
    return tmp_path


@contextmanager
def exporting(folder):
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    told = (f"--web.external-url={url}", "--web.grafana-url=https://grafana.example.org")
    with program(folder, EXPORTER, "run", f"--web.listen-address=127.0.0.1:{port}", *told) as process:
        yield process, url


@pytest.fixture
def stack(company, checkout):
    """The four of them, connected: `exporter` (its process), `received`, and `query`, which asks Prometheus."""
    ports = {name: free_port() for name in ("prometheus", "alertmanager")}
    address = {name: f"127.0.0.1:{port}" for name, port in ports.items()}
    with ExitStack() as running:
        process, url = running.enter_context(exporting(company))
        received, address["receiver"] = running.enter_context(receiver())
        # Scraped twice by accident, under two names.
        port = url.rpartition(":")[2]
        address["exporter"] = f'127.0.0.1:{port}", "localhost:{port}'
        shipped = checkout / "prometheus"
        rewrite(shipped / "prometheus.yml", company / "prometheus.yml", PROMETHEUS, **address)
        rewrite(shipped / "rules/scorecard.yml", company / "rules/scorecard.yml", RULES)
        rewrite(checkout / "alertmanager/alertmanager.yml", company / "alertmanager.yml", ALERTMANAGER, **address)
        running.enter_context(
            program(
                company,
                "prometheus-alertmanager",
                "--config.file=alertmanager.yml",
                "--storage.path=alerts",
                "--cluster.listen-address=",
                f"--web.listen-address={address['alertmanager']}",
            )
        )
        running.enter_context(
            program(
                company,
                "prometheus",
                "--config.file=prometheus.yml",
                "--storage.tsdb.path=series",
                "--rules.alert.resend-delay=1s",
                f"--web.user-assets={checkout / 'runbooks'}",
                f"--web.listen-address={address['prometheus']}",
                f"--web.external-url=http://{address['prometheus']}",
            )
        )

        def query(expression):
            asked = {"query": expression}
            return httpx.get(f"http://{address['prometheus']}/api/v1/query", params=asked).json()["data"]["result"]

        yield SimpleNamespace(folder=company, exporter=process, received=received, query=query)


def about(received, status):
    """What was received about the red measure in a state."""
    return [
        (path, alert)
        for path, alert in list(received)
        if alert["status"] == status and alert["labels"]["alertname"] == "ScorecardMeasureRed"
    ]


@pytest.mark.needs("prometheus")
@pytest.mark.needs("prometheus-alertmanager")
def test_a_red_measure_reaches_its_owner_and_is_taken_back_when_it_is_better(stack):
    """One message when it turns red, none for a lost scrape or another target, one when the data improves."""
    ((path, alert),) = wait_for(lambda: about(stack.received, "firing"), "the alert")[:1]
    says, labels = alert["annotations"], alert["labels"]
    assert path == "/owners"
    assert (labels["owner"], labels["severity"], labels["team"]) == ("payments@example.org", "warning", "payments")
    assert (says["title"], says["value"], says["goal"]) == ("Change failure rate", "33 %", "<= 5 %")
    assert re.fullmatch(r"20\d\d-\d\d-\d\d \d\d:\d\d UTC", says["since"])
    assert says["board_url"] == "https://grafana.example.org/d/scorecard?var-scorecard=engineering&var-team=payments"
    assert "Change failure rate" in httpx.get(says["measure_url"]).text
    assert httpx.get(says["runbook_url"]).text.startswith("# ScorecardMeasureRed\n")

    stack.exporter.send_signal(signal.SIGSTOP)
    wait_for(lambda: stack.query('max(up{job="scorecard"}) == 0'), "a scrape that is lost")
    stack.exporter.send_signal(signal.SIGCONT)
    wait_for(lambda: stack.query('min(up{job="scorecard"}) == 1'), "the exporter again")

    write_configuration(stack.folder, goal="4%")
    stack.exporter.send_signal(signal.SIGHUP)
    red = 'min(count_over_time(scorecard_measure_status{target="<= 4 %",status="red"}[1m])) > 9'
    wait_for(lambda: stack.query(red), "ten scrapes of the new target")
    assert stack.query('count(ALERTS{alertname="ScorecardMeasureRed",alertstate="firing"}) == 1')
    assert about(stack.received, "resolved") == []

    write_history(stack.folder, deployments=60)
    ((path, resolved),) = wait_for(lambda: about(stack.received, "resolved"), "the end of the alert")
    assert path == "/owners"
    assert resolved["labels"] == labels
    assert {one["fingerprint"] for _, one in about(stack.received, "firing")} == {alert["fingerprint"]}


@pytest.mark.needs("promtool")
def test_promtool_finds_nothing_to_improve_in_what_is_really_served(company):
    """Names, types and texts of a running exporter follow the conventions of Prometheus."""
    with exporting(company) as (_, url):
        wait_for(lambda: httpx.get(f"{url}/-/ready").is_success, "readiness")
        text = wait_for(
            lambda: "change_failure_rate" in (found := httpx.get(f"{url}/metrics").text) and found, "series"
        )
    checked = subprocess.run(["promtool", "check", "metrics"], input=text.encode(), capture_output=True, check=False)
    assert (checked.stdout + checked.stderr).decode() == ""
    assert checked.returncode == 0
