"""What is being done about what. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from scorecard_exporter.config.model import Initiative

Pair = tuple[str, str]


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
