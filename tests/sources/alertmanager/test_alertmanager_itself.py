"""Against a real Prometheus and Alertmanager: what is pushed and what is remembered are the same incidents."""

import json
import subprocess
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from processes import free_port, wait_for
from scorecard_exporter.errors import RefusedDeliveryError
from scorecard_exporter.events.merge import merge
from scorecard_exporter.sources.registry import TYPES

pytestmark = [pytest.mark.needs("prometheus"), pytest.mark.needs("prometheus-alertmanager")]

SECRET = "a s3cret"  # noqa: S105  of this test
ALERTMANAGER = """
route: {{receiver: bearer, group_by: [alertname, service], group_wait: 1s, group_interval: 1s, routes: [
  {{receiver: bearer, continue: true}}, {{receiver: basic}}]}}
receivers:
  - name: bearer
    webhook_configs:
      - {{url: "{receiver}/bearer", http_config: {{authorization: {{credentials: {secret}}}}}}}
  - name: basic
    webhook_configs:
      - {{url: "{receiver}/basic", http_config: {{basic_auth: {{username: alertmanager, password: {secret}}}}}}}
"""
PROMETHEUS = """
global: {{evaluation_interval: 1s, external_labels: {{cluster: eu-1}}}}
rule_files: [rules.yml]
alerting: {{alertmanagers: [{{static_configs: [{{targets: ["{alertmanager}"]}}]}}]}}
"""
RULES = """
groups:
  - name: shop
    interval: 1s
    rules:
      - alert: Flapping
        expr: (vector(time()) % 4) < 2
        labels: {service: catalog, severity: warning, note: "Grüße = 1, 2"}
      - alert: Later
        expr: vector(time()) > START
        for: 2s
        labels: {service: checkout, severity: page}
        annotations: {summary: "It is {{ $value }}"}
"""


@contextmanager
def program(folder, *command):
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()
        process.wait()


@contextmanager
def receiver():
    """What Alertmanager sends: (path, headers, body)."""
    received = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            received.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield received, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def source(**written):
    return TYPES["alertmanager"].model_validate({"type": "alertmanager", **written}).build("alerts", "/")


def pushed(webhook, received, path="/bearer"):
    """All deliveries so far, merged: {key: incident}."""
    found = {}
    for to, headers, body in list(received):
        if to == path:
            result = webhook.parse(webhook.accept(headers, body, datetime.now(UTC)))
            assert result.problems == ()
            found |= {one.key: merge(found.get(one.key), one) for one in result.records}
    return found


def resolved(found):
    return [one for one in found.values() if one.title == "Flapping" and one.resolved_at]


def firing(found):
    return [one for one in found.values() if one.title == "Later"]


@pytest.fixture(scope="module")
def taken(tmp_path_factory):
    """(what was received, the address of Prometheus), once some have been resolved and another one fires."""
    tmp_path = tmp_path_factory.mktemp("alerts")
    prometheus, alertmanager = (f"127.0.0.1:{free_port()}" for _ in range(2))
    with receiver() as (received, address):
        start = datetime.now(UTC) + timedelta(seconds=8)
        (tmp_path / "rules.yml").write_text(RULES.replace("START", f"{start.timestamp():.0f}"))
        (tmp_path / "prometheus.yml").write_text(PROMETHEUS.format(alertmanager=alertmanager))
        (tmp_path / "alertmanager.yml").write_text(ALERTMANAGER.format(receiver=address, secret=SECRET))
        running = (
            ("prometheus-alertmanager", "--config.file=alertmanager.yml", "--storage.path=alerts",
             "--cluster.listen-address=", f"--web.listen-address={alertmanager}"),
            ("prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=series",
             "--rules.alert.resend-delay=1s", f"--web.listen-address={prometheus}"),
        )  # fmt: skip
        with program(tmp_path, *running[0]), program(tmp_path, *running[1]):
            webhook = source(webhook_secret=SECRET).webhook

            def enough():
                found = pushed(webhook, received)
                return len(resolved(found)) > 2 and firing(found) and received

            wait_for(enough, "alerts, and their end")
            yield received, f"http://{prometheus}"


def remembered(address, at, **past):
    """All incidents that Prometheus tells of, up to a moment: {key: incident}."""
    built = source(history="1h", prometheus={"url": address, **past})
    (stream,) = built.streams
    found = {one.key: one for batch in stream.read(None, at) for one in batch.records}
    stream._client.close()
    return found


def test_what_is_pushed_and_what_is_remembered_are_the_same(taken):
    """Origin, key, beginning, end, severity and labels; of every alert that began once Prometheus was up."""
    received, address = taken
    by_push = pushed(source(webhook_secret=SECRET).webhook, received)
    # Three minutes on: by then no sample can be on its way.
    by_memory = remembered(address, datetime.now(UTC) + timedelta(minutes=3), external_labels={"cluster": "eu-1"})
    first = min(one.began_at for one in by_memory.values())
    later = {key: one for key, one in by_push.items() if one.began_at > first}
    assert len(resolved(later)) >= 2
    assert len(firing(later)) == 1
    for key, one in later.items():
        other = by_memory[key]
        fields = ("origin", "key", "began_at", "severity", "title", "labels")
        assert [getattr(one, name) for name in fields] == [getattr(other, name) for name in fields]
        if one.resolved_at:
            assert one.resolved_at == other.resolved_at
    assert {one.origin for one in later.values()} == {"alerts:catalog", "alerts:checkout"}
    assert all(one.url.startswith("http://") for one in (*by_push.values(), *by_memory.values()))


def test_without_the_external_labels_they_would_not_meet(taken):
    received, address = taken
    by_push = pushed(source(webhook_secret=SECRET).webhook, received)
    assert by_push.keys().isdisjoint(remembered(address, datetime.now(UTC)))


def test_either_way_of_proving_oneself_is_what_alertmanager_does(taken):
    received, _ = taken
    webhook = source(webhook_secret=["other", SECRET]).webhook
    wait_for(lambda: "/basic" in [path for path, _, _ in list(received)], "a delivery with name and password")
    assert pushed(webhook, received, "/bearer")
    assert pushed(webhook, received, "/basic")
    with pytest.raises(RefusedDeliveryError):
        pushed(source(webhook_secret="other").webhook, received)  # noqa: S106


def test_the_fingerprints_are_those_of_alertmanager(taken):
    """Also of names and values beyond ASCII."""
    received, _ = taken
    webhook = source(webhook_secret=SECRET).webhook
    told = {alert["fingerprint"] for _, _, body in received for alert in json.loads(body)["alerts"]}
    assert {key.partition("/")[0] for key in pushed(webhook, received)} == told


def test_the_rules_are_seen(taken):
    _, address = taken
    built = source(prometheus={"url": address})
    seen = built.inspect()
    (stream,) = built.streams
    stream._client.close()
    assert dict(seen.seen[0].names) == {"Flapping": None, "Later": None}
    assert httpx.get(f"{address}/-/ready").is_success
