"""Whether every source that is read is of use."""

from __future__ import annotations

from collections.abc import Iterator

from scorecard_exporter.config.lint.advice import Advice
from scorecard_exporter.config.model import Configuration
from scorecard_exporter.measures.model import Definition


def sources(configuration: Configuration) -> Iterator[Advice]:
    """Sources that no measure uses; none where a measure takes a series from whichever source delivers it."""
    measures = [measure for scorecard in configuration.scorecards.values() for _, _, measure in scorecard.measures()]
    if any(_takes_any(measure.definition) for measure in measures):
        return
    used = {name for measure in measures for names in measure.sources.values() for name in names}
    for name in configuration.sources:
        if name not in used:
            sentence = "no measure uses it; measure what it tells, or do not read it"
            yield Advice("source-unused", f"source {name}", sentence)


def _takes_any(definition: Definition) -> bool:
    """Whether a measure reads a series that any source may deliver."""
    mine = any(series.origin is None for series in definition.series)
    return mine or any(_takes_any(operand) for _, operand in definition.operands)
