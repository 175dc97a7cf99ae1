"""Which teams or services below a team contribute most to a number, and whether they add up to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, NamedTuple

from scorecard_exporter.measures.below import Below
from scorecard_exporter.measures.model import Reading
from scorecard_exporter.measures.recipes import recipe_of
from scorecard_exporter.quantities import write

ROWS_SHOWN = 10
Kind = Literal["team", "service"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """One team or service: its own value, and what of the whole is its own.

    `amount` and `share` (of the whole) are None where nothing can be added up; texts are empty where there is no
    number.
    """

    name: str
    title: str
    value: Fraction | None
    value_text: str
    samples: int
    amount: Fraction | None
    amount_text: str
    share: Fraction | None
    share_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contributions:
    """The largest contributions of one kind, largest first; `note`: what is added up, and how far that goes.

    `what`: the things that are added up (`failed deployments`); empty where values only stand beside each other.
    `unit`: of the amounts. `more`: how many further ones have something to say.
    """

    kind: Kind
    what: str
    unit: str
    rows: tuple[Contribution, ...]
    more: int
    note: str


class _Amount(NamedTuple):
    """What of a reading adds up: in words, in which unit, and how it is found."""

    what: str
    unit: str
    of: Callable[[Reading], Fraction | None]


def contributions(
    below: Below, better: Literal["higher", "lower"], titles: Mapping[str, str]
) -> tuple[Contributions, ...]:
    """By child team and by service, where there are several of them and some contribute."""
    adds = _amount(below.whole, better)
    total = adds.of(below.whole) if adds else None

    def table(kind: Kind, readings: Mapping[str, Reading]) -> Contributions:
        shown = titles if kind == "team" else {}
        rows = [_row(name, one, adds, total, shown) for name, one in readings.items() if _says(one, adds)]
        note = _note(kind, rows, adds, total, is_known=not any(map(_is_unknown, readings.values())))
        return _table(kind, rows, adds, unit=below.whole.definition.unit, better=better, note=note)

    several: dict[Kind, Mapping[str, Reading]] = {"team": below.children, "service": below.services}
    tables = (table(kind, readings) for kind, readings in several.items() if len(readings) > 1)
    return tuple(found for found in tables if found.rows)


def _table(
    kind: Kind,
    rows: list[Contribution],
    adds: _Amount | None,
    *,
    unit: str,
    better: Literal["higher", "lower"],
    note: str,
) -> Contributions:
    """The largest amounts first; where nothing is added up, the worst values."""
    sign = -1 if better == "lower" else 1

    def order(row: Contribution) -> tuple[Fraction, str]:
        return (-(row.amount or Fraction(0)) if adds else sign * (row.value or Fraction(0))), row.name

    return Contributions(
        kind=kind,
        what=adds.what if adds else "",
        unit=adds.unit if adds else unit,
        rows=tuple(sorted(rows, key=order)[:ROWS_SHOWN]),
        more=max(0, len(rows) - ROWS_SHOWN),
        note=note,
    )


def _says(reading: Reading, adds: _Amount | None) -> bool:
    """Whether it contributes anything; where nothing is added up, whether it has a value."""
    return bool(adds.of(reading)) if adds else reading.value is not None


def _is_unknown(reading: Reading) -> bool:
    """Whether it may contribute something that nobody knows: it was not read, and that is not nothing."""
    return reading.absence is not None and reading.absence.state in ("missing", "stale")


def _row(
    name: str, reading: Reading, adds: _Amount | None, total: Fraction | None, titles: Mapping[str, str]
) -> Contribution:
    amount = adds.of(reading) if adds else None
    share = amount / total if amount is not None and total else None
    return Contribution(
        name=name,
        title=titles.get(name, name),
        value=reading.value,
        value_text="" if reading.value is None else write(reading.value, reading.definition.unit),
        samples=reading.samples,
        amount=amount,
        amount_text="" if amount is None or adds is None else write(amount, adds.unit),
        share=share,
        share_text="" if share is None else write(share, "ratio"),
    )


def _note(kind: Kind, rows: list[Contribution], adds: _Amount | None, total: Fraction | None, *, is_known: bool) -> str:
    if adds is None or total is None:
        return f"The values of {kind}s stand beside each other; they do not add up to the whole."
    found = sum((row.amount or Fraction(0) for row in rows), Fraction(0))
    everything = f"{adds.what}: {write(total, adds.unit)} in all"
    if found == total:
        return f"{everything}, and these add up to it."
    if found > total:
        return f"{everything}; these add up to {write(found, adds.unit)}, since what several share counts once above."
    rest = "the rest is none of theirs" if is_known else f"and of some {kind}s it is not known"
    return f"{everything}; these add up to {write(found, adds.unit)}, {rest}."


def _amount(whole: Reading, better: Literal["higher", "lower"]) -> _Amount | None:
    """What adds up of a measure; None where nothing does."""
    definition = whole.definition
    recipe = recipe_of(definition)
    if definition.measure == "uptime" and not definition.series:
        return _Amount("Downtime", "seconds", _part("downtime"))
    if recipe is None:
        return _OF_SERIES.get(definition.measure) or next(_money(whole), None) or _of_observation(whole)
    if recipe.unit == "ratio":
        return _Amount(_BAD[definition.measure], "count", _bad_of(better))
    if recipe.unit == "seconds":
        return _Amount(_TIMES[definition.measure], "seconds", _time)
    return _Amount(_COUNTED[definition.measure], "count", lambda one: Fraction(one.samples))


def _of_observation(whole: Reading) -> _Amount | None:
    """Sums and the newest of amounts add up; means do not, nor do shares and points."""
    definition = whole.definition
    if definition.measure != "observation" or definition.statistic == "mean" or definition.unit in ("ratio", "points"):
        return None
    return _Amount(f"`{definition.series[0].name}`", definition.unit, lambda one: one.value)


def _part(name: str) -> Callable[[Reading], Fraction | None]:
    return lambda one: one.parts[name].value if name in one.parts else None


def _less(name: str, other: str) -> Callable[[Reading], Fraction | None]:
    return lambda one: one.parts[name].value - one.parts[other].value if {name, other} <= one.parts.keys() else None


def _bad_of(better: Literal["higher", "lower"]) -> Callable[[Reading], Fraction | None]:
    def bad(one: Reading) -> Fraction | None:
        if one.value is None:
            return None
        return one.samples * (one.value if better == "lower" else 1 - one.value)

    return bad


def _time(one: Reading) -> Fraction | None:
    """A mean times its samples is their sum, exactly."""
    mean = one.value if one.definition.statistic == "mean" else _part("mean")(one)
    return None if mean is None else mean * one.samples


def _uncovered(one: Reading) -> Fraction | None:
    lines = _part("lines")(one)
    return None if lines is None or one.value is None else lines * (1 - one.value)


_TIMES = {
    "lead_time_for_changes": "Lead times of all changes together",
    "time_to_restore": "Time of all incidents together",
    "failed_deployment_recovery_time": "Time of all failures together",
    "review_pickup_time": "Waiting of all pull requests together",
    "code_review_time": "Review of all pull requests together",
    "pull_request_age": "Ages of all pull requests together",
    "build_duration": "Time of all builds together",
}
_COUNTED = {"deployment_frequency": "Deployments", "customer_reported_bugs": "Bugs reported by customers"}
_BAD = {
    "change_failure_rate": "Failed deployments",
    "deployment_rework_rate": "Deployments of rework",
    "deployment_success_rate": "Failed deployments",
    "unreviewed_merge_rate": "Merges without a review",
    "build_success_rate": "Failed builds",
    "defect_escape_rate": "Bugs found in production",
}
_OF_SERIES = {
    "uptime": _Amount("Requests or time not good", "count", _less("total", "good")),
    "feature_adoption_rate": _Amount("Targeted users who did not use it", "count", _less("targeted_users", "users")),
    "training_completion_rate": _Amount("Assigned and not completed", "count", _less("assigned", "completed")),
    "internal_mobility_rate": _Amount("Moves", "count", _part("moves")),
    "retention_rate": _Amount("Departures", "count", _part("departures")),
    "hackathon_contributions": _Amount("Submissions", "count", lambda one: one.value),
    "test_coverage": _Amount("Lines not covered", "count", _uncovered),
}


def _money(whole: Reading) -> Iterator[_Amount]:
    """The side of a quotient that is spent or earned, in its own unit."""
    sides = {
        "infrastructure_cost_per_transaction": "cost",
        "engineering_roi": "value_delivered",
        "quotient": "numerator",
    }
    name = sides.get(whole.definition.measure)
    if name and name in whole.parts:
        words = {"cost": "Cost", "value_delivered": "Value delivered"}.get(name)
        words = words or f"`{whole.definition.series[0].name}`"
        yield _Amount(words, whole.parts[name].unit, _part(name))
    elif whole.definition.measure == "feature_revenue":
        yield _Amount("Revenue of new features", whole.definition.unit, lambda one: one.value)
