"""What the exporter measures of Acme: sources read to their end, linked, evaluated month by month."""

from datetime import UTC, datetime

from examples.acme.company.moments import iso, months

from scorecard_exporter.measures.evaluate import evaluate
from scorecard_exporter.measures.model import Period
from scorecard_exporter.polling import Poll
from scorecard_exporter.store.duckdb import DuckDBStore

SECOND = 1_000_000


def measured(acme, configuration, folder, measures):
    """The readings of some measures by measure, team and first moment of the month."""
    at = datetime.fromtimestamp(acme.now, UTC)
    store = DuckDBStore.open(folder / "store.duckdb")
    try:
        store.dimensions(configuration.dimensions)
        for name, options in configuration.sources.items():
            read(store, options.build(name, str(folder)), at)
        store.link()
        spans = [Period(begin * SECOND, end * SECOND) for begin, end in months(acme.starts_at, acme.now)]
        (scorecard,) = configuration.scorecards.values()
        chosen = {one.id: one.definition for _, _, one in scorecard.measures() if one.id in measures}
        found = evaluate(store, list(chosen.values()), configuration.scopes, list(configuration.scopes), spans)
    finally:
        store.close()
    return {
        (name, one.team, one.period.starts_at // SECOND): one
        for name, definition in chosen.items()
        for of_period in found[definition]
        for one in of_period.values()
    }


def read(store, source, at):
    """One poll, to the end of all history; nothing may be left out."""

    def write(deliveries):
        assert [problem for _, batch in deliveries for problem in batch.problems] == []
        store.write(source.name, *deliveries)

    report = Poll(source, {}, write, now=lambda: at).run()
    assert (source.name, report.troubles, report.paused) == (source.name, {}, "")


def differences(true, readings):
    """Where a reading is not what is true, and how often each measure had a value."""
    wrong = []
    for (team, begin, measure), known in true.items():
        found = readings[measure, team, begin]
        if (found.value, found.samples) != (known.value, known.samples):
            wrong.append((measure, team, begin, known, found.value, found.samples, found.absence))
    return wrong


def table(true, readings):
    """Month, team, measure, what is true and what was measured (seconds, per day, shares), and from how many things."""
    rows = ["month team measure expected computed samples"]
    for (team, begin, measure), known in sorted(true.items(), key=lambda one: (one[0][1], one[0][0], one[0][2])):
        found = readings[measure, team, begin]
        rows.append(f"{iso(begin)[:7]} {team} {measure} {_said(known.value)} {_said(found.value)} {known.samples}")
    return "\n".join(rows) + "\n"


def _said(value):
    return "none" if value is None else str(value)
