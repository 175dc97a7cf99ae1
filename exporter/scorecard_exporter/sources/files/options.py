"""The keys of a source of type `files`."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from scorecard_exporter.events.model import KINDS
from scorecard_exporter.sources.base import Source, SourceOptions
from scorecard_exporter.sources.files.stream import FileStream, Reading
from scorecard_exporter.sources.rows.columns import columns as columns_of
from scorecard_exporter.sources.text import unknown


def _known_kind(kind: str) -> str:
    if kind not in KINDS:
        raise ValueError(unknown("the kind", kind, KINDS))
    return kind


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise ValueError(f"{name!r} is not a time zone such as Europe/Berlin or UTC") from None
    return name


def _known_column(name: str) -> str:
    known = frozenset().union(*map(columns_of, KINDS))
    if name not in known:
        raise ValueError(unknown("the column", name, known))
    return name


Column = Annotated[str, AfterValidator(_known_column)]


class FilesOptions(SourceOptions):
    """Files of records, in CSV, JSON Lines or YAML."""

    type: Literal["files"]
    path: Annotated[
        str | tuple[str, ...],
        Field(min_length=1, description="A file, a directory or a glob (`**` for any depth), or a list of these."),
    ]
    kind: Annotated[
        Annotated[str, AfterValidator(_known_kind)] | None,
        Field(
            description="What the rows are. Default: their column `kind`, else the beginning of the file's name.",
            json_schema_extra={"enum": [*KINDS, None]},
        ),
    ] = None
    timezone: Annotated[
        Annotated[str, AfterValidator(_known_zone)] | None,
        Field(description="The zone of times written without one. Default: such times are refused."),
    ] = None
    covers_from: Annotated[
        date | None,
        Field(description="From which day on the files are complete. Default: from their earliest record."),
    ] = None

    columns: Annotated[
        dict[str, Column],
        Field(
            default={},
            description="The columns that are read → the columns that they are; all others are left out. "
            "Default: all, by their names.",
        ),
    ]
    constants: Annotated[
        dict[Column, str], Field(default={}, description="Columns that the files do not have, the same for every row.")
    ]

    def origins(self, name: str) -> tuple[str, ...] | None:  # noqa: ARG002 - only the files know their things
        return None

    def build(self, name: str, directory: str) -> Source:
        paths = (self.path,) if isinstance(self.path, str) else self.path
        zone = ZoneInfo(self.timezone) if self.timezone else None
        reading = Reading(
            paths=paths,
            kind=self.kind,
            zone=zone,
            covers_from=self.covers_from,
            columns=self.columns,
            constants=self.constants,
        )
        return Source(name, self.type, self.interval, (FileStream(name, directory, reading),))
