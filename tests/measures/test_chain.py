"""The chain of what is grey: which link broke, and what is known of those before it."""

import inspect
import re

import pytest

from scorecard_exporter.measures import diagnose, diagnose_series, diagnose_surveys
from scorecard_exporter.measures.catalogue import CATALOGUE
from scorecard_exporter.measures.chain import LINKS, broken_link, chain
from scorecard_exporter.measures.inquiry import inquire
from scorecard_exporter.measures.model import Absence


def links(world, definition, team="payments"):
    reading = world.reading(definition, team=team)
    return chain(world.store, definition, world.scopes[team], reading.absence)


def states(found):
    return [(link.name, link.state) for link in found]


def test_every_reason_belongs_to_a_link():
    texts = "".join(inspect.getsource(module) for module in (diagnose, diagnose_series, diagnose_surveys))
    codes = set(re.findall(r'"(?:missing|stale|insufficient|not_applicable)",\s*f?"(\w+)"', texts)) - {"operand_absent"}
    assert len(codes) > 20
    assert {broken_link(code) for code in codes | {"no_matching_tag", "deployments_not_mapped"}} <= set(LINKS)


def test_a_pattern_that_matches_nothing_breaks_at_the_environment(world):
    world.raw_deployment("staging", 3)
    found = links(world, world.define("deployment_frequency"))
    assert states(found) == [
        ("source", "holds"),
        ("mapping", "holds"),
        ("environment", "broken"),
        ("samples", "not_reached"),
    ]
    assert found[0].sentence == "git:checkout, git:ledger: read up to 2026-03-31 00:00 UTC."
    assert found[1].sentence == "2 of 2 services say where their deployments come from."
    assert "environments seen: `staging` (3)" in found[2].sentence


def test_without_a_mapping_the_source_says_what_was_read(world):
    world.organise(world.service("checkout", deployments=None))
    found = links(world, world.define("deployment_frequency"))
    assert states(found)[:2] == [("source", "holds"), ("mapping", "broken")]
    assert found[0].sentence == "Sources that were read: ci, files, git, jira, pager."


def test_too_few_samples_are_the_last_link(world):
    world.deployed(world.at(-10))
    world.deployed(world.at(1))
    world.shipped(world.at(0), world.at(1))
    found = links(world, world.define("lead_time_for_changes", min_samples=5))
    assert states(found)[-2:] == [("link", "holds"), ("samples", "broken")]
    assert found[2].sentence == "Production deployments that are known: 2."
    assert found[3].sentence == "Changes that are linked to the deployment that shipped them: 1."


def test_where_nothing_was_to_be_measured_nothing_is_broken(world):
    found = links(world, world.define("time_to_restore"))
    assert states(found) == [("source", "holds"), ("mapping", "holds"), ("samples", "empty")]


def test_a_missing_target_is_a_link_of_its_own(world):
    world.deployed(world.at(1))
    definition = world.define("deployment_frequency")
    world.flush()
    no_target = Absence("not_applicable", "no_target", "It has no target.", "Write one.")
    found = chain(world.store, definition, world.scopes["payments"], no_target)
    assert states(found)[-2:] == [("samples", "holds"), ("target", "broken")]


def test_a_series_that_nobody_delivered_breaks_at_the_source(world):
    definition = world.define("observation", unit="eur", series=(world.series(),))
    assert states(links(world, definition)) == [
        ("source", "broken"),
        ("mapping", "not_reached"),
        ("samples", "not_reached"),
    ]


def test_a_subject_that_nobody_knows_breaks_at_the_mapping(world):
    world.observed("cost", "elsewhere", 1, world.at(1))
    found = links(world, world.define("observation", unit="eur", series=(world.series(),)))
    assert states(found)[:2] == [("source", "holds"), ("mapping", "broken")]
    assert found[0].sentence == "files:numbers: read up to 2026-03-31 00:00 UTC."


def test_arithmetic_shows_the_chain_of_the_operand_that_is_absent(world):
    world.organise(world.service("checkout", deployments=None))
    operands = (("speed", world.define("deployment_frequency")),)
    reading = world.reading(world.define("arithmetic", expression="speed", operands=operands))
    found = inquire(world.store, world.scopes, reading, reading.absence, better="higher", before=None, known={})
    assert ("mapping", "broken") in states(found.chain)


@pytest.mark.parametrize("measure", [name for name, entry in CATALOGUE.items() if entry.needs and not entry.keys])
def test_every_measure_of_events_without_services_breaks_at_the_mapping(world, measure):
    found = links(world, world.define(measure), team="idle")
    assert ("mapping", "broken") in states(found)
