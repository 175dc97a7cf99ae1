"""Small configurations, readings and snapshots, built in a line."""

from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from scorecard_exporter.config.model import (
    Anchors,
    Configuration,
    Exposition,
    Measure,
    Objective,
    Perspective,
    Scorecard,
    Target,
    TargetPoint,
    Team,
)
from scorecard_exporter.measures.model import Definition, Period, Reading, Series
from scorecard_exporter.quantities import DAY, instant
from scorecard_exporter.scorecard.snapshot import snapshot
from scorecard_exporter.store.base import Dimensions

MICROSECONDS = 1_000_000


def by_definition(readings):
    """Readings of one moment by definition and team."""
    found = {}
    for one in readings:
        found.setdefault(one.definition, {})[one.team] = one
    return found


class Build:
    """What tests about snapshots are made of; everything not given is plain."""

    at = instant(datetime(2026, 7, 1, tzinfo=UTC))
    period = Period(at - 30 * DAY * MICROSECONDS, at)
    higher = Target(
        points=(TargetPoint(at=None, anchors=Anchors(red=Fraction(10), goal=Fraction(20))),),
        axis="linear",
        better="higher",
    )

    def definition(self, measure="observation", unit="count", statistic="newest", **more):
        """A definition over 30 days; of the series `answers`, if it is an observation."""
        plain = {"window": 30 * DAY * MICROSECONDS, "min_samples": 1, "freshness": 0}
        if measure == "observation":
            plain["series"] = (Series(name="answers", origin=None, unit=unit),)
        return Definition(measure=measure, unit=unit, statistic=statistic, **(plain | more))

    def measure(self, name="speed", *, definition=None, **more):
        """A measure where more is better: red at 10, green from 20 on, if nothing else is said."""
        plain = {
            "title": name.title(),
            "description": "",
            "better": "higher",
            "indicator": "lagging",
            "target": self.higher,
            "domain": (None, None),
            "teams": ("payments",),
        }
        return Measure(id=name, definition=definition or self.definition(expression=name), **(plain | more))

    def objective(self, *measures, name="flow", **more):
        """An objective of these measures."""
        return Objective(id=name, title=name.title(), measures=measures, **more)

    def perspective(self, *objectives, name="excellence", **more):
        """A perspective of these objectives."""
        return Perspective(id=name, title=name.title(), objectives=objectives, **more)

    def configuration(self, *perspectives, initiatives=(), teams=("payments",), zone="UTC"):
        """One scorecard, `engineering`, of these perspectives for these teams; `payments` is below `all`."""
        scorecard = Scorecard(
            id="engineering", title="Engineering", teams=teams, perspectives=perspectives, themes={}, zone=zone
        )
        people = {
            "all": Team(name="all", title="All of us", parent=None, owner="", services=()),
            "payments": Team(name="payments", title="Payments", parent="all", owner="", services=()),
        }
        return Configuration(
            path=Path("scorecard.yaml"),
            document="",
            zone=ZoneInfo("UTC"),
            store="duckdb:scorecard.duckdb",
            sources={},
            teams=people,
            scopes={},
            dimensions=Dimensions(services=(), scope=(), subjects=(), zones=()),
            scorecards={"engineering": scorecard},
            initiatives={one.id: one for one in initiatives},
            exposition=Exposition(),
            evaluation_interval=60,
        )

    def reading(self, measure, value=None, *, team="payments", **more):
        """A reading of a measure over the 30 days before `at`."""
        return Reading(
            definition=measure.definition,
            team=team,
            **({"period": self.period, "value": None if value is None else Fraction(value)} | more),
        )

    def taken(self, *readings, measure, previous=(), changes=(), **more):
        """A snapshot of one measure alone."""
        configuration = self.configuration(self.perspective(self.objective(measure)), **more)
        return self.snapshot(configuration, readings, previous, changes)

    def snapshot(self, configuration, readings, previous=(), changes=(), **more):
        """A snapshot of these readings."""
        current, before = by_definition(readings), by_definition(previous)
        return snapshot(configuration, current, before, changes, self.at, **more)

    def status(self, measure, value=None, *, before=None, changes=(), initiatives=(), zone="UTC", **more):
        """A measure alone, judged, and the scorecard it is in."""
        length = 30 * DAY * 1_000_000
        earlier = Period(self.at - 2 * length, self.at - length)
        previous = () if before is None else (replace(self.reading(measure, before), period=earlier),)
        (scorecard,) = self.taken(
            self.reading(measure, value, **more),
            measure=measure,
            previous=previous,
            changes=changes,
            initiatives=initiatives,
            zone=zone,
        ).scorecards
        ((_, _, status),) = scorecard.measures()
        return status, scorecard

    def dated(self, *points):
        """The plain target with goals that hold from these dates on: (date, goal)."""
        anchors = tuple(
            TargetPoint(at=at, anchors=Anchors(red=Fraction(1), goal=Fraction(goal))) for at, goal in points
        )
        return replace(self.higher, points=anchors)


@pytest.fixture(scope="session")
def build():
    """Builders of configurations, readings and snapshots."""
    return Build()
