"""The keys of a source of type `jira`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, StringConstraints, model_validator

from scorecard_exporter.events.patterns import check_pattern
from scorecard_exporter.sources.base import Source, Stream
from scorecard_exporter.sources.jira.account import Account
from scorecard_exporter.sources.jira.inspect import Look
from scorecard_exporter.sources.jira.issues import Meaning
from scorecard_exporter.sources.jira.jql import check_condition
from scorecard_exporter.sources.jira.limits import JiraLimits, explain
from scorecard_exporter.sources.jira.releases import ReleaseStream
from scorecard_exporter.sources.jira.search import EDITIONS
from scorecard_exporter.sources.jira.stream import IssueStream
from scorecard_exporter.sources.jira.webhook import JiraWebhook
from scorecard_exporter.sources.kit.authentication import Basic, Credential, Token, TokenFile
from scorecard_exporter.sources.kit.client import Client
from scorecard_exporter.sources.kit.options import Address, HttpOptions, PushedOptions


def _pattern(pattern: str) -> str:
    check_pattern(pattern)
    return pattern


ProjectKey = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")]
Pattern = Annotated[str, AfterValidator(_pattern)]
_GATEWAY = "https://api.atlassian.com/"
"""Where tokens with scopes are good for; pages for people are elsewhere."""


class JiraOptions(HttpOptions, PushedOptions):
    """A Jira, Cloud or Data Center."""

    type: Literal["jira"]
    url: Annotated[Address, Field(description="Where it is: https://acme.atlassian.net.")]
    edition: Annotated[
        Literal["cloud", "data-center"] | None,
        Field(
            description="Which Jira it is. Default: cloud where `url` is of atlassian.net or .com, else data-center."
        ),
    ] = None
    user: Annotated[
        str | None,
        Field(min_length=1, description="E-mail address of the account that the API token belongs to (Cloud)."),
    ] = None
    token: Annotated[
        SecretStr | None,
        Field(description="API token (Cloud), personal access token (Data Center), from !env or !file."),
    ] = None
    token_file: Annotated[
        str | None, Field(min_length=1, description="A file with the bearer token, read again when it changes.")
    ] = None
    projects: Annotated[tuple[ProjectKey, ...], Field(min_length=1, description="Keys of the projects to read.")]
    read: Annotated[
        tuple[Literal["issues", "releases"], ...],
        Field(min_length=1, description="What is read; issues without releases, for example."),
    ] = ("issues", "releases")
    incident_types: Annotated[
        tuple[Pattern, ...], Field(description="Patterns for the types of issues that are incidents too.")
    ] = ("*incident",)
    incident_labels: Annotated[
        tuple[Pattern, ...], Field(description="Patterns for labels that make any issue an incident too.")
    ] = ()
    jql: Annotated[
        Annotated[str, AfterValidator(check_condition)] | None,
        Field(min_length=1, description="A condition in JQL that issues fulfil besides; without ORDER BY."),
    ] = None

    @model_validator(mode="after")
    def _a_credential(self) -> Self:
        if (self.token is None) == (self.token_file is None):
            raise ValueError("give `token` or `token_file`: Jira tells nobody in which zone it would read times")
        if self.is_cloud and not self.user and not self.url.startswith(_GATEWAY):
            raise ValueError("an API token of Jira Cloud goes with `user`, the e-mail address of its account")
        if self.user and self.token_file:
            raise ValueError("a `token_file` holds a bearer token, which goes without `user`; use `token: !file PATH`")
        return self

    @property
    def is_cloud(self) -> bool:
        """Whether it is Jira Cloud."""
        if self.edition:
            return self.edition == "cloud"
        host = self.url.partition("://")[2].partition("/")[0]
        return host.endswith(".atlassian.net") or self.url.startswith(_GATEWAY)

    def origins(self, name: str) -> tuple[str, ...]:
        return tuple(f"{name}:{project}" for project in self.projects)

    def build(self, name: str, directory: str) -> Source:
        client = Client(
            self.url,
            credential=self._credential(directory),
            share=self.quota,
            timeout=self.timeout,
            ca_file=self.reach(directory),
            limits=JiraLimits(),
            explain=explain,
        )
        meaning = Meaning(
            source=name,
            pages="" if self.url.startswith(_GATEWAY) else self.url,
            incident_types=self.incident_types,
            incident_labels=self.incident_labels,
        )
        look = Look(name, self.projects, 1 + len(self.projects) * len(self.read))
        return Source(
            name,
            self.type,
            self.interval,
            _Streams(self, client, meaning),
            webhook=JiraWebhook(self.webhook_secret, meaning, self.projects) if self.webhook_secret else None,
            inspect=lambda: look(self.account(client)),
            traffic=client.traffic,
        )

    def account(self, client: Client) -> Account:
        """The account, of which nothing is known yet."""
        return Account(EDITIONS["cloud" if self.is_cloud else "data-center"](client))

    def _credential(self, directory: str) -> Credential:
        if self.token is None:
            return TokenFile(Path(directory, str(self.token_file)).expanduser())
        return Basic(self.user, self.token) if self.user else Token(self.token)


class _Streams:
    """The streams of all projects, anew for each poll: zone and statuses are asked for once in it."""

    def __init__(self, options: JiraOptions, client: Client, meaning: Meaning) -> None:
        self._options, self._client, self._meaning = options, client, meaning

    def __iter__(self) -> Iterator[Stream]:
        options, meaning = self._options, self._meaning
        account = options.account(self._client)
        for project in options.projects:
            if "issues" in options.read:
                yield IssueStream(account, project, meaning=meaning, condition=options.jql or "", history=options.depth)
            if "releases" in options.read:
                yield ReleaseStream(account, project, source=meaning.source, pages=meaning.pages)
