"""What a GitLab source is told to read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, get_args

from scorecard_exporter.sources.gitlab.projects import Wanted

Part = Literal["deployments", "releases", "tags", "commits", "merge_requests", "builds", "issues"]
PARTS: tuple[Part, ...] = get_args(Part)
"""What can be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Which projects, and what of them. `branch`: '' for the default one of each project."""

    source: str
    wanted: Wanted
    parts: tuple[Part, ...]
    branch: str
    incident_labels: tuple[str, ...]
    history: timedelta
