"""What services read of alerts is known to be quiet, without being named a second time."""

import pytest

from scorecard_exporter.config import load

CONFIGURATION = """
sources:
  alerts:
    type: alertmanager
    webhook_secret: !env SECRET
    things: [search]
    prometheus: {url: http://prometheus:9090, selector: 'ALERTS{alertstate="firing",severity=~"(page|crit[a-z]+)"}'}
  other: {type: webhook, webhook_secret: !env SECRET}
teams:
  shop: {services: [checkout, catalog]}
services:
  checkout: {incidents: ["alerts:checkout", "alerts:payment", "other:checkout"]}
  catalog: {incidents: alertmanager:catalog}
scorecards:
  main:
    teams: [shop]
    perspectives: {a: {objectives: {b: {measures: {time_to_restore: {}}}}}}
"""


@pytest.fixture
def configuration(tmp_path):
    path = tmp_path / "scorecard.yaml"
    path.write_text(CONFIGURATION)
    return load(path, {"SECRET": "canary"})


def test_what_services_read_is_covered(configuration):
    assert configuration.sources["alerts"].things == ("catalog", "checkout", "payment", "search")


def test_the_secrets_are_not_shown(configuration):
    assert "canary" not in configuration.document
    assert "canary" not in repr(configuration.sources)
