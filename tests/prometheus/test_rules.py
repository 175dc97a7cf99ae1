"""The alert rules: valid, tested by promtool, speaking of metrics that exist and leading to pages that exist."""

import re
import subprocess

import pytest
import yaml

from scorecard_exporter import names

METRICS = {family.name: set(family.labels) for family in (*names.SNAPSHOT_FAMILIES, *names.SELF_FAMILIES)}
RUNBOOK = "{{ $externalURL }}/user/%s.md"


@pytest.fixture(scope="module")
def rules_file(checkout):
    return checkout / "prometheus/rules/scorecard.yml"


@pytest.fixture(scope="module")
def alerts(rules_file):
    """Every alert by its name."""
    groups = yaml.safe_load(rules_file.read_text())["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"]}


def promtool(*arguments):
    return subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False)


@pytest.mark.needs("promtool")
@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("check", "config", "prometheus/prometheus.yml"), id="configuration"),
        pytest.param(("check", "rules", "--lint=all", "--lint-fatal", "prometheus/rules/scorecard.yml"), id="rules"),
    ],
)
def test_prometheus_takes_them(checkout, monkeypatch, arguments):
    """No mistake and no advice."""
    monkeypatch.chdir(checkout)
    checked = promtool(*arguments)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.needs("promtool")
@pytest.mark.parametrize("name", ["measures", "exporter", "weeks", "people"])
def test_they_fire_when_they_should_and_only_then(checkout, name):
    """What must fire and what must not, written as promtool wants it."""
    tested = promtool("test", "rules", str(checkout / f"prometheus/tests/{name}_test.yml"))
    assert tested.returncode == 0, tested.stdout + tested.stderr


def test_every_file_of_cases_is_run(checkout):
    """A file that is not named above would be written for nothing."""
    assert {path.name for path in (checkout / "prometheus/tests").iterdir()} == {
        "measures_test.yml",
        "exporter_test.yml",
        "weeks_test.yml",
        "people_test.yml",
    }


def test_every_alert_has_a_case_that_fires_and_one_that_does_not(checkout, alerts):
    """An alert that was never seen to fire, or to be silent, is a guess."""
    cases = [
        case
        for path in (checkout / "prometheus/tests").glob("*.yml")
        for test in yaml.safe_load(path.read_text())["tests"]
        for case in test.get("alert_rule_test", ())
    ]
    assert {case["alertname"] for case in cases if case["exp_alerts"]} == set(alerts)
    assert {case["alertname"] for case in cases if not case["exp_alerts"]} == set(alerts)


def test_every_metric_and_label_exists(rules_file):
    """What the exporter does not write can never fire."""
    text = rules_file.read_text()
    assert set(re.findall(r"\bscorecard_[a-z_]+", text)) <= set(METRICS)
    selected = re.findall(r"(scorecard_[a-z_]+)\{([a-z_]+)(?:!?=|=~)", text)
    assert selected
    assert [(metric, label) for metric, label in selected if label not in METRICS[metric]] == []


def test_labels_that_change_by_themselves_are_in_no_expression(alerts):
    """Such a label would end the alert, and begin another, whenever it changes; `instance` would double it."""
    for name, rule in alerts.items():
        grouped = re.findall(r"(?:by|group_left|on) \(([^)]*)\)", rule["expr"])
        used = {label.strip() for group in grouped for label in group.split(",")} | set(rule.get("labels", {}))
        assert used & {"instance", "target", "status", "value", "goal", "reason", "detail", "window"} == set(), name


def test_every_alert_says_what_is_needed(alerts):
    """CamelCase, a severity, a fixed summary, a sentence, and a runbook of one pattern."""
    for name, rule in alerts.items():
        says = rule["annotations"]
        assert re.fullmatch(r"Scorecard([A-Z][a-z]+)+", name)
        assert len(name) <= 40
        assert rule.get("labels", {}).get("severity") in {"critical", "warning", "info"} or "severity" in rule["expr"]
        assert "{{" not in says["summary"]
        assert says["description"]
        assert says["runbook_url"] == RUNBOOK % name


def test_every_alert_has_its_page(checkout, alerts):
    """One page an alert, with the questions of somebody who was just woken."""
    pages = {path.stem: path.read_text() for path in (checkout / "runbooks").glob("*.md")}
    assert set(pages) == set(alerts)
    for name, page in pages.items():
        headings = re.findall(r"^#+ .*$", page, re.M)
        assert headings == [
            f"# {name}",
            "## What it means",
            "## How to see it",
            "## What to do",
            "## When to silence it",
        ]


def test_runbooks_can_be_moved_by_one_command(rules_file, alerts):
    """The command that the file itself tells changes the link of every alert."""
    text = rules_file.read_text()
    (pattern, replacement) = re.search(r"sed -i 's#(.*?)#(.*?)#' scorecard\.yml", text).groups()
    moved = yaml.safe_load(text.replace(pattern, replacement))
    links = [rule["annotations"]["runbook_url"] for group in moved["groups"] for rule in group["rules"]]
    assert links == [f"https://git.example.com/scorecard/runbooks/{name}.md" for name in alerts]
