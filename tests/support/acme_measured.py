"""What the exporter makes of Acme, from its files or from its systems: the same teams, services and measures."""

from datetime import UTC, datetime

from examples.acme.company.moments import months
from examples.acme.configuration import services_yaml, teams_yaml
from examples.acme.truth import MEASURES

from scorecard_exporter.config import load
from scorecard_exporter.measures.evaluate import evaluate
from scorecard_exporter.measures.model import Period
from scorecard_exporter.polling import Poll
from scorecard_exporter.store.duckdb import DuckDBStore

SECOND = 1_000_000
SERIES = {"infrastructure_cost": "eur", "good_requests": "count", "requests": "count"}


def configuration(acme, folder, sources, environ):
    """The scorecard's own teams and services over these `sources`, a text of YAML."""
    (folder / "teams.yaml").write_text(teams_yaml(acme.teams, acme.services))
    (folder / "services.yaml").write_text(services_yaml(acme.services))
    (folder / "sources.yaml").write_text(sources)
    measures = "".join(f"              {name}: {{}}\n" for name in MEASURES)
    series = "".join(f"  {name}: {{unit: {unit}, subjects: services, rollup: sum}}\n" for name, unit in SERIES.items())
    path = folder / "scorecard.yaml"
    path.write_text(
        "store: duckdb:./store.duckdb\nhotfixes: [hotfix/*]\nsources: !include sources.yaml\n"
        f"teams: !include teams.yaml\nservices: !include services.yaml\nseries:\n{series}"
        "scorecards:\n  acme:\n    perspectives:\n      engineering-excellence:\n        objectives:\n"
        f"          delivery:\n            measures:\n{measures}"
        "              cost: {series: infrastructure_cost, statistic: sum, better: lower}\n"
        "              uptime: {numerator: good_requests, denominator: requests, unit: ratio, better: higher}\n"
    )
    return load(path, environ)


def readings(acme, loaded, folder):
    """Every measure, team and month, once all sources were polled: by measure, team and first moment of the month.

    Also how each poll went, by source.
    """
    at = datetime.fromtimestamp(acme.now, UTC)
    store = DuckDBStore.open(folder / "store.duckdb")
    try:
        store.dimensions(loaded.dimensions)
        reports = {}
        for name, options in loaded.sources.items():
            source = options.build(name, str(folder))

            def write(deliveries, name=name):
                assert [problem for _, batch in deliveries for problem in batch.problems] == []
                store.write(name, *deliveries)

            reports[name] = Poll(source, {}, write, now=lambda: at).run()
        store.link()
        spans = [Period(begin * SECOND, end * SECOND) for begin, end in months(acme.starts_at, acme.now)]
        chosen = [measure for _, _, measure in loaded.scorecards["acme"].measures()]
        found = evaluate(store, [one.definition for one in chosen], loaded.scopes, list(loaded.scopes), spans)
    finally:
        store.close()
    names = {one.definition: one.id for one in chosen}
    return {(names[one.definition], one.team, one.period.starts_at // SECOND): one for one in found}, reports
