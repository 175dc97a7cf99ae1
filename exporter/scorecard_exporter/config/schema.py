"""The shapes of a configuration file; the reference is made from descriptions and defaults here."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from scorecard_exporter.config.schema_measure import MAY_BE_EMPTY, MeasureShape, Shape
from scorecard_exporter.config.schema_service import OpenHoursShape, ServiceShape
from scorecard_exporter.config.values import (
    Flag,
    GroupSize,
    Moment,
    Name,
    Origin,
    Patterns,
    Report,
    Several,
    Share,
    Span,
    StoreUrl,
    Text,
    TimeZone,
    Unit,
    Weight,
)
from scorecard_exporter.quantities import Duration
from scorecard_exporter.sources.kit.options import Secrets

Review = Literal["monthly", "quarterly"]
RollUp = Literal["own", "sum"]


class ObjectiveShape(Shape):
    """An objective: measures towards one end."""

    title: Annotated[Text | None, Field(description="Its name for people. Default: made from its id.")] = None
    theme: Annotated[Name | None, Field(description="The theme of the scorecard that it serves.")] = None
    weight: Annotated[
        Weight, Field(default="1", description="Share in its perspective, relative to its siblings; 0: only shown.")
    ]
    critical: Annotated[
        Flag, Field(default="no", description="While it is red or unknown, nothing above it can be green.")
    ]
    owner: Annotated[Text | None, Field(description="A role or a group address. Default: the team's.")] = None
    leads_to: Annotated[
        tuple[Name, ...], Field(default=(), description="Objectives of this scorecard that it is expected to move.")
    ]
    measures: Annotated[dict[Name, MeasureShape], MAY_BE_EMPTY, Field(default={}, description="Its measures, by id.")]


class PerspectiveShape(Shape):
    """One of the sides from which a scorecard looks."""

    title: Annotated[Text | None, Field(description="Its name for people. Default: made from its id.")] = None
    weight: Annotated[
        Weight, Field(default="1", description="Share in the scorecard, relative to its siblings; 0: only shown.")
    ]
    objectives: Annotated[
        dict[Name, ObjectiveShape], MAY_BE_EMPTY, Field(default={}, description="Its objectives, by id.")
    ]


class TemplateShape(Shape):
    """What several scorecards have in common: a scorecard without its teams."""

    title: Annotated[Text | None, Field(description="Its name for people. Default: made from the scorecard's id.")] = (
        None
    )
    review: Annotated[Review | None, Field(description="How often people review it.")] = None
    timezone: Annotated[
        TimeZone | None, Field(description="Zone of its dates, months and quarters. Default: the global one.")
    ] = None
    themes: Annotated[dict[Name, Text], MAY_BE_EMPTY, Field(default={}, description="Strategic themes: id to title.")]
    perspectives: Annotated[
        dict[Name, PerspectiveShape], MAY_BE_EMPTY, Field(default={}, description="Its perspectives, by id.")
    ]


class ScorecardShape(TemplateShape):
    """A scorecard for one or more teams."""

    template: Annotated[
        Name | None,
        Field(description="The template that it is made from; what is written here too is added, or stands instead."),
    ] = None
    teams: Annotated[
        tuple[Name, ...] | None, Field(description="For which teams. Default: those of `teams_below`, else all.")
    ] = None
    teams_below: Annotated[
        tuple[Name, ...] | None,
        Field(description="For all teams below these in the tree, at any depth, those to come among them."),
    ] = None


class TeamShape(Shape):
    """A team; teams form a tree."""

    title: Annotated[Text | None, Field(description="Its name for people. Default: its id.")] = None
    parent: Annotated[Name | None, Field(description="The team above it. Default: none.")] = None
    owner: Annotated[Text | None, Field(description="A role or a group address. Default: that of the team above.")] = (
        None
    )
    services: Annotated[
        tuple[Name, ...], Field(default=(), description="Its own services; those of the teams below are counted too.")
    ]


class SeriesShape(Shape):
    """A series of observations."""

    origin: Annotated[
        Origin | None,
        Field(
            alias="from", description="The origin that it is read from, or a source that has only one. Default: any."
        ),
    ] = None
    unit: Annotated[Unit, Field(description="Unit of its values.")]
    subjects: Annotated[
        Annotated[Literal["services", "teams"], Tag("word")] | Annotated[dict[str, Text], Tag("mapping")],
        Discriminator(lambda value: "mapping" if isinstance(value, dict) else "word"),
        Field(
            description="How its subjects are named: like services, like teams, or a mapping of each to a service or "
            "team (team/NAME where a service has that name too)."
        ),
    ] = "teams"
    rollup: Annotated[
        RollUp,
        Field(
            default="own",
            description="A team's own value if it has one, else the sum of its children (own), or always the sum.",
        ),
    ]
    freshness: Annotated[
        Span, Field(default="45d", description="When the newest observation is older than this, it is stale.")
    ]


class ObservationsShape(Shape):
    """Numbers that are given by hand or by a script: `observe`, and `POST /api/v1/observations`."""

    token: Annotated[
        Secrets,
        Field(
            min_length=1,
            description="What a sender proves itself with, from !env or !file; a list while it is being rotated.",
        ),
    ]


class SurveyShape(Shape):
    """A survey in rounds, answered from 0 to 10."""

    origin: Annotated[
        Origin | None,
        Field(
            alias="from", description="The origin that it is read from, or a source that has only one. Default: any."
        ),
    ] = None
    question: Annotated[
        Text | None, Field(description="The question that counts. Default: the only one that has such answers.")
    ] = None
    subjects: Annotated[
        Annotated[Literal["teams"], Tag("word")] | Annotated[dict[str, Text], Tag("mapping")],
        Discriminator(lambda value: "mapping" if isinstance(value, dict) else "word"),
        Field(description="How its subjects are named: like teams, or a mapping of each to a team."),
    ] = "teams"
    min_group: Annotated[
        GroupSize, Field(default="5", description="Results of fewer answers are not shown, nor what gives them away.")
    ]
    freshness: Annotated[
        Span, Field(default="1y", description="When the newest round closed longer ago than this, it is stale.")
    ]


class InitiativeShape(Shape):
    """What is being done about some measures or objectives."""

    title: Annotated[Text | None, Field(description="Its name for people. Default: made from its id.")] = None
    measures: Annotated[
        Annotated[tuple[Text, ...], Several()],
        Field(alias="for", description="What it shall move, each as SCORECARD/MEASURE or SCORECARD/OBJECTIVE."),
    ]
    owner: Annotated[Text | None, Field(description="A role or a group address.")] = None
    due: Annotated[Moment | None, Field(description="The day on which it shall be done, in the global zone.")] = None
    resources: Annotated[Text | None, Field(description="What it is given: people, money, time.")] = None
    done: Annotated[Share | None, Field(description="How much of it is finished.")] = None
    notes: Annotated[Text | None, Field(description="Where it stands, in a sentence or a few.")] = None


class ExpositionShape(Shape):
    """What `/metrics` leaves out."""

    readings: Annotated[
        Flag, Field(default="yes", description="Values and goals as text, in scorecard_measure_reading_info.")
    ]
    parts: Annotated[Flag, Field(default="yes", description="Parts and intervals of each measure.")]


class ConfigurationShape(Shape):
    """A whole configuration file."""

    timezone: Annotated[
        TimeZone, Field(default="UTC", description="Zone of dates without one, and of months and quarters (IANA name).")
    ]
    store: Annotated[
        StoreUrl,
        Field(
            default="duckdb:./data/scorecard.duckdb",
            description="Where events are kept; a relative path is meant from the configuration file.",
        ),
    ]
    evaluation_interval: Annotated[
        Duration, Field(default="1m", description="How often the numbers are worked out anew, beside after each poll.")
    ]
    sources: Annotated[
        dict[Name, dict[str, Any]], MAY_BE_EMPTY, Field(default={}, description="The systems that are read, by name.")
    ]
    production: Annotated[
        Patterns, Field(default=("prod*", "live"), description="Environments whose deployments count.")
    ]
    bots: Annotated[
        Patterns,
        Field(
            default=("*[bot]", "*[bot]@*", "dependabot*", "renovate*"),
            description="Authors that are no people, beside those that a source marks.",
        ),
    ]
    hotfixes: Annotated[
        Patterns,
        Field(
            default=(),
            description="Titles, source branches and labels of hotfixes; without a pattern nothing is one.",
        ),
    ]
    reverts: Annotated[
        Patterns,
        Field(default=(), description="Titles and labels of reverts, beside messages that say what they revert."),
    ]
    attribution_window: Annotated[
        Span, Field(default="24h", description="How long after a deployment an incident or a fix may be its fault.")
    ]
    reopen_within: Annotated[
        Span, Field(default="7d", description="An incident reopened sooner is still the same one.")
    ]
    open_hours: Annotated[OpenHoursShape | None, Field(description="When a review is waited for. Default: always.")] = (
        None
    )
    teams: Annotated[dict[Name, TeamShape], MAY_BE_EMPTY, Field(default={}, description="Teams, by name.")]
    services: Annotated[dict[Name, ServiceShape], MAY_BE_EMPTY, Field(default={}, description="Services, by name.")]
    series: Annotated[
        dict[Name, SeriesShape],
        MAY_BE_EMPTY,
        Field(default={}, description="Series of observations, by the name that they carry."),
    ]
    observations: Annotated[
        ObservationsShape | None,
        Field(description="Lets observations be given with `observe` and over HTTP. Default: none are taken."),
    ] = None
    surveys: Annotated[
        dict[Name, SurveyShape],
        MAY_BE_EMPTY,
        Field(default={}, description="Surveys, by the name that their answers carry."),
    ]
    templates: Annotated[
        dict[Name, TemplateShape], MAY_BE_EMPTY, Field(default={}, description="What scorecards are made from, by id.")
    ]
    scorecards: Annotated[dict[Name, ScorecardShape], MAY_BE_EMPTY, Field(default={}, description="Scorecards, by id.")]
    initiatives: Annotated[
        dict[Name, InitiativeShape], MAY_BE_EMPTY, Field(default={}, description="Initiatives, by id.")
    ]
    benchmark: Annotated[
        Report,
        Field(default="off", description="The DORA report whose levels are shown beside the scores, never in them."),
    ]
    silence: Annotated[
        dict[Name, Text],
        MAY_BE_EMPTY,
        Field(default={}, description="Advice that is not wanted, by its name, and why; reports print the reason."),
    ]
    exposition: Annotated[
        ExpositionShape, Field(default={}, description="Families of `/metrics` that can be left out.")
    ]
