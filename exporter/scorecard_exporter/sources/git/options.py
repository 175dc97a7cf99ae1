"""The keys of a source of type `git`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from scorecard_exporter.sources.base import Source, SourceOptions, Stream
from scorecard_exporter.sources.git.commits import CommitStream
from scorecard_exporter.sources.git.references import Reading
from scorecard_exporter.sources.git.repository import Repository
from scorecard_exporter.sources.git.tags import TagStream

Thing = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]*$")]
Template = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]*\{sha\}[^\s]*$")]


class GitOptions(SourceOptions):
    """Local repositories, bare or not; `git fetch` is somebody else's job."""

    type: Literal["git"]
    path: Annotated[
        str | None,
        Field(description="One repository; its thing is the last part of the path, without `.git`."),
    ] = None
    repositories: Annotated[
        dict[Thing, str] | None,
        Field(min_length=1, description="Several repositories, or one under a name of your own: thing to path."),
    ] = None
    branch: Annotated[
        str | None,
        Field(
            min_length=1,
            description="The deployed branch. Default: the remote's default branch, else the branch of HEAD; "
            "`origin/NAME` is preferred to a local NAME.",
        ),
    ] = None
    tags: Annotated[str, Field(min_length=1, description="Which tags are read, as a shell glob.")] = "*"
    paths: Annotated[
        bool,
        Field(description="Read which files each commit touched; on by itself where a service has `paths`."),
    ] = False
    url: Annotated[
        Template | None,
        Field(
            description="Page of a commit, with `{sha}` and `{thing}` in it. "
            "Default: from the remote, where that is github.com or gitlab.com."
        ),
    ] = None

    @model_validator(mode="after")
    def _one_way_of_naming(self) -> Self:
        if (self.path is None) == (self.repositories is None):
            raise ValueError("give either `path: PATH` or `repositories: {THING: PATH}`")
        if self.path is not None and not _thing(self.path):
            raise ValueError(f"the path {self.path!r} ends in no name; write `repositories: {{THING: {self.path}}}`")
        return self

    def origins(self, name: str) -> tuple[str, ...]:
        return tuple(f"{name}:{thing}" for thing in self._paths())

    def build(self, name: str, directory: str) -> Source:
        reading = Reading(branch=self.branch, tags=self.tags, paths=self.paths, url=self.url)
        streams: list[Stream] = []
        for thing, path in self._paths().items():
            repository = Repository(Path(directory, path).expanduser())
            streams.append(CommitStream(name, thing, repository, reading))
            streams.append(TagStream(name, thing, repository, reading))
        return Source(name, self.type, self.interval, tuple(streams))

    def _paths(self) -> dict[str, str]:
        return self.repositories or {_thing(str(self.path)): str(self.path)}


def _thing(path: str) -> str:
    """The name of a repository, from its path as written; '' where that ends in none."""
    parts = [part for part in Path(path).parts if part not in ("/", "..")]
    if not parts or Path(path).name == "..":
        return ""
    if parts[-1] == ".git":
        parts.pop()
    return parts[-1].removesuffix(".git") if parts else ""
