"""How a value came about, in words, with the numbers of its own period in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from scorecard_exporter.measures.finding import MICROS
from scorecard_exporter.measures.model import Period, Reading, Statistic
from scorecard_exporter.quantities import DAY, when, write

_STATISTICS: Mapping[Statistic, str] = {
    "newest": "Newest",
    "sum": "Sum",
    "mean": "Mean",
    "median": "Median",
    "p75": "75th percentile",
    "p85": "85th percentile",
    "p90": "90th percentile",
}
_OUTCOMES: Mapping[str, tuple[str, str]] = {
    "change_failure_rate": ("did not fail", "failed"),
    "deployment_rework_rate": ("no rework", "rework"),
    "deployment_success_rate": ("failed", "succeeded"),
}


def formula(reading: Reading, value_text: str) -> str:
    """A sentence that says how the reading's value, written `value_text`, was computed; empty where it has none."""
    if reading.value is None:
        return ""
    return f"{_FORMULAS[reading.definition.measure](_Numbers(reading, value_text))}."


def sample_text(measure: str, value: Fraction, unit: str) -> str:
    """What one sample says: its value, or in words what happened."""
    if measure == "deployment_frequency":
        return "deployed"
    if measure in _OUTCOMES and value in (0, 1):
        return _OUTCOMES[measure][int(value)]
    return write(value, unit)


def span_text(period: Period) -> str:
    """A period with its length: `30 d from 2026-10-24 10:00 UTC to 2026-11-23 10:00 UTC`."""
    return f"{_length(period)} from {when(period.starts_at)} to {when(period.ends_at)}"


def _length(period: Period) -> str:
    seconds = Fraction(period.ends_at - period.starts_at, MICROS)
    return f"{seconds / DAY} d" if seconds % DAY == 0 else write(seconds, "seconds")


def _of(number: int, thing: str, things: str = "") -> str:
    return f"{number:,} {thing if number == 1 else things or f'{thing}s'}"


class _Numbers:
    """A reading's numbers, as the sentences need them."""

    def __init__(self, reading: Reading, value_text: str) -> None:
        self.reading, self.definition, self.value = reading, reading.definition, value_text
        self.statistic = _STATISTICS.get(reading.definition.statistic, "")
        self.between = f"between {when(reading.period.starts_at)} and {when(reading.period.ends_at)}"

    def count(self, name: str) -> int:
        """A part that counts things; 0 where the reading has none of that name."""
        return int(self.reading.parts[name].value) if name in self.reading.parts else 0

    def text(self, name: str) -> str:
        """A part as people write it; empty where the reading has none of that name."""
        part = self.reading.parts.get(name)
        return write(part.value, part.unit) if part else ""

    def clauses(self, **texts: str) -> str:
        """Those of the texts whose part is there and not zero, each after a semicolon."""
        shown = (text for name, text in texts.items() if (part := self.reading.parts.get(name)) and part.value)
        return "".join(f"; {text}" for text in shown)


def _frequency(of: _Numbers) -> str:
    days = of.clauses(days_with_deployments=f"on {_of(of.count('days_with_deployments'), 'different day')}")
    deployments = _of(of.reading.samples, "successful production deployment")
    return f"{deployments} ÷ {_length(of.reading.period)} = {of.value}{days}"


def _lead_time(of: _Numbers) -> str:
    dropped = of.count("dropped_negative")
    return f"{of.statistic} of {_of(of.reading.samples, 'change')} shipped {of.between} = {of.value}" + of.clauses(
        p90=f"90 % took at most {of.text('p90')}",
        dropped_negative=f"{dropped:,} left out because deployed before authored, by their clocks",
        waiting=f"{_of(of.count('waiting'), 'change')} not yet deployed, the oldest for {of.text('waiting_oldest')}",
        share_approximate=f"{of.text('share_approximate')} of the changes linked by time alone",
    )


def _change_failures(of: _Numbers) -> str:
    failed, deployments = of.count("failed"), _of(of.count("deployments"), "successful production deployment")
    return f"{failed:,} failed ÷ {deployments} = {of.value}" + of.clauses(
        failed_by_incident=f"{of.count('failed_by_incident'):,} by an incident",
        failed_by_rollback=f"{of.count('failed_by_rollback'):,} by a rollback",
        failed_by_revert=f"{of.count('failed_by_revert'):,} by a revert",
        failed_by_hotfix=f"{of.count('failed_by_hotfix'):,} by a hotfix",
        unlinked_incidents=f"{_of(of.count('unlinked_incidents'), 'incident')} linked to no deployment",
    )


def _rework(of: _Numbers) -> str:
    rollbacks, fixes = _of(of.count("rollbacks"), "rollback"), _of(of.count("fixes"), "fix", "fixes")
    deployments = _of(of.count("deployments"), "successful production deployment")
    return f"({rollbacks} + {fixes}) ÷ {deployments} = {of.value}"


def _success(of: _Numbers) -> str:
    succeeded, failed = of.count("succeeded"), of.count("failed")
    return f"{succeeded:,} succeeded ÷ ({succeeded:,} succeeded + {failed:,} failed) = {of.value}"


def _restore(of: _Numbers) -> str:
    return f"{of.statistic} of {_of(of.reading.samples, 'incident')} restored {of.between} = {of.value}" + of.clauses(
        median=f"half took at most {of.text('median')}",
        p90=f"90 % took at most {of.text('p90')}",
        open=f"{of.count('open'):,} still open, the oldest for {of.text('open_oldest')}",
    )


def _recovery(of: _Numbers) -> str:
    deployments = _of(of.reading.samples, "failed deployment")
    return f"{of.statistic} of {deployments} recovered {of.between} = {of.value}" + of.clauses(
        p90=f"90 % took at most {of.text('p90')}",
        still_failed=f"{of.count('still_failed'):,} not yet recovered",
    )


def _observation(of: _Numbers) -> str:
    series, samples, newest = of.definition.series[0].name, of.reading.samples, of.reading.newest_at
    if of.definition.statistic != "newest":
        return f"{of.statistic} of {_of(samples, 'observation')} of `{series}` {of.between} = {of.value}"
    ending = f", of {when(newest)}" if newest is not None else ""
    if samples > 1:
        return f"Sum of the newest observations of `{series}`, of {samples:,} services or teams = {of.value}{ending}"
    return f"Newest observation of `{series}` = {of.value}{ending}"


def _quotient(of: _Numbers) -> str:
    above, below = (f"{of.text(part)} (`{of.definition.series[place].name}`)" for place, part in enumerate(_QUOTIENT))
    return f"{above} ÷ {below} = {of.value}"


def _arithmetic(of: _Numbers) -> str:
    operands = (f"{name} = {of.text(name)}" for name, _ in of.definition.operands if name in of.reading.parts)
    return f"{of.definition.expression} = {of.value}, with {', '.join(operands)}"


_QUOTIENT = ("numerator", "denominator")
_FORMULAS: Mapping[str, Callable[[_Numbers], str]] = {
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
}
