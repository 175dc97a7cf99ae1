"""What is being done about what, and what of it is late. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from scorecard_exporter.config.model import Initiative
from scorecard_exporter.quantities import DAY, instant

Pair = tuple[str, str]
_DAY = DAY * 1_000_000


@dataclass(frozen=True, slots=True)
class Initiatives:
    """Initiatives by what they are for: (scorecard, measure) and (scorecard, objective)."""

    of_measures: dict[Pair, tuple[Initiative, ...]]
    of_objectives: dict[Pair, tuple[Initiative, ...]]

    @classmethod
    def of(cls, every: Iterable[Initiative]) -> Initiatives:
        """Those of a configuration, each list in the order of the file."""
        measures: defaultdict[Pair, tuple[Initiative, ...]] = defaultdict(tuple)
        objectives: defaultdict[Pair, tuple[Initiative, ...]] = defaultdict(tuple)
        for one in every:
            for pair in one.measures:
                measures[pair] += (one,)
            for pair in one.objectives:
                objectives[pair] += (one,)
        return cls(dict(measures), dict(objectives))

    def about(self, scorecard: str, objective: str, measure: str) -> tuple[Initiative, ...]:
        """What is being done about a measure: for it alone first, then for its whole objective."""
        own = self.of_measures.get((scorecard, measure), ())
        wider = self.of_objectives.get((scorecard, objective), ())
        return own + tuple(one for one in wider if one not in own)


def is_finished(initiative: Initiative) -> bool:
    """Whether all of it is done."""
    return initiative.done is not None and initiative.done >= 1


def is_overdue(initiative: Initiative, at: int) -> bool:
    """Whether the day on which it was due had passed at the moment `at` (microseconds), and it was not finished."""
    if initiative.due is None or is_finished(initiative):
        return False
    return instant(initiative.due) + _DAY <= at
