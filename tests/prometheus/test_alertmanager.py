"""The Alertmanager configuration: who hears what, what holds back what, and the receiver that needs no account."""

import json
import subprocess
import sys
import time

import httpx
import pytest
import yaml

from processes import free_port


@pytest.fixture(scope="module")
def configuration(checkout):
    return checkout / "alertmanager/alertmanager.yml"


def amtool(*arguments):
    return subprocess.run(["amtool", *arguments], capture_output=True, text=True, check=False)


def answering(url, process, seconds=30):
    """Wait for a server that was just started."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(url).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    pytest.fail(f"nothing answers at {url}")


@pytest.mark.needs("amtool")
def test_alertmanager_takes_it(configuration):
    """No mistake."""
    checked = amtool("check-config", str(configuration))
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.needs("amtool")
def test_alertmanager_takes_the_examples_too(configuration, tmp_path):
    """Mail, Slack and PagerDuty, with the comment signs taken away."""
    shipped, examples = configuration.read_text().split("  # Mail to the owner", 1)
    uncommented = [line.replace("# ", "", 1) for line in examples.splitlines() if line.startswith("  # ")]
    begins = next(number for number, line in enumerate(uncommented) if line.startswith("  - name:"))
    mail = "global: {smtp_smarthost: 'mail.example.org:587', smtp_from: scorecard@example.org}\n"
    whole = tmp_path / "alertmanager.yml"
    whole.write_text(mail + shipped + "\n".join(uncommented[begins:]) + "\n")
    checked = amtool("check-config", str(whole))
    assert checked.returncode == 0, checked.stdout + checked.stderr
    kinds = {kind for receiver in yaml.safe_load(whole.read_text())["receivers"] for kind in receiver}
    assert {"email_configs", "slack_configs", "pagerduty_configs"} <= kinds


RED = ("alertname=ScorecardMeasureRed", "scorecard=engineering", "team=payments")


@pytest.mark.needs("amtool")
@pytest.mark.parametrize(
    ("labels", "receivers"),
    [
        pytest.param((*RED, "owner=a@example.org", "severity=warning"), "owners", id="a warning goes to its owner"),
        pytest.param(
            (*RED, "owner=a@example.org", "severity=critical"),
            "on-call,owners",
            id="what is critical goes to those on call, and to its owner",
        ),
        pytest.param(
            (*RED, "owner=platform@example.org", "severity=warning"), "platform", id="an owner with a channel of theirs"
        ),
        pytest.param(
            (*RED, "owner=platform@example.org", "severity=critical"), "on-call,platform", id="both where both hold"
        ),
        pytest.param((*RED, "severity=warning"), "operators", id="what nobody owns goes to the operators"),
        pytest.param(
            ("alertname=ScorecardMeasureWithoutInitiative", "team=payments", "owner=a@example.org", "severity=warning"),
            "owners",
            id="a red measure that is left alone goes to its owner",
        ),
        pytest.param(
            ("alertname=ScorecardInitiativeOverdue", "initiative=tests", "owner=a@example.org", "severity=warning"),
            "owners",
            id="an overdue initiative goes to its owner",
        ),
        pytest.param(
            ("alertname=ScorecardReviewOverdue", "team=payments", "severity=warning"),
            "operators",
            id="an overdue review of a team without an owner goes to the operators",
        ),
        pytest.param(
            ("alertname=ScorecardSourceFailing", "source=pager", "severity=warning"),
            "operators",
            id="a source goes to the operators",
        ),
        pytest.param(
            ("alertname=ScorecardExporterDown", "severity=critical"),
            "operators",
            id="the exporter goes to the operators",
        ),
        pytest.param(
            ("alertname=ScorecardMeasureSourceFailing", "scorecard=engineering", "severity=info"),
            "nobody",
            id="what only holds back another alert goes to nobody",
        ),
    ],
)
def test_who_hears_what(configuration, labels, receivers):
    """As Alertmanager itself would route it."""
    routed = amtool(
        "config", "routes", "test", f"--config.file={configuration}", f"--verify.receivers={receivers}", *labels
    )
    assert routed.returncode == 0, routed.stdout + routed.stderr


def test_alerts_are_grouped_and_resolved(configuration):
    """One message for an owner about a team's scorecard; everybody who heard of it hears the end of it."""
    read = yaml.safe_load(configuration.read_text())
    assert read["route"]["group_by"] == ["scorecard", "team", "owner"]
    settings = [one for receiver in read["receivers"] for one in receiver.get("webhook_configs", [])]
    assert settings
    assert all(one["send_resolved"] for one in settings)


