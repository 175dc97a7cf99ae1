"""Pushed records are merged into what is stored."""

from datetime import UTC, datetime, timedelta

from scorecard_exporter.events.model import Batch, Incident

BEGAN = datetime(2026, 3, 1, 12, tzinfo=UTC)
END = BEGAN + timedelta(hours=1)


def incident(key, began_at, **more):
    return Incident(origin="hooks:checkout", key=key, began_at=began_at, **more)


def pushed(*records):
    return "webhook", Batch(records=records, cursor="1", is_partial=True)


def test_the_end_of_an_incident_is_put_to_its_beginning_and_of_an_unknown_one_left_out(store, rows):
    """Some systems tell an end without a beginning; the pushes may come together or one after the other."""
    store.write("hooks", pushed(incident("a", BEGAN, title="Slow")))
    written = store.write(
        "hooks",
        pushed(
            incident("a", END, resolved_at=END),
            incident("b", BEGAN),
            incident("b", END, resolved_at=END),
            incident("unknown", END, resolved_at=END),
        ),
    )
    assert written == {"incident": 2}
    hour = 3_600_000_000
    found = rows("SELECT key, title, resolved_at - began_at AS lasted FROM incidents ORDER BY key")
    assert found == [("a", "Slow", hour), ("b", "", hour)]
