"""What is being done about what, and what of it is late."""

from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

import pytest

from scorecard_exporter.config.model import Initiative
from scorecard_exporter.quantities import instant
from scorecard_exporter.scorecard.initiatives import Initiatives

DUE = datetime(2026, 12, 1, tzinfo=UTC)


def initiative(name="tests", **more):
    return Initiative(id=name, title=name.title(), **({"measures": ()} | more))


ROWS = [
    (DUE, None, datetime(2026, 12, 1, 23, 59, 59, tzinfo=UTC), False, "the day itself is not over"),
    (DUE, None, datetime(2026, 12, 2, tzinfo=UTC), True, "the day is over"),
    (DUE, Fraction(99, 100), datetime(2026, 12, 2, tzinfo=UTC), True, "nearly done is not done"),
    (DUE, Fraction(1), datetime(2027, 1, 1, tzinfo=UTC), False, "what is done is never late"),
    (None, None, datetime(2027, 1, 1, tzinfo=UTC), False, "without a date nothing is late"),
    (
        datetime(2026, 12, 1, tzinfo=timezone(timedelta(hours=9))),
        None,
        datetime(2026, 12, 1, 15, tzinfo=UTC),
        True,
        "the day ends where it was written",
    ),
]


@pytest.mark.parametrize(("due", "done", "at", "late", "why"), ROWS, ids=[row[-1] for row in ROWS])
def test_it_is_overdue_when_its_day_is_over_and_it_is_not_done(due, done, at, late, why):
    assert initiative(due=due, done=done).is_overdue(instant(at)) is late, why


@pytest.mark.parametrize(("done", "finished"), [(None, False), (Fraction(0), False), (Fraction(1), True)])
def test_it_is_finished_when_all_of_it_is_done(done, finished):
    assert initiative(done=done).is_finished is finished


def test_what_is_for_an_objective_is_for_each_of_its_measures():
    own, wide = initiative("own", measures=(("a", "speed"),)), initiative("wide", objectives=(("a", "flow"),))
    both = initiative("both", measures=(("a", "speed"),), objectives=(("a", "flow"),))
    found = Initiatives.of([wide, both, own])
    assert found.about("a", "flow", "speed") == (both, own, wide), "its own first, none twice"
    assert found.about("a", "flow", "calm") == (wide, both)
    assert found.about("a", "other", "calm") == ()
    assert found.about("b", "flow", "speed") == (), "another scorecard's"


def test_a_snapshot_shows_them_at_the_objective_and_at_its_measures(build):
    wide = initiative("wide", objectives=(("engineering", "flow"),))
    (scorecard,) = build.taken(
        build.reading(build.measure(), 5), measure=build.measure(), initiatives=[wide]
    ).scorecards
    ((_, objective, measure),) = scorecard.measures()
    assert objective.initiatives == measure.initiatives == (wide,)
