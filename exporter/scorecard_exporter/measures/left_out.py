"""What a measure left out of its number, why, and how many: counted in the same period from the same store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from scorecard_exporter.measures.aggregate import Aggregates, Total
from scorecard_exporter.measures.delivery import DEPLOYMENT_OUTCOMES
from scorecard_exporter.measures.flow import BOTS, MERGES
from scorecard_exporter.measures.model import Reading, Scope
from scorecard_exporter.measures.statements import SampleSet, bigint, both
from scorecard_exporter.measures.unused_records import Records
from scorecard_exporter.store.base import Store


@dataclass(frozen=True, slots=True)
class LeftOut:
    """So many things of one sort are not in a number. `code` is short and stable; `reason` says what and why."""

    code: str
    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class _Asked:
    """One reading, and what answers how many things it left out."""

    reading: Reading
    aggregates: Aggregates
    records: Records

    def count(self, samples: SampleSet) -> int:
        """How many samples of another set there are."""
        return self.total(samples).samples

    def total(self, samples: SampleSet) -> Total:
        """What is counted and summed of another set."""
        places = self.aggregates.places(self.reading.team)
        return self.aggregates.total(samples, places[0]) if places else Total()

    def part(self, name: str) -> int:
        """A part of the reading that counts things."""
        part = self.reading.parts.get(name)
        return int(part.value) if part else 0


_Count = Callable[[_Asked], Iterable[LeftOut]]


def left_out(store: Store, reading: Reading, scope: Scope) -> tuple[LeftOut, ...]:
    """What is not in a reading of the team of `scope`; nothing is said of what did not occur."""
    aggregates = Aggregates(store, [scope], [reading.period])
    asked = _Asked(reading, aggregates, Records(store, scope, reading.period))
    measure, definition = reading.definition.measure, reading.definition
    counts = _SERIES if definition.series else _COUNTS.get(measure, ())
    return tuple(one for count in counts for one in count(asked) if one.number)


def _part(name: str, reason: str) -> _Count:
    return lambda asked: [LeftOut(name, asked.part(name), reason)]


def _samples(code: str, samples: SampleSet, reason: str) -> _Count:
    return lambda asked: [LeftOut(code, asked.count(samples), reason)]


def _failed_deployments(asked: _Asked) -> Iterator[LeftOut]:
    reason = "production deployments that failed and so never reached production"
    yield LeftOut("failed_deployments", asked.count(_FAILED_DEPLOYMENTS), reason)


def _deployments(asked: _Asked) -> Iterator[LeftOut]:
    elsewhere, unfinished = asked.records.deployments()
    if elsewhere:
        names = ", ".join(f"`{name}` {number:,}" for name, number in elsewhere.most_common(_NAMED))
        more = f" and {len(elsewhere) - _NAMED} more" if len(elsewhere) > _NAMED else ""
        reason = f"deployments to other environments: {names}{more}"
        yield LeftOut("other_environments", elsewhere.total(), reason)
    yield LeftOut("no_outcome", unfinished, "production deployments that neither succeeded nor failed")


def _incidents(asked: _Asked) -> Iterator[LeftOut]:
    reason = "incidents that no service counts, by the severities, titles and labels of its `incidents`"
    yield LeftOut("other_incidents", asked.records.incidents(), reason)


def _bots(asked: _Asked) -> Iterator[LeftOut]:
    yield LeftOut("bots", _made_by_bots(asked), "pull requests that bots made")


def _made_by_bots(asked: _Asked) -> int:
    """What the share that stands beside the reading comes to; counted where that says nothing."""
    reading = asked.reading
    share = reading.parts.get("share_bots")
    if share and reading.samples:
        return int(reading.samples * share.value / (1 - share.value))
    _, everyone = BOTS[reading.definition.measure]
    total = asked.total(everyone)
    return total.samples - total.sum("is_person")


def _reviews(asked: _Asked) -> Iterator[LeftOut]:
    own, bots = asked.records.reviews()
    yield LeftOut("own_reviews", own, "reviews of one's own pull request")
    yield LeftOut("reviews_by_bots", bots, "reviews by bots")


def _awaiting_review(asked: _Asked) -> Iterator[LeftOut]:
    # What ends after the period ends in both ways; an engine finds that sooner in two columns than in the lesser.
    end = bigint(asked.reading.period.ends_at)
    waiting = replace(_AWAITING_REVIEW, condition=f"samples.reviewed_at >= {end} and samples.closed_at >= {end}")
    yield LeftOut("not_reviewed", asked.count(waiting), "pull requests that still wait for their first review")


def _builds(asked: _Asked) -> Iterator[LeftOut]:
    elsewhere, unfinished = asked.records.builds()
    yield LeftOut("other_branches", elsewhere, "builds of other branches")
    yield LeftOut("no_outcome", unfinished, "builds that neither succeeded nor failed")


def _issues(asked: _Asked) -> Iterator[LeftOut]:
    reason = "issues that no service counts as a bug, by the types and labels of its `bugs`"
    yield LeftOut("other_issues", asked.records.issues(), reason)


def _observations(asked: _Asked) -> Iterator[LeftOut]:
    for series in asked.reading.definition.series:
        number = asked.records.observations(series)
        reason = f"observations of series `{series.name}` whose subject is no service or team"
        yield LeftOut("unknown_subjects", number, reason)


_NAMED = 4
_FAILED_DEPLOYMENTS = replace(DEPLOYMENT_OUTCOMES, sums=(), condition="samples.x = cast(0 as bigint)")
_UNREVIEWED = replace(MERGES, sums=(), condition=both(MERGES.condition, "samples.x = cast(1 as bigint)"))
_DRAFTS = SampleSet("drafts", "open_at_end", once="changes")
_UNMERGED = SampleSet("unmerged_pull_requests", "within", once="changes")
_AWAITING_REVIEW = SampleSet("awaiting_review", "open_at_end", once="changes")
_MINOR_INCIDENTS = SampleSet("minor_incidents", "overlap", once="incidents")
_OTHER_BUGS = SampleSet("other_bugs", "within", once="bugs")

_SERIES: tuple[_Count, ...] = (
    _observations,
    _part("without_release", "features of which nothing says when they were released"),
)
_COUNTS: Mapping[str, tuple[_Count, ...]] = {
    "deployment_frequency": (_failed_deployments, _deployments),
    "lead_time_for_changes": (
        _part("dropped_negative", "changes deployed before they were written, by their clocks"),
        _part("waiting", "changes not yet deployed"),
    ),
    "change_failure_rate": (
        _part("unlinked_incidents", "incidents linked to no deployment"),
        _incidents,
        _failed_deployments,
        _deployments,
    ),
    "time_to_restore": (_part("open", "incidents still open"), _incidents),
    "failed_deployment_recovery_time": (
        _part("still_failed", "failed deployments not yet recovered"),
        _deployments,
    ),
    "deployment_rework_rate": (_failed_deployments, _deployments),
    "deployment_success_rate": (_deployments,),
    "review_pickup_time": (
        _bots,
        _awaiting_review,
        _reviews,
    ),
    "code_review_time": (
        _bots,
        _samples("unreviewed", _UNREVIEWED, "pull requests that were merged before any review"),
        _reviews,
    ),
    "unreviewed_merge_rate": (
        _bots,
        _samples("not_merged", _UNMERGED, "pull requests that were closed without being merged"),
    ),
    "pull_request_age": (_bots, _samples("drafts", _DRAFTS, "drafts")),
    "build_success_rate": (_builds,),
    "build_duration": (
        _part("dropped_negative", "builds that finished before they started, by their clocks"),
        _builds,
    ),
    "defect_escape_rate": (_issues,),
    "uptime": (
        _samples("minor_incidents", _MINOR_INCIDENTS, "incidents whose severity is no downtime"),
        _incidents,
    ),
    "customer_reported_bugs": (
        _samples("other_bugs", _OTHER_BUGS, "bugs that no customer reported"),
        _issues,
    ),
}
