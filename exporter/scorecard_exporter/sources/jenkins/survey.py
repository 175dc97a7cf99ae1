"""What is in the folders of a Jenkins, from the one answer that shows them within each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from scorecard_exporter.events.model import Problem
from scorecard_exporter.sources.jenkins.reading import Job
from scorecard_exporter.sources.kit.body import Body, take_each

DEPTH = 6
"""Folders within folders that one request shows; deeper ones cost one each."""
_MULTIBRANCH = "MultiBranchProject"
_JOB = "_class,name,buildable,lastBuild[number]"


def tree(depth: int = DEPTH) -> str:
    """The `tree` of a folder: what is in it, so many levels deep; of the next one only whether it is there."""
    return f"_class,{_jobs(depth)}"


def _jobs(depth: int) -> str:
    return f"jobs[{_JOB},{_jobs(depth - 1)}]" if depth else "jobs[name]"


@dataclass(slots=True)
class Survey:
    """Jobs, folders whose content is not in the answer, and what could not be read."""

    source: str
    jobs: list[Job] = field(default_factory=list)
    deeper: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def look(self, items: Iterable[Any], folder: str, kind: str, depth: int = DEPTH) -> None:
        """Take what is in a folder. `kind`: the class of the folder; `depth`: how many levels the answer shows."""

        def take(body: Body) -> tuple[()]:
            self._take(body, folder, kind, depth)
            return ()

        _, wrong = take_each(items, take, what=f"a job in {folder or 'the root'}", origin=self.source)
        self.problems += wrong

    def _take(self, body: Body, folder: str, kind: str, depth: int) -> None:
        name = body.text("name")
        full = f"{folder}/{name}" if folder else name
        below = body.items("jobs")
        if below and depth == 1:
            self.deeper.append(full)
        elif below:
            self.look(below, full, body.text("_class", ""), depth - 1)
        elif body.has("buildable"):
            last = body.body("lastBuild")
            branch = unquote(name) if kind.endswith(_MULTIBRANCH) else ""
            self.jobs.append(Job(full, branch, last.whole("number") if last else 0))
