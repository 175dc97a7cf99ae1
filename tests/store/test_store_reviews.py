"""Reviews are kept for ever: they are added, and never changed."""

from dataclasses import replace

from scorecard_exporter.store.base import KeptReview, ReviewDates, StatusChange
from scorecard_exporter.store.duckdb import DuckDBStore

THIRD = KeptReview(
    scorecard="engineering",
    team="payments",
    period="2026-Q3",
    starts_at=700,
    ends_at=1000,
    recorded_at=1050,
    by="cto@acme.example",
    notes="We met.\n\n# Decisions\n- Automate 'it'\n- Wait\n",
    decisions=("Automate 'it'", "Wait"),
    document='{"title": "Straße ✓"}',
)


def test_a_review_comes_back_as_it_was_kept(store, path):
    store.record_review(THIRD)
    store.close()
    again = DuckDBStore.open(path)
    assert list(again.reviews("engineering")) == [THIRD]
    assert list(again.reviews("platform")) == []
    again.close()


def test_recording_a_period_again_adds_to_what_is_kept(store):
    corrected = replace(THIRD, recorded_at=1060, notes="", decisions=())
    fourth = replace(THIRD, period="2026-Q4", starts_at=1000, ends_at=1300, recorded_at=1310)
    for review in (THIRD, corrected, fourth):
        store.record_review(review)
    assert list(store.reviews("engineering")) == [fourth, corrected, THIRD], "the newest first"


def test_dates_are_those_that_were_known_at_the_moment(store):
    changes = [
        StatusChange(scorecard="engineering", team=team, measure="speed", status="red", value=1.0, at=moment)
        for team, moment in (("payments", 100), ("payments", 300), ("search", 200))
    ]
    store.record_status_changes(changes)
    store.record_review(THIRD)
    store.record_review(replace(THIRD, period="2026-Q2", starts_at=400, ends_at=700, recorded_at=1090))
    payments, search = ("engineering", "payments"), ("engineering", "search")
    assert store.review_dates(150) == {payments: ReviewDates(100)}
    assert store.review_dates(1050) == {payments: ReviewDates(100, 1050, 1000), search: ReviewDates(200)}
    assert store.review_dates(2000)[payments] == ReviewDates(100, 1090, 1000), "the newest period, whenever recorded"
