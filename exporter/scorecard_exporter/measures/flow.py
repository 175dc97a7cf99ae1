"""The measures of flow and quality: review, builds, and bugs that escaped.

Bots are left out of the review measures; the share of what they made stands beside each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from scorecard_exporter.measures.finding import Details, count, ratio, seconds
from scorecard_exporter.measures.model import Part
from scorecard_exporter.measures.recipe import Case, Recipe, duration_parts, durations, interval, share
from scorecard_exporter.measures.statements import Join, SampleSet

_PEOPLE = "samples.is_person = cast(1 as bigint)"


def _by_people(text: str, join: Join = "within", *, is_ranked: bool = True) -> tuple[SampleSet, SampleSet]:
    """What people made, and what everyone made."""
    people = SampleSet(text, join, once="changes", sums=("x",), condition=_PEOPLE, is_ranked=is_ranked)
    return people, SampleSet(text, join, once="changes", sums=("is_person",))


PICKUPS, _ALL_PICKUPS = _by_people("review_pickups")
REVIEWS, _ALL_REVIEWS = _by_people("code_reviews")
MERGES, _ALL_MERGES = _by_people("merges", is_ranked=False)
OPEN_REQUESTS, _ALL_OPEN_REQUESTS = _by_people("open_pull_requests", "open_at_end")
BUILDS = SampleSet("builds", "within", once="builds", sums=("x", "is_negative"))
BUILD_DURATIONS = SampleSet("build_durations", "within", once="builds", sums=("x",), is_ranked=True)
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


def _people_details(people: SampleSet, everyone: SampleSet) -> Callable[[Case], Details]:
    return lambda case: Details(duration_parts(case, people), _bots(case, everyone))


def _unreviewed_details(case: Case) -> Details:
    total = case.total(MERGES)
    parts = {"unreviewed": count(total.sum("x")), "merged": count(total.samples)}
    return Details(parts, _bots(case, _ALL_MERGES), interval(total, "x"))


def _age_details(case: Case) -> Details:
    parts = duration_parts(case, OPEN_REQUESTS)
    oldest = case.total(OPEN_REQUESTS).oldest
    if oldest is not None:
        parts["oldest"] = seconds(case.period.ends_at - oldest)
    return Details(parts, _bots(case, _ALL_OPEN_REQUESTS))


def _build_success_details(case: Case) -> Details:
    total = case.total(BUILDS)
    succeeded = total.sum("x")
    parts = {"succeeded": count(succeeded), "failed": count(total.samples - succeeded)}
    return Details(parts, interval=interval(total, "x"))


def _build_duration_details(case: Case) -> Details:
    dropped = {"dropped_negative": count(case.total(BUILDS).sum("is_negative"))}
    return Details(duration_parts(case, BUILD_DURATIONS), dropped)


def _escapes_details(case: Case) -> Details:
    total = case.total(BUGS)
    parts = {"found_in_production": count(total.sum("x")), "bugs": count(total.samples)}
    return Details(parts, interval=interval(total, "x"))


def _of_people(people: SampleSet, everyone: SampleSet, details: Callable[[Case], Details]) -> Recipe:
    """A length of time of what people made, with the share that bots made beside it."""
    return Recipe(people, "x", "seconds", durations(people), details, beside=(everyone,))


FLOW: Mapping[str, Recipe] = {
    "review_pickup_time": _of_people(PICKUPS, _ALL_PICKUPS, _people_details(PICKUPS, _ALL_PICKUPS)),
    "code_review_time": _of_people(REVIEWS, _ALL_REVIEWS, _people_details(REVIEWS, _ALL_REVIEWS)),
    "unreviewed_merge_rate": Recipe(
        MERGES, "x", "ratio", share(MERGES, "x"), _unreviewed_details, beside=(_ALL_MERGES,)
    ),
    "pull_request_age": _of_people(OPEN_REQUESTS, _ALL_OPEN_REQUESTS, _age_details),
    "build_success_rate": Recipe(BUILDS, "x", "ratio", share(BUILDS, "x"), _build_success_details),
    "build_duration": Recipe(
        BUILD_DURATIONS, "x", "seconds", durations(BUILD_DURATIONS), _build_duration_details, beside=(BUILDS,)
    ),
    "defect_escape_rate": Recipe(BUGS, "x", "ratio", share(BUGS, "x"), _escapes_details),
}
"""The measures of flow and quality that are made of events."""
