"""What is made of two series by a rule of its own: coverage, adoption, new revenue, training, moves and departures."""

from fractions import Fraction
from itertools import pairwise

from by_hand.history import micros
from by_hand.observed import (
    counted_subjects,
    is_fresh,
    is_unread,
    observed,
    of_team,
    quotient,
)
from by_hand.world import Answer


def usable(world, definition, series, name, team, period):
    """The observations of a team that count, and the colour that speaks against them."""
    is_read = any(each.kind == "observation" and series.origin in (None, each.origin) for each in world.coverage)
    ever = {row.subject for row in observed(world, series)}
    if not is_read or not counted_subjects(world, team, series.rollup, ever):
        return [], "missing"
    rows = [row for group in of_team(world, series, name, team, period) for row in group]
    newest = rows or [row for group in of_team(world, series, "newest", team, period) for row in group]
    is_old = newest and not is_fresh(newest, series, period)
    if is_unread(world, definition, series, period) or is_old:
        return rows, "stale"
    return rows, None if rows else "insufficient"


def currents(rows, series, period):
    """How many of the observed subjects are current, where not all are."""
    groups = [[row for row in rows if row.subject == subject] for subject in {row.subject for row in rows}]
    fresh = sum(is_fresh(group, series, period) for group in groups)
    return {"subjects_current": fresh, "subjects": len(groups)} if fresh < len(groups) else {}


def both(world, definition, name, team, period):
    """Usable observations of both series; or an answer, where one of them has none."""
    found = []
    for series in definition.series:
        rows, state = usable(world, definition, series, name, team, period)
        if state:
            return None, Answer(state=state, samples=len(rows))
        found.append(rows)
    return found, None


def enough(definition, samples, value, parts):
    if samples < definition.min_samples:
        return Answer(state="insufficient", samples=samples)
    return Answer(value=value, samples=samples, parts=parts)


def coverage(world, definition, team, period):
    found, failure = both(world, definition, "newest", team, period)
    if failure:
        return failure
    ratios, lines = ({row.subject: row.value for row in rows} for rows in found)
    samples = len(ratios)
    if ratios.keys() - lines.keys():
        return Answer(state="missing", samples=samples)
    total = sum(lines[one] for one in ratios)
    if not total:
        return Answer(state="not_applicable", samples=samples)
    parts = currents(found[0], definition.series[0], period) | {"repositories": samples, "lines": total}
    return enough(definition, samples, sum(ratios[one] * lines[one] for one in ratios) / total, parts)


def training(world, definition, team, period):
    found, failure = both(world, definition, "newest", team, period)
    if failure:
        return failure
    done, asked = ({row.subject: row.value for row in rows} for rows in found)
    samples = len(done)
    if done.keys() != asked.keys():
        return Answer(state="missing", samples=samples)
    if not sum(asked.values()):
        return Answer(state="not_applicable", samples=samples)
    parts = {"completed": sum(done.values()), "assigned": sum(asked.values())}
    parts |= currents(found[0], definition.series[0], period)
    return enough(definition, samples, Fraction(sum(done.values())) / sum(asked.values()), parts)


def adoption(world, definition, team, period):
    found, failure = both(world, definition, "mean", team, period)
    if failure:
        return failure
    used, asked = found
    samples = len(used)
    if {(row.subject, row.start, row.end) for row in used} != {(row.subject, row.start, row.end) for row in asked}:
        return Answer(state="missing", samples=samples)
    users, targeted = (sum(row.value for row in rows) for rows in found)
    if not targeted:
        return Answer(state="not_applicable", samples=samples)
    parts = {"users": users, "targeted_users": targeted} | currents(used, definition.series[0], period)
    return enough(definition, samples, users / targeted, parts)


