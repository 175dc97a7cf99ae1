"""What the stack's exporter reads about Acme, whose systems are a container beside it."""

import yaml
from examples.acme import configuration, stack
from examples.acme.company.moments import moment
from examples.acme.company.people import services

from scorecard_exporter.config import load


def test_the_configuration_looks_for_the_systems_in_their_container(tmp_path, checkout, monkeypatch):
    """By the name of the service and its port, with the token that the stack gives; nothing is on its own machine."""
    compose = yaml.safe_load((checkout / "docker-compose.yml").read_text())["services"]
    (port,) = (word.partition("=")[2] for word in compose["acme"]["command"] if "--port=" in word)
    assert f"http://acme:{port}" == stack.SYSTEMS
    configuration.write(tmp_path, moment("2026-11-25"), services(8), systems=stack.SYSTEMS, store=stack.STORE)
    monkeypatch.setenv("ACME_TOKEN", compose["exporter"]["environment"]["ACME_TOKEN"])
    assert load(tmp_path / "scorecard.yaml").scorecards
    written = "".join(file.read_text() for file in tmp_path.glob("*.yaml"))
    assert written.count(f"url: {stack.SYSTEMS}/") == 6
    assert "127.0.0.1" not in written


def test_the_store_is_in_the_volume_of_the_exporter(tmp_path, checkout):
    """The folder of the configuration is read-only."""
    configuration.write(tmp_path, moment("2026-11-25"), services(8), systems=stack.SYSTEMS, store=stack.STORE)
    assert f"\nstore: {stack.STORE}\n" in (tmp_path / "scorecard.yaml").read_text()
    volumes = yaml.safe_load((checkout / "docker-compose.yml").read_text())["services"]["exporter"]["volumes"]
    (volume,) = (one for one in volumes if one.startswith("exporter:"))
    assert stack.STORE.startswith(f"duckdb:{volume.partition(':')[2]}/")
