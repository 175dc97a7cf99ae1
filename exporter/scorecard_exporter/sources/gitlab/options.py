"""The keys of a source of type `gitlab`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, StringConstraints, model_validator

from scorecard_exporter.events.patterns import check_pattern
from scorecard_exporter.sources.base import Source
from scorecard_exporter.sources.gitlab.connection import connect
from scorecard_exporter.sources.gitlab.inspect import inspect
from scorecard_exporter.sources.gitlab.projects import Wanted
from scorecard_exporter.sources.gitlab.reading import PARTS, Part, Reading
from scorecard_exporter.sources.gitlab.source import Streams
from scorecard_exporter.sources.gitlab.webhook import GitLabWebhook
from scorecard_exporter.sources.kit.authentication import Credential, Token, TokenFile
from scorecard_exporter.sources.kit.options import Address, HttpOptions, PushedOptions, Secrets


def _checked(pattern: str) -> str:
    check_pattern(pattern)
    return pattern


ProjectPath = Annotated[str, StringConstraints(pattern=r"^[\w.-]+(/[\w.-]+)+$")]
GroupPath = Annotated[str, StringConstraints(pattern=r"^[\w.-]+(/[\w.-]+)*$")]
Pattern = Annotated[str, AfterValidator(_checked)]


class GitLabOptions(HttpOptions, PushedOptions):
    """Projects of gitlab.com or of a GitLab of your own."""

    type: Literal["gitlab"]
    url: Annotated[Address, Field(description="The address of GitLab, with its path if it has one.")] = (
        "https://gitlab.com"
    )
    token: Annotated[
        SecretStr | None,
        Field(description="Access token with the scope `read_api`, of a group, a project or a person."),
    ] = None
    token_file: Annotated[
        str | None,
        Field(min_length=1, description="File that holds the token, read again when somebody renews it."),
    ] = None
    projects: Annotated[
        tuple[ProjectPath, ...],
        Field(description="Full paths of projects. One that is renamed keeps the name written here."),
    ] = ()
    groups: Annotated[
        tuple[GroupPath, ...],
        Field(description="Full paths of groups: all projects of theirs and of their subgroups, but archived ones."),
    ] = ()
    only: Annotated[
        tuple[Pattern, ...], Field(description="Of the projects of groups only these, by globs on their full paths.")
    ] = ()
    except_: Annotated[
        tuple[Pattern, ...],
        Field(alias="except", description="Of the projects of groups not these, by globs on their full paths."),
    ] = ()
    branch: Annotated[
        str | None, Field(min_length=1, description="The deployed branch. Default: the default branch of each project.")
    ] = None
    incident_labels: Annotated[
        tuple[Pattern, ...],
        Field(description="Issues with one of these labels (globs) are incidents too, as those of the type incident."),
    ] = ()
    read: Annotated[
        tuple[Part, ...], Field(min_length=1, description="What is read; leave out what no measure of yours needs.")
    ] = PARTS
    webhook_signing_token: Annotated[
        Secrets,
        Field(
            default=(),
            description="Signing token (`whsec_…`) of its webhook, GitLab 19 or later, from !env or !file. "
            "A delivery with a signature must pass it.",
        ),
    ]

    @model_validator(mode="after")
    def _what_is_needed(self) -> Self:
        if not self.projects and not self.groups:
            raise ValueError("give `projects: [GROUP/PROJECT]`, `groups: [GROUP]`, or both")
        if (self.token is None) == (self.token_file is None):
            raise ValueError("give either `token: !env NAME` or `token_file: PATH`")
        if (self.only or self.except_) and not self.groups:
            raise ValueError("`only` and `except` choose among the projects of `groups`; there are none")
        return self

    def origins(self, name: str) -> tuple[str, ...] | None:
        return None if self.groups else tuple(f"{name}:{project}" for project in self.projects)

    def build(self, name: str, directory: str) -> Source:
        api = connect(
            self.url,
            self._credential(directory),
            share=self.quota,
            timeout=float(self.timeout),
            ca_file=self.reach(directory),
        )
        reading = Reading(
            source=name,
            wanted=Wanted(projects=self.projects, groups=self.groups, only=self.only, but_not=self.except_),
            parts=self.read,
            branch=self.branch or "",
            incident_labels=self.incident_labels,
            history=self.depth,
        )
        streams = Streams(api, reading)
        return Source(
            name,
            self.type,
            self.interval,
            streams,
            webhook=self._webhook(reading, streams),
            inspect=lambda: inspect(api, reading),
            traffic=api.client.traffic,
        )

    def _webhook(self, reading: Reading, streams: Streams) -> GitLabWebhook | None:
        secrets, tokens = self.webhook_secret, self.webhook_signing_token
        if not (secrets or tokens):
            return None
        return GitLabWebhook(reading, streams.things, secrets=secrets, signing_tokens=tokens)

    def _credential(self, directory: str) -> Credential:
        # Bearer is taken for tokens of every sort, those of OAuth too.
        if self.token_file:
            return TokenFile(Path(directory, self.token_file).expanduser())
        return Token(self.token or SecretStr(""))
