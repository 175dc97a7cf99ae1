"""What `check` says of a configuration: mistakes, advice, what is silenced and why, and what could not be looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scorecard_exporter.asking import asking
from scorecard_exporter.config import advise
from scorecard_exporter.config.lint.advice import Advice, Silenced, heeded
from scorecard_exporter.config.model import Configuration
from scorecard_exporter.errors import Mistake, ScorecardError
from scorecard_exporter.quantities import instant
from scorecard_exporter.store import store_path


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was found. `left_out`: why advice that needs numbers is not among it; empty where it is."""

    mistakes: tuple[Mistake, ...] = ()
    advice: tuple[Advice, ...] = ()
    silenced: tuple[Silenced, ...] = ()
    left_out: str = ""

    def document(self) -> dict[str, Any]:
        """For programs."""
        return {
            "valid": not self.mistakes,
            "mistakes": [asdict(one) for one in self.mistakes],
            "advice": [asdict(one) for one in self.advice],
            "silenced": [asdict(one) for one in self.silenced],
            "left_out": self.left_out or None,
        }

    def lines(self, file: Path, *, strict: bool) -> Iterator[str]:
        """For people; with `strict`, advice is an error."""
        yield from map(str, self.mistakes)
        if self.mistakes:
            return
        for one in self.advice:
            yield f"{'error' if strict else 'warning'}: {one}"
        for quiet in self.silenced:
            yield f"silenced: {quiet.name} ({quiet.number}): {quiet.reason}"
        if self.left_out:
            yield f"note: advice that needs numbers is left out: {self.left_out}"
        yield f"{file} is valid."


def advised(configuration: Configuration) -> Checked:
    """All advice on a valid configuration; what needs numbers only where a store or a running exporter has them."""
    numbers: list[Advice] = []
    left_out = ""
    path = store_path(configuration.store)
    if any(any(scorecard.measures()) for scorecard in configuration.scorecards.values()):
        # To open a store that is not there would make one.
        left_out = "" if path.exists() else f"there is no store at {path} yet"
        if not left_out:
            try:
                with asking(configuration) as questions:
                    numbers = questions.advice()
            except ScorecardError as error:
                left_out = str(error)
    wanted, silenced = heeded([*advise(configuration, instant(datetime.now(UTC))), *numbers], configuration.silenced)
    return Checked(advice=wanted, silenced=silenced, left_out=left_out)
