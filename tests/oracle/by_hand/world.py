"""What is known of everything, and what is answered."""

from dataclasses import dataclass, field
from fractions import Fraction


@dataclass(kw_only=True)
class Answer:
    """A value, or the colour of its absence."""

    value: Fraction | None = None
    samples: int = 0
    state: str | None = None
    parts: dict = field(default_factory=dict)


@dataclass(kw_only=True)
class World:
    """All that was collected and all that is configured.

    `links`: by service, what became of its deployments, changes and incidents. `subjects`: raw subjects of observations
    to services, or `team/` and a team. `formulas`: expressions to what they mean.
    """

    records: list
    coverage: list
    links: dict
    scopes: dict
    subjects: dict
    formulas: dict
