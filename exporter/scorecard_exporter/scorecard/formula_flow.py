"""How the measures of flow and quality came about, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from scorecard_exporter.scorecard.numbers import Numbers, several


def _durations(of: Numbers, things: str, done: str, **more: str) -> str:
    bots = f"{of.text('share_bots')} were made by bots and left out"
    return f"{of.statistic} of {things} {done} {of.between} = {of.value}" + of.clauses(
        median=f"half took at most {of.text('median')}",
        p90=f"90 % took at most {of.text('p90')}",
        **more,
        share_bots=bots,
    )


def _pickup(of: Numbers) -> str:
    return _durations(of, several(of.reading.samples, "pull request"), "first reviewed")


def _review(of: Numbers) -> str:
    return _durations(of, several(of.reading.samples, "reviewed pull request"), "merged")


def _unreviewed(of: Numbers) -> str:
    merged = several(of.count("merged"), "merged pull request")
    bots = f"{of.text('share_bots')} were made by bots and left out"
    return f"{of.count('unreviewed'):,} without a review ÷ {merged} = {of.value}" + of.clauses(share_bots=bots)


def _age(of: Numbers) -> str:
    requests = several(of.reading.samples, "pull request")
    return f"{of.statistic} of the ages of {requests} open at the end = {of.value}" + of.clauses(
        median=f"half are at most {of.text('median')} old",
        oldest=f"the oldest {of.text('oldest')}",
        share_bots=f"{of.text('share_bots')} were made by bots and left out",
    )


def _build_success(of: Numbers) -> str:
    succeeded, failed = of.count("succeeded"), of.count("failed")
    return f"{succeeded:,} succeeded ÷ ({succeeded:,} succeeded + {failed:,} failed) = {of.value}"


def _build_duration(of: Numbers) -> str:
    dropped = f"{of.count('dropped_negative'):,} left out because finished before started, by their clocks"
    return _durations(of, several(of.reading.samples, "build"), "finished", dropped_negative=dropped)


def _coverage(of: Numbers) -> str:
    series, sizes = (one.name for one in of.definition.series) if len(of.definition.series) > 1 else ("", "")
    repositories = several(of.reading.samples, "repository", "repositories")
    return (
        f"Newest observations of `{series}` of {repositories}, weighted by `{sizes}` ({of.count('lines'):,} lines) "
        f"= {of.value}"
    )


def _escapes(of: Numbers) -> str:
    return f"{of.count('found_in_production'):,} found in production ÷ {several(of.count('bugs'), 'bug')} = {of.value}"


FLOW: Mapping[str, Callable[[Numbers], str]] = {
    "review_pickup_time": _pickup,
    "code_review_time": _review,
    "unreviewed_merge_rate": _unreviewed,
    "pull_request_age": _age,
    "build_success_rate": _build_success,
    "build_duration": _build_duration,
    "test_coverage": _coverage,
    "defect_escape_rate": _escapes,
}
