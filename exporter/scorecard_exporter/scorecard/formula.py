"""How a value came about, in words, with the numbers of its own period in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from scorecard_exporter.measures.model import Period, Reading
from scorecard_exporter.quantities import when, write
from scorecard_exporter.scorecard.formula_flow import FLOW
from scorecard_exporter.scorecard.formula_outcomes import OUTCOMES
from scorecard_exporter.scorecard.numbers import Numbers, length_text, several

_OUTCOMES: Mapping[str, tuple[str, str]] = {
    "change_failure_rate": ("did not fail", "failed"),
    "deployment_rework_rate": ("no rework", "rework"),
    "deployment_success_rate": ("failed", "succeeded"),
    "unreviewed_merge_rate": ("reviewed", "merged without a review"),
    "build_success_rate": ("failed", "succeeded"),
    "defect_escape_rate": ("found before production", "found in production"),
}
_COUNTED: Mapping[str, str] = {"deployment_frequency": "deployed", "customer_reported_bugs": "reported by a customer"}


def formula(reading: Reading, value_text: str) -> str:
    """A sentence that says how the reading's value, written `value_text`, was computed; empty where it has none."""
    if reading.value is None:
        return ""
    return f"{_FORMULAS[reading.definition.measure](Numbers(reading, value_text))}."


def sample_text(measure: str, value: Fraction, unit: str) -> str:
    """What one sample says: its value, or in words what happened."""
    if measure in _COUNTED:
        return _COUNTED[measure]
    if measure in _OUTCOMES and value in (0, 1):
        return _OUTCOMES[measure][int(value)]
    return write(value, unit)


def span_text(period: Period) -> str:
    """A period with its length: `30 d from 2026-10-24 10:00 UTC to 2026-11-23 10:00 UTC`."""
    return f"{length_text(period)} from {when(period.starts_at)} to {when(period.ends_at)}"


def _frequency(of: Numbers) -> str:
    days = of.clauses(days_with_deployments=f"on {several(of.count('days_with_deployments'), 'different day')}")
    deployments = several(of.reading.samples, "successful production deployment")
    return f"{deployments} ÷ {length_text(of.reading.period)} = {of.value}{days}"


def _lead_time(of: Numbers) -> str:
    dropped = of.count("dropped_negative")
    return f"{of.statistic} of {several(of.reading.samples, 'change')} shipped {of.between} = {of.value}" + of.clauses(
        p90=f"90 % took at most {of.text('p90')}",
        dropped_negative=f"{dropped:,} left out because deployed before authored, by their clocks",
        waiting=f"{several(of.count('waiting'), 'change')} not yet deployed, "
        f"the oldest for {of.text('waiting_oldest')}",
        share_approximate=f"{of.text('share_approximate')} of the changes linked by time alone",
    )


def _change_failures(of: Numbers) -> str:
    failed, deployments = of.count("failed"), several(of.count("deployments"), "successful production deployment")
    return f"{failed:,} failed ÷ {deployments} = {of.value}" + of.clauses(
        failed_by_incident=f"{of.count('failed_by_incident'):,} by an incident",
        failed_by_rollback=f"{of.count('failed_by_rollback'):,} by a rollback",
        failed_by_revert=f"{of.count('failed_by_revert'):,} by a revert",
        failed_by_hotfix=f"{of.count('failed_by_hotfix'):,} by a hotfix",
        unlinked_incidents=f"{several(of.count('unlinked_incidents'), 'incident')} linked to no deployment",
    )


def _rework(of: Numbers) -> str:
    rollbacks, fixes = several(of.count("rollbacks"), "rollback"), several(of.count("fixes"), "fix", "fixes")
    deployments = several(of.count("deployments"), "successful production deployment")
    return f"({rollbacks} + {fixes}) ÷ {deployments} = {of.value}"


def _success(of: Numbers) -> str:
    succeeded, failed = of.count("succeeded"), of.count("failed")
    return f"{succeeded:,} succeeded ÷ ({succeeded:,} succeeded + {failed:,} failed) = {of.value}"


def _restore(of: Numbers) -> str:
    return (
        f"{of.statistic} of {several(of.reading.samples, 'incident')} restored {of.between} = {of.value}"
        + of.clauses(
            median=f"half took at most {of.text('median')}",
            p90=f"90 % took at most {of.text('p90')}",
            open=f"{of.count('open'):,} still open, the oldest for {of.text('open_oldest')}",
        )
    )


def _recovery(of: Numbers) -> str:
    deployments = several(of.reading.samples, "failed deployment")
    return f"{of.statistic} of {deployments} recovered {of.between} = {of.value}" + of.clauses(
        p90=f"90 % took at most {of.text('p90')}",
        still_failed=f"{of.count('still_failed'):,} not yet recovered",
    )


def _observation(of: Numbers) -> str:
    series, samples, newest = of.definition.series[0].name, of.reading.samples, of.reading.newest_at
    if of.definition.statistic != "newest":
        return f"{of.statistic} of {several(samples, 'observation')} of `{series}` {of.between} = {of.value}"
    ending = f", of {when(newest)}" if newest is not None else ""
    if samples > 1:
        return f"Sum of the newest observations of `{series}`, of {samples:,} services or teams = {of.value}{ending}"
    return f"Newest observation of `{series}` = {of.value}{ending}"


def _quotient(of: Numbers) -> str:
    above, below = (f"{of.text(part)} (`{of.definition.series[place].name}`)" for place, part in enumerate(_QUOTIENT))
    return f"{above} ÷ {below} = {of.value}"


def _arithmetic(of: Numbers) -> str:
    operands = (f"{name} = {of.text(name)}" for name, _ in of.definition.operands if name in of.reading.parts)
    return f"{of.definition.expression} = {of.value}, with {', '.join(operands)}"


_QUOTIENT = ("numerator", "denominator")
_FORMULAS: Mapping[str, Callable[[Numbers], str]] = {
    "deployment_frequency": _frequency,
    "lead_time_for_changes": _lead_time,
    "change_failure_rate": _change_failures,
    "time_to_restore": _restore,
    "failed_deployment_recovery_time": _recovery,
    "deployment_rework_rate": _rework,
    "deployment_success_rate": _success,
    "observation": _observation,
    "quotient": _quotient,
    "arithmetic": _arithmetic,
    **FLOW,
    **OUTCOMES,
}
