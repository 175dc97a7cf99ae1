"""The package against an oracle that was written apart from it: same records, same number, to the last digit."""

import os
import tempfile
from collections import Counter
from pathlib import Path

from by_hand import companies, outcomes, quality
from by_hand.delivery import MEASURES
from by_hand.linking import CAUSES, link
from by_hand.readings import answer
from by_hand.world import World
from hypothesis import HealthCheck, given, settings

from scorecard_exporter.measures.evaluate import evaluate
from scorecard_exporter.store.duckdb import DuckDBStore

EXAMPLES = int(os.environ.get("SCORECARD_TEST_EXAMPLES", "300"))
TOGETHER = 4
"""Companies that share a store, so that fewer stores are opened, and so that none may change another's numbers."""


def readings(setting):
    """What the package says of every definition, team and period. Some links are made before all has arrived."""
    with tempfile.TemporaryDirectory() as folder:
        store = DuckDBStore.open(Path(folder) / "store.duckdb")
        try:
            store.dimensions(setting.dimensions)
            for position, batch in enumerate(setting.batches):
                store.write("source", ("stream", batch))
                if position == len(setting.batches) // 2:
                    store.link()
            store.link()
            found = evaluate(store, setting.definitions, setting.scopes, list(setting.scopes), companies.PERIODS)
            return [one for by_period in found.values() for of_period in by_period for one in of_period.values()]
        finally:
            store.close()


def world_of(setting):
    return World(
        records=setting.records,
        coverage=setting.coverage,
        links={rule.service: link(rule, setting.records) for rule in setting.services},
        scopes=setting.scopes,
        subjects=setting.subjects,
        formulas=companies.FORMULAS,
    )


def cases(world):
    """What was met, so that nothing is compared in vain."""
    for links in world.links.values():
        for each in links.deployments:
            yield from ("rollback",) * each.is_rollback + ("repeat",) * each.is_repeat + ("rework",) * each.is_rework
            yield from (f"failed by {by}" for _, by, _ in each.failures if each.is_success)
        for each in links.changes:
            yield from ("revert",) * each.is_revert + ("hotfix",) * each.is_hotfix + ("waiting",) * each.is_waiting
            yield from ("approximate",) * bool(each.shipped_by and each.is_approximate)
            yield from ("negative",) * bool(each.shipped_by and each.shipped_by.finished < each.authored)
        yield from ("new incident",) * any("~" in each.key for each in links.incidents)


WANTED = {"rollback", "repeat", "rework", "revert", "hotfix", "waiting", "approximate", "negative", "new incident"}
WANTED |= {f"failed by {cause}" for cause in CAUSES}
WANTED |= {(measure, "value") for measure in (*MEASURES, *quality.MEASURES, *outcomes.MEASURES)}
WANTED |= {(measure, "value") for measure in ("observation", "quotient", "arithmetic", "net_promoter_score")}
WANTED |= {("employee_net_promoter_score", state) for state in ("value", "insufficient", "missing")}


def compare(setting, met):
    """Every value, state, number of samples and part of every team, over two adjacent periods."""
    world = world_of(setting)
    met.update(cases(world))
    for reading in readings(setting):
        definition = reading.definition
        expected = answer(world, definition, reading.team, reading.period)
        state = reading.absence.state if reading.absence else None
        found = {"value": reading.value, "state": state, "samples": reading.samples}
        wanted = {"value": expected.value, "state": expected.state, "samples": expected.samples}
        if state is None:
            found["parts"] = {name: part.value for name, part in reading.parts.items()}
            wanted["parts"] = expected.parts
        where = (definition.measure, definition.statistic, reading.team, reading.period)
        assert (where, found) == (where, wanted)
        met[definition.measure, state or "value"] += 1


def test_same_numbers():
    """The package and the oracle agree on hundreds of made-up companies, in which every case occurs."""
    met = Counter()

    @settings(
        max_examples=EXAMPLES // TOGETHER,
        deadline=None,
        derandomize="SCORECARD_TEST_EXAMPLES" not in os.environ,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(setting=companies.settings(TOGETHER))
    def check(setting):
        try:
            compare(setting, met)
        except AssertionError as error:
            error.add_note("\n".join(map(repr, (*setting.services, *setting.records))))
            raise

    check()
    assert met.keys() >= WANTED
