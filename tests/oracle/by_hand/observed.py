"""Series of observations: which of them count for a team and a period, and what they come to."""

from dataclasses import dataclass
from fractions import Fraction

from by_hand.history import micros
from by_hand.world import Answer

SECOND = 1_000_000


@dataclass(frozen=True)
class Seen:
    """An observation: `[start, end)`, where one of a moment lasts a microsecond; `value` is what counts of it."""

    subject: str
    start: int
    end: int
    value: Fraction


def observed(world, series):
    for each in world.records:
        if each.kind == "observation" and each.series == series.name and series.origin in (None, each.origin):
            start, end = micros(each.starts_at), micros(each.ends_at)
            yield Seen(world.subjects[each.subject], start, max(end, start + 1), Fraction(each.value))


def counting(world, series, name, period):
    """The observations that count for a statistic over a period, of every subject."""
    rows = list(observed(world, series))
    if name == "newest":
        before = [row for row in rows if row.end <= period.ends_at]
        last = {row.subject: row for row in sorted(before, key=lambda row: (row.end, row.start))}
        return list(last.values())
    if name == "mean":
        return [row for row in rows if period.starts_at < row.end <= period.ends_at]
    clipped = [(row, max(row.start, period.starts_at), min(row.end, period.ends_at)) for row in rows]
    return [
        Seen(row.subject, start, end, row.value * Fraction(end - start, row.end - row.start))
        for row, start, end in clipped
        if start < end
    ]


def counted_subjects(world, team, rollup, present):
    """A team's own observations or those of its services and children, and never both."""
    scope = world.scopes[team]
    own = present & {f"team/{team}"}
    below = present & set(scope.own_services)
    for child in scope.children:
        below |= counted_subjects(world, child, rollup, present)
    return (own or below) if rollup == "own" else (below or own)


def of_team(world, series, name, team, period):
    """The observations behind a team's number, in groups: one for each subject that counts."""
    rows = counting(world, series, name, period)
    subjects = counted_subjects(world, team, series.rollup, {row.subject for row in rows})
    return [[row for row in rows if row.subject == subject] for subject in sorted(subjects)]


def observation(world, definition, team, period):
    (series,) = definition.series
    return one_series(world, definition, series, definition.statistic, team, period)


def one_series(world, definition, series, name, team, period):
    is_read = any(each.kind == "observation" and series.origin in (None, each.origin) for each in world.coverage)
    ever = {row.subject for row in observed(world, series)}
    if not is_read or not counted_subjects(world, team, series.rollup, ever):
        return Answer(state="missing")
    groups = of_team(world, series, name, team, period)
    samples = sum(len(group) for group in groups)
    newest = groups or of_team(world, series, "newest", team, period)
    fresh = [group for group in newest if is_fresh(group, series, period)]
    if is_unread(world, definition, series, period) or (newest and not fresh):
        return Answer(state="stale", samples=samples)
    if samples < max(definition.min_samples, 1):
        return Answer(state="insufficient", samples=samples)
    if len(groups) > 1 and (series.unit in ("ratio", "points") or (series.unit, name) == ("seconds", "newest")):
        return Answer(state="missing", samples=samples)
    parts = {"subjects_current": len(fresh), "subjects": len(groups)} if len(fresh) < len(groups) else {}
    least = min(sum(end - start for start, end in spans) for spans in covered(groups).values())
    if name == "sum" and least >= SECOND:
        parts["covered"] = Fraction(least, SECOND)
    return Answer(value=rolled_up(groups, series, name), samples=samples, parts=parts)


def is_fresh(group, series, period):
    newest = max(row.end for row in group) - 1
    return not series.freshness or newest >= period.ends_at - series.freshness


def is_unread(world, definition, series, period):
    """Whether no origin of the series was read for too long."""
    read = [
        micros(each.to_at)
        for each in world.coverage
        if each.kind == "observation" and series.origin in (None, each.origin)
    ]
    return bool(read) and max(read) < max(period.ends_at - definition.freshness, period.starts_at + 1)


def rolled_up(groups, series, name):
    """Amounts are added up over subjects, their means too; durations are one heap of which the mean is taken."""
    if name == "mean" and series.unit == "seconds":
        groups = [[row for group in groups for row in group]]
    totals = [sum(row.value for row in group) for group in groups]
    if name == "mean":
        totals = [total / Fraction(len(group)) for total, group in zip(totals, groups, strict=True)]
    return sum(totals, Fraction(0))


def quotient(world, definition, team, period):
    """The sum of a series divided by that of another, if every subject was observed all the same time in both."""
    above, below = sides = [one_series(world, definition, each, "sum", team, period) for each in definition.series]
    for side in sides:
        if side.state:
            return Answer(state=side.state, samples=side.samples)
    samples = min(side.samples for side in sides)
    top, bottom = (covered(of_team(world, each, "sum", team, period)) for each in definition.series)
    if top != bottom and len({*top.values(), *bottom.values()}) > 1:
        return Answer(state="missing", samples=samples)
    if not below.value:
        return Answer(state="not_applicable", samples=samples)
    parts = {"numerator": above.value, "denominator": below.value, **above.parts, **below.parts}
    return Answer(value=above.value / below.value, samples=samples, parts=parts)


def covered(groups):
    """For each subject the time that its observations cover, as the fewest spans."""
    found = {}
    for group in groups:
        whole = []
        for row in sorted(group, key=lambda row: row.start):
            if whole and row.start <= whole[-1][1]:
                whole[-1] = (whole[-1][0], max(row.end, whole[-1][1]))
            else:
                whole.append((row.start, row.end))
        found[group[0].subject] = tuple(whole)
    return found
