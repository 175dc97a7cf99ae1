"""Reading a source as the service does, into a shelf that keeps what a store would."""

from dataclasses import dataclass, field

from scorecard_exporter.events.merge import merge

MOST_STEPS = 500


@dataclass
class Shelf:
    """What a store keeps of a source: records by address, cursors by stream, the newest word about coverage."""

    records: dict = field(default_factory=dict)
    cursors: dict = field(default_factory=dict)
    coverage: dict = field(default_factory=dict)
    problems: list = field(default_factory=list)

    def take(self, stream, batch):
        self.records = {address: one for address, one in self.records.items() if address[:2] not in batch.replace}
        for record in batch.records:
            address = (record.origin, record.kind, record.key)
            known = self.records.get(address) if batch.is_partial else None
            self.records[address] = merge(known, record)
        self.cursors[stream] = batch.cursor
        self.coverage |= {(one.origin, one.kind): (one.from_at, one.to_at) for one in batch.coverage}
        self.problems.extend(batch.problems)

    def of(self, kind, origin=None):
        """The records of a kind (and origin), by key."""
        found = {one.key: one for one in self.records.values() if one.kind == kind and origin in (None, one.origin)}
        return dict(sorted(found.items()))


def step(stream, shelf, at):
    """One step of a stream; whether it has history left."""
    progress = None
    for batch in stream.read(shelf.cursors.get(stream.name), at):
        shelf.take(stream.name, batch)
        progress = batch.progress
    return progress is not None and not progress.is_finished


def poll(source, shelf, at):
    """Round after round until every stream has read its history."""
    for _ in range(MOST_STEPS):
        unfinished = [stream for stream in source.streams if step(stream, shelf, at)]
        if not unfinished:
            return shelf
    raise AssertionError("the history is never read")
