"""What all streams of a source share: what is read, and how the things of it are named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from scorecard_exporter.sources.github.host import Host
from scorecard_exporter.sources.github.probe import Probe
from scorecard_exporter.sources.kit.authentication import digest

VERSION = 1
"""Part of what cursors are made by: another one, and all is read anew, since records would look different."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The options as streams use them; see `GitHubOptions`."""

    branch: str
    environments: tuple[str, ...]
    deployment_workflows: tuple[str, ...]
    incident_labels: tuple[str, ...]
    paths: bool
    history: timedelta

    def made_by(self, *options: object) -> str:
        """For the cursor of a stream whose records depend on these options."""
        return digest("github", str(VERSION), repr(options))


@dataclass(frozen=True, slots=True)
class Session:
    """A host, what is known of its repositories just now, and what is wanted of them."""

    host: Host
    probe: Probe
    reading: Reading
