"""Review, builds, bugs and downtime: every thing as each of a team's services sees it, and what that comes to."""

from collections.abc import Hashable
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from by_hand.delivery import SECOND, Team
from by_hand.history import EPOCH, matches, micros, of
from by_hand.world import Answer

ROLES = {
    "review_pickup_time": (("pull_requests", "reviews"), ()),
    "code_review_time": (("pull_requests", "reviews"), ()),
    "unreviewed_merge_rate": (("pull_requests", "reviews"), ()),
    "pull_request_age": (("pull_requests",), ()),
    "build_success_rate": (("builds",), ()),
    "build_duration": (("builds",), ()),
    "defect_escape_rate": (("escaped_bugs",), ()),
    "uptime": (("incidents",), ()),
    "customer_reported_bugs": (("customer_bugs", "releases"), ()),
}


class Request(NamedTuple):
    """A pull request as one service sees it."""

    origin: str
    key: str
    by_person: bool
    ready: int
    reviewed: int | None
    merged: int | None
    closed: int | None
    wait: int | None
    is_draft: bool


class Seen(NamedTuple):
    """A thing (origin and key) and its number as one service sees it."""

    thing: Hashable
    number: int


def once(rows):
    """The number of each thing; where services see it differently, the largest."""
    found = {}
    for row in rows:
        found[row.thing] = max(row.number, found.get(row.thing, row.number))
    return list(found.values())


def requests(world, team):
    """The pull requests of a team's services, of a monorepo those that may touch its paths."""
    for rule in world.scopes[team].services:
        named = {each.key for each in of(world.records, "change", rule.changes)}
        touching = {each.key for each in world.links[rule.service].changes if each.is_pull_request}
        for each in of(world.records, "pull_request", rule.changes):
            if each.key not in named - touching:
                yield seen_by(world, rule, each)


def seen_by(world, rule, request):
    merged = micros(request.merged_at)
    closed = min((moment for moment in (merged, micros(request.closed_at)) if moment is not None), default=None)
    ready = micros(request.ready_at or request.opened_at)
    if closed is not None:
        ready = min(ready, closed)
    is_draft = request.is_draft and merged is None
    moments = [
        micros(each.submitted_at)
        for each in of(world.records, "review", rule.changes)
        if each.pull_request == request.key
        and not (request.author and each.author.lower() == request.author.lower())
        and not each.is_bot
        and not matches(each.author, rule.bots)
    ]
    reviewed = max(min(moments), ready) if moments and not is_draft else None
    return Request(
        origin=request.origin,
        key=request.key,
        by_person=not (request.is_bot or matches(request.author, rule.bots)),
        ready=ready,
        reviewed=reviewed,
        merged=merged,
        closed=closed,
        wait=None if reviewed is None else at_work(rule.open_hours, ready, reviewed),
        is_draft=is_draft,
    )


def at_work(hours, start, end):
    """Microseconds between two moments that lie in open hours: day by day on the clocks of the zone."""
    if hours is None:
        return end - start
    zone = ZoneInfo(hours.zone)
    day = (EPOCH + timedelta(microseconds=start)).astimezone(zone).date() - timedelta(days=1)
    total = 0
    while micros(datetime(day.year, day.month, day.day, tzinfo=zone)) < end:
        spans = () if day.isoformat() in hours.closed else hours.week[day.weekday()]
        for opens, closes in spans:
            midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
            first, last = (micros(midnight + timedelta(minutes=minutes)) for minutes in (opens, closes))
            total += max(0, min(last, end) - max(first, start))
        day += timedelta(days=1)
    return total


def by_people(found, number):
    """Numbers of what people made, and the share that bots made."""
    rows = [(Seen((each.origin, each.key), number(each)), each.by_person) for each in found]
    people = {row.thing for row, by_person in rows if by_person}
    every = {row.thing for row, _ in rows}
    parts = {"share_bots": Fraction(len(every - people), len(every))} if every else {}
    return once(row for row, by_person in rows if by_person), parts


def pickup(team, world, name):
    found = [each for each in requests(world, name) if each.reviewed is not None and team.within(each.reviewed)]
    waits, parts = by_people(found, lambda each: each.wait)
    return team.durations(waits, "insufficient", parts)


def review(team, world, name):
    found = [
        each
        for each in requests(world, name)
        if each.merged is not None and team.within(each.merged)
        if each.reviewed is not None and each.reviewed <= each.merged
    ]
    spans, parts = by_people(found, lambda each: each.merged - each.reviewed)
    return team.durations(spans, "insufficient", parts)


def unreviewed(team, world, name):
    found = [each for each in requests(world, name) if each.merged is not None and team.within(each.merged)]
    flags, parts = by_people(found, lambda each: each.reviewed is None or each.reviewed > each.merged)
    return team.share(flags, "insufficient", parts | {"unreviewed": sum(flags), "merged": len(flags)})


def age(team, world, name):
    found = [each for each in requests(world, name) if not each.is_draft and team.open_at_end(each.ready, each.closed)]
    ages, parts = by_people(found, lambda each: team.period.ends_at - each.ready)
    if ages:
        parts["oldest"] = Fraction(max(ages), SECOND)
    return team.durations(ages, "not_applicable", parts)


