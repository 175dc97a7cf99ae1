"""The measures that the exporter computes from Acme's files are those that Acme's author knows to be true."""

from collections import Counter
from datetime import UTC, datetime
from fractions import Fraction

import pytest
from examples.acme import files
from examples.acme.company.moments import DAY, iso, months
from examples.acme.configuration import services_yaml, teams_yaml
from examples.acme.observed import sums
from examples.acme.truth import MEASURES

from scorecard_exporter.config import load
from scorecard_exporter.measures.evaluate import evaluate
from scorecard_exporter.measures.model import Period
from scorecard_exporter.store.duckdb import DuckDBStore

SECOND = 1_000_000
SOURCES = ("github", "gitlab", "jenkins", "pagerduty", "jira", "prometheus", "surveys")


def configuration(acme, folder):
    """The scorecard's own teams and services, over files instead of systems."""
    (folder / "teams.yaml").write_text(teams_yaml(acme.teams, acme.services))
    (folder / "services.yaml").write_text(services_yaml(acme.services))
    begins = iso(acme.starts_at - 40 * DAY)[:10]
    sources = "".join(
        f'  acme-{name}: {{type: files, path: "data/acme-{name}/*.csv", covers_from: {begins}}}\n' for name in SOURCES
    )
    measures = "".join(f"              {name}: {{}}\n" for name in MEASURES)
    series = "".join(
        f"  {name}: {{unit: {unit}, subjects: services, rollup: sum}}\n"
        for name, unit in (("infrastructure_cost", "eur"), ("good_requests", "count"), ("requests", "count"))
    )
    path = folder / "scorecard.yaml"
    path.write_text(
        f"store: duckdb:./store.duckdb\nhotfixes: [hotfix/*]\nsources:\n{sources}teams: !include teams.yaml\n"
        f"services: !include services.yaml\nseries:\n{series}"
        "scorecards:\n  acme:\n    perspectives:\n      engineering-excellence:\n        objectives:\n"
        f"          delivery:\n            measures:\n{measures}"
        "              cost: {series: infrastructure_cost, statistic: sum, better: lower}\n"
        "              uptime: {numerator: good_requests, denominator: requests, unit: ratio, better: higher}\n"
    )
    return load(path)


@pytest.fixture(scope="module")
def readings(acme, tmp_path_factory):
    """What the exporter says of every measure, team and month: by measure, team and first moment of the month."""
    folder = tmp_path_factory.mktemp("acme")
    files.write(acme, folder / "data")
    loaded = configuration(acme, folder)
    at = datetime.fromtimestamp(acme.now, UTC)
    store = DuckDBStore.open(folder / "store.duckdb")
    try:
        store.dimensions(loaded.dimensions)
        for name, options in loaded.sources.items():
            for stream in options.build(name, str(folder)).streams:
                for batch in stream.read(None, at):
                    assert batch.problems == ()
                    store.write(name, stream.name, batch)
        store.link()
        spans = [Period(begin * SECOND, end * SECOND) for begin, end in months(acme.starts_at, acme.now)]
        chosen = [measure for _, _, measure in loaded.scorecards["acme"].measures()]
        found = evaluate(store, [one.definition for one in chosen], loaded.scopes, list(loaded.scopes), spans)
    finally:
        store.close()
    names = {one.definition: one.id for one in chosen}
    return {(names[one.definition], one.team, one.period.starts_at // SECOND): one for one in found}


def test_every_delivery_measure_is_true_for_every_team_and_month(true, readings):
    """From the files, through source, store, links and measures, to the last digit."""
    wrong = []
    met = Counter()
    for (team, begin, measure), known in true.items():
        reading = readings[measure, team, begin]
        met[measure, known.value is not None] += 1
        if (reading.value, reading.samples) != (known.value, known.samples):
            wrong.append((iso(begin)[:7], team, measure, known, (reading.value, reading.samples, reading.absence)))
    assert wrong == []
    assert len(true) == 7 * 9 * 24
    assert all(met[measure, True] > 100 for measure in MEASURES)


def test_cost_and_uptime_are_true(acme, readings):
    """Sums of observations over whole months, and a quotient of two."""
    totals = Counter()
    for one in sums(acme):
        totals[one.series, one.starts_at] += one.value
    for begin, _ in months(acme.starts_at, acme.now):
        assert readings["cost", "engineering", begin].value == totals["infrastructure_cost", begin]
        good, requests = totals["good_requests", begin], totals["requests", begin]
        assert readings["uptime", "engineering", begin].value == Fraction(good, requests)
