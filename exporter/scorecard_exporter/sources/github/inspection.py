"""What `check --online` tells of a GitHub; a few questions, however many repositories there are."""

from __future__ import annotations

from scorecard_exporter.sources.base import Inspection
from scorecard_exporter.sources.github.discovery import GitHubStreams
from scorecard_exporter.sources.github.host import Host


def inspect(host: Host, streams: GitHubStreams, read: frozenset[str]) -> Inspection:
    """Whom the credential belongs to, what is missing, what is seen."""
    del host, streams, read
    return Inspection(account="")
