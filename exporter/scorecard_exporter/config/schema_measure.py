"""The shape of one measure and its target; the reference is made from descriptions and defaults here."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator

from scorecard_exporter.config.values import (
    Count,
    Flag,
    Moment,
    Name,
    Quantity,
    Span,
    Text,
    Unit,
    Weight,
)


class Shape(BaseModel):
    """A mapping with known keys; an empty one may be left empty in the file."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, validate_default=True)

    @model_validator(mode="before")
    @classmethod
    def _empty(cls, value: Any) -> Any:
        return {} if value is None else value


MAY_BE_EMPTY = BeforeValidator(lambda value: {} if value is None else value)
"""A section with nothing in it yet."""

Severity = Literal["warning", "critical"]
Indicator = Literal["leading", "lagging"]
Better = Literal["higher", "lower"]


class RelativeShape(Shape):
    """A quantity told by where things stood and how far they shall move."""

    baseline: Annotated[Quantity, Field(description="The value that the change counts from, in the measure's unit.")]
    change: Annotated[Quantity, Field(description="How far from the baseline: a share with its sign, such as -20%.")]


def _form(value: object) -> str:
    return "relative" if isinstance(value, (dict, RelativeShape)) else "quantity"


Anchor = Annotated[
    Annotated[Quantity, Tag("quantity")] | Annotated[RelativeShape, Tag("relative")],
    Discriminator(_form),
]


class AnchorsShape(Shape):
    """Where a measure is good and where it is bad, in the measure's unit."""

    goal: Annotated[
        Anchor | None,
        Field(
            description="From here on it is green: a quantity (2d, 1/week, 5%), a band (60%..80%), yes or no, or "
            "relative to a baseline. Together with `red`; default: the anchors of the catalogue."
        ),
    ] = None
    red: Annotated[
        Anchor | None, Field(description="From here on it is red; yellow lies between. A band when the goal is one.")
    ] = None
    worst: Annotated[
        Quantity | None, Field(description="Where the score is 0. Default: as far beyond `red` as the goal is away.")
    ] = None
    best: Annotated[
        Quantity | None, Field(description="Where the score is 100. Default: as far beyond `goal` as red is away.")
    ] = None


class DatedAnchorsShape(AnchorsShape):
    """Anchors that are in force from a date on."""

    since: Annotated[Moment, Field(alias="from", description="From when on, in the zone of the scorecard.")]


class ScheduledAnchorsShape(AnchorsShape):
    """Anchors at one moment of a schedule, between which they move in a straight line."""

    at: Annotated[Moment, Field(description="When exactly these hold, in the zone of the scorecard.")]


class TargetShape(AnchorsShape):
    """A target: always the same, by date, or on a schedule."""

    targets: Annotated[
        tuple[DatedAnchorsShape, ...] | None,
        Field(description="Instead of goal and red: anchors by date; a period is judged by those in force at its end."),
    ] = None
    schedule: Annotated[
        tuple[ScheduledAnchorsShape, ...] | None,
        Field(description="Instead of goal and red: anchors that move from date to date."),
    ] = None


class MeasureShape(TargetShape):
    """One measure of an objective."""

    measure: Annotated[
        Name | None,
        Field(
            description="Which measure of the catalogue. Default: the key itself, or what `series`, `numerator` or "
            "`expression` tell."
        ),
    ] = None
    title: Annotated[Text | None, Field(description="Its name for people. Default: that of the catalogue.")] = None
    description: Annotated[
        Text | None, Field(description="What it means. Default: the definition in the catalogue.")
    ] = None
    statistic: Annotated[
        Text | None, Field(description="How samples become one value, where the measure offers several.")
    ] = None
    window: Annotated[Span | None, Field(description="How far back it looks. Default: that of the catalogue.")] = None
    min_samples: Annotated[
        Count | None, Field(description="Fewer samples than this are too few. Default: that of the catalogue.")
    ] = None
    freshness: Annotated[
        Span | None, Field(description="Unread for longer than this is stale. Default: 24h, or that of the series.")
    ] = None
    weight: Annotated[
        Weight, Field(default="1", description="Share in its objective, relative to its siblings; 0: only shown.")
    ]
    critical: Annotated[
        Flag, Field(default="no", description="While it is red or unknown, nothing above it can be green.")
    ]
    severity: Annotated[
        Severity | None,
        Field(description="That of its alert. Default: critical when the measure is, else warning."),
    ] = None
    owner: Annotated[
        Text | None, Field(description="A role or a group address. Default: the objective's, else the team's.")
    ] = None
    indicator: Annotated[
        Indicator | None,
        Field(description="Whether it foretells or confirms. Default: that of the catalogue."),
    ] = None
    better: Annotated[
        Better | None,
        Field(description="Which way is better. Default: that of the catalogue, or what goal and red tell."),
    ] = None
    unit: Annotated[
        Unit | None, Field(description="Unit of the value, where neither the catalogue nor the series tell it.")
    ] = None
    teams: Annotated[tuple[Name, ...] | None, Field(description="For which teams. Default: all of the scorecard.")] = (
        None
    )
    team_targets: Annotated[
        dict[Name, TargetShape],
        MAY_BE_EMPTY,
        Field(default={}, description="Targets of teams of their own, which hold for the teams below them too."),
    ]
    series: Annotated[
        Name | None, Field(description="Of an observation, and of measures made of one series: the series.")
    ] = None
    numerator: Annotated[
        Name | None, Field(description="Of a quotient, and of rates made of two series: the series above the line.")
    ] = None
    denominator: Annotated[Name | None, Field(description="The series below the line.")] = None
    weighted_by: Annotated[
        Name | None, Field(description="Of `test_coverage`: the series of the lines of each repository.")
    ] = None
    releases: Annotated[
        Name | None, Field(description="Of `feature_revenue`: the series that tells when each feature was released.")
    ] = None
    within: Annotated[
        Span | None, Field(description="Of `feature_revenue`: how long a feature is new. Default: 90d.")
    ] = None
    survey: Annotated[Name | None, Field(description="Of a net promoter score: the survey.")] = None
    expression: Annotated[
        Text | None,
        Field(
            description="Of an arithmetic measure: + - * / and parentheses over ids of measures of this scorecard; "
            "such ids are made of letters, digits and _ and do not begin with a digit."
        ),
    ] = None