def builds(world, team):
    """The finished builds of the branches that count."""
    found = {}
    for rule in world.scopes[team.name].services:
        deployed = {each.key for each in of(world.records, "branch", rule.changes)} | {""}
        for wanted in rule.builds:
            for each in of(world.records, "build", wanted.origin):
                counts = matches(each.branch, wanted.branches) if wanted.branches else each.branch in deployed
                if counts and each.status in ("success", "failure") and team.within(micros(each.finished_at)):
                    found[each.origin, each.key] = each
    return list(found.values())


def build_success(team, world, _):
    flags = [each.status == "success" for each in builds(world, team)]
    return team.share(flags, "insufficient", {"succeeded": sum(flags), "failed": len(flags) - sum(flags)})


def build_duration(team, world, _):
    spans = [micros(each.finished_at) - micros(each.started_at) for each in builds(world, team)]
    good = [span for span in spans if span >= 0]
    return team.durations(good, "insufficient", {"dropped_negative": len(spans) - len(good)})


def has_only_other_builds(world, rules):
    """Whether branches were built, and none of them counts."""
    counted, seen = False, False
    for rule in rules:
        deployed = {each.key for each in of(world.records, "branch", rule.changes)} | {""}
        for wanted in rule.builds:
            for each in of(world.records, "build", wanted.origin):
                seen = True
                counted |= matches(each.branch, wanted.branches) if wanted.branches else each.branch in deployed
    return seen and not counted


def bugs(world, team, flag):
    """The bugs of services that say which of them are so (found in production, or reported by customers)."""
    for rule in world.scopes[team.name].services:
        if not any(getattr(one, flag) for one in rule.bugs):
            continue
        for origin in {one.origin for one in rule.bugs}:
            for each in of(world.records, "issue", origin):
                rules = [one for one in rule.bugs if one.origin == origin and is_bug(each, one)]
                if rules and team.within(micros(each.opened_at)):
                    texts = (each.type, *each.labels)
                    said = any(matches(text, getattr(one, flag)) for one in rules for text in texts)
                    yield Seen((each.origin, each.key), said)


def is_bug(issue, rule):
    return matches(issue.type, rule.types) and (
        not rule.labels or any(matches(label, rule.labels) for label in issue.labels)
    )


def escapes(team, world, _):
    flags = once(bugs(world, team, "found_in_production"))
    return team.share(flags, "insufficient", {"found_in_production": sum(flags), "bugs": len(flags)})


def customer_bugs(team, world, _):
    number = sum(once(bugs(world, team, "reported_by_customers")))
    releases = len(set(released(world, team)))
    parts = {"bugs": number, "releases": releases}
    if not releases:
        return Answer(state="not_applicable", samples=number, parts=parts)
    return team.result([1] * number, lambda: Fraction(number, releases), "zero", parts)


def released(world, team):
    """What was released in the period: what services name, or else what each of them deployed."""
    for rule in world.scopes[team.name].services:
        if not any(one.reported_by_customers for one in rule.bugs):
            continue
        if rule.releases:
            for each in of(world.records, "deployment", rule.releases.origin):
                is_release = each.environment == "release" and each.status == "success"
                if (
                    is_release
                    and matches(each.version, rule.releases.versions)
                    and team.within(micros(each.finished_at))
                ):
                    yield each.origin, each.key
        else:
            for each in world.links[rule.service].deployments:
                if each.is_success and team.within(each.finished):
                    yield each.origin, each.key, rule.service


def uptime(team, world, name):
    period, down, things = team.period, 0, set()
    for rule in world.scopes[name].services:
        spans = []
        for each in world.links[rule.service].incidents:
            start = max(each.began, period.starts_at)
            end = min(period.ends_at if each.resolved is None else each.resolved, period.ends_at)
            if (
                each.is_outage
                and each.began < period.ends_at
                and (each.resolved is None or each.resolved > period.starts_at)
            ):
                spans.append((start, end))
                things.add((each.origin, each.key))
        down += length_of_union(spans)
    services = sum(bool(rule.incidents) for rule in world.scopes[name].services)
    time = services * (period.ends_at - period.starts_at)
    parts = {"downtime": Fraction(down, SECOND), "outages": len(things), "services": services}
    return team.result([1] * len(things), lambda: 1 - Fraction(down, time), "zero", parts)


def length_of_union(spans):
    """Cut at every beginning and end; a piece counts where some span covers it."""
    edges = sorted({edge for span in spans for edge in span})
    return sum(
        end - start for start, end in pairwise(edges) if any(one <= start and end <= other for one, other in spans)
    )


MEASURES = {
    "review_pickup_time": pickup,
    "code_review_time": review,
    "unreviewed_merge_rate": unreviewed,
    "pull_request_age": age,
    "build_success_rate": build_success,
    "build_duration": build_duration,
    "defect_escape_rate": escapes,
    "customer_reported_bugs": customer_bugs,
    "uptime": uptime,
}


def answer(world, definition, name, period):
    team = Team(world, name, period, definition)
    return MEASURES[definition.measure](team, world, name)
