"""Pushed words about an incident, in whatever order, and what is known of it after each."""

from datetime import UTC, datetime, timedelta

import pytest

from scorecard_exporter.events.merge import merge, stands_alone
from scorecard_exporter.events.model import Incident, Transition

BEGAN = datetime(2026, 6, 1, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


def incident(hours=0.0, **more):
    return Incident(origin="hooks:checkout", key="1", began_at=BEGAN + hours * HOUR, **more)


@pytest.mark.parametrize(
    ("known", "news", "expected", "why"),
    [
        (
            incident(title="Slow"),
            incident(0.5, url="https://t.example/1"),
            0,
            "a ticket is written after it was noticed",
        ),
        (incident(0.5), incident(), 0, "the first word may come last"),
        (incident(), incident(2, resolved_at=BEGAN + 2 * HOUR), 0, "the end alone is told"),
    ],
)
def test_an_incident_began_when_the_earliest_word_says(known, news, expected, why):
    merged = merge(known, news)
    assert merged.began_at == BEGAN + expected * HOUR, why
    assert merged.resolved_at == news.resolved_at
    assert merged.title == known.title


def test_its_end_alone_does_not_make_an_incident():
    """It would have been restored within no time."""
    end = incident(resolved_at=BEGAN, history=(Transition(status="resolved", at=BEGAN),))
    assert not stands_alone(end)
    assert stands_alone(incident())
    assert stands_alone(incident(resolved_at=BEGAN + HOUR))
