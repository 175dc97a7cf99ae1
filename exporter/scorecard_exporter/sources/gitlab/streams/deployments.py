"""The deployments of a project, by the time of their last change: 1 request for 100."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from scorecard_exporter.errors import SkippableSourceError
from scorecard_exporter.events.model import Problem
from scorecard_exporter.sources.gitlab.api import PAGE, Api, items_of, project_path
from scorecard_exporter.sources.gitlab.parsing.commits import commits
from scorecard_exporter.sources.gitlab.parsing.deployments import brought_from_elsewhere, deployments
from scorecard_exporter.sources.gitlab.projects import Project
from scorecard_exporter.sources.gitlab.reading import Reading
from scorecard_exporter.sources.gitlab.streams.alongside import WithCommits
from scorecard_exporter.sources.gitlab.streams.paced import PacedStream
from scorecard_exporter.sources.kit.body import parse_each
from scorecard_exporter.sources.kit.streams import Piece


class DeploymentStream(WithCommits, PacedStream):
    """A deployment comes again whenever it changes, so one that is running is seen when it has ended.

    What was deployed from a tag or another branch may not be on the deployed branch: the newest hundred of its commits
    that are not there are asked for, or the graph of commits would have a gap.
    """

    def __init__(self, api: Api, reading: Reading, project: Project) -> None:
        super().__init__(
            f"{project.thing}/deployments",
            origin=reading.origin(project),
            kinds=("deployment",),
            history=reading.history,
            made_by=reading.made_by(),
        )
        self._api = api
        self._below = project_path(project.id)
        self._branch = reading.branch_of(project) if reading.reads("commits", project, "repository") else ""

    def pieces(self, begin: datetime, end: datetime) -> Iterator[Piece]:
        parse = partial(deployments, origin=self.origin)
        for items in self._api.changed(f"{self._below}/deployments", begin, end):
            yield parse_each(items, parse, what="a deployment", origin=self.origin)
            for sha in dict.fromkeys(brought_from_elsewhere(item, self._branch) for item in items):
                if sha and self._branch:
                    yield self._beside_the_branch(sha)

    def _beside_the_branch(self, sha: str) -> Piece:
        params = {"ref_name": f"{self._branch}..{sha}", "per_page": PAGE}
        try:
            found = items_of(self._api.get(f"{self._below}/repository/commits", params))
        except SkippableSourceError as error:
            message = (
                f"{self.origin}: the commits of a deployment are not to be had, so changes are linked by time: {error}"
            )
            return Piece(problems=(Problem(code="no_commits", message=message, origin=self.origin),))
        return parse_each(found, partial(commits, origin=self.origin), what="a commit", origin=self.origin)
