"""The shape of a service: where all of it is read; the reference is made from descriptions and defaults here."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from scorecard_exporter.config.schema_measure import Shape
from scorecard_exporter.config.values import (
    Day,
    DaySpan,
    Flag,
    Origin,
    Patterns,
    Several,
    Short,
    Span,
    Text,
    TimeZone,
)

Hours = Annotated[
    Annotated[tuple[DaySpan, ...], Several()], Field(default=(), description="Spans of this day that are open.")
]


class DeploymentsShape(Shape):
    """Which things of an origin are a service's production deployments: one way at most."""

    origin: Annotated[Origin, Field(alias="from", description="Where they are read.")]
    environment: Annotated[
        Patterns | None, Field(description="Deployments to these environments. Default: the global `production`.")
    ] = None
    tags: Annotated[Patterns | None, Field(description="Tags with these names.")] = None
    releases: Annotated[Patterns | None, Field(description="Releases with these names.")] = None
    merges: Annotated[
        Flag, Field(default="no", description="Every merge commit on the first-parent line of the deployed branch.")
    ]
    first_parent: Annotated[
        Flag, Field(default="no", description="Every commit on the first-parent line of the deployed branch.")
    ]


class IncidentsShape(Shape):
    """Which incidents of an origin are a service's; a filter that is left out lets everything through."""

    origin: Annotated[Origin, Field(alias="from", description="Where they are read.")]
    severities: Annotated[Patterns, Field(default=(), description="Only those of these severities.")]
    labels: Annotated[Patterns, Field(default=(), description="Only those with one of these labels.")]
    titles: Annotated[Patterns, Field(default=(), description="Only those with such titles.")]
    outages: Annotated[
        Patterns, Field(default=(), description="Severities of those that count as downtime. Default: all of them.")
    ]


class BuildsShape(Shape):
    """Which builds of an origin are a service's."""

    origin: Annotated[Origin, Field(alias="from", description="Where they are read.")]
    branches: Annotated[
        Patterns,
        Field(
            default=(),
            description="Only of these branches. Default: the deployed ones of `changes`, and builds that name none.",
        ),
    ]


class BugsShape(Shape):
    """Which issues of an origin are a service's bugs, and what is known of them."""

    origin: Annotated[Origin, Field(alias="from", description="Where they are read.")]
    types: Annotated[Patterns, Field(default=("bug", "defect"), description="Types of issues that are bugs.")]
    labels: Annotated[Patterns, Field(default=(), description="Only those with one of these labels.")]
    found_in_production: Annotated[
        Patterns, Field(default=(), description="Types and labels of those that were found in production.")
    ]
    reported_by_customers: Annotated[
        Patterns, Field(default=(), description="Types and labels of those that customers reported.")
    ]


class ReleasesShape(Shape):
    """Which releases of an origin are a service's."""

    origin: Annotated[Origin, Field(alias="from", description="Where they are read.")]
    versions: Annotated[Patterns, Field(default=("*",), description="Releases with these names.")]


class OpenHoursShape(Shape):
    """When people are at work; a day that is left out is closed."""

    timezone: Annotated[TimeZone | None, Field(description="Zone of the hours. Default: the global one.")] = None
    monday: Hours
    tuesday: Hours
    wednesday: Hours
    thursday: Hours
    friday: Hours
    saturday: Hours
    sunday: Hours
    closed: Annotated[tuple[Day, ...], Field(default=(), description="Days on which nobody works.")]


class ServiceShape(Shape):
    """A service: where its changes, deployments, incidents, builds, bugs and releases are read."""

    changes: Annotated[Origin | None, Field(description="Origin of its commits and pull requests.")] = None
    paths: Annotated[
        Annotated[tuple[Text, ...], Several()],
        Field(default=(), description="In a monorepo: only changes that touch these files (globs, ** for any depth)."),
    ]
    deployments: Annotated[
        Annotated[DeploymentsShape, Short("from")] | None,
        Field(description="Its production deployments; an origin alone: those to the global `production`."),
    ] = None
    incidents: Annotated[
        Annotated[tuple[Annotated[IncidentsShape, Short("from")], ...], Several()],
        Field(default=(), description="Its incidents, from one or more origins."),
    ]
    builds: Annotated[
        Annotated[tuple[Annotated[BuildsShape, Short("from")], ...], Several()],
        Field(default=(), description="Its builds, from one or more origins."),
    ]
    bugs: Annotated[
        Annotated[tuple[Annotated[BugsShape, Short("from")], ...], Several()],
        Field(default=(), description="Its bugs, from one or more origins."),
    ]
    releases: Annotated[
        Annotated[ReleasesShape, Short("from")] | None,
        Field(description="What is released of it. Default: its production deployments."),
    ] = None
    open_hours: Annotated[
        OpenHoursShape | None,
        Field(description="When a review is waited for. Default: the global ones; without these, always."),
    ] = None
    attribution_window: Annotated[
        Span | None, Field(description="How long after a deployment an incident may be its fault. Default: global.")
    ] = None
    bots: Annotated[Patterns | None, Field(description="Authors that are no people. Default: the global ones.")] = None
    hotfixes: Annotated[
        Patterns | None, Field(description="Titles, branches and labels of hotfixes. Default: the global ones.")
    ] = None
    reverts: Annotated[
        Patterns | None,
        Field(description="Titles and labels of reverts that do not say what they revert. Default: the global ones."),
    ] = None
