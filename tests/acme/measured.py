"""What the exporter measures of Acme: sources read to their end, linked, evaluated month by month."""

from datetime import UTC, datetime

from examples.acme.company.moments import months

from scorecard_exporter.measures.evaluate import evaluate
from scorecard_exporter.measures.model import Period
from scorecard_exporter.store.duckdb import DuckDBStore

SECOND = 1_000_000
MOST_ROUNDS = 200


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
    names = {definition: name for name, definition in chosen.items()}
    return {(names[one.definition], one.team, one.period.starts_at // SECOND): one for one in found}


def read(store, source, at):
    """Round after round, as a poll does it, until all history is there; each round is one transaction."""
    unfinished = source.streams
    for _ in range(MOST_ROUNDS):
        known = store.cursors(source.name)
        found = {stream: list(stream.read(known.get(stream.name), at)) for stream in unfinished}
        assert [batch.problems for batches in found.values() for batch in batches if batch.problems] == []
        store.write(source.name, *((stream.name, batch) for stream, batches in found.items() for batch in batches))
        unfinished = [stream for stream, batches in found.items() if batches and has_more(batches[-1])]
        if not unfinished:
            return
    raise AssertionError(f"the history of {source.name} never ends")


def has_more(batch):
    """Whether there is history left to read."""
    return batch.progress is not None and not batch.progress.is_finished


def differences(true, readings):
    """Where a reading is not what is true, and how often each measure had a value."""
    wrong = []
    for (team, begin, measure), known in true.items():
        found = readings[measure, team, begin]
        if (found.value, found.samples) != (known.value, known.samples):
            wrong.append((measure, team, begin, known, found.value, found.samples, found.absence))
    return wrong
