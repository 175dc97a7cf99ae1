"""What a GitLab source is told to read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, get_args

from scorecard_exporter.sources.delivery import digest
from scorecard_exporter.sources.gitlab.projects import Project, Wanted

Part = Literal["deployments", "releases", "tags", "commits", "merge_requests", "builds", "issues"]
PARTS: tuple[Part, ...] = get_args(Part)
"""What can be read."""
RECORDS = 1
"""Goes up when records are made otherwise, so that they are read anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Which projects, and what of them. `branch`: '' for the default one of each project."""

    source: str
    wanted: Wanted
    parts: tuple[Part, ...]
    branch: str
    incident_labels: tuple[str, ...]
    history: timedelta

    def origin(self, project: Project) -> str:
        """Whose the records of a project are."""
        return f"{self.source}:{project.thing}"

    def branch_of(self, project: Project) -> str:
        """The deployed branch; '' where there is none yet."""
        return self.branch or project.branch

    def reads(self, part: Part, project: Project, feature: str) -> bool:
        """Whether a part is read of a project that has not turned off the feature behind it."""
        return part in self.parts and feature not in project.lacks

    def made_by(self, *more: object) -> str:
        """A digest of all that decides what records look like: this version, and what else a stream says."""
        return digest(RECORDS, *more)