def alert(name, **labels):
    return {"labels": {"alertname": name, **labels}}


GREY = alert("ScorecardMeasureTurnedGrey", scorecard="engineering", team="payments", measure="cost")
RED_ALERT = alert("ScorecardMeasureRed", scorecard="engineering", team="payments", measure="cost")


@pytest.mark.needs("prometheus-alertmanager")
@pytest.mark.parametrize(
    ("cause", "held_back"),
    [
        pytest.param(alert("ScorecardExporterDown", job="scorecard"), True, id="the exporter is down"),
        pytest.param(
            alert("ScorecardMeasureSourceFailing", scorecard="engineering", team="payments", measure="cost"),
            True,
            id="its source fails",
        ),
        pytest.param(
            alert("ScorecardMeasureSourceFailing", scorecard="engineering", team="payments", measure="uptime"),
            False,
            id="the source of another measure fails",
        ),
        pytest.param(alert("ScorecardConfigReloadFailed", job="scorecard"), False, id="a refused configuration"),
    ],
)
def test_a_grey_whose_cause_is_told_is_held_back(configuration, tmp_path, cause, held_back):
    """The cause is heard of, each of its effects is not; a red is never held back."""
    (tmp_path / "alertmanager.yml").write_text(configuration.read_text().replace("receiver:10211", "127.0.0.1:9"))
    url = f"http://127.0.0.1:{free_port()}"
    process = subprocess.Popen(
        [
            "prometheus-alertmanager",
            "--config.file=alertmanager.yml",
            "--storage.path=data",
            "--cluster.listen-address=",
            f"--web.listen-address={url.removeprefix('http://')}",
        ],
        cwd=tmp_path,
        stderr=subprocess.DEVNULL,
    )
    try:
        answering(f"{url}/-/ready", process)
        httpx.post(f"{url}/api/v2/alerts", json=[cause]).raise_for_status()
        httpx.post(f"{url}/api/v2/alerts", json=[GREY, RED_ALERT]).raise_for_status()
        states = {
            one["labels"]["alertname"]: one["status"]["inhibitedBy"] for one in httpx.get(f"{url}/api/v2/alerts").json()
        }
    finally:
        process.kill()
        process.wait()
    assert bool(states[GREY["labels"]["alertname"]]) is held_back
    assert states[RED_ALERT["labels"]["alertname"]] == []


@pytest.fixture
def printer(checkout, tmp_path):
    """The receiver as a process: where it listens, and what it has printed."""
    url, printed = f"http://127.0.0.1:{free_port()}", tmp_path / "printed"
    script = checkout / "alertmanager/print_alerts.py"
    with printed.open("wb") as output:
        process = subprocess.Popen([sys.executable, script, url.removeprefix("http://")], stdout=output)
    try:
        answering(url, process)
        yield url, printed
    finally:
        process.kill()
        process.wait()


def test_the_receiver_without_an_account_prints_what_an_owner_needs(printer):
    """One alert of Alertmanager's webhook format, version 4."""
    url, printed = printer
    group = {
        "version": "4",
        "status": "firing",
        "alerts": [
            {
                "status": "firing",
                "labels": {"alertname": "ScorecardMeasureRed", "severity": "critical"},
                "annotations": {
                    "description": "Lead time \x1b[2Jof team payments has reached its red line.",
                    "value": "11 d",
                    "goal": "<= 2 d",
                    "owner": "platform@example.org",
                    "board_url": "",
                    "runbook_url": "http://prometheus:9090/user/ScorecardMeasureRed.md",
                },
            }
        ],
    }
    assert httpx.post(f"{url}/on-call", json=group).status_code == 200
    assert printed.read_text().splitlines() == [
        "[on-call] FIRING critical ScorecardMeasureRed: Lead time  [2Jof team payments has reached its red line.",
        "    value: 11 d",
        "    goal: <= 2 d",
        "    owner: platform@example.org",
        "    runbook_url: http://prometheus:9090/user/ScorecardMeasureRed.md",
    ]


@pytest.mark.parametrize("body", ["", "no JSON", "[]", "{}", json.dumps({"alerts": [{}]})])
def test_the_receiver_refuses_what_is_no_alert(printer, body):
    """It goes on, and prints nothing."""
    url, printed = printer
    assert httpx.post(f"{url}/owners", content=body).status_code == 400
    assert httpx.get(url).status_code == 200
    assert printed.read_text() == ""