def new_revenue(world, definition, team, period):
    revenue, releases = definition.series
    rows, state = usable(world, definition, revenue, "sum", team, period)
    if state:
        return Answer(state=state, samples=len(rows))
    released = {}
    for row in observed(world, releases):
        released[row.subject] = min(row.start, released.get(row.subject, row.start))
    subjects = {row.subject for row in rows}
    if not subjects & released.keys():
        return Answer(state="missing", samples=len(rows))
    total = Fraction(0)
    for row in observed(world, revenue):
        if row.subject in subjects & released.keys():
            start = max(row.start, released[row.subject], period.starts_at)
            end = min(row.end, released[row.subject] + definition.within, period.ends_at)
            total += row.value * Fraction(max(0, end - start), row.end - row.start)
    parts = {"features": len(subjects), "without_release": len(subjects - released.keys())}
    return enough(definition, len(rows), total, parts | currents(rows, revenue, period))


def tally(world, definition, series, team, period):
    """The events of a series of a team, or the colour of not knowing that there were none."""
    origins = {each.origin: each for each in world.coverage if each.kind == "observation"}
    mine = {origin for origin in origins if series.origin in (None, origin)}
    rows = [row for group in of_team(world, series, "sum", team, period) for row in group]
    if not mine or not list(observed(world, series)):
        return rows, "missing"
    delivered = {
        each.origin
        for each in world.records
        if each.kind == "observation" and each.series == series.name and series.origin in (None, each.origin)
    }
    if any(origin not in origins or (micros(origins[origin].from_at) or 0) > period.starts_at for origin in delivered):
        return rows, "missing"
    return rows, "stale" if is_unread(world, definition, series, period) else None


def heads(world, definition, team, period):
    """The time-weighted mean headcount, microsecond by microsecond in spans between observations."""
    series = definition.series[1]
    newest, state = usable(world, definition, series, "newest", team, period)
    if state:
        return None, state
    total = Fraction(0)
    for subject in {row.subject for row in newest}:
        rows = [row for row in observed(world, series) if row.subject == subject and row.start < period.ends_at]
        rows = sorted(rows, key=lambda row: (row.start, row.end, row.value))
        if rows[0].start > period.starts_at:
            return None, "missing"
        edges = sorted({period.starts_at, period.ends_at} | {max(row.start, period.starts_at) for row in rows})
        for start, end in pairwise(edges):
            total += [row for row in rows if row.start <= start][-1].value * (end - start)
    return total / (period.ends_at - period.starts_at), None


def for_each_head(world, definition, team, period):
    events, state = tally(world, definition, definition.series[0], team, period)
    if state:
        return Answer(state=state, samples=len(events))
    mean, state = heads(world, definition, team, period)
    if state or not mean:
        return Answer(state=state or "not_applicable", samples=len(events))
    number = sum((row.value for row in events), Fraction(0))
    is_retention = definition.measure == "retention_rate"
    parts = {"departures" if is_retention else "moves": number, "mean_headcount": mean}
    return enough(definition, len(events), 1 - number / mean if is_retention else number / mean, parts)


def contributions(world, definition, team, period):
    events, state = tally(world, definition, definition.series[0], team, period)
    if state:
        return Answer(state=state, samples=len(events))
    return enough(definition, len(events), sum((row.value for row in events), Fraction(0)), {})


def renamed(names, shift=0):
    """A quotient whose parts have names of their own, and to whose value `shift` is added."""

    def answer(world, definition, team, period):
        found = quotient(world, definition, team, period)
        if found.value is not None:
            found.value += shift
            for name, part in zip(names, ("numerator", "denominator"), strict=True):
                found.parts[name] = found.parts.pop(part)
        return found

    return answer


MEASURES = {
    "test_coverage": coverage,
    "feature_adoption_rate": adoption,
    "infrastructure_cost_per_transaction": renamed(("cost", "transactions")),
    "feature_revenue": new_revenue,
    "engineering_roi": renamed(("value_delivered", "cost"), -1),
    "training_completion_rate": training,
    "internal_mobility_rate": for_each_head,
    "retention_rate": for_each_head,
    "hackathon_contributions": contributions,
    "uptime": renamed(("good", "total")),
}
