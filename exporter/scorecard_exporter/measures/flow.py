"""The measures of flow and quality: review, builds, and bugs that escaped.

Bots are left out of the review measures; the share of what they made stands beside each.
"""

from __future__ import annotations

from collections.abc import Mapping

from scorecard_exporter.measures.aggregate import Join, SampleSet
from scorecard_exporter.measures.finding import Finding, count, ratio, seconds
from scorecard_exporter.measures.model import Part
from scorecard_exporter.measures.recipe import Case, Recipe, durations, share

_PEOPLE = "samples.is_person = cast(1 as bigint)"


def _by_people(text: str, *sums: str, open_at_end: bool = False) -> tuple[SampleSet, SampleSet]:
    """What people made, and what everyone made."""
    join: Join = "open_at_end" if open_at_end else "within"
    people = SampleSet(text, join, once="changes", sums=("x", *sums), condition=_PEOPLE)
    return people, SampleSet(text, join, once="changes", sums=("is_person",))


PICKUPS, _ALL_PICKUPS = _by_people("review_pickups")
REVIEWS, _ALL_REVIEWS = _by_people("code_reviews")
MERGES, _ALL_MERGES = _by_people("merges")
OPEN_REQUESTS, _ALL_OPEN_REQUESTS = _by_people("open_pull_requests", open_at_end=True)
BUILDS = SampleSet("builds", "within", once="builds", sums=("x", "is_negative"))
BUILD_DURATIONS = SampleSet("build_durations", "within", once="builds", sums=("x",))
BUGS = SampleSet("bugs", "within", once="bugs", sums=("x",))

BOTS: Mapping[str, tuple[SampleSet, SampleSet]] = {
    "review_pickup_time": (PICKUPS, _ALL_PICKUPS),
    "code_review_time": (REVIEWS, _ALL_REVIEWS),
    "unreviewed_merge_rate": (MERGES, _ALL_MERGES),
    "pull_request_age": (OPEN_REQUESTS, _ALL_OPEN_REQUESTS),
}
"""Of the measures that leave out bots: what people made, and what everyone made."""


def _bots(case: Case, everyone: SampleSet) -> dict[str, Part]:
    """The share of bots; nothing to say where nobody made any."""
    total = case.total(everyone)
    if not total.samples:
        return {}
    return {"share_bots": ratio(total.samples - total.sum("is_person"), total.samples)}


def _pickup_time(case: Case) -> Finding:
    return durations(case, PICKUPS, _bots(case, _ALL_PICKUPS))


def _review_time(case: Case) -> Finding:
    return durations(case, REVIEWS, _bots(case, _ALL_REVIEWS))


def _unreviewed(case: Case) -> Finding:
    total = case.total(MERGES)
    parts = {"unreviewed": count(total.sum("x")), "merged": count(total.samples)}
    return share(total, "x", parts, _bots(case, _ALL_MERGES))


def _age(case: Case) -> Finding:
    found = durations(case, OPEN_REQUESTS, _bots(case, _ALL_OPEN_REQUESTS))
    oldest = case.total(OPEN_REQUESTS).oldest
    if oldest is None:
        return found
    return found._replace(parts={**found.parts, "oldest": seconds(case.period.ends_at - oldest)})


def _build_success(case: Case) -> Finding:
    total = case.total(BUILDS)
    succeeded = total.sum("x")
    return share(total, "x", {"succeeded": count(succeeded), "failed": count(total.samples - succeeded)}, {})


def _build_duration(case: Case) -> Finding:
    return durations(case, BUILD_DURATIONS, {"dropped_negative": count(case.total(BUILDS).sum("is_negative"))})


def _escapes(case: Case) -> Finding:
    total = case.total(BUGS)
    return share(total, "x", {"found_in_production": count(total.sum("x")), "bugs": count(total.samples)}, {})


FLOW: Mapping[str, Recipe] = {
    "review_pickup_time": Recipe(PICKUPS, "x", "seconds", _pickup_time),
    "code_review_time": Recipe(REVIEWS, "x", "seconds", _review_time),
    "unreviewed_merge_rate": Recipe(MERGES, "x", "ratio", _unreviewed),
    "pull_request_age": Recipe(OPEN_REQUESTS, "x", "seconds", _age),
    "build_success_rate": Recipe(BUILDS, "x", "ratio", _build_success),
    "build_duration": Recipe(BUILD_DURATIONS, "x", "seconds", _build_duration),
    "defect_escape_rate": Recipe(BUGS, "x", "ratio", _escapes),
}
"""The measures of flow and quality that are made of events."""
