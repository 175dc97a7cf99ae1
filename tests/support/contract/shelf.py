"""What a store keeps, kept in memory: a model of `Store.write` for checks that poll hundreds of times.

The tests of the store hold the store to it.
"""

from datetime import UTC, datetime

from scorecard_exporter.events.merge import merge
from scorecard_exporter.store.tables import RECORDS

_BEGINNING = datetime.min.replace(tzinfo=UTC)


class Shelf:
    """Records by (origin, kind, key), spans by (origin, kind), cursors by stream."""

    def __init__(self):
        self.records, self.coverage, self.cursors = {}, {}, {}

    def copy(self):
        """One of its own with the same things on it."""
        made = Shelf()
        made.records, made.coverage, made.cursors = dict(self.records), dict(self.coverage), dict(self.cursors)
        return made

    def write(self, deliveries):
        """Keep what streams have read, in their order; refuses what a store cannot keep, and then keeps nothing."""
        for _, batch in deliveries:
            for record in batch.records:
                RECORDS[record.kind].rows([record])
        for stream, batch in deliveries:
            self._take(stream, batch)

    def _take(self, stream, batch):
        for pair in batch.replace:
            self.records = {address: one for address, one in self.records.items() if address[:2] != pair}
            self.coverage.pop(pair, None)
        for record in batch.records:
            address = record.origin, record.kind, record.key
            known = self.records.get(address) if batch.is_partial else None
            self.records[address] = merge(known, record)
        for one in batch.coverage:
            span = one.from_at or _BEGINNING, one.to_at
            self.coverage[one.origin, one.kind] = _widened(self.coverage.get((one.origin, one.kind), span), span)
        self.cursors[stream] = batch.cursor


def _widened(known, more):
    if more[0] > known[1] or known[0] > more[1]:  # a gap: what lies before it cannot be vouched for
        return max(known, more)
    return min(known[0], more[0]), max(known[1], more[1])
