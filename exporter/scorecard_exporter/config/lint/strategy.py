"""Whether the objectives of a scorecard make a strategy: measured, and linked to each other."""

from __future__ import annotations

from collections.abc import Iterator

from scorecard_exporter.config.lint.advice import Advice
from scorecard_exporter.config.model import Configuration


def strategy(configuration: Configuration) -> Iterator[Advice]:
    """Objectives without a measure, and those that stand alone where there are others."""
    for scorecard in configuration.scorecards.values():
        objectives = [one for perspective in scorecard.perspectives for one in perspective.objectives]
        linked = {name for one in objectives for name in (*one.leads_to, *([one.id] if one.leads_to else ()))}
        for objective in objectives:
            about = f"{scorecard.id}/{objective.id}"
            if not objective.measures:
                sentence = "no measure tells whether it is reached; add one, or drop the objective"
                yield Advice("objective-without-measure", about, sentence)
            if objective.id not in linked and len(objectives) > 1:
                sentence = "it is linked to no other objective; say with 'leads_to' what it is expected to move"
                yield Advice("objective-without-link", about, sentence)
