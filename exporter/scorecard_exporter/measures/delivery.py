"""The delivery measures: which samples each one reads, how they are aggregated, and which parts go with it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from scorecard_exporter.events.failures import CAUSES
from scorecard_exporter.measures.aggregate import Aggregates
from scorecard_exporter.measures.finding import MICROS, Details, count, ratio, seconds
from scorecard_exporter.measures.model import Definition, Period
from scorecard_exporter.measures.recipe import (
    Case,
    Recipe,
    Value,
    duration_parts,
    durations,
    interval,
    open_spans,
    share,
)
from scorecard_exporter.measures.statements import SampleSet
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
LEAD_TIMES = SampleSet(
    "lead_times",
    "within",
    sums=("x", *STAGES, "is_pull_request", "is_approximate", "is_bot"),
    is_ranked=True,
)
NEGATIVE_LEAD_TIMES = SampleSet("negative_lead_times", "within")
WAITING_CHANGES = SampleSet("waiting_changes", "open_at_end")
RECOVERIES = SampleSet("recoveries", "within", sums=("x",), is_ranked=True)
FAILURES = SampleSet("failures", "open_at_end")
RESTORES = SampleSet("restores", "within", once="incidents", sums=("x",), is_ranked=True)
INCIDENTS = SampleSet("incidents", "open_at_end", once="incidents")
INCIDENT_LINKS = SampleSet("incident_links", "within", once="incidents", sums=("x",))


def _frequency(aggregates: Aggregates, _definition: Definition) -> Value:
    deployments = aggregates.columns(DEPLOYMENTS).samples

    def value(place: int, period: Period, _services: int) -> Fraction:
        return Fraction(deployments[place] * DAY * MICROS, period.ends_at - period.starts_at)

    return value


def _frequency_details(case: Case) -> Details:
    days = case.aggregates.days(DEPLOYMENTS, case.definition.zone, case.team, case.period)
    return Details({"deployments": count(case.total(DEPLOYMENTS).samples), "days_with_deployments": count(days)})


def _lead_time_details(case: Case) -> Details:
    total = case.total(LEAD_TIMES)
    waiting = open_spans(case, WAITING_CHANGES, "waiting")
    beside = {"dropped_negative": count(case.total(NEGATIVE_LEAD_TIMES).samples), **waiting}
    parts = duration_parts(case, LEAD_TIMES)
    if total.samples:
        for stage in STAGES:
            if total.sum("is_pull_request") or stage not in _REVIEWED_STAGES:
                parts[stage] = seconds(total.sum(stage), total.samples)
        parts["share_approximate"] = ratio(total.sum("is_approximate"), total.samples)
        parts["share_bots"] = ratio(total.sum("is_bot"), total.samples)
    return Details(parts, beside)


def _change_failure_details(case: Case) -> Details:
    total = case.total(DEPLOYMENTS)
    incidents = case.total(INCIDENT_LINKS)
    parts = {"failed": count(total.sum("is_failed")), "deployments": count(total.samples)}
    parts |= {f"failed_by_{cause}": count(total.sum(f"by_{cause}")) for cause in CAUSES}
    beside = {"unlinked_incidents": count(incidents.samples - incidents.sum("x"))}
    return Details(parts, beside, interval(total, "is_failed"))


def _restore_details(case: Case) -> Details:
    return Details(duration_parts(case, RESTORES), open_spans(case, INCIDENTS, "open"))


def _recovery_details(case: Case) -> Details:
    still_failed = {"still_failed": count(case.total(FAILURES).samples)}
    return Details(duration_parts(case, RECOVERIES), still_failed)


def _rework_details(case: Case) -> Details:
    total = case.total(DEPLOYMENTS)
    rollbacks = total.sum("is_rollback")
    parts = {
        "rollbacks": count(rollbacks),
        "fixes": count(total.sum("is_rework") - rollbacks),
        "deployments": count(total.samples),
    }
    return Details(parts, interval=interval(total, "is_rework"))


def _success_details(case: Case) -> Details:
    total = case.total(DEPLOYMENT_OUTCOMES)
    succeeded = total.sum("x")
    parts = {"succeeded": count(succeeded), "failed": count(total.samples - succeeded)}
    return Details(parts, interval=interval(total, "x"))


DELIVERY: Mapping[str, Recipe] = {
    "deployment_frequency": Recipe(DEPLOYMENTS, "x", "count", _frequency, _frequency_details),
    "lead_time_for_changes": Recipe(
        LEAD_TIMES,
        "x",
        "seconds",
        durations(LEAD_TIMES),
        _lead_time_details,
        beside=(WAITING_CHANGES, NEGATIVE_LEAD_TIMES),
    ),
    "change_failure_rate": Recipe(
        DEPLOYMENTS,
        "is_failed",
        "ratio",
        share(DEPLOYMENTS, "is_failed"),
        _change_failure_details,
        beside=(INCIDENT_LINKS,),
        provisional=True,
    ),
    "time_to_restore": Recipe(
        RESTORES, "x", "seconds", durations(RESTORES), _restore_details, beside=(INCIDENTS,), open=INCIDENTS
    ),
    "failed_deployment_recovery_time": Recipe(
        RECOVERIES,
        "x",
        "seconds",
        durations(RECOVERIES),
        _recovery_details,
        beside=(FAILURES,),
        provisional=True,
        open=FAILURES,
    ),
    "deployment_rework_rate": Recipe(
        DEPLOYMENTS, "is_rework", "ratio", share(DEPLOYMENTS, "is_rework"), _rework_details
    ),
    "deployment_success_rate": Recipe(
        DEPLOYMENT_OUTCOMES, "x", "ratio", share(DEPLOYMENT_OUTCOMES, "x"), _success_details
    ),
}
"""The delivery measures of the catalogue."""
