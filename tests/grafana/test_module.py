"""The data source in the browser: its tests under Node, and what Grafana reads of it."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from scorecard_exporter import __version__

HERE = Path(__file__).parent / "module"
SENTENCES = re.findall(r"^test\('(.+)', ", (HERE / "module.test.js").read_text(encoding="utf-8"), re.M)


@pytest.fixture(scope="module")
def outcome():
    """What Node says of each of its tests: one run for all."""
    command = ["node", "--test", "--test-reporter=tap", HERE / "module.test.js"]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return answer.stdout + answer.stderr


@pytest.mark.needs("node")
@pytest.mark.parametrize("sentence", SENTENCES)
def test_in_the_browser(outcome, sentence):
    """Each test of module.test.js by its own sentence."""
    assert re.search(rf"^ *ok \d+ - {re.escape(sentence)}$", outcome, re.M), outcome


def test_every_test_for_the_browser_was_found():
    """No sentence is told twice, and none is left out."""
    assert len(set(SENTENCES)) == (HERE / "module.test.js").read_text(encoding="utf-8").count("\ntest(") > 20


@pytest.fixture
def plugin(checkout):
    return checkout / "grafana/plugins/scorecard-datasource"


def test_the_plugin_is_what_grafana_asks_of_a_data_source_with_a_backend(plugin):
    """Without `backend` nothing would be started, without `alerting` and `annotations` neither would be offered."""
    said = json.loads((plugin / "plugin.json").read_text())
    assert (said["id"], said["type"], said["executable"]) == ("scorecard-datasource", "datasource", "gpx_scorecard")
    assert [said[key] for key in ("backend", "metrics", "alerting", "annotations")] == [True] * 4
    assert said["dependencies"]["grafanaDependency"] == ">=11.6.0"
    assert all((plugin / logo).is_file() for logo in said["info"]["logos"].values())


def test_plugin_and_exporter_have_one_version(plugin):
    """The exporter says so where Grafana has another one of the two."""
    assert json.loads((plugin / "plugin.json").read_text())["info"]["version"] == __version__


def test_the_plugin_has_no_signature(plugin):
    """A wrong one is worse than none: Grafana never loads what it takes for modified."""
    assert not (plugin / "MANIFEST.txt").exists()
