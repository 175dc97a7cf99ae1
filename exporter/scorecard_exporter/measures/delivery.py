"""The delivery measures: which samples each one reads, how they are aggregated, and which parts go with it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from scorecard_exporter.events.failures import CAUSES
from scorecard_exporter.measures.aggregate import SampleSet
from scorecard_exporter.measures.finding import MICROS, Finding, count, ratio, seconds
from scorecard_exporter.measures.recipe import Case, Recipe, duration, durations, open_spans, share
from scorecard_exporter.quantities import DAY

STAGES = ("coding", "pickup", "review", "deploy")
"""The parts of a lead time that add up to its mean, in the order in which they happen."""
_REVIEWED_STAGES = ("pickup", "review")

DEPLOYMENTS = SampleSet(
    "deployments",
    "within",
    sums=("is_failed", *(f"by_{cause}" for cause in CAUSES), "is_rework", "is_rollback"),
)
DEPLOYMENT_OUTCOMES = SampleSet("deployment_outcomes", "within", sums=("x",))
LEAD_TIMES = SampleSet("lead_times", "within", sums=("x", *STAGES, "is_pull_request", "is_approximate", "is_bot"))
NEGATIVE_LEAD_TIMES = SampleSet("negative_lead_times", "within")
WAITING_CHANGES = SampleSet("waiting_changes", "open_at_end")
RECOVERIES = SampleSet("recoveries", "within", sums=("x",))
FAILURES = SampleSet("failures", "open_at_end")
RESTORES = SampleSet("restores", "within", once="incidents", sums=("x",))
INCIDENTS = SampleSet("incidents", "open_at_end", once="incidents")
INCIDENT_LINKS = SampleSet("incident_links", "within", once="incidents", sums=("x",))


def _frequency(case: Case) -> Finding:
    total = case.total(DEPLOYMENTS)
    length = case.period.ends_at - case.period.starts_at
    days = case.aggregates.days(DEPLOYMENTS, case.definition.zone, case.team, case.period)
    return Finding(
        value=Fraction(total.samples * DAY * MICROS, length),
        samples=total.samples,
        newest_at=total.newest,
        parts={"deployments": count(total.samples), "days_with_deployments": count(days)},
    )


def _lead_time(case: Case) -> Finding:
    total = case.total(LEAD_TIMES)
    waiting = open_spans(case, WAITING_CHANGES, "waiting")
    beside = {"dropped_negative": count(case.total(NEGATIVE_LEAD_TIMES).samples), **waiting}
    if not total.samples:
        return Finding(value=None, samples=0, newest_at=None, beside=beside)
    value, parts = duration(case, LEAD_TIMES, total)
    for stage in STAGES:
        if total.sum("is_pull_request") or stage not in _REVIEWED_STAGES:
            parts[stage] = seconds(total.sum(stage), total.samples)
    parts["share_approximate"] = ratio(total.sum("is_approximate"), total.samples)
    parts["share_bots"] = ratio(total.sum("is_bot"), total.samples)
    return Finding(value=value, samples=total.samples, newest_at=total.newest, parts=parts, beside=beside)


def _change_failure_rate(case: Case) -> Finding:
    total = case.total(DEPLOYMENTS)
    incidents = case.total(INCIDENT_LINKS)
    parts = {"failed": count(total.sum("is_failed")), "deployments": count(total.samples)}
    parts |= {f"failed_by_{cause}": count(total.sum(f"by_{cause}")) for cause in CAUSES}
    beside = {"unlinked_incidents": count(incidents.samples - incidents.sum("x"))}
    return share(total, "is_failed", parts, beside)


def _time_to_restore(case: Case) -> Finding:
    return durations(case, RESTORES, open_spans(case, INCIDENTS, "open"))


def _recovery_time(case: Case) -> Finding:
    return durations(case, RECOVERIES, {"still_failed": count(case.total(FAILURES).samples)})


def _rework_rate(case: Case) -> Finding:
    total = case.total(DEPLOYMENTS)
    rollbacks = total.sum("is_rollback")
    parts = {
        "rollbacks": count(rollbacks),
        "fixes": count(total.sum("is_rework") - rollbacks),
        "deployments": count(total.samples),
    }
    return share(total, "is_rework", parts, {})


def _success_rate(case: Case) -> Finding:
    total = case.total(DEPLOYMENT_OUTCOMES)
    succeeded = total.sum("x")
    return share(total, "x", {"succeeded": count(succeeded), "failed": count(total.samples - succeeded)}, {})


DELIVERY: Mapping[str, Recipe] = {
    "deployment_frequency": Recipe(DEPLOYMENTS, "x", "count", _frequency),
    "lead_time_for_changes": Recipe(LEAD_TIMES, "x", "seconds", _lead_time),
    "change_failure_rate": Recipe(DEPLOYMENTS, "is_failed", "ratio", _change_failure_rate, provisional=True),
    "time_to_restore": Recipe(RESTORES, "x", "seconds", _time_to_restore, open="open"),
    "failed_deployment_recovery_time": Recipe(
        RECOVERIES, "x", "seconds", _recovery_time, provisional=True, open="still_failed"
    ),
    "deployment_rework_rate": Recipe(DEPLOYMENTS, "is_rework", "ratio", _rework_rate),
    "deployment_success_rate": Recipe(DEPLOYMENT_OUTCOMES, "x", "ratio", _success_rate),
}
"""The delivery measures of the catalogue."""
