"""What a measure is held to: the same standard as long as its target is the same, another one when it is not."""

from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

import pytest

from scorecard_exporter.config.model import Anchors, TargetPoint
from scorecard_exporter.quantities import instant
from scorecard_exporter.scorecard.standard import Standards

JANUARY, MARCH = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
BEFORE, BETWEEN, AFTER = (instant(datetime(2026, month, 10, tzinfo=UTC)) for month in (1, 2, 4))
"""The tenth of January, February and April."""
EARLIER = instant(datetime(2025, 12, 10, tzinfo=UTC))


@pytest.fixture
def dated(build):
    """Red at 1; green from 5 on since January, from 7 on since March; of the team `search` from 9 on, always."""
    strict = TargetPoint(at=None, anchors=Anchors(red=Fraction(1), goal=Fraction(9)))
    own = replace(build.higher, points=(strict,))
    return build.measure(target=build.dated((JANUARY, 5), (MARCH, 7)), team_targets={"search": own})


@pytest.mark.parametrize("order", [1, -1], ids=["oldest first", "newest first"])
def test_each_moment_has_the_goal_of_its_time_whatever_was_asked_before(dated, order):
    standards = Standards(dated, "UTC")
    asked = [(EARLIER, ""), (BEFORE, ">= 5"), (BETWEEN, ">= 5"), (AFTER, ">= 7"), (EARLIER, "")]
    assert [standards.of("payments", at).goal_text for at, _ in asked[::order]] == [goal for _, goal in asked[::order]]


def test_it_is_made_once_for_all_teams_and_as_long_as_it_is_in_force(dated):
    standards = Standards(dated, "UTC")
    assert standards.of("payments", BEFORE) is standards.of("checkout", BETWEEN)


def test_a_team_with_a_target_of_its_own_is_held_to_that(dated):
    standards = Standards(dated, "UTC")
    found = {team: standards.of(team, BETWEEN).goal_text for team in ("payments", "search")}
    assert found == {"payments": ">= 5", "search": ">= 9"}


def test_before_the_first_target_and_without_one_nothing_is_judged(build, dated):
    early = Standards(dated, "UTC").of("payments", EARLIER)
    none = Standards(build.measure(target=None), "UTC").of("payments", EARLIER)
    assert (early.judge, none.judge) == (None, None)
    assert (
        early.absence.sentence
        == "Its first target holds from 2026-01-01; until then its value is shown and not judged."
    )
    assert none.absence.sentence == "It has no target, so its value is shown and not judged."


def test_a_schedule_moves_from_moment_to_moment(build):
    """From 5 in January to 7 in March: 59 days later. After 29.5 of them the goal is 6."""
    standards = Standards(build.measure(target=replace(build.dated((JANUARY, 5), (MARCH, 7)), schedule=True)), "UTC")
    half = (instant(JANUARY) + instant(MARCH)) // 2
    goals = [standards.of("payments", at + 1).anchors.goal for at in (instant(JANUARY), half, instant(MARCH))]
    assert goals == [5, 6, 7]


@pytest.mark.parametrize(("value", "text"), [(None, ""), (Fraction(7, 2), "3.5"), (Fraction(4996, 1000), "4.996")])
def test_a_value_is_written_so_that_it_does_not_contradict_its_colour(dated, value, text):
    """4.996 of the 5 that are asked for is yellow: as `5` it would look green."""
    assert Standards(dated, "UTC").of("payments", BETWEEN).value_text(value) == text
