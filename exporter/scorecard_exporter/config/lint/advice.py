"""What a piece of advice is, the names that there are, and which of it is silenced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

OF_CONFIGURATION: Mapping[str, str] = {
    "nothing-measured": "There is no scorecard, or one without a measure.",
    "too-many-measures": "A team has more than 20 measures on a scorecard: nobody watches so many.",
    "perspective-too-large": "A perspective has more than 5 measures: the vital few are hard to see.",
    "perspective-too-small": "A perspective has fewer than 3 measures: one number alone is easily gamed.",
    "no-leading-measure": "A perspective has lagging measures only: they tell what can no longer be changed.",
    "only-leading-measures": "A perspective has leading measures only: nothing tells whether it was worth it.",
    "one-measure-decides": "By the weights one measure is more than half of the whole.",
    "no-owner": "Nobody is named who minds a measure.",
    "personal-owner": "An owner looks like a person; a role or a group address outlives people.",
    "initiative-overdue": "An initiative is past its date and not done.",
    "initiative-without-owner": "Nobody is named who carries an initiative through.",
    "initiative-without-resources": "An initiative is given nothing to do it with.",
    "objective-without-measure": "Nothing tells whether an objective is reached.",
    "objective-without-link": "An objective neither leads to another one nor is led to.",
    "red-never-reached": "In its window a rate cannot be red: the smallest reading above zero is already better.",
    "target-unchanged": "The newest target of a measure with dated targets is older than a quarter.",
    "rewards-volume": "More lines, commits or story points count as better; volume is no outcome.",
    "source-unused": "A source is read that no measure uses.",
}
OF_NUMBERS: Mapping[str, str] = {
    "red-without-initiative": "A measure is red and nothing is being done about it.",
    "target-met-repeatedly": "A target was met in three review periods running: raise it.",
    "target-met-by-nobody": "No team of three or more meets a target: it may be unrealistic.",
}
ABOUT_TARGETS = ("target-unchanged", "target-met-repeatedly", "target-met-by-nobody")
"""What a review lists as targets to reconsider."""
NAMES: Mapping[str, str] = {**OF_CONFIGURATION, **OF_NUMBERS}
"""Every advice by its name, and what it is about: what the file alone tells, and what takes numbers."""


@dataclass(frozen=True, slots=True, order=True)
class Advice:
    """One piece of advice: its name, what it is about, and a sentence that says why and what to do."""

    name: str
    about: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.name}: {self.about}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class Silenced:
    """An advice that people do not want, why, and to how many things it would have applied."""

    name: str
    reason: str
    number: int


def heeded(advice: Iterable[Advice], silenced: Mapping[str, str]) -> tuple[tuple[Advice, ...], tuple[Silenced, ...]]:
    """The advice that is wanted, and of what is silenced by name: the reason, and how much there was of it."""
    every = tuple(advice)
    wanted = tuple(one for one in every if one.name not in silenced)
    quiet = (Silenced(name, reason, sum(one.name == name for one in every)) for name, reason in silenced.items())
    return wanted, tuple(quiet)
